"""The firm's home: what it must answer first, then how far each of its needs has come."""
