"""Weights of matching learned from money disbursed: proposed with their backtest, adopted by people only (N34)."""
