"""Money that went back, and balances."""
