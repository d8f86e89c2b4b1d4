"""按月报送: who has said how far it has reported, who said 零报告, and who said nothing. Silence is not zero (F24)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, literal, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.commands import report_through
from matchmaking.delivery.disbursements.models import BankReport, Disbursement, DisbursementVoid
from matchmaking.domain.conversion.instruments import CONTRACTS
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by
from matchmaking.rulebook import number, workdays

REPORTED, ZERO, MISSING = "reported", "zero", "missing"
MONTHS_BACK = 12


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of ``day``."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month | None:
        """``2026-09``; None for anything else."""
        year, dash, number = text.partition("-")
        if not dash or not (year + number).isascii() or not (year + number).isdigit() or len(text) != 7:
            return None
        fine = 1 <= int(number) <= 12 and 1900 <= int(year) <= 2100
        return cls(int(year), int(number)) if fine else None

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last(self) -> date:
        """Its last day."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def before(self) -> Month:
        """The month before."""
        return Month(self.year - (self.number == 1), 12 if self.number == 1 else self.number - 1)


@dataclass(frozen=True, slots=True)
class ReportingPosition:
    """Where one bank stands with a month.

    ``state``: ``reported`` (through its last day, with money), ``zero`` (it said that nothing was paid) or ``missing``.
    ``last_through``: the last day it ever reported through, by what was known then; ``signed_minor``: contracts signed
    with it by the month's end, ``paid_minor``: paid within the month as reported, both in the portfolio's currency.
    """

    lender: str
    state: str
    last_through: date | None
    signed_minor: int
    paid_minor: int

    @property
    def last_month(self) -> str | None:
        """The last month it reported in full, as ``2026-08``."""
        if self.last_through is None:
            return None
        month = Month.of(self.last_through)
        return str(month if month.last == self.last_through else month.before)


def reporting_positions(
    session: Session, viewer: Viewer, portfolio: Portfolio, month: Month
) -> list[ReportingPosition]:
    """Every bank with a contract in ``portfolio`` by the end of ``month``, by name; one SQL statement.

    Nothing where the portfolio is not the viewer's to see. A 零报告 beside money of the same month counts as reported.
    """
    signed = (
        select(Agreement.lender.label("lender"), func.sum(Agreement.amount_minor).label("minor"))
        .join(Portfolio, Portfolio.id == Agreement.portfolio_id)
        .where(Agreement.portfolio_id == portfolio.id, seen_by(viewer), Agreement.origin == "case")
        .where(Agreement.instrument.in_(CONTRACTS), Agreement.signed_on <= month.last)
        .group_by(Agreement.lender)
        .subquery()
    )
    paid, said = _paid(portfolio.id, month), _said(portfolio.id, month)
    wanted = (
        select(signed.c.lender, signed.c.minor, paid.c.minor, said.c.through, said.c.zero)
        .outerjoin(paid, paid.c.lender == signed.c.lender)
        .outerjoin(said, said.c.lender == signed.c.lender)
        .order_by(signed.c.lender)
    )
    return [
        ReportingPosition(
            lender or "", _state(month, through, bool(zero), int(money or 0)), through, int(total), int(money or 0)
        )
        for lender, total, money, through, zero in session.execute(wanted)
    ]


def _state(month: Month, through: date | None, zero: bool, paid: int) -> str:
    if through is None or through < month.last:
        return MISSING
    return ZERO if zero and not paid else REPORTED


def _paid(portfolio_id: int, month: Month) -> Any:
    voided = select(DisbursementVoid.id).where(DisbursementVoid.disbursement_id == Disbursement.id).exists()
    return (
        select(Disbursement.lender.label("lender"), func.sum(Disbursement.amount_minor).label("minor"))
        .where(Disbursement.portfolio_id == portfolio_id, Disbursement.value_on.between(month.first, month.last))
        # the same money told by a second branch is held apart and counts once
        .where(~voided, Disbursement.repeats_id.is_(None))
        .group_by(Disbursement.lender)
        .subquery()
    )


def _said(portfolio_id: int, month: Month) -> Any:
    zero = and_(BankReport.zero, BankReport.through == month.last)
    return (
        select(
            BankReport.lender.label("lender"),
            func.max(BankReport.through).label("through"),
            func.count(BankReport.id).filter(zero).label("zero"),
        )
        .where(BankReport.portfolio_id == portfolio_id, BankReport.branch.is_(None))
        .group_by(BankReport.lender)
        .subquery()
    )


