"""Invented loans of an invented agency in several layouts, and taking them in."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import xlsxwriter
from sqlalchemy import event, func, select

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.intake import CameOf, import_file
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.statements.catalogue import mapping_named
from matchmaking.delivery.statements.commands import Wanted
from matchmaking.delivery.statements.models import Statement, StatementPosition
from matchmaking.domain.money import plain_amount
from matchmaking.foundation import storage
from matchmaking.foundation.files import keep
from matchmaking.foundation.trail import TrailEvent
from matchmaking.registry.portfolios.models import Portfolio

NOVEMBER, DECEMBER, JANUARY = date(2020, 11, 30), date(2020, 12, 31), date(2021, 1, 31)
MILLION = 100_000_000
"""Cents."""


@dataclass(frozen=True)
class Loan:
    """One invented loan; amounts in cents."""

    id: str
    original: int = 10 * MILLION
    cancelled: int = 0
    undisbursed: int = 4 * MILLION
    disbursed: int = 6 * MILLION
    repaid: int = 0
    firm: str = "某某水务公司"
    status: str = "Disbursing"
    signed: date | None = date(2010, 3, 20)
    closing: date | None = date(2030, 12, 31)
    last: date | None = date(2020, 6, 30)


def loans(number: int) -> list[Loan]:
    """``number`` loans, no two alike, whose parts add up."""
    made = []
    for at in range(number):
        original, drawn = (at + 3) * MILLION + at, (at + 1) * MILLION // 2 + 7 * at
        made.append(
            Loan(
                f"L{at:05d}",
                original=original,
                disbursed=drawn,
                undisbursed=original - drawn,
                firm=f"某某{at}号公司",
                signed=date(2005, 1, 1) + timedelta(days=at % 3000),
            )
        )
    return made


FULL = (
    ("End of Period", lambda loan, day: f"{day.isoformat()}T00:00:00.000"),
    ("Loan Number", lambda loan, day: loan.id),
    ("Region", lambda loan, day: "AFRICA"),
    ("Country Code", lambda loan, day: "TD"),
    ("Country", lambda loan, day: "Chad"),
    ("Borrower", lambda loan, day: loan.firm),
    ("Loan Type", lambda loan, day: "FSL"),
    ("Loan Status", lambda loan, day: loan.status),
    ("Interest Rate", lambda loan, day: "4.25"),
    ("Original Principal Amount", lambda loan, day: plain_amount(loan.original, grouped=False)),
    ("Cancelled Amount", lambda loan, day: plain_amount(loan.cancelled, grouped=False)),
    ("Undisbursed Amount", lambda loan, day: plain_amount(loan.undisbursed, grouped=False)),
    ("Disbursed Amount", lambda loan, day: plain_amount(loan.disbursed, grouped=False)),
    ("Repaid to IBRD", lambda loan, day: plain_amount(loan.repaid, grouped=False)),
    ("Agreement Signing Date", lambda loan, day: _iso(loan.signed)),
    ("Board Approval Date", lambda loan, day: ""),
    ("Effective Date (Most Recent)", lambda loan, day: ""),
    ("Closed Date (Most Recent)", lambda loan, day: _iso(loan.closing)),
    ("Last Disbursement Date", lambda loan, day: _iso(loan.last)),
)
SUMMARY = (
    ("As of", lambda loan, day: _slashed(day)),
    ("Loan No.", lambda loan, day: loan.id),
    ("Bank Region", lambda loan, day: "AFRICA"),
    ("Country ISO", lambda loan, day: "TD"),
    ("Country Name", lambda loan, day: "Chad"),
    ("Borrower Name", lambda loan, day: loan.firm),
    ("Type of Loan", lambda loan, day: "FSL"),
    ("Status", lambda loan, day: loan.status),
    ("Rate %", lambda loan, day: "4.25"),
    ("Signed", lambda loan, day: _slashed(loan.signed)),
    ("Closing", lambda loan, day: _slashed(loan.closing)),
    ("Last Disbursed", lambda loan, day: _slashed(loan.last)),
    ("Original Principal (US$ m)", lambda loan, day: _millions(loan.original)),
    ("Cancelled (US$ m)", lambda loan, day: _millions(loan.cancelled)),
    ("Undisbursed (US$ m)", lambda loan, day: _millions(loan.undisbursed)),
    ("Disbursed (US$ m)", lambda loan, day: _millions(loan.disbursed)),
    ("Repaid (US$ m)", lambda loan, day: _millions(loan.repaid)),
)


def _iso(day: date | None) -> str:
    return f"{day.isoformat()}T00:00:00.000" if day else ""


def _slashed(day: date | None) -> str:
    return day.strftime("%d/%m/%Y") if day else ""


def _millions(minor: int) -> str:
    return plain_amount(minor, "million")


def table(columns: Iterable[Any], held: Iterable[Loan], day: date) -> list[list[str]]:
    """Header and rows in the given columns."""
    columns = list(columns)
    return [[name for name, _ in columns], *([write(loan, day) for _, write in columns] for loan in held)]


def as_csv(rows: list[list[str]], encoding: str = "utf-8") -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode(encoding)


def as_xlsx(rows: list[list[str]]) -> bytes:
    """A workbook with text cells."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                sheet.write_string(number, at, cell)
    return held.getvalue()


def full(held: Iterable[Loan], day: date = NOVEMBER) -> bytes:
    """The agency's data file, exact to the cent."""
    return as_csv(table(FULL, held, day))


def summary(held: Iterable[Loan], day: date = NOVEMBER) -> bytes:
    """Its printed summary: a byte order mark, dd/mm/yyyy, other headers, millions with two decimals and separators."""
    return as_csv(table(SUMMARY, held, day), "utf-8-sig")


LAYOUTS: dict[str, tuple[str, Callable[[list[Loan]], bytes]]] = {
    "gz": ("ibrd", lambda held: gzip.compress(full(held))),
    "workbook with the columns turned round": ("ibrd", lambda held: as_xlsx(table(reversed(FULL), held, NOVEMBER))),
    "summary in millions": ("ibrd-millions", summary),
}


def take(
    content: bytes,
    as_of: date = NOVEMBER,
    *,
    at: datetime,
    mapping: str = "ibrd",
    portfolio: str = "agency",
    name: str = "statement.csv",
) -> CameOf:
    """Keep the bytes and take them in."""
    return import_file(
        keep(content, name=name),
        actor="test",
        catalogued=mapping_named(mapping),
        wanted=Wanted(portfolio),
        as_of=as_of,
        at=at,
    )


COUNTED = (Portfolio, Statement, StatementPosition, Agreement, Finding, AuditSnapshot, TrailEvent)


def counts() -> dict[str, int]:
    """Rows of every table an import may write."""
    found = {
        model.__tablename__: storage.session().scalar(select(func.count()).select_from(model)) or 0 for model in COUNTED
    }
    storage.remove_session()
    return found


@contextmanager
def statements_sent() -> Iterator[list[str]]:
    """SQL statements sent meanwhile, transaction control apart."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA", "ROLLBACK", "COMMIT")):
            seen.append(statement)

    event.listen(storage.engine(), "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(storage.engine(), "before_cursor_execute", note)


def changed(held: list[Loan], at: int, **values: Any) -> list[Loan]:
    """``held`` with one loan's fields replaced."""
    return [replace(loan, **values) if number == at else loan for number, loan in enumerate(held)]
