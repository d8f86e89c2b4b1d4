"""A small account to quarrel over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import CheckConstraint, Column, Integer, MetaData, Table, insert

from matchmaking.foundation import storage
from tests.databases import drop_beside

QUOTA = Table(
    "quota",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("amount", Integer, CheckConstraint("amount >= 0")),
)


@pytest.fixture
def quota(database: str) -> Iterator[Table]:
    """Two rows of 100 each."""
    QUOTA.create(storage.engine())
    with storage.engine().begin() as connection:
        connection.execute(insert(QUOTA), [{"id": 1, "amount": 100}, {"id": 2, "amount": 100}])
    yield QUOTA
    drop_beside(QUOTA)
