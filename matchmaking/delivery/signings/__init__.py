"""A paper on its way to two signatures; with the second one the agreement is recorded."""
