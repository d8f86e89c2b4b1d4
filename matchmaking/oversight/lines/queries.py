"""Lines that match nothing yet, reports that no line speaks of, what was matched; and bridges of a month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, FactVoid
from matchmaking.delivery.disbursements.models import Disbursement, DisbursementVoid, ThirdPartyLine
from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.conversion.bridging import Bridge
from matchmaking.domain.conversion.pairing import Side
from matchmaking.domain.money import Money
from matchmaking.foundation.clock import end_of_day
from matchmaking.oversight.lines.models import LineMatch, LineProposal, LineRejection, OutsideLine
from matchmaking.registry.portfolios.models import Portfolio

_fact_taken_back = (
    select(FactVoid.id).where(FactVoid.fact_key == ThirdPartyLine.public_key).correlate(ThirdPartyLine).exists()
)
_report_taken_back = (
    select(DisbursementVoid.id)
    .where(DisbursementVoid.disbursement_id == Disbursement.id)
    .correlate(Disbursement)
    .exists()
)
_matched = (
    select(LineMatch.id)
    .join(ThirdPartyLine, ThirdPartyLine.id == LineMatch.fact_id)
    .join(Disbursement, Disbursement.id == LineMatch.disbursement_id)
    .where(LineMatch.line_id == OutsideLine.id, ~_fact_taken_back, ~_report_taken_back)
    .correlate(OutsideLine)
    .exists()
)
OPEN = ~_matched
"""No match of the line counts: it never had one, or its fact or its report was taken back."""
STANDS = (Disbursement.form == "loan") & ~_report_taken_back
"""A report of loan principal that nobody took back."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line that matches nothing yet; ``proposals``: how many payments it could be."""

    line: OutsideLine
    proposals: int


@dataclass(frozen=True, slots=True)
class Silent:
    """A reported payment that no statement but the lender's speaks of."""

    report: Disbursement
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Matched:
    """A line and its payment."""

    match: LineMatch
    line: OutsideLine
    report: Disbursement
    agreement: Agreement


@dataclass(frozen=True, slots=True)
class Candidate:
    """A payment a line could be; ``rejection`` where a person said no."""

    proposal: LineProposal
    report: Disbursement
    agreement: Agreement
    rate_ppm: int | None
    rejection: LineRejection | None


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of one list, and how many there are in all."""

    rows: Sequence[Any]
    total: int


def line_by_key(session: Session, portfolio_id: int, key: str) -> OutsideLine | None:
    """A line of this portfolio."""
    wanted = select(OutsideLine).where(OutsideLine.portfolio_id == portfolio_id, OutsideLine.public_key == key)
    return session.scalars(wanted).one_or_none()


def is_open(session: Session, line: OutsideLine) -> bool:
    """Whether the line matches nothing."""
    return session.scalar(select(OutsideLine.id).where(OutsideLine.id == line.id, OPEN)) is not None


def open_lines(session: Session, portfolio_id: int, *, limit: int, offset: int = 0) -> Rows:
    """Lines that match nothing, the oldest first; one SQL statement."""
    rejected = select(LineRejection.id).where(
        LineRejection.line_id == LineProposal.line_id, LineRejection.disbursement_id == LineProposal.disbursement_id
    )
    proposals = (
        select(func.count())
        .select_from(LineProposal)
        .join(Disbursement, Disbursement.id == LineProposal.disbursement_id)
        .where(LineProposal.line_id == OutsideLine.id, ~rejected.exists(), STANDS)
        .correlate(OutsideLine)
        .scalar_subquery()
    )
    asked = select(OutsideLine, proposals, func.count().over()).where(OutsideLine.portfolio_id == portfolio_id, OPEN)
    found = _paged(session, asked.order_by(OutsideLine.value_on, OutsideLine.id), limit, offset)
    return Rows([OpenLine(row[0], row[1]) for row in found], found[0][-1] if found else 0)


def silent_reports(session: Session, portfolio_id: int, *, limit: int, offset: int = 0) -> Rows:
    """Standing reports of principal that no third party's line speaks of, the oldest first; one SQL statement."""
    heard = select(ThirdPartyLine.id).where(ThirdPartyLine.disbursement_id == Disbursement.id, ~_fact_taken_back)
    asked = (
        select(Disbursement, Agreement, func.count().over())
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .where(Disbursement.portfolio_id == portfolio_id, STANDS, ~heard.correlate(Disbursement).exists())
        .order_by(Disbursement.value_on, Disbursement.id)
    )
    found = _paged(session, asked, limit, offset)
    return Rows([Silent(row[0], row[1]) for row in found], found[0][-1] if found else 0)


