"""Rows of ``statement_position`` ↔ what the domain calls a position, and the stable keys of what statements name."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaking.domain.statements.fields import AMOUNT_FIELDS, DAY_FIELDS
from matchmaking.domain.statements.positions import Position

WORDS = ("firm", "lender", "branch", "area_code", "area_name", "product", "instrument", "status")
PLAIN = (*WORDS, *DAY_FIELDS, "rate_ppm")
"""Fields that carry the same name in the domain and in the table."""

AMOUNTS = tuple((name, f"{name}_minor") for name in AMOUNT_FIELDS)
"""(domain name, column) of each amount, in minor units of the statement's currency."""

LONGEST_KEY = 120
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


@dataclass(frozen=True, slots=True)
class StoredPosition:
    """A position as kept: ids of its row and its agreement, the agreement's ``public_key``, and what it ``says``."""

    position_id: int
    agreement_id: int
    public_key: str
    says: Position


def plain_id(external_id: str) -> str:
    """``external_id`` itself where it can stand in an address, otherwise ``~`` and 128 bits of its SHA-256.

    A safe id never begins with ``~``, so the two kinds cannot meet.
    """
    if _SAFE.fullmatch(external_id):
        return external_id
    return "~" + hashlib.sha256(external_id.encode()).hexdigest()[:32]


def agreement_key(portfolio_code: str, series: str, external_id: str) -> str:
    """The public key of an agreement known from statements: ``portfolio:series:id``."""
    return fitting(f"{portfolio_code}:{series}:{plain_id(external_id)}", LONGEST_KEY)


def statement_key(portfolio_code: str, series: str, as_of: date, number: int) -> str:
    """The public key of the ``number``-th statement of a day: ``portfolio:series:day``, from the second on ``:2`` …"""
    key = f"{portfolio_code}:{series}:{as_of.isoformat()}"
    return fitting(key if number == 1 else f"{key}:{number}", LONGEST_KEY)


def fitting(key: str, longest: int) -> str:
    """``key``, or where it is too long ``h-`` and 192 bits of its SHA-256."""
    return key if len(key) <= longest else "h-" + hashlib.sha256(key.encode()).hexdigest()[:48]


def to_columns(position: Position) -> dict[str, Any]:
    """The columns of ``statement_position`` that ``position`` fills; ids are the caller's."""
    columns = {name: getattr(position, name) for name in PLAIN}
    columns["line"] = position.line
    for name, column in AMOUNTS:
        columns[column] = getattr(position, name)
    return columns


def to_position(row: Mapping[Any, Any], external_id: str, currency: str) -> Position:
    """The inverse: ``row`` holds the table's columns by name."""
    values = {name: row[name] for name in PLAIN}
    for name, column in AMOUNTS:
        values[name] = row[column]
    return Position(external_id=external_id, line=row["line"], currency=currency, **values)
