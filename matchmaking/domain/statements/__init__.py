"""Statements: what a lender or agency says of many agreements on one day, read exactly and added up to the cent."""
