"""What is told of money under signed papers, for the bank's page and for the firm's; and from whose device."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import (
    Confirmation,
    Disbursement,
    DisbursementPosition,
    DisbursementVoid,
)
from matchmaking.delivery.disbursements.queries import ended_minor
from matchmaking.delivery.signings.models import Paper
from matchmaking.delivery.signings.queries import Bank, Firm, seen_by
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.needs.models import Need
from matchmaking.registry.accounts.models import LoginSession, UserAccount
from matchmaking.registry.organisations.models import Organisation

BANK_ROLES = (Role.BANK_OFFICER.value, Role.BANK_MANAGER.value)
A_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Told:
    """A report, whether it was taken back, and the firm's last answer."""

    disbursement: Disbursement
    void: DisbursementVoid | None
    answer: Confirmation | None
    agreement: Agreement
    paper: Paper

    @property
    def waits(self) -> bool:
        """Nobody at the firm has said anything: that is not a yes."""
        return self.void is None and self.answer is None


def told_under(session: Session, viewer: Viewer, agreement_ids: Sequence[int]) -> list[Told]:
    """Reports on these agreements that the viewer may see, the earliest first; one SQL statement."""
    asked = _told(viewer).where(Disbursement.agreement_id.in_(agreement_ids)).order_by(Disbursement.id)
    return [Told(*row) for row in session.execute(asked)]


def visible_report(session: Session, viewer: Viewer, key: str) -> Told | None:
    """The report ``key``, or None where there is none for this viewer."""
    row = session.execute(_told(viewer).where(Disbursement.public_key == key)).first()
    return Told(*row) if row else None


def drawn_of(session: Session, agreement_ids: Sequence[int]) -> dict[int, int]:
    """Agreement → minor units drawn and not given back; absent where nothing was reported."""
    position = DisbursementPosition
    wanted = select(position.agreement_id, position.drawn_minor - position.repaid_minor)
    return {row[0]: row[1] for row in session.execute(wanted.where(position.agreement_id.in_(agreement_ids)))}


def left_of(session: Session, agreement: Agreement) -> int:
    """Minor units of a signing that are neither drawn nor cut; 0 where the rest has ended."""
    ends = ended_minor(session, agreement)
    drawn = drawn_of(session, [agreement.id]).get(agreement.id, 0)
    return max((agreement.amount_minor or 0) - drawn - ends, 0)


def room_of(session: Session, agreement: Agreement) -> int:
    """Minor units that a report may still bring: what is left, and what a void gave back after the rest had ended."""
    held = session.get(DisbursementPosition, agreement.id)
    if held is None:
        return left_of(session, agreement)
    return max(held.limit_minor - (held.drawn_minor - held.repaid_minor), 0)


def own_branch(session: Session, viewer: Viewer) -> str:
    """Name of the organisation the viewer works for; empty without one."""
    found = session.get(Organisation, viewer.organisation_id) if viewer.organisation_id is not None else None
    return found.name if found else ""


def loan_kind_of(session: Session, need_key: str | None) -> str:
    """Kind of loan that the need behind an agreement asked for; empty where none is known."""
    return session.scalars(select(Need.loan_kind).where(Need.public_key == (need_key or ""))).first() or ""


def is_bank_device(session: Session, viewer: Viewer, at: datetime) -> bool:
    """Whether somebody of a bank was signed in with this browser at this address within a day before ``at``.

    An unknown address proves nothing. The answer stays; it waits for a call-back.
    """
    mine = session.get(LoginSession, viewer.session_id)
    if mine is None or not mine.address:
        return False
    other = LoginSession
    wanted = (
        select(other.id)
        .join(UserAccount, UserAccount.id == other.user_id)
        .where(UserAccount.role.in_(BANK_ROLES), other.address == mine.address, other.browser == mine.browser)
        .where(other.last_seen_at >= at - A_DAY, other.opened_at <= at)
    )
    return session.execute(wanted.limit(1)).first() is not None


def _told(viewer: Viewer) -> Select[Any]:
    later = aliased(Confirmation)
    last: ColumnElement[int] = (
        select(func.max(later.id)).where(later.disbursement_id == Disbursement.id).scalar_subquery()
    )
    return (
        select(Disbursement, DisbursementVoid, Confirmation, Agreement, Paper)
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .join(Paper, Paper.agreement_id == Agreement.id)
        .join(Firm, Firm.id == Paper.firm_id)
        .join(Bank, Bank.id == Paper.bank_id)
        .outerjoin(DisbursementVoid, DisbursementVoid.disbursement_id == Disbursement.id)
        .outerjoin(Confirmation, Confirmation.id == last)
        .where(seen_by(viewer))
    )