def matched_lines(session: Session, portfolio_id: int, *, limit: int, offset: int = 0) -> Rows:
    """Lines with their payments, the latest match first; one SQL statement."""
    asked = (
        select(LineMatch, OutsideLine, Disbursement, Agreement, func.count().over())
        .join(OutsideLine, OutsideLine.id == LineMatch.line_id)
        .join(Disbursement, Disbursement.id == LineMatch.disbursement_id)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .join(ThirdPartyLine, ThirdPartyLine.id == LineMatch.fact_id)
        .where(OutsideLine.portfolio_id == portfolio_id, ~_fact_taken_back, ~_report_taken_back)
        .order_by(LineMatch.id.desc())
    )
    found = _paged(session, asked, limit, offset)
    return Rows([Matched(*row[:4]) for row in found], found[0][-1] if found else 0)


def candidates_of(session: Session, line: OutsideLine) -> list[Candidate]:
    """The payments a line could be, the nearest amount first; one SQL statement."""
    said_no = (LineRejection.line_id == LineProposal.line_id) & (
        LineRejection.disbursement_id == LineProposal.disbursement_id
    )
    asked = (
        select(LineProposal, Disbursement, Agreement, Paper.rate_ppm, LineRejection)
        .join(Disbursement, Disbursement.id == LineProposal.disbursement_id)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .outerjoin(Paper, Paper.agreement_id == Agreement.id)
        .outerjoin(LineRejection, said_no)
        .where(LineProposal.line_id == line.id, STANDS)
        .order_by(func.abs(Disbursement.amount_minor - line.amount_minor), Disbursement.id)
    )
    return [Candidate(*row) for row in session.execute(asked)]


def match_of(session: Session, line: OutsideLine) -> Matched | None:
    """The match of a line that counts."""
    asked = (
        select(LineMatch, OutsideLine, Disbursement, Agreement)
        .join(OutsideLine, OutsideLine.id == LineMatch.line_id)
        .join(Disbursement, Disbursement.id == LineMatch.disbursement_id)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .join(ThirdPartyLine, ThirdPartyLine.id == LineMatch.fact_id)
        .where(LineMatch.line_id == line.id, ~_fact_taken_back, ~_report_taken_back)
    )
    found = session.execute(asked).first()
    return Matched(*found) if found else None


def _paged(session: Session, asked: Select[Any], limit: int, offset: int) -> Sequence[Any]:
    return session.execute(asked.limit(limit).offset(offset)).all()


# --- for the matcher


def sides_of_lines(session: Session, portfolio: Portfolio) -> dict[str, list[tuple[Side, OutsideLine]]]:
    """Source → its open lines as sides, keyed by id; one SQL statement."""
    wanted = select(OutsideLine).where(OutsideLine.portfolio_id == portfolio.id, OPEN).order_by(OutsideLine.id)
    found: dict[str, list[tuple[Side, OutsideLine]]] = {}
    for line in session.scalars(wanted):
        found.setdefault(line.source, []).append((side_of_line(line, portfolio.currency), line))
    return found


def side_of_line(line: OutsideLine, currency: str) -> Side:
    """The line as one side of a pair."""
    amount = Money(line.amount_minor, currency)
    return Side(line.public_key, line.firm, line.lender, amount, line.value_on, line.iou_no, line.rate_ppm, line.payee)


