"""A trail of some length, and the hand of somebody who may drop triggers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from matchmaking.foundation import storage
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work
from matchmaking.foundation.trail import install_guards, record, remove_guards
from tests.conftest import NOON


def write(count: int, *, at: datetime = NOON) -> None:
    """Append ``count`` events, several to a transaction."""

    def some(session: Any) -> None:
        for number in range(count):
            payload = {"amount": 300_000_000 + number, "currency": "CNY", "day": "2026-09-30"}
            subject, moment = f"agreement:{number}", at + timedelta(seconds=number)
            record(session, actor="user:7", tag="file.attached", subject=subject, payload=payload, at=moment)

    run_in_unit_of_work(some)
    remove_session()


@pytest.fixture
def tamper(database: str) -> Callable[..., None]:
    """Run statements as the owner of the database, who takes the guards off and puts them back to cover the deed."""

    def run(*statements: str, **values: Any) -> None:
        with storage.engine().begin() as connection:
            remove_guards(connection, ["trail_event"])
            for statement in statements:
                connection.execute(text(statement), values)
            install_guards(connection, ["trail_event"])

    return run
