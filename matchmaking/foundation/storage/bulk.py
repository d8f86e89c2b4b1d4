"""Many rows at once, as columns and not as objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, cast

from sqlalchemy import Table
from sqlalchemy.orm import Session

from matchmaking.foundation.storage.base import Base

AT_ONCE = 1_000
"""Rows sent to the database at a time; memory stays flat however many there are."""


def table_of(model: type[Base]) -> Table:
    """The table behind a model, for statements that are not about objects."""
    return cast(Table, model.__table__)


def insert_rows(session: Session, model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert ``rows`` (column → value, all with the same columns; None is written as null), batch by batch.

    The ORM's own bulk insert leaves out columns that are None and sends one statement per set of columns left, which
    with gaps in the data is nearly one per row. Raises ``ValueError`` for a row with other columns than the first.
    """
    source, columns = iter(rows), None
    while batch := list(islice(source, AT_ONCE)):
        columns = columns or batch[0].keys()
        if any(row.keys() != columns for row in batch):
            raise ValueError(f"rows of {model.__tablename__} have different columns")
        session.execute(table_of(model).insert(), batch)
