"""Production refuses to start unsafely."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from config import Settings

SAFE = {"environment": "production", "secret_key": "x" * 32, "demo": False}


def test_safe_production_starts() -> None:
    """A long secret, no debug, no demo."""
    assert Settings(**SAFE).is_sqlite


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"secret_key": "development-only-secret-change-me"}, "SECRET_KEY"),
        ({"secret_key": "short"}, "SECRET_KEY"),
        ({"debug": True}, "DEBUG"),
        ({"demo": True}, "DEMO"),
        ({"frozen_day": "2026-09-30"}, "FROZEN_DAY"),
        ({"hosts": 2}, "SQLite serves one host"),
        ({"database_url": "postgresql://x/y"}, "postgresql\\+psycopg"),
        ({"database_url": "mysql://x/y"}, "postgresql\\+psycopg"),
    ],
)
def test_unsafe_production_refuses(change: dict[str, object], words: str) -> None:
    """Each fault alone stops the start and is named."""
    with pytest.raises(ValidationError, match=words):
        Settings(**{**SAFE, **change})


def test_several_hosts_with_postgres_start() -> None:
    """Several hosts are fine on PostgreSQL."""
    assert not Settings(**SAFE, hosts=3, database_url="postgresql+psycopg://h/d").is_sqlite
