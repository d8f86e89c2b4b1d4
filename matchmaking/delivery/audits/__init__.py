"""The audit of a portfolio for a day, as known on a day, kept as snapshots."""
