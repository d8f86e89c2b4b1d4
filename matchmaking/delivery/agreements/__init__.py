"""Signed paper: each signing with its instrument, amount, promise and baseline."""
