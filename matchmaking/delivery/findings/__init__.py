"""What a check saw, with evidence; never an accusation."""
