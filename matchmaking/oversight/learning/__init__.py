"""Weights of matching learned from money really disbursed: proposed with their backtest, adopted by people only (N34)."""
