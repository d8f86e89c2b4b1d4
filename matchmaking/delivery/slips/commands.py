"""Drawing up a slip, making, checking and returning it; and asking a bank for its month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.monthly import Month
from matchmaking.delivery.slips.facts import digest_of
from matchmaking.delivery.slips.models import MonthlySlip, ReportChase, SlipStep
from matchmaking.delivery.slips.queries import last_edition, month_figures
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import SLIP
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.files import Kept, attach
from matchmaking.foundation.trail import record
from matchmaking.registry.organisations.recording import fresh_key
from matchmaking.registry.portfolios.models import Portfolio

TAGS = {
    "draw": "slip.drawn", "refresh": "slip.refreshed", "make": "slip.made", "send_back": "slip.sent_back",
    "check": "slip.checked", "return": "slip.returned",
}  # fmt: skip
MEANS = ("phone", "letter", "visit", "message")


def subject_of(slip: MonthlySlip) -> str:
    """The slip as trail and evidence name it."""
    return f"slip:{slip.public_key}"


def draw_slip(
    session: Session, *, viewer: Viewer, portfolio: Portfolio, lender: str, branch: str | None, month: Month,
    today: date, at: datetime,
) -> MonthlySlip:  # fmt: skip
    """A draft of ``month`` from the records as they are. Refuses a branch, a month that is not over, a month whose
    last slip is still on its way, and one whose sealed slip says what the records still say.
    """
    if branch is not None:
        raise Refusal(Reason("slip_head_only", {"branch": branch}))
    if month.last > today:
        raise Refusal(Reason("slip_month_open", {"month": str(month)}))
    last = last_edition(session, portfolio.id, lender, str(month))
    figures = month_figures(session, portfolio, lender, month)
    digest = digest_of(lender, str(month), figures)
    if last is not None and (last.state != "returned" or last.digest == digest):
        raise Refusal(Reason("slip_there_already", {"month": str(month), "edition": last.edition}))
    slip = MonthlySlip(
        public_key=fresh_key("slip", at), portfolio_id=portfolio.id, lender=lender, month=str(month),
        edition=last.edition + 1 if last else 1, state=SLIP.initial[0], version=1, figures=figures, digest=digest,
        words="", made_by="", checked_by="", drawn_at=at,
    )  # fmt: skip
    session.add(slip)
    session.flush()
    _tell(session, slip, "draw", viewer, at)
    return slip


def refresh_slip(session: Session, *, viewer: Viewer, slip: MonthlySlip, version: int, at: datetime) -> None:
    """Take the records as they are now onto the draft."""
    portfolio = session.get_one(Portfolio, slip.portfolio_id)
    month = Month.read(slip.month)
    if month is None:
        raise ValueError(slip.month)
    figures = month_figures(session, portfolio, slip.lender, month)
    values = {"figures": figures, "digest": digest_of(slip.lender, slip.month, figures), "drawn_at": at}
    _move(session, slip, version, "refresh", viewer, at, values)


def make_slip(session: Session, *, viewer: Viewer, slip: MonthlySlip, version: int, words: str, at: datetime) -> None:
    """经办: the maker stands for the figures, and notes what differs from the bank's own books."""
    noted = words.strip()[:1000]
    _move(session, slip, version, "make", viewer, at, {"made_by": viewer.actor, "words": noted}, noted)


def send_back_slip(
    session: Session, *, viewer: Viewer, slip: MonthlySlip, version: int, words: str, at: datetime
) -> None:
    """The checker hands it back to be drawn up anew; says why."""
    if not words.strip():
        raise Refusal(Reason("slip_says_why"))
    _move(session, slip, version, "send_back", viewer, at, {"made_by": ""}, words.strip()[:1000])


def check_slip(session: Session, *, viewer: Viewer, slip: MonthlySlip, version: int, at: datetime) -> None:
    """复核: another person than the maker."""
    if slip.made_by == viewer.actor:
        raise Refusal(Reason("slip_own_check"))
    _move(session, slip, version, "check", viewer, at, {"checked_by": viewer.actor})


def return_slip(session: Session, *, viewer: Viewer, slip: MonthlySlip, version: int, scan: Kept, at: datetime) -> None:
    """The signed and sealed sheet comes back as a scan, known by its hash."""
    _move(session, slip, version, "return", viewer, at, {"scan_sha256": scan.sha256})
    attach(session, scan, subject=subject_of(slip), words="对账确认单签章件", actor=viewer.actor, at=at)


def _move(
    session: Session, slip: MonthlySlip, version: int, action: str, viewer: Viewer, at: datetime,
    values: dict[str, Any], words: str = "",
) -> None:  # fmt: skip
    before, after = slip.state, SLIP.move(slip.state, action, viewer.role.value)
    one = MonthlySlip
    changed = session.execute(
        update(one)
        .where(one.id == slip.id, one.state == before, one.version == version)
        .values(state=after, version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Refusal(Reason("slip_moved_on"))
    session.refresh(slip)
    _tell(session, slip, action, viewer, at, words)


def _tell(
    session: Session, slip: MonthlySlip, action: str, viewer: Viewer, at: datetime, words: str = ""
) -> None:  # fmt: skip
    session.add(
        SlipStep(
            slip_id=slip.id, number=slip.version, action=action, words=words, person=viewer.name, actor=viewer.actor,
            at=at,
        )
    )  # fmt: skip
    session.flush()
    payload = {"state": slip.state, "version": slip.version, "digest": slip.digest}
    record(session, actor=viewer.actor, tag=TAGS[action], subject=subject_of(slip), payload=payload, at=at)


def chase_report(
    session: Session, *, viewer: Viewer, portfolio: Portfolio, lender: str, month: Month, means: str, words: str,
    at: datetime,
) -> ReportChase:  # fmt: skip
    """Note that the bank was asked for its month. Refuses a bank that has signed nothing here."""
    known = select(func.count()).where(Agreement.portfolio_id == portfolio.id, Agreement.lender == lender)
    if not session.scalars(known).one():
        raise Refusal(Reason("chase_unknown_bank"))
    asked = ReportChase(
        portfolio_id=portfolio.id, lender=lender, month=str(month), means=means, words=words.strip()[:300],
        person=viewer.name, actor=viewer.actor, at=at,
    )  # fmt: skip
    session.add(asked)
    session.flush()
    payload = {"chase": asked.id, "month": str(month), "means": means}
    subject = f"portfolio:{portfolio.code}"
    record(session, actor=viewer.actor, tag="report.chased", subject=subject, payload=payload, at=at)
    return asked
