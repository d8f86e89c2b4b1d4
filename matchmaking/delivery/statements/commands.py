"""Taking in a statement: agreements by their key, positions in bulk, all in the caller's unit of work or not at all.

The whole operation, with findings and the audit's snapshot, is ``delivery.audits.intake``: it calls what stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import INSTRUMENTS, Agreement
from matchmaking.delivery.statements.catalogue import Catalogued
from matchmaking.delivery.statements.compared import Compared, Source
from matchmaking.delivery.statements.facts import agreement_key, statement_key, to_columns
from matchmaking.delivery.statements.models import Statement, StatementPosition
from matchmaking.delivery.statements.queries import agreements_of
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.positions import Position
from matchmaking.foundation.sandbox import positions_in
from matchmaking.foundation.storage import insert_rows
from matchmaking.registry.portfolios.commands import create_portfolio
from matchmaking.registry.portfolios.models import Portfolio

AT_ONCE = 1_000
"""Rows sent to the database at a time; memory stays flat whatever the size of a statement."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Where a statement goes: a portfolio's ``code``, and its titles should it have to be made (else the mapping's).

    ``another_series``: it is meant to stand beside statements of another series in one portfolio.
    """

    code: str
    title_zh: str = ""
    title_en: str = ""
    another_series: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A file fit to be taken in: read without a single row error, ``rows`` positions in ``source.spool``."""

    file_sha256: str
    file_name: str
    catalogued: Catalogued
    source: Source
    rows: int


def refuse_wrong_portfolio(session: Session, portfolio: Portfolio, series: str, *, another: bool = False) -> None:
    """A statement sent astray would be counted with somebody else's for good.

    Refuses with ``portfolio_not_statements`` where the city's own cases are kept, and with ``portfolio_other_series``
    where only another series stands, unless ``another`` says that this is meant.
    """
    if portfolio.kind != "statement":
        raise Refusal(Reason("portfolio_not_statements", {"code": portfolio.code}))
    held = set(session.scalars(select(Statement.series).where(Statement.portfolio_id == portfolio.id).distinct()))
    if held and series not in held and not another:
        told = {"code": portfolio.code, "held": ", ".join(sorted(held)), "series": series}
        raise Refusal(Reason("portfolio_other_series", told))


def portfolio_for(session: Session, *, actor: str, wanted: Wanted, taken: Taken, at: datetime) -> Portfolio:
    """The portfolio, locked against a second import of the same, or a new one of kind ``statement``.

    Refuses what :func:`refuse_wrong_portfolio` refuses.
    """
    found = session.scalars(select(Portfolio).where(Portfolio.code == wanted.code).with_for_update()).first()
    if found is not None:
        refuse_wrong_portfolio(session, found, taken.catalogued.mapping.series, another=wanted.another_series)
        return found
    title = taken.catalogued.mapping.title
    return create_portfolio(
        session,
        actor=actor,
        code=wanted.code,
        title_zh=(wanted.title_zh or title["zh"])[:120],
        title_en=(wanted.title_en or title["en"])[:120],
        kind="statement",
        currency=next(positions_in(taken.source.spool)).currency,
        jurisdiction="*",
        at=at,
    )


def add_statement(
    session: Session,
    *,
    actor: str,
    portfolio: Portfolio,
    taken: Taken,
    as_of: date,
    compared: Compared,
    at: datetime,
) -> Statement:
    """Insert a statement with its agreements and positions. ``compared``: against what, and which amounts carry over.

    Amounts that agree within half the rounded unit are kept as the more precise earlier statement had them. Refuses
    with ``statement_currency`` naming the line when a position is in another currency than the portfolio. The trail,
    the portfolio's counter and the evidence link are the calling command's.
    """
    mapping = taken.catalogued.mapping
    statement = Statement(
        public_key=_key(session, portfolio, mapping.series, as_of),
        portfolio_id=portfolio.id,
        series=mapping.series,
        as_of=as_of,
        mapping=mapping.name,
        mapping_sha256=taken.catalogued.sha256,
        file_sha256=taken.file_sha256,
        file_name=taken.file_name[:255],
        rows=taken.rows,
        currency=portfolio.currency,
        rounded_to=mapping.rounded_to_minor or None,
        earlier_id=compared.earlier.id if compared.earlier else None,
        comparison=compared.as_json(),
        recorded_at=at,
        recorded_by=actor,
    )
    session.add(statement)
    session.flush()
    agreements = agreements_of(session, portfolio.id, mapping.series)
    for batch in _batches(positions_in(taken.source.spool)):
        _refuse_currency(batch, portfolio.currency)
        _add_agreements(session, actor, portfolio, taken, batch, agreements, at)
        insert_rows(session, StatementPosition, [_row(p, statement.id, agreements, compared) for p in batch])
    return statement


def _key(session: Session, portfolio: Portfolio, series: str, as_of: date) -> str:
    same_day = select(func.count()).where(
        Statement.portfolio_id == portfolio.id, Statement.series == series, Statement.as_of == as_of
    )
    return statement_key(portfolio.code, series, as_of, 1 + (session.scalar(same_day) or 0))


def _add_agreements(
    session: Session,
    actor: str,
    portfolio: Portfolio,
    taken: Taken,
    batch: list[Position],
    agreements: dict[str, int],
    at: datetime,
) -> None:
    """Insert agreements seen for the first time and note their ids in ``agreements``."""
    mapping = taken.catalogued.mapping
    rows = [
        {
            "public_key": agreement_key(portfolio.code, mapping.series, position.external_id),
            "portfolio_id": portfolio.id,
            "origin": "statement",
            "series": mapping.series,
            "external_id": position.external_id,
            "firm": position.firm,
            "lender": position.lender,
            "branch": position.branch,
            "area_scheme": mapping.area_scheme,
            "area_code": position.area_code,
            "area_name": position.area_name,
            "product": position.product,
            "instrument": position.instrument if position.instrument in INSTRUMENTS else "ungraded",
            "currency": portfolio.currency,
            "revolving": position.product in mapping.revolving,
            "recorded_at": at,
            "recorded_by": actor,
        }
        for position in batch
        if position.external_id not in agreements
    ]
    if rows:
        insert_rows(session, Agreement, rows)
        agreements.update(agreements_of(session, portfolio.id, mapping.series, [p.external_id for p in batch]))


def _row(position: Position, statement_id: int, agreements: dict[str, int], compared: Compared) -> dict[str, Any]:
    columns = to_columns(compared.carried(position))
    return columns | {"statement_id": statement_id, "agreement_id": agreements[position.external_id]}


def refuse_other_currency(position: Position, currency: str) -> None:
    """Refuse with ``statement_currency``, naming the line, what is not in the portfolio's ``currency``."""
    if position.currency != currency:
        params: dict[str, str | int | None] = {
            "line": position.line,
            "stated": position.currency,
            "portfolio": currency,
        }
        raise Refusal(Reason("statement_currency", params))


def _refuse_currency(batch: Iterable[Position], currency: str) -> None:
    for position in batch:
        refuse_other_currency(position, currency)


def _batches(items: Iterator[T]) -> Iterator[list[T]]:
    while batch := list(islice(items, AT_ONCE)):
        yield batch
