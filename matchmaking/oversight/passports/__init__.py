"""Passports of figures: who a figure is about, of which days, how sure, by which rules; and dividing two of them."""
