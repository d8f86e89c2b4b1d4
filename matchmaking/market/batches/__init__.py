"""Lists of recommended firms: to the city's banks, and upward to the province. Frozen once, never changed after."""
