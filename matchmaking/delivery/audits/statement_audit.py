"""The audit of a portfolio known only from statements: positions → payload, list rows and ledger lines."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import INSTRUMENTS, Agreement
from matchmaking.delivery.audits.facts import Reckoned, searchable
from matchmaking.delivery.audits.statement_payload import StatementTally, statement_payload
from matchmaking.delivery.statements.catalogue import mapping_named, names
from matchmaking.delivery.statements.facts import StoredPosition
from matchmaking.delivery.statements.models import Statement
from matchmaking.delivery.statements.queries import positions_of, statement_for
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.answers import answers_of
from matchmaking.domain.statements.checks import Circumstances
from matchmaking.domain.statements.ledger import shares
from matchmaking.domain.statements.positions import Position
from matchmaking.foundation.clock import end_of_day
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number

OPEN = ("SW", "SN")
MEMBER, UNSIGNED = "member", "unsigned"


def reckon_statements(session: Session, portfolio: Portfolio, *, as_of: date, known_on: date) -> Reckoned:
    """The audit of what the standing statements say, one per series.

    Refuses with ``unknown_before_first_statement`` where none stands yet on these days: unknown, never zero.
    """
    statements = statement_for(session, portfolio.id, as_of, end_of_day(known_on))
    if not statements:
        days = {"as_of": as_of.isoformat(), "known": known_on.isoformat(), "code": portfolio.code}
        raise Refusal(Reason("unknown_before_first_statement", days))
    now = Circumstances(max(s.as_of for s in statements), _revolving(session, portfolio.id, known_on))
    bands = age_bands(as_of)
    tally = StatementTally(portfolio, as_of, bands)
    found = [(s, stored) for s in statements for stored in positions_of(session, s.id)]
    rows: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for statement, stored in found:
        row = _row(statement, stored, as_of, bands)
        rows.append(row)
        tally.add(stored.public_key, stored.says, row)
        lines += _lines(row)
    answers = answers_of((stored.says for _, stored in found), now)
    return Reckoned(statement_payload(tally, statements, answers, _answers_under(statements)), rows, lines)


def age_bands(day: date) -> tuple[int, ...]:
    """Last days of the closed age bands, from the rulebook."""
    return tuple(number(f"age_band_{band}_days", day) for band in range(1, 5))


def _revolving(session: Session, portfolio_id: int, known_on: date) -> frozenset[str]:
    """Products that may be drawn again after repayment, as the mappings said when the agreements came in."""
    wanted = select(Agreement.product).distinct().where(Agreement.recorded_at <= end_of_day(known_on))
    wanted = wanted.where(Agreement.portfolio_id == portfolio_id, Agreement.revolving.is_(True))
    return frozenset(product for product in session.scalars(wanted) if product)


def _answers_under(statements: list[Statement]) -> str | None:
    """The key under which the mapping repeats the answers; a mapping that is no longer of the house says nothing."""
    for statement in statements:
        if statement.mapping in names():
            return mapping_named(statement.mapping).mapping.answers_under
    return None


def _row(statement: Statement, stored: StoredPosition, as_of: date, bands: tuple[int, ...]) -> dict[str, Any]:
    says = stored.says
    held = shares(says) if says.signed_on is not None else {}
    unknown = says.disbursed is None
    return {
        "agreement_id": stored.agreement_id,
        "position_id": stored.position_id,
        "statement_id": statement.id,
        "public_key": stored.public_key,
        "external_id": says.external_id,
        "firm": says.firm,
        "lender": says.lender,
        "branch": says.branch,
        "area_name": says.area_name,
        "product": says.product,
        "grade": grade_of(says),
        "standing": MEMBER if says.signed_on else UNSIGNED,
        "status": says.status or "",
        "band": None if says.signed_on is None else _band(says.signed_on, as_of, bands),
        "signed_on": says.signed_on,
        "due_on": says.closing_on,
        "signed_minor": says.original,
        "paid": (says.disbursed or 0) > 0 or (unknown and says.first_money_on is not None),
        "paid_minor": says.disbursed,
        "verified_minor": 0,
        "open_minor": sum(held.get(bucket, 0) for bucket in OPEN) if held else None,
        "buckets": held,
        "detail": None,
        "search": searchable(says.firm, says.external_id, says.lender, says.area_name, says.product, says.branch),
    }


def grade_of(says: Position) -> str:
    """The ledger it stands in: its instrument where the source names a known one, none while unsigned."""
    if says.signed_on is None:
        return ""
    return says.instrument if says.instrument in INSTRUMENTS else "ungraded"


def _band(signed_on: date, as_of: date, bands: tuple[int, ...]) -> int:
    days = (as_of - signed_on).days
    return next((place for place, last in enumerate(bands) if days <= last), len(bands))


def _lines(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "agreement_id": row["agreement_id"],
            "grade": row["grade"],
            "standing": MEMBER,
            "bucket": bucket,
            "amount_minor": minor,
            "verified_minor": 0,
            "band": row["band"],
            "reason": None,
            "position_id": row["position_id"],
        }
        for bucket, minor in row["buckets"].items()
    ]
