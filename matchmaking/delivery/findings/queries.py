"""Findings for pages: the list with its filters, and one finding with its evidence and answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.queries import same_firm
from matchmaking.delivery.disbursements.models import Disbursement, Verdict
from matchmaking.delivery.findings.models import Finding, FindingAnswer
from matchmaking.delivery.statements.models import Statement, StatementPosition
from matchmaking.delivery.statements.queries import is_standing
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by

STATES = ("open", "explained", "closed", "settled", "overtaken")
"""``overtaken``: its statement was corrected by a later one for the same day; the others follow the last answer.
``settled``: a later check did not see it any more; a case that shows it again opens it again."""


def _last(column: InstrumentedAttribute[str]) -> ScalarSelect[str]:
    """``column`` of the last answer to a finding."""
    answers = select(column).where(FindingAnswer.finding_id == Finding.id).order_by(FindingAnswer.id.desc())
    return answers.limit(1).correlate(Finding).scalar_subquery()


_stands = or_(Finding.statement_id.is_(None), is_standing())
_state = case((~_stands, "overtaken"), else_=func.coalesce(_last(FindingAnswer.kind), "open"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the list; an empty one takes everything. ``state`` empty means everything but ``overtaken``."""

    portfolio: str = ""
    code: str = ""
    state: str = ""
    as_of: date | None = None
    agreement: str = ""


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One line of the list; ``agreement_key`` and ``statement_key`` are None where the finding is about neither."""

    finding: Finding
    portfolio: Portfolio
    agreement_key: str | None
    external_id: str | None
    firm: str | None
    statement_key: str | None
    state: str


@dataclass(frozen=True, slots=True)
class FindingSheet:
    """One finding with what proves it. ``line`` is the line of ``statement``'s file."""

    row: FindingRow
    statement: Statement | None
    position: StatementPosition | None
    answers: Sequence[FindingAnswer]


def finding_list(
    session: Session, viewer: Viewer, wanted: Wanted, *, limit: int, offset: int = 0
) -> tuple[list[FindingRow], int]:
    """Findings, the latest day first, and how many there are in all; one SQL statement."""
    asked = _rows(viewer).add_columns(func.count().over().label("total")).where(*_filters(wanted))
    ordered = asked.order_by(Finding.as_of.desc(), Finding.code, Finding.id).limit(limit).offset(offset)
    rows = session.execute(ordered).all()
    return [_row(row) for row in rows], rows[0].total if rows else 0


def finding_counts(session: Session, viewer: Viewer, wanted: Wanted) -> dict[str, int]:
    """Code → number of findings under the other filters, for the row of filters above the list."""
    others = Wanted(portfolio=wanted.portfolio, state=wanted.state, as_of=wanted.as_of, agreement=wanted.agreement)
    asked = _from(select(Finding.code, func.count()), viewer).where(*_filters(others)).group_by(Finding.code)
    return {row[0]: row[1] for row in session.execute(asked.order_by(Finding.code))}


def finding_sheet(session: Session, viewer: Viewer, finding_id: int) -> FindingSheet | None:
    """One finding, or None when there is none or it is not the viewer's to see; two SQL statements."""
    asked = _rows(viewer).add_columns(Statement, StatementPosition)
    says = and_(
        StatementPosition.statement_id == Finding.statement_id, StatementPosition.agreement_id == Finding.agreement_id
    )
    found = session.execute(asked.outerjoin(StatementPosition, says).where(Finding.id == finding_id)).first()
    if found is None:
        return None
    answers = select(FindingAnswer).where(FindingAnswer.finding_id == finding_id).order_by(FindingAnswer.id)
    return FindingSheet(_row(found), found.Statement, found.StatementPosition, session.scalars(answers).all())


def payment_of(session: Session, viewer: Viewer, finding_id: int) -> Disbursement | None:
    """The report that a finding is about, or None where it is about none or is not the viewer's to see."""
    sheet = finding_sheet(session, viewer, finding_id)
    key = str(sheet.row.finding.params.get("about") or "") if sheet else ""
    return session.scalars(select(Disbursement).where(Disbursement.public_key == key)).one_or_none() if key else None


def twins_of(session: Session, agreement: Agreement) -> list[Agreement]:
    """Other signings of the same firm in the same portfolio that it may repeat, the earliest first."""
    wanted = select(Agreement).where(
        same_firm(Agreement, agreement), Agreement.id != agreement.id, Agreement.origin == "case"
    )  # fmt: skip
    return list(session.scalars(wanted.order_by(Agreement.signed_on, Agreement.id)))


def verdicts_on(session: Session, agreement: Agreement) -> list[Verdict]:
    """Verdicts on one signing, the earliest first."""
    return list(session.scalars(select(Verdict).where(Verdict.agreement_id == agreement.id).order_by(Verdict.id)))


@dataclass(frozen=True, slots=True)
class Question:
    """A question on a case: where it stands, and the last thing said of it (of a check: its day)."""

    id: int
    key: str
    state: str
    words: str


def questions_of(session: Session, portfolio_id: int, *, until: date) -> list[Question]:
    """Questions on cases of a portfolio for days not after ``until``, the earliest asked first; one SQL statement."""
    words = _last(FindingAnswer.words)
    asked = select(Finding.id, Finding.key, _state, func.coalesce(words, "")).where(
        Finding.portfolio_id == portfolio_id, Finding.statement_id.is_(None), Finding.as_of <= until
    )
    found = session.execute(asked.outerjoin(Statement, Statement.id == Finding.statement_id).order_by(Finding.id))
    return [Question(*row) for row in found]


def open_in(asked: Select[Any], viewer: Viewer) -> Select[Any]:
    """``asked`` of findings that stand and wait for an answer, in the viewer's window."""
    return _from(asked, viewer).where(_stands, _state == "open")


def _rows(viewer: Viewer) -> Select[Any]:
    return _from(
        select(
            Finding,
            Portfolio,
            Agreement.public_key.label("agreement_key"),
            Agreement.external_id.label("external_id"),
            func.coalesce(Agreement.firm, "").label("firm"),
            Statement.public_key.label("statement_key"),
            _state.label("state"),
        ),
        viewer,
    )


def _from(asked: Select[Any], viewer: Viewer) -> Select[Any]:
    return (
        asked.select_from(Finding)
        .join(Portfolio, Portfolio.id == Finding.portfolio_id)
        .outerjoin(Agreement, Agreement.id == Finding.agreement_id)
        .outerjoin(Statement, Statement.id == Finding.statement_id)
        .where(seen_by(viewer))
    )


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [_state == wanted.state if wanted.state in STATES else _stands]
    if wanted.portfolio:
        filters.append(Portfolio.code == wanted.portfolio)
    if wanted.code:
        filters.append(Finding.code == wanted.code)
    if wanted.as_of:
        filters.append(Finding.as_of == wanted.as_of)
    if wanted.agreement:
        filters.append(Agreement.public_key == wanted.agreement)
    return filters


def _row(row: Any) -> FindingRow:
    return FindingRow(
        row.Finding,
        row.Portfolio,
        row.agreement_key,
        row.external_id,
        row.firm or None,
        row.statement_key,
        row.state,
    )
