"""The market: what firms need and what banks offer, until they meet."""