def sides_of_reports(session: Session, portfolio: Portfolio, source: str) -> dict[str, tuple[Side, Disbursement]]:
    """Public key → a standing report of which ``source`` has not spoken yet; one SQL statement."""
    heard = select(ThirdPartyLine.id).where(
        ThirdPartyLine.disbursement_id == Disbursement.id, ThirdPartyLine.source == source, ~_fact_taken_back
    )
    asked = (
        select(Disbursement, Agreement.firm, Agreement.currency, Paper.rate_ppm)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .outerjoin(Paper, Paper.agreement_id == Agreement.id)
        .where(Disbursement.portfolio_id == portfolio.id, STANDS, ~heard.correlate(Disbursement).exists())
    )
    return {
        row.public_key: (
            Side(
                row.public_key, firm or "", row.lender, Money(row.amount_minor, currency), row.value_on, row.iou_no,
                rate, row.payee,
            ),
            row,
        )
        for row, firm, currency, rate in session.execute(asked)
    }  # fmt: skip


def rejected_pairs(session: Session, portfolio_id: int) -> frozenset[tuple[str, str]]:
    """(line, report) by public key of what a person turned down."""
    return _pairs(session, portfolio_id, LineRejection)


def proposed_pairs(session: Session, portfolio_id: int) -> frozenset[tuple[str, str]]:
    """(line, report) by public key of what was proposed so far."""
    return _pairs(session, portfolio_id, LineProposal)


def _pairs(
    session: Session, portfolio_id: int, table: type[LineRejection] | type[LineProposal]
) -> frozenset[tuple[str, str]]:
    asked = (
        select(OutsideLine.public_key, Disbursement.public_key)
        .join(table, table.line_id == OutsideLine.id)
        .join(Disbursement, Disbursement.id == table.disbursement_id)
        .where(OutsideLine.portfolio_id == portfolio_id)
    )
    return frozenset((row[0], row[1]) for row in session.execute(asked))


def fingerprints(session: Session, portfolio_id: int, wanted: Sequence[str]) -> set[str]:
    """Which of these are there already."""
    asked = select(OutsideLine.fingerprint).where(
        OutsideLine.portfolio_id == portfolio_id, OutsideLine.fingerprint.in_(wanted)
    )
    return set(session.scalars(asked))


def lenders_by_name(session: Session, portfolio_id: int) -> dict[str, str]:
    """Name of a lender or of a branch on any paper here → the legal person that lends."""
    asked = select(Agreement.lender, Agreement.branch).where(Agreement.portfolio_id == portfolio_id).distinct()
    found: dict[str, str] = {}
    for lender, branch in session.execute(asked):
        if lender:
            found |= {lender: lender} | ({branch: lender} if branch else {})
    return found


def knows_firm(session: Session, portfolio_id: int, firm: str) -> bool:
    """Whether any paper of the portfolio bears this name."""
    asked = select(Agreement.id).where(Agreement.portfolio_id == portfolio_id, Agreement.firm == firm)
    return session.scalar(asked.limit(1)) is not None


# --- bridges


def bridges(session: Session, portfolio_id: int, *, before: date, last: date) -> dict[str, Bridge]:
    """Lender → the bridge of its reports from the end of one day to the end of another; one SQL statement.

    The same rule as ``domain.conversion.bridging.bridge``, summed where the rows are.
    """
    void = DisbursementVoid.recorded_at
    told = Disbursement.recorded_at
    from_, to = end_of_day(before), end_of_day(last)
    within, taken_back = (told > from_) & (told <= to), (void > from_) & (void <= to)
    asked = (
        select(
            Disbursement.lender,
            _sum((told <= from_) & (void.is_(None) | (void > from_))),
            _sum(within & (Disbursement.revision == 1)),
            _sum(within & (Disbursement.revision > 1)),
            _sum(taken_back),
            _sum((told <= to) & (void.is_(None) | (void > to))),
        )
        .outerjoin(DisbursementVoid, DisbursementVoid.disbursement_id == Disbursement.id)
        .where(Disbursement.portfolio_id == portfolio_id, Disbursement.form == "loan", told <= to)
        .group_by(Disbursement.lender)
        .order_by(Disbursement.lender)
    )
    return {row[0]: Bridge(*(int(figure) for figure in row[1:])) for row in session.execute(asked)}


def _sum(where: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((where, Disbursement.amount_minor), else_=0)), 0)
