"""Arithmetic and rules. Standard library only: no clock, no database, no request."""
