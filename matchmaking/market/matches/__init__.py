"""Which products on offer fit a need, how well and why (E06, N22); and what is kept of it once somebody acts on it."""
