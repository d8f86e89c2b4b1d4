"""Months that are closed: figures frozen with a hash, and what became known about them since, beside them for ever."""
