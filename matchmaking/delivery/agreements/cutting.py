"""协商减额: the bank proposes to cut what is not paid, the firm agrees or not; what was signed stays what it was."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, CutAnswer, CutProposal
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.commands import touch

ANSWERS = ("agreed", "declined", "taken_back")


def open_proposal(session: Session, agreement_id: int) -> CutProposal | None:
    """The proposal that waits for an answer, or None."""
    wanted = select(CutProposal).outerjoin(CutAnswer, CutAnswer.proposal_id == CutProposal.id)
    wanted = wanted.where(CutProposal.agreement_id == agreement_id, CutAnswer.id.is_(None))
    return session.scalars(wanted.order_by(CutProposal.id).limit(1)).first()


def propose_cut(
    session: Session, *, actor: str, agreement: Agreement, amount_minor: int, left_minor: int, reason: str,
    proposed_on: date, at: datetime, public_key: str | None = None,
) -> CutProposal:  # fmt: skip
    """The bank proposes to cut ``amount_minor`` of the ``left_minor`` that are not paid yet.

    Refuses more than is left, no reason, and a second proposal beside one that waits.
    """
    refuse_nothing(amount_minor)
    refuse_future(proposed_on, at)
    if amount_minor > left_minor:
        raise Refusal(_over(amount_minor, left_minor))
    if not reason.strip():
        raise Refusal(Reason("exit_needs_reason"))
    if open_proposal(session, agreement.id) is not None:
        raise Refusal(Reason("cut_waits_already"))
    fact = CutProposal(
        public_key=public_key or fresh_key("cut", at), agreement_id=agreement.id, amount_minor=amount_minor,
        reason=reason.strip(), proposed_on=proposed_on,
    )  # fmt: skip
    payload = {"agreement": agreement.id, "amount_minor": amount_minor}
    owner = agreement.portfolio_id
    return append(session, fact, portfolio_id=owner, actor=actor, tag="cut.proposed", at=at, payload=payload)


def answer_cut(
    session: Session, *, actor: str, agreement: Agreement, proposal: CutProposal, answer: str, left_minor: int,
    answered_on: date, at: datetime,
) -> CutAnswer:  # fmt: skip
    """The firm agrees (whoever knows the money then records the cut) or declines; the bank may take it back first.

    Of two answers one wins, the other is refused with ``cut_answered``. Refuses agreeing to more than is left now.
    """
    refuse_future(answered_on, at)
    if answer not in ANSWERS:
        raise Refusal(Reason("step_unknown"))
    if answer == "agreed" and proposal.amount_minor > left_minor:
        raise Refusal(_over(proposal.amount_minor, left_minor))
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {
        "public_key": fresh_key("cut-answer", at), "proposal_id": proposal.id, "answer": answer,
        "answered_on": answered_on, "recorded_at": at, "recorded_by": actor,
    }  # fmt: skip
    statement = insert(CutAnswer).values(**values).on_conflict_do_nothing(index_elements=["proposal_id"])
    made = session.execute(statement.returning(CutAnswer.id)).scalar()
    if made is None:
        raise Refusal(Reason("cut_answered"))
    touch(session, agreement.portfolio_id, at=at)
    payload = {"proposal": proposal.public_key, "answer": answer}
    record(
        session, actor=actor, tag="cut.answered", subject=f"cut_answer:{values['public_key']}", payload=payload, at=at
    )
    return session.get_one(CutAnswer, made)


def _over(amount_minor: int, left_minor: int) -> Reason:
    return Reason("cut_over_left", {"amount": plain_amount(amount_minor), "left": plain_amount(max(left_minor, 0))})
