"""Reading papers: the bank's, at or under the reader's branch; the firm's own from the moment they are offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.decisions.queries import under
from matchmaking.delivery.signings.models import PROMISING, Paper, PaperEvent, PayingBranch
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import known_to_bank
from matchmaking.registry.organisations.models import Organisation

ENDED_REFERRALS = ("declined", "refused", "withdrawn", "transferred", "terminated", "lapsed", "merged", "released")
Firm, Bank = aliased(Organisation), aliased(Organisation)
SHOWN = Paper.state.not_in(("drafted", "discarded"))
"""What the firm may see: drafts are the bank's alone."""


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper, the firm's name, the branch's, and the agreement where both have signed.

    ``own``: the viewer's branch, or one under it, is the signing one; a branch that only pays has no say in the terms.
    """

    paper: Paper
    firm: str
    branch: str
    agreement: Agreement | None
    own: bool = False


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Papers that are this viewer's to see; drafts are the bank's alone. A branch that pays sees what it pays under."""
    banks = or_(under(viewer, Bank), _pays(viewer)) if viewer.may(Permission.REPORT_DISBURSEMENTS) else false()
    if not viewer.may(Permission.SIGN_AGREEMENTS) or viewer.organisation_id is None:
        return banks
    return or_(banks, and_(Paper.firm_id == viewer.organisation_id, SHOWN))


def visible_paper(session: Session, viewer: Viewer, key: str) -> PaperRow | None:
    """The paper ``key``, or None where there is none for this viewer."""
    row = session.execute(paper_rows(viewer).where(Paper.public_key == key)).first()
    return PaperRow(*row) if row else None


def taken_back(session: Session, viewer: Viewer, key: str) -> str | None:
    """The branch that took the paper ``key`` back after it had offered it to the viewer's firm; None for all others.

    Who was shown the paper a moment ago is told why it is gone; to everybody else it was never there.
    """
    if not viewer.may(Permission.SIGN_AGREEMENTS) or viewer.organisation_id is None:
        return None
    offered = select(PaperEvent.id).where(PaperEvent.paper_id == Paper.id, PaperEvent.after == "offered")
    asked = select(Bank.name).join(Paper, Paper.bank_id == Bank.id).where(Paper.public_key == key, offered.exists())
    return session.scalars(asked.where(Paper.firm_id == viewer.organisation_id, ~SHOWN)).first()


def as_known(session: Session, row: PaperRow, *, on: date) -> PaperRow:
    """The paper for the bank: before both have signed without the firm's name where its file is shut on ``on``."""
    if row.agreement is not None:
        return row
    decision = session.get_one(CreditDecision, row.paper.decision_id)
    return row if known_to_bank(session, [decision.referral_key], on=on) else replace(row, firm="")


def papers_of_decision(session: Session, viewer: Viewer, decision_id: int) -> list[PaperRow]:
    """Papers under one decision, the latest first."""
    asked = paper_rows(viewer).where(Paper.decision_id == decision_id).order_by(Paper.id.desc())
    return [PaperRow(*row) for row in session.execute(asked)]


def signed_papers(session: Session, viewer: Viewer, *, limit: int, offset: int = 0) -> tuple[list[PaperRow], int]:
    """Papers that both have signed, the latest first, and how many; one SQL statement."""
    asked = paper_rows(viewer, func.count().over()).where(Paper.agreement_id.is_not(None)).order_by(Paper.id.desc())
    rows = session.execute(asked.limit(limit).offset(offset)).all()
    return [PaperRow(*row[:5]) for row in rows], rows[0][5] if rows else 0


def papers_to_sign(session: Session, viewer: Viewer) -> list[PaperRow]:
    """Papers that wait for a signature, the earliest first; one SQL statement."""
    asked = paper_rows(viewer).where(Paper.state.in_(("offered", "firm_signed"))).order_by(Paper.id)
    return [PaperRow(*row) for row in session.execute(asked)]


