"""催报: which bank has reported which month, by when it was due, who asked for it. Silence never looks like zero."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import BankReport, Disbursement, DisbursementVoid
from matchmaking.delivery.disbursements.monthly import MISSING, REPORTED, ZERO, Month, due_on
from matchmaking.delivery.slips.models import MonthlySlip, ReportChase
from matchmaking.delivery.slips.queries import latest_slips
from matchmaking.domain.conversion.instruments import CONTRACTS
from matchmaking.domain.pinyin import in_pinyin_order
from matchmaking.registry.portfolios.models import Portfolio

NOT_YET, NONE_SIGNED = "not_yet", "none_signed"
"""The month is not over; the bank had signed nothing by its end."""
MONTHS = 6


@dataclass(frozen=True, slots=True)
class Cell:
    """One bank and month: :data:`REPORTED`, :data:`ZERO`, :data:`MISSING`, :data:`NOT_YET` or :data:`NONE_SIGNED`."""

    month: Month
    state: str
    paid_minor: int
    overdue: bool
    chases: Sequence[ReportChase]
    slip: MonthlySlip | None


@dataclass(frozen=True, slots=True)
class Line:
    """One bank. ``signed_minor``: contracts signed with it by the last month's end."""

    lender: str
    signed_minor: int
    cells: Sequence[Cell]

    @property
    def missing(self) -> Sequence[Cell]:
        """Months that it has not reported."""
        return [cell for cell in self.cells if cell.state == MISSING]


@dataclass(frozen=True, slots=True)
class Board:
    """Banks by months, the latest month first. ``due``: month → the last day to report it; None: no calendar yet."""

    months: Sequence[Month]
    due: Mapping[Month, date | None]
    lines: Sequence[Line]


def chase_board(session: Session, portfolio: Portfolio, *, today: date) -> Board:
    """The last months' board; five SQL statements, however many banks. The caller has looked at the viewer's window."""
    months = [Month.of(today)]
    while len(months) < MONTHS:
        months.append(months[-1].before)
    first = months[-1].first
    signed = _signed(session, portfolio.id, months[0].last)
    said, zeros = _said(session, portfolio.id)
    paid = _paid(session, portfolio.id, first)
    chases: dict[tuple[str, str], list[ReportChase]] = defaultdict(list)
    asked = select(ReportChase).where(ReportChase.portfolio_id == portfolio.id, ReportChase.month >= str(months[-1]))
    for one in session.scalars(asked.order_by(ReportChase.id)):
        chases[one.lender, one.month].append(one)
    slips = {(one.lender, one.month): one for one in latest_slips(session, portfolio.id, since=str(months[-1]))}
    due = {month: due_on(month) for month in months}

    def cell(lender: str, month: Month) -> Cell:
        money, through = paid.get((lender, str(month)), 0), said.get(lender)
        state = MISSING
        if signed[lender][0] > month.last:
            state = NONE_SIGNED
        elif through is not None and through >= month.last:
            state = ZERO if (lender, month.last) in zeros and not money else REPORTED
        elif month.last > today:
            state = NOT_YET
        last = due[month]
        late = state == MISSING and last is not None and today > last
        return Cell(month, state, money, late, chases.get((lender, str(month)), ()), slips.get((lender, str(month))))

    banks = sorted(signed, key=in_pinyin_order)
    lines = [Line(one, signed[one][1], [cell(one, month) for month in months]) for one in banks]
    return Board(months, due, lines)


def _signed(session: Session, portfolio_id: int, until: date) -> dict[str, tuple[date, int]]:
    asked = (
        select(Agreement.lender, func.min(Agreement.signed_on), func.coalesce(func.sum(Agreement.amount_minor), 0))
        .where(
            Agreement.portfolio_id == portfolio_id, Agreement.origin == "case", Agreement.lender.is_not(None),
            Agreement.instrument.in_(CONTRACTS), Agreement.signed_on <= until,
        )
        .group_by(Agreement.lender)
    )  # fmt: skip
    return {lender: (first, int(minor)) for lender, first, minor in session.execute(asked)}


def _said(session: Session, portfolio_id: int) -> tuple[dict[str, date], set[tuple[str, date]]]:
    """Lender → the last day that its head reported through; and (lender, last day) of every 零报告."""
    asked = select(BankReport.lender, BankReport.through, BankReport.zero).where(
        BankReport.portfolio_id == portfolio_id, BankReport.branch.is_(None)
    )
    through: dict[str, date] = {}
    zeros: set[tuple[str, date]] = set()
    for lender, day, zero in session.execute(asked):
        through[lender] = max(day, through.get(lender, day))
        if zero:
            zeros.add((lender, day))
    return through, zeros


def _paid(session: Session, portfolio_id: int, since: date) -> dict[tuple[str, str], int]:
    voided = select(DisbursementVoid.id).where(DisbursementVoid.disbursement_id == Disbursement.id).exists()
    asked = (
        select(Disbursement.lender, Disbursement.value_on, func.sum(Disbursement.amount_minor))
        .where(Disbursement.portfolio_id == portfolio_id, Disbursement.value_on >= since)
        .where(~voided, Disbursement.repeats_id.is_(None))
        .group_by(Disbursement.lender, Disbursement.value_on)
    )
    found: dict[tuple[str, str], int] = defaultdict(int)
    for lender, day, minor in session.execute(asked):
        found[lender, str(Month.of(day))] += int(minor)
    return found
