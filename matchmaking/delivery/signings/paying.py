"""出账机构: the signing branch names another branch of its bank that pays, and so may report, under an agreement."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.recording import append, fresh_key
from matchmaking.delivery.signings.models import Paper, PayingBranch
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.registry.organisations.models import Organisation


def other_branches(session: Session, paper: Paper) -> list[Organisation]:
    """Open branches of the same legal person that may be named: neither the signing one nor one named already."""
    named = select(PayingBranch.bank_id).where(PayingBranch.agreement_id == paper.agreement_id)
    house = select(Organisation.legal_person_id).where(Organisation.id == paper.bank_id).scalar_subquery()
    wanted = select(Organisation).where(
        Organisation.kind == "bank", Organisation.legal_person_id == house, Organisation.active,
        Organisation.id != paper.bank_id, Organisation.id.not_in(named),
    )  # fmt: skip
    return list(session.scalars(wanted.order_by(Organisation.path)))


def paying_branches(session: Session, agreement_id: int) -> list[Organisation]:
    """Branches named for an agreement, in the order of naming."""
    wanted = select(Organisation).join(PayingBranch, PayingBranch.bank_id == Organisation.id)
    return list(session.scalars(wanted.where(PayingBranch.agreement_id == agreement_id).order_by(PayingBranch.id)))


def name_paying_branch(
    session: Session, *, actor: str, agreement: Agreement, paper: Paper, branch_key: str, named_on: date, at: datetime
) -> PayingBranch:
    """Let the branch ``branch_key`` see the agreement and report on it; the credit stays the signing branch's.

    Refuses with ``paying_branch_unfit`` anything that is no other open branch of the same bank, or named already.
    """
    chosen = next((one for one in other_branches(session, paper) if one.public_key == branch_key), None)
    if chosen is None:
        raise Refusal(Reason("paying_branch_unfit"))
    fact = PayingBranch(
        public_key=fresh_key("paying", at), agreement_id=agreement.id, bank_id=chosen.id, named_on=named_on
    )
    payload = {"agreement": agreement.id, "bank": chosen.id}
    owner = agreement.portfolio_id
    return append(session, fact, portfolio_id=owner, actor=actor, tag="branch.named", at=at, payload=payload)