def signed_agreement(session: Session, viewer: Viewer, key: str) -> PaperRow | None:
    """The agreement ``key`` with its paper, or None where there is none for this viewer."""
    row = session.execute(paper_rows(viewer).where(Agreement.public_key == key)).first()
    return PaperRow(*row) if row else None


def promised_of(session: Session, decision_id: int, *, without: int = 0, follows: str | None = None) -> int:
    """Minor units of the line that papers of the decision take, the paper ``without`` aside.

    An intent that a contract follows is one commitment with it: it takes no room beside it. ``follows``: its key.
    """
    later = aliased(Paper)
    followed = select(later.follows_key).where(
        later.decision_id == decision_id, later.state.in_(PROMISING), later.follows_key.is_not(None)
    )
    key = func.coalesce(Agreement.public_key, "")
    wanted = (
        select(func.coalesce(func.sum(Paper.amount_minor), 0))
        .outerjoin(Agreement, Agreement.id == Paper.agreement_id)
        .where(Paper.decision_id == decision_id, Paper.state.in_(PROMISING), Paper.id != without)
        .where(key.not_in(followed), key != (follows or "-"))
    )
    return int(session.execute(wanted).scalar_one())


def intents_of(session: Session, firm_id: int, bank_id: int) -> list[Agreement]:
    """Intents (and lines) of the firm with the bank of ``bank_id`` that no paper follows yet, the latest first."""
    house = select(Organisation.legal_person_id).where(Organisation.id == bank_id).scalar_subquery()
    successor = aliased(Agreement)
    wanted = (
        select(Agreement)
        .join(Paper, Paper.agreement_id == Agreement.id)
        .join(Bank, Bank.id == Paper.bank_id)
        .where(Paper.firm_id == firm_id, Bank.legal_person_id == house, Agreement.instrument != "loan_contract")
        .where(~select(successor.id).where(successor.supersedes_id == Agreement.id).exists())
    )
    return list(session.scalars(wanted.order_by(Agreement.id.desc())))


def never_signed(session: Session, as_of: date, *, limit: int) -> list[Paper]:
    """Drafts, and papers that lack a signature, whose line or referral is over or ran out before ``as_of``."""
    over = or_(
        CreditDecision.state != "approved", CreditDecision.expires_on < as_of, Referral.state.in_(ENDED_REFERRALS)
    )
    wanted = select(Paper).join(CreditDecision, CreditDecision.id == Paper.decision_id)
    wanted = wanted.outerjoin(Referral, Referral.public_key == CreditDecision.referral_key)
    wanted = wanted.where(Paper.state.in_(("drafted", "offered", "firm_signed")), over)
    return list(session.scalars(wanted.order_by(Paper.id).limit(limit)))


def history(session: Session, paper_id: int) -> Sequence[PaperEvent]:
    """Everything that was done with it, the earliest first."""
    return session.scalars(select(PaperEvent).where(PaperEvent.paper_id == paper_id).order_by(PaperEvent.number)).all()


def paper_rows(viewer: Viewer, *more: Any) -> Select[Any]:
    """Columns of :class:`PaperRow` and then ``more``, of every paper the viewer may see."""
    own = case((under(viewer, Bank), True), else_=False)
    asked: Select[Any] = select(Paper, Firm.name, Bank.name, Agreement, own, *more)
    asked = asked.join(Firm, Firm.id == Paper.firm_id).join(Bank, Bank.id == Paper.bank_id)
    return asked.outerjoin(Agreement, Agreement.id == Paper.agreement_id).where(seen_by(viewer))


def _pays(viewer: Viewer) -> ColumnElement[bool]:
    payer = aliased(Organisation)
    named = select(PayingBranch.id).join(payer, payer.id == PayingBranch.bank_id)
    return named.where(PayingBranch.agreement_id == Paper.agreement_id, under(viewer, payer)).exists()
