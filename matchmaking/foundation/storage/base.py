"""Declarative base and the column types that both engines share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every table. No ``backref``: a later fact knows the earlier one, never the other way round."""

    metadata = MetaData(naming_convention=NAMING)


BigId = BigInteger().with_variant(Integer(), "sqlite")
"""Internal ids; SQLite gives rowids only to INTEGER."""

Minor = BigInteger
"""Money in minor units; the currency stands in a column beside it."""

Digest = String(64)
"""SHA-256 in lower-case hexadecimal."""


class Instant(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on both engines. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive instants; SQLite keeps the UTC wall time."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC instant."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[dict[str, Any]]):
    """A JSON object as text with sorted keys, byte for byte the same on both engines."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> str | None:
        """Canonical text; NaN and infinities are refused."""
        if value is None:
            return None
        return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False, separators=(",", ":"))

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """Back to a dictionary."""
        return None if value is None else json.loads(value)


class SealedJson(Json):
    """As :class:`Json` for what is written once, read on every page and large: the same text is parsed once a process.

    Whoever reads it shares the object with every other reader and changes nothing in it.
    """

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> dict[str, Any] | None:
        """Back to a dictionary, the one made before where the text is the same."""
        return None if value is None else _parsed(value)


@lru_cache(maxsize=32)
def _parsed(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
