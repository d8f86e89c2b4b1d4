"""Cumulative claims of a bank or agency, read through declared mappings."""
