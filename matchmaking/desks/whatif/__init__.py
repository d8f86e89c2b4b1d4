"""What rules shut out, on pages: needs ranked for each product of a bank, and the city's gaps in what is sold."""
