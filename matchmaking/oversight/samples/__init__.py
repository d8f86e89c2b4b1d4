"""Audit samples: drawn so that anyone can repeat it, answered by telephone, projected with an interval."""
