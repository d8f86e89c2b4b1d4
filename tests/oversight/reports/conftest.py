"""Fixtures of the reports: a portfolio of cases, and the columns beside its tables."""

from tests.oversight.reports.reports_world import snapshots, world

__all__ = ["snapshots", "world"]
