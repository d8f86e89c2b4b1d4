"""The bank's inbox: lines without any firm, what is over its day first, and how many stand where."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from matchmaking.domain.turns import BANK
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.matches.models import Recommendation
from matchmaking.market.needs.models import Need
from matchmaking.market.products.models import Product, ProductVersion
from matchmaking.market.referrals.models import LIVE, OPENED, Referral
from matchmaking.market.referrals.queries import NEED_OPEN, seen_by
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.organisations.models import Organisation

WAITING, IN_HAND, ENDED = TABS = ("waiting", "in_hand", "ended")
OF_TAB = {WAITING: ("sent", "claimed"), IN_HAND: OPENED}
UNDECIDED = ("accepted", "diligence", "deciding")
"""States in which the bank still owes its decision."""
FAR = date(9999, 12, 31)
LATE, TODAY, LATER, PAUSED, UNDATED, DECIDED = "late", "today", "later", "paused", "undated", "decided"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the inbox: no firm, no name of one. ``points``: of each line of the degree of fit."""

    referral: Referral
    branch: str
    product: str
    officer: str
    points: tuple[dict[str, Any], ...] = ()

    @property
    def due(self) -> date | None:
        """The day to which the bank's clock runs just now; None where there is none."""
        if self.referral.state in OF_TAB[WAITING]:
            return self.referral.due_on
        return self.referral.decide_by if self.referral.state in UNDECIDED else None

    @property
    def short(self) -> tuple[str, ...]:
        """The two lines of points on which most is lost, the most first; fewer where less than two lose any."""
        lost = sorted(self.points, key=lambda line: line["points"] - line["full"])
        return tuple(line["line"] for line in lost[:2] if line["points"] < line["full"])


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one day under one heading; ``kind`` late, today, later, paused, undated or decided."""

    kind: str
    day: date | None
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait for the bank's answer: over their day, due today, later this week, next week, after that; how many
    wait for somebody else; how many are in hand and have ended."""

    overdue: int
    today: int
    this_week: int
    next_week: int
    afterwards: int
    paused: int
    in_hand: int
    ended: int

    @property
    def waiting(self) -> int:
        """All without an answer."""
        return self.overdue + self.today + self.this_week + self.next_week + self.afterwards + self.paused

    def of(self, tab: str) -> int:
        """How many stand under ``tab``."""
        return {WAITING: self.waiting, IN_HAND: self.in_hand, ENDED: self.ended}[tab]


def inbox(
    session: Session, viewer: Viewer, *, tab: str, limit: int, offset: int = 0
) -> tuple[list[Line], int]:  # fmt: skip
    """The bank's list: what is over its day first, each day by points, what waits for others last; one statement."""
    asked = (
        select(
            Referral, Organisation.name.label("branch"), Product.name.label("product"), UserAccount.name,
            Recommendation.lines, func.count().over().label("total"),
        )
        .join(Need, Need.id == Referral.need_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .join(ProductVersion, ProductVersion.id == Referral.product_version_id)
        .join(Product, Product.id == ProductVersion.product_id)
        .outerjoin(UserAccount, UserAccount.id == Referral.officer_id)
        .outerjoin(Recommendation, Recommendation.id == Referral.recommendation_id)
        .where(seen_by(viewer), _in_tab(tab))
        .order_by(*_order(tab), Referral.id)
    )  # fmt: skip
    rows = session.execute(asked.limit(limit).offset(offset)).all()
    return [Line(row[0], row[1], row[2], row[3] or "", _points(row[4])) for row in rows], rows[0][5] if rows else 0


def inbox_counts(session: Session, viewer: Viewer, on: date) -> Counts:
    """How many stand where; one SQL statement."""
    waiting, due = _in_tab(WAITING), Referral.due_on
    running = and_(waiting, Referral.turn == BANK)
    sunday = on + timedelta(days=6 - on.weekday())
    conditions = {
        "overdue": and_(running, due < on),
        "today": and_(running, due == on),
        "this_week": and_(running, due > on, due <= sunday),
        "next_week": and_(running, due > sunday, due <= sunday + timedelta(days=7)),
        "afterwards": and_(running, due > sunday + timedelta(days=7)),
        "paused": and_(waiting, Referral.turn != BANK),
        "in_hand": _in_tab(IN_HAND),
        "ended": _in_tab(ENDED),
    }
    sums = [func.coalesce(func.sum(case((conditions[one.name], 1), else_=0)), 0) for one in fields(Counts)]
    asked = (
        select(*sums)
        .select_from(Referral)
        .join(Need, Need.id == Referral.need_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(seen_by(viewer))
    )
    return Counts(*(int(count) for count in session.execute(asked).one()))


def grouped(lines: list[Line], tab: str, on: date) -> list[Group]:
    """Lines in their order under one heading per day; the ended ones under none."""
    if tab == ENDED:
        return [Group("", None, tuple(lines))] if lines else []
    return [Group(*kind, tuple(same)) for kind, same in groupby(lines, lambda line: _kind(line, on))]


def tab_of(referral: Referral, *, stands: bool) -> str:
    """Under which tab a referral stands."""
    if not stands:
        return ENDED
    return next((tab for tab, states in OF_TAB.items() if referral.state in states), ENDED)


def _kind(line: Line, on: date) -> tuple[str, date | None]:
    due = line.due
    if line.referral.state in ("approved", "signed"):
        return DECIDED, None
    if line.referral.turn in ("with_firm", "with_third"):
        return PAUSED, None
    if due is None or line.referral.turn != BANK:
        return UNDATED, None
    if due < on:
        return LATE, None
    return (TODAY, due) if due == on else (LATER, due)


def _points(kept: Any) -> tuple[dict[str, Any], ...]:
    return tuple((kept or {}).get("lines", ()))


def _in_tab(tab: str) -> ColumnElement[bool]:
    """A tab's referrals; one whose need has ended stands under the ended ones at once, before the sweep closes it."""
    stands = Need.state.in_(NEED_OPEN)
    if tab in OF_TAB:
        return and_(Referral.state.in_(OF_TAB[tab]), stands)
    return or_(Referral.state.not_in(LIVE), ~stands)


def _order(tab: str) -> tuple[Any, ...]:
    if tab == ENDED:
        return (Referral.answered_on.desc(), Referral.id.desc())
    running = case((Referral.turn == BANK, 0), (Referral.turn == "stopped", 2), else_=1)
    if tab == WAITING:
        due: Any = Referral.due_on
    else:  # what is decided has no day any more
        decided = Referral.state.not_in(UNDECIDED)
        running = case((decided, 3), else_=running)
        due = case((decided, literal(FAR)), else_=func.coalesce(Referral.decide_by, literal(FAR)))
    return (running, due, func.coalesce(Referral.points, -1).desc())
