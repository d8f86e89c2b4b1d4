"""Help beside the loan: what the city pays so that money becomes cheaper or easier to get."""
