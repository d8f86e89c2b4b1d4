"""Oversight: what the office learns from what became of matches. It reads from every wing below."""
