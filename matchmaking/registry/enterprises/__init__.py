"""Firms: who they are, what they say of themselves day by day, and who checked it."""
