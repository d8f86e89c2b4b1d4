"""Flags for pages: the list with its filters, one with its evidence, replies and decisions; the office's and a party's.

A bank's people see the flags about their legal person; those of a branch only what is about papers their branch signed.
A firm sees the flags about its papers that it may answer. Everybody else's are not there (404).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.queries import firms_of_papers
from matchmaking.delivery.flags.models import (
    FigureFlag,
    FlagConfirmation,
    FlaggedSigning,
    FlagProposal,
    FlagReply,
    FlagVerdict,
)
from matchmaking.domain.conversion.detectors import DETECTORS, Detector, detector_of
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.clock import end_of_day
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by

STATES = ("waiting", "replied", "silent", "upheld", "explained", "withdrawn")
"""``waiting``: in the bank's term; ``replied``: the bank answered; ``silent``: the term is over without an answer."""
FOR_FIRM = tuple(one.code for one in DETECTORS if "firm" in one.answers)
Own, Head = aliased(Organisation), aliased(Organisation)


def _verdict(until: datetime | None = None) -> ColumnElement[str | None]:
    """The last decision, of those known by ``until``."""
    last = select(FlagVerdict.kind).where(FlagVerdict.flag_id == FigureFlag.id, _known(FlagVerdict, until))
    return last.order_by(FlagVerdict.id.desc()).limit(1).correlate(FigureFlag).scalar_subquery()


def _known(table: Any, until: datetime | None) -> ColumnElement[bool]:
    return true() if until is None else table.recorded_at <= until


def state_on(day: date, until: datetime | None = None) -> ColumnElement[str]:
    """Where a flag stands on ``day``, as known by ``until``."""
    said = exists().where(
        FlagReply.flag_id == FigureFlag.id, FlagReply.party == "bank", FlagReply.branch.is_(None),
        _known(FlagReply, until),
    )  # fmt: skip
    heard = case(
        (said.correlate(FigureFlag), "replied"), (FigureFlag.reply_due >= day, "waiting"), else_="silent"
    )  # fmt: skip
    return func.coalesce(_verdict(until), heard)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the list; an empty one takes everything."""

    portfolio: str = ""
    code: str = ""
    lender: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class FlagRow:
    """One line of the list. ``reply``: the last words of the bank, for a printed list; ``proposed``: the kind of the
    verdict that waits for a second person, for the office alone.
    """

    flag: FigureFlag
    portfolio: Portfolio
    state: str
    reply: str | None = None
    proposed: str | None = None

    @property
    def detector(self) -> Detector:
        """What saw it."""
        return detector_of(self.flag.code) or DETECTORS[0]

    @property
    def public(self) -> bool:
        """Whether it may leave the office: the bank has answered, or its term is over (N12)."""
        return self.state != "waiting"


@dataclass(frozen=True, slots=True)
class FlagSheet:
    """One flag with both sides. ``papers``: each paper and whether its money is at stake. ``proposal``: the verdict
    that waits for a second person, for the office alone; ``verdicts``: each with who proposed it, where two did.
    """

    row: FlagRow
    papers: Sequence[tuple[Agreement, bool]]
    replies: Sequence[FlagReply]
    verdicts: Sequence[tuple[FlagVerdict, str | None]]
    proposal: FlagProposal | None = None


def flag_list(
    session: Session, viewer: Viewer, wanted: Wanted, *, on: date, limit: int, offset: int = 0, public: bool = False
) -> tuple[list[FlagRow], int]:
    """Flags, those due first among the waiting, then the latest, and how many; one SQL statement.

    ``public`` leaves those out that are still in the bank's term.
    """
    state = state_on(on)
    asked = _rows(viewer, on).add_columns(func.count().over()).where(*_filters(wanted, state))
    if public:
        asked = asked.where(state != "waiting")
    waits = case((state == "waiting", 0), (state.in_(("replied", "silent")), 1), else_=2)
    ordered = asked.order_by(waits, FigureFlag.reply_due, FigureFlag.id).limit(limit).offset(offset)
    rows = session.execute(ordered).all()
    return [FlagRow(*row[:5]) for row in rows], rows[0][5] if rows else 0


def flag_choices(session: Session, viewer: Viewer, wanted: Wanted) -> tuple[dict[str, int], list[str]]:
    """How many flags each detector has raised, and the banks they are about, for the filters; one SQL statement."""
    asked = _seen(select(FigureFlag.code, FigureFlag.lender, func.count()), viewer)
    if wanted.portfolio:
        asked = asked.where(Portfolio.code == wanted.portfolio)
    counts: dict[str, int] = {}
    lenders: set[str] = set()
    for code, lender, number in session.execute(asked.group_by(FigureFlag.code, FigureFlag.lender)):
        lenders.add(lender)
        if wanted.lender in ("", lender):
            counts[code] = counts.get(code, 0) + number
    return {one.code: counts[one.code] for one in DETECTORS if one.code in counts}, sorted(lenders)


def asked_of(session: Session, viewer: Viewer, *, on: date, limit: int, offset: int = 0) -> tuple[list[FlagRow], int]:
    """Flags that the viewer's bank or firm may answer, the nearest deadline first, and how many; one SQL statement."""
    state = state_on(on)
    asked = _asked(viewer, on).add_columns(func.count().over())
    decided = case((state.in_(("upheld", "explained", "withdrawn")), 1), else_=0)
    ordered = asked.order_by(decided, FigureFlag.reply_due, FigureFlag.id).limit(limit).offset(offset)
    rows = session.execute(ordered).all()
    return [FlagRow(*row[:4]) for row in rows], rows[0][4] if rows else 0


