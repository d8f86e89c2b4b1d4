"""Money that left the bank: reported, voided, confirmed, seen elsewhere, judged."""
