"""The figures of the source letter, each reckoned from its records and opening them."""