def flag_sheet(session: Session, viewer: Viewer, number: int, *, on: date, asked: bool = False) -> FlagSheet | None:
    """One flag, or None where there is none for this viewer; ``asked``: as one of those it may answer. Four SQL
    statements, and one for the proposal.
    """
    wanted = _asked(viewer, on) if asked else _rows(viewer, on)
    found = session.execute(wanted.where(FigureFlag.id == number)).first()
    if found is None:
        return None
    papers = (
        select(Agreement, FlaggedSigning.at_stake)
        .join(FlaggedSigning, FlaggedSigning.agreement_id == Agreement.id)
        .where(FlaggedSigning.flag_id == number)
        .order_by(Agreement.signed_on, Agreement.id)
    )
    replies = select(FlagReply).where(FlagReply.flag_id == number).order_by(FlagReply.id)
    verdicts = (
        select(FlagVerdict, FlagProposal.actor)
        .outerjoin(FlagConfirmation, FlagConfirmation.verdict_id == FlagVerdict.id)
        .outerjoin(FlagProposal, FlagProposal.id == FlagConfirmation.proposal_id)
        .where(FlagVerdict.flag_id == number)
        .order_by(FlagVerdict.id)
    )
    return FlagSheet(
        FlagRow(*found), session.execute(papers).tuples().all(), session.scalars(replies).all(),
        session.execute(verdicts).tuples().all(), None if asked else pending_proposal(session, number),
    )  # fmt: skip


def pending_proposal(session: Session, number: int) -> FlagProposal | None:
    """The verdict last proposed on a flag, unless it was confirmed; one SQL statement."""
    confirmed = exists().where(FlagConfirmation.proposal_id == FlagProposal.id)
    last = select(FlagProposal, confirmed.correlate(FlagProposal)).where(FlagProposal.flag_id == number)
    found = session.execute(last.order_by(FlagProposal.id.desc()).limit(1)).first()
    return None if found is None or found[1] else found[0]


def on_agreement(session: Session, agreement_id: int, *, on: date) -> list[FlagRow]:
    """Flags about one paper as they stood and were known at the end of ``on``, earliest first; one SQL statement."""
    until = end_of_day(on)
    asked = (
        select(FigureFlag, Portfolio, state_on(on, until), _last_reply(until))
        .join(Portfolio, Portfolio.id == FigureFlag.portfolio_id)
        .join(FlaggedSigning, FlaggedSigning.flag_id == FigureFlag.id)
        .where(FlaggedSigning.agreement_id == agreement_id, FigureFlag.recorded_at <= until)
    )
    return [FlagRow(*row) for row in session.execute(asked.order_by(FigureFlag.id))]