@dataclass(frozen=True, slots=True)
class MonthTold:
    """What a bank (or a branch of it) told of one month. ``branches`` spoke for themselves alone.

    ``due``: the last day to tell it; None for a branch, before the first contract, or where no workdays are announced.
    """

    month: Month
    count: int
    paid_minor: int
    said: BankReport | None
    branches: Sequence[BankReport]
    due: date | None


def due_on(month: Month) -> date | None:
    """The last day to report ``month``: so many workdays after its end. None where the workdays are not announced."""
    try:
        return workdays().add(month.last, number("report_due_workdays", month.last))
    except Refusal:
        return None


def speaks_for(session: Session, viewer: Viewer) -> tuple[str, str | None]:
    """The legal person's name, and the branch's where the viewer's organisation is one: a branch speaks for itself."""
    own = session.get_one(Organisation, viewer.organisation_id)
    if own.level == "head":
        return own.name, None
    return session.get_one(Organisation, own.legal_person_id).name, own.name


def months_told(
    session: Session, portfolio: Portfolio, lender: str, branch: str | None, until: date
) -> list[MonthTold]:
    """The last twelve months up to ``until``, the latest first; two SQL statements."""
    months = [Month.of(until)]
    while len(months) < MONTHS_BACK:
        months.append(months[-1].before)
    first = months[-1].first
    voided = select(DisbursementVoid.id).where(DisbursementVoid.disbursement_id == Disbursement.id).exists()
    paid = select(Disbursement.value_on, Disbursement.amount_minor).where(
        Disbursement.portfolio_id == portfolio.id, Disbursement.lender == lender, Disbursement.value_on >= first,
        ~voided, Disbursement.repeats_id.is_(None),
    )  # fmt: skip
    if branch is not None:
        paid = paid.where(Disbursement.branch == branch)
    money = [(Month.of(day), minor) for day, minor in session.execute(paid)]
    told = and_(BankReport.portfolio_id == portfolio.id, BankReport.lender == lender, BankReport.through >= first)
    if branch is not None:
        told = and_(told, BankReport.branch == branch)
    signed = select(func.min(Agreement.signed_on)).where(
        Agreement.portfolio_id == portfolio.id, Agreement.origin == "case", Agreement.lender == lender,
        Agreement.instrument.in_(CONTRACTS),
    )  # fmt: skip
    # one row at least, so that the first contract's day comes along where nothing was told
    once = select(literal(1).label("once")).subquery()
    said = select(BankReport, signed.scalar_subquery()).select_from(once).outerjoin(BankReport, told)
    rows = session.execute(said.order_by(BankReport.id)).all()
    since = rows[0][1] if branch is None else None
    return [_month(month, money, [one for one, _since in rows if one is not None], branch, since) for month in months]


def _month(
    month: Month, money: list[tuple[Month, int]], reports: list[BankReport], branch: str | None, since: date | None
) -> MonthTold:
    amounts = [minor for each, minor in money if each == month]
    of_month = [one for one in reports if Month.of(one.through) == month and one.through == month.last]
    own = [one for one in of_month if one.branch == branch]
    others = [one for one in of_month if one.branch is not None and one.branch != branch]
    due = due_on(month) if since is not None and since <= month.last else None
    return MonthTold(month, len(amounts), sum(amounts), own[-1] if own else None, others, due)


def report_month(
    session: Session, *, actor: str, portfolio: Portfolio, lender: str, branch: str | None, month: Month, zero: bool,
    at: datetime,
) -> BankReport:  # fmt: skip
    """Say that everything paid in ``month`` is reported, or (``zero``) that nothing was paid in it.

    Refuses a month that is not over, a 零报告 beside reported money and a full report where nothing is reported.
    """
    told = next(
        (one for one in months_told(session, portfolio, lender, branch, month.last) if one.month == month), None
    )
    count, paid = (told.count, told.paid_minor) if told else (0, 0)
    if zero and count:
        shown: dict[str, str | int | None] = {"month": str(month), "count": count, "amount": plain_amount(paid)}
        raise Refusal(Reason("zero_beside_money", shown))
    if not zero and not count:
        raise Refusal(Reason("nothing_to_report", {"month": str(month)}))
    return report_through(
        session, actor=actor, portfolio=portfolio, lender=lender, branch=branch, through=month.last, zero=zero, at=at
    )
