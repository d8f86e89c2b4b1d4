"""Columns beside the tables: facts as Parquet files that reports are reckoned on, never the source of anything.

Worker and shell only; DuckDB is imported inside functions, so that no page's process carries it.
"""

from matchmaking.foundation.columnar.extracts import Column, Extract
from matchmaking.foundation.columnar.snapshots import Refreshed, Snapshots

__all__ = ["Column", "Extract", "Refreshed", "Snapshots"]