def lenders_of(session: Session, viewer: Viewer) -> list[str]:
    """Banks with which the viewer's firm has signed, by name; one SQL statement."""
    whose = firms_of_papers()
    asked = select(Agreement.lender).join(whose, whose.c.agreement_id == Agreement.id)
    asked = asked.where(whose.c.organisation_id == viewer.organisation_id, Agreement.lender.is_not(None))
    return sorted({lender for lender in session.scalars(asked) if lender})


def upheld_on(session: Session, agreement_ids: Sequence[int], *, besides: int) -> Mapping[int, bool]:
    """Agreement → whether a flag other than ``besides`` that stakes it stands upheld."""
    asked = (
        select(FlaggedSigning.agreement_id)
        .join(FigureFlag, FigureFlag.id == FlaggedSigning.flag_id)
        .where(FlaggedSigning.agreement_id.in_(agreement_ids), FlaggedSigning.at_stake, FigureFlag.id != besides)
        .where(_verdict() == "upheld")
    )
    held = set(session.scalars(asked))
    return {each: each in held for each in agreement_ids}


def _last_reply(until: datetime | None = None) -> ColumnElement[str | None]:
    return (
        select(FlagReply.words)
        .where(FlagReply.flag_id == FigureFlag.id, FlagReply.party == "bank", _known(FlagReply, until))
        .order_by(FlagReply.id.desc())
        .limit(1)
        .correlate(FigureFlag)
        .scalar_subquery()
    )


def _rows(viewer: Viewer, on: date) -> Select[Any]:
    return _seen(select(FigureFlag, Portfolio, state_on(on).label("state"), _last_reply(), _proposed()), viewer)


def _proposed() -> ColumnElement[str | None]:
    """The kind of the verdict that waits for a second person."""
    confirmed = exists().where(FlagConfirmation.proposal_id == FlagProposal.id).correlate(FlagProposal)
    kind = select(case((~confirmed, FlagProposal.kind))).where(FlagProposal.flag_id == FigureFlag.id)
    return kind.order_by(FlagProposal.id.desc()).limit(1).correlate(FigureFlag).scalar_subquery()


def _seen(asked: Select[Any], viewer: Viewer) -> Select[Any]:
    return asked.select_from(FigureFlag).join(Portfolio, Portfolio.id == FigureFlag.portfolio_id).where(seen_by(viewer))


def _asked(viewer: Viewer, on: date) -> Select[Any]:
    """Flags of the viewer's own bank or firm."""
    asked = select(FigureFlag, Portfolio, state_on(on).label("state"), _last_reply())
    asked = asked.select_from(FigureFlag).join(Portfolio, Portfolio.id == FigureFlag.portfolio_id)
    asked = asked.join(Own, Own.id == viewer.organisation_id).join(Head, Head.id == Own.legal_person_id)
    return asked.where(_may_answer(viewer))


def _may_answer(viewer: Viewer) -> ColumnElement[bool]:
    if viewer.organisation_id is None or not viewer.may(Permission.REPLY_TO_FLAGS):
        return false()
    papers = exists().where(FlaggedSigning.flag_id == FigureFlag.id, FlaggedSigning.agreement_id == Agreement.id)
    papers = papers.correlate(FigureFlag, Own)
    if viewer.organisation_kind == "bank":
        own = papers.where(Agreement.branch == Own.name)
        return and_(FigureFlag.lender == Head.name, or_(Own.level == "head", own))
    whose = firms_of_papers()
    of_firm = papers.where(whose.c.agreement_id == Agreement.id, whose.c.organisation_id == viewer.organisation_id)
    return and_(FigureFlag.code.in_(FOR_FIRM), of_firm)


def _filters(wanted: Wanted, state: ColumnElement[str]) -> list[ColumnElement[bool]]:
    pairs = (
        (Portfolio.code, wanted.portfolio),
        (FigureFlag.code, wanted.code),
        (FigureFlag.lender, wanted.lender),
        (state, wanted.state),
    )
    return [column == value for column, value in pairs if value]
