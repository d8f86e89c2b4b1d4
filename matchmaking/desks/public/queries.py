"""Public figures: what the latest audit of the city counted, by instrument and year. Asked by anybody, so no viewer:
nothing leaves here that names or could single out a firm or a bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, cast, extract, func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditRow
from matchmaking.delivery.audits.queries import newest_of_cases
from matchmaking.desks.public.openness import Cell, withheld
from matchmaking.domain.conversion.instruments import INSTRUMENTS


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument in one year. ``why``: the reason it is withheld, and then ``cell`` is None."""

    grade: str
    year: int
    cell: Cell | None
    why: str


@dataclass(frozen=True, slots=True)
class Published:
    """What may be public, as of a day and as known on a day; ``currency`` of its minor units."""

    as_of: date
    known_on: date
    currency: str
    lines: Sequence[Line]


def published(session: Session, *, on: date, least: int, most_percent: int) -> Published | None:
    """The public table from the newest audit, or None before the first one; two SQL statements."""
    snapshot = session.execute(newest_of_cases(on)).first()
    if snapshot is None:
        return None
    rows = session.execute(_cells(snapshot.id)).all()
    lines = [_line(row, least, most_percent) for row in rows if row.grade]
    order = {grade: place for place, grade in enumerate(INSTRUMENTS)}
    lines.sort(key=lambda line: (order.get(line.grade, len(order)), -line.year))
    return Published(snapshot.as_of, snapshot.known_on, snapshot.currency, lines)


def _cells(snapshot_id: int) -> Select[Any]:
    """Per instrument and year; the largest firm and bank from sums of each."""
    firms, banks = _shares(snapshot_id, _firm()), _shares(snapshot_id, AuditRow.lender)
    whole = select(
        firms.c.grade, firms.c.year, func.sum(firms.c.papers).label("papers"), func.count().label("firms"),
        func.sum(firms.c.signed).label("signed"), func.sum(firms.c.paid).label("paid"),
        func.sum(firms.c.verified).label("verified"), func.max(firms.c.signed).label("largest_firm"),
        func.max(firms.c.paid).label("firm_paid"), func.max(firms.c.verified).label("firm_verified"),
    ).group_by(firms.c.grade, firms.c.year).subquery()  # fmt: skip
    by_bank = select(
        banks.c.grade, banks.c.year, func.max(banks.c.signed).label("largest_bank"),
        func.max(banks.c.paid).label("bank_paid"), func.max(banks.c.verified).label("bank_verified"),
    )  # fmt: skip
    top = by_bank.group_by(banks.c.grade, banks.c.year).subquery()
    same = (top.c.grade == whole.c.grade) & (top.c.year == whole.c.year)
    return select(whole, top.c.largest_bank, top.c.bank_paid, top.c.bank_verified).join(top, same)


def _firm() -> ColumnElement[Any]:
    """Who a firm is: one that was renamed is still one firm, and no cell looks less dominated than it is."""
    return func.coalesce(Agreement.firm_key, AuditRow.firm)


def _shares(snapshot_id: int, party: ColumnElement[Any] | Any) -> Any:
    year = cast(extract("year", AuditRow.signed_on), Integer)
    asked = select(
        AuditRow.grade, year.label("year"), func.coalesce(party, "").label("party"), func.count().label("papers"),
        func.sum(func.coalesce(AuditRow.signed_minor, 0)).label("signed"),
        func.sum(func.coalesce(AuditRow.paid_minor, 0)).label("paid"),
        func.sum(AuditRow.verified_minor).label("verified"),
    )  # fmt: skip
    asked = asked.join(Agreement, Agreement.id == AuditRow.agreement_id)
    asked = asked.where(AuditRow.snapshot_id == snapshot_id, AuditRow.standing == "member")
    return asked.where(AuditRow.signed_on.is_not(None)).group_by(AuditRow.grade, year, party).subquery()


def _line(row: Any, least: int, most_percent: int) -> Line:
    most = (max(row.firm_paid or 0, row.bank_paid or 0), max(row.firm_verified or 0, row.bank_verified or 0))
    numbers = (row.papers, row.firms, row.signed, row.paid, row.verified, row.largest_firm, row.largest_bank, *most)
    cell = Cell(*(int(number or 0) for number in numbers))
    why = withheld(cell, least=least, most_percent=most_percent)
    return Line(row.grade, int(row.year), None if why else cell, why)
