"""Reading decisions: a bank's own, at or under the reader's branch; a firm's own once they are decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.decisions.models import OPEN, CreditDecision, DecisionEvent
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.referrals.models import LIVE, Referral
from matchmaking.market.referrals.queries import known_to_bank
from matchmaking.registry.organisations.models import Organisation

Firm, Bank = aliased(Organisation), aliased(Organisation)
WROTE = ("start", "amend", "submit")


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision, the firm's name (empty for a bank to which the firm's file is shut) and the branch's."""

    decision: CreditDecision
    firm: str
    branch: str


def under(viewer: Viewer, bank: Any) -> ColumnElement[bool]:
    """``bank`` (an aliased organisation) is the viewer's own branch or hangs under it."""
    if viewer.organisation_kind != "bank" or not viewer.organisation_path:
        return false()
    own: ColumnElement[bool] = bank.path.like(viewer.organisation_path + "%")
    return own


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Decisions that are this viewer's to see; a firm sees its own once the bank has decided."""
    banks = under(viewer, Bank) if viewer.may(Permission.READ_REFERRALS) else false()
    if not viewer.may(Permission.READ_OWN_NEEDS) or viewer.organisation_id is None:
        return banks
    decided = CreditDecision.state.not_in(("draft", "submitted", "discarded"))
    return or_(banks, and_(CreditDecision.firm_id == viewer.organisation_id, decided))


def decision_list(session: Session, viewer: Viewer, *, limit: int, offset: int = 0) -> tuple[list[DecisionRow], int]:
    """Decisions the viewer may see, open ones first, the latest first; and how many. One SQL statement."""
    order = (case((CreditDecision.state.in_(OPEN), 0), else_=1), CreditDecision.id.desc())
    asked = _joined(select(CreditDecision, Firm.name, Bank.name, func.count().over()), viewer)
    rows = session.execute(asked.order_by(*order).limit(limit).offset(offset)).all()
    return [DecisionRow(row[0], row[1], row[2]) for row in rows], rows[0][3] if rows else 0


def visible_decision(session: Session, viewer: Viewer, key: str) -> DecisionRow | None:
    """The decision ``key``, or None where there is none for this viewer."""
    asked = _joined(select(CreditDecision, Firm.name, Bank.name), viewer).where(CreditDecision.public_key == key)
    row = session.execute(asked).first()
    return DecisionRow(*row) if row else None


def as_known(session: Session, rows: Sequence[DecisionRow], *, on: date) -> list[DecisionRow]:
    """The rows for the bank, without the firm's name where its file is shut on ``on``; one SQL statement."""
    known = known_to_bank(session, [row.decision.referral_key for row in rows], on=on)
    return [row if row.decision.referral_key in known else replace(row, firm="") for row in rows]


def decision_by_key(session: Session, key: str) -> CreditDecision | None:
    """The decision ``key``, for commands and jobs."""
    return session.scalars(select(CreditDecision).where(CreditDecision.public_key == key)).one_or_none()


def open_decision(session: Session, referral_key: str) -> CreditDecision | None:
    """The decision that stands for a referral just now."""
    wanted = select(CreditDecision).where(CreditDecision.referral_key == referral_key, CreditDecision.state.in_(OPEN))
    return session.scalars(wanted).one_or_none()


def line_of_referral(session: Session, viewer: Viewer, referral_key: str) -> DecisionRow | None:
    """The firm's own decided line on a referral, the latest; None where there is none for this viewer."""
    asked = _joined(select(CreditDecision, Firm.name, Bank.name), viewer)
    asked = asked.where(CreditDecision.referral_key == referral_key).order_by(CreditDecision.id.desc()).limit(1)
    row = session.execute(asked).first()
    return DecisionRow(*row) if row else None


def locked_decision(session: Session, decision_id: int) -> CreditDecision:
    """The decision as it is now, held until the commit: papers under one line are judged in turn."""
    wanted = select(CreditDecision).where(CreditDecision.id == decision_id).with_for_update()
    return session.scalars(wanted, execution_options={"populate_existing": True}).one()


def history(session: Session, decision_id: int) -> Sequence[DecisionEvent]:
    """Everything that was done with it, the earliest first."""
    wanted = select(DecisionEvent).where(DecisionEvent.decision_id == decision_id).order_by(DecisionEvent.number)
    return session.scalars(wanted).all()


def writers_of(session: Session, decision_id: int) -> set[str]:
    """Whoever wrote any of its terms or submitted it: none of them decides."""
    event = DecisionEvent
    wanted = select(event.actor).where(event.decision_id == decision_id, event.action.in_(WROTE))
    return set(session.scalars(wanted))


def run_out(session: Session, as_of: date, *, limit: int) -> list[CreditDecision]:
    """Approved lines whose last day was before ``as_of``."""
    wanted = select(CreditDecision).where(CreditDecision.state == "approved", CreditDecision.expires_on < as_of)
    return list(session.scalars(wanted.order_by(CreditDecision.id).limit(limit)))


def orphaned(session: Session, *, limit: int) -> list[tuple[CreditDecision, str]]:
    """Open decisions whose referral has ended, with the state in which it did."""
    wanted = select(CreditDecision, Referral.state).join(Referral, Referral.public_key == CreditDecision.referral_key)
    wanted = wanted.where(CreditDecision.state.in_(OPEN), Referral.state.not_in(LIVE))
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(CreditDecision.id).limit(limit))]


def _joined(asked: Select[Any], viewer: Viewer) -> Select[Any]:
    asked = asked.join(Firm, Firm.id == CreditDecision.firm_id).join(Bank, Bank.id == CreditDecision.bank_id)
    return asked.where(seen_by(viewer))
