"""An end takes room as a payment does: under the position's lock, so that yuan ended are never paid as well.

The fact itself is the agreement's; that it lowers what may still be reported stands here, where the money is known.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.commands import exit_agreement, take_back
from matchmaking.delivery.agreements.cutting import answer_cut
from matchmaking.delivery.agreements.models import Agreement, AgreementExit, CutAnswer, CutProposal, FactVoid
from matchmaking.delivery.disbursements.asking import left_of
from matchmaking.delivery.disbursements.positions import hold_position, lower_limit, restore_limit
from matchmaking.delivery.disbursements.queries import ended_minor
from matchmaking.domain.reasons import Reason, Refusal


def end_agreement(
    session: Session, *, actor: str, agreement: Agreement, kind: str, by_party: str, exited_on: date, at: datetime,
    amount_minor: int | None = None, reason: str = "", reason_code: str | None = None, public_key: str | None = None,
) -> AgreementExit:  # fmt: skip
    """An end to ``amount_minor`` (all that is left, when None), after which no report takes what it ended.

    Refuses what :func:`exit_agreement` refuses, and with ``end_over_left`` more than is left. The bank's word that the
    firm gave up ends nothing: it takes the firm's own.
    """
    position = hold_position(session, agreement)
    made = exit_agreement(
        session, actor=actor, agreement=agreement, kind=kind, by_party=by_party, exited_on=exited_on, at=at,
        amount_minor=amount_minor, reason=reason, reason_code=reason_code, public_key=public_key,
    )  # fmt: skip
    if (kind, by_party) != ("firm_gives_up", "bank"):
        lower_limit(session, position, amount_minor)
    return made


def end_rest(
    session: Session, *, actor: str, agreement: Agreement, kind: str, by_party: str, exited_on: date, at: datetime,
    reason: str = "", reason_code: str | None = None,
) -> AgreementExit:  # fmt: skip
    """One side ends what is left: all of it, whatever comes back later; beside an earlier end just the yuan left now,
    so that the earlier one keeps its bucket. Refuses with ``nothing_left`` where there is nothing.
    """
    hold_position(session, agreement)
    left = left_of(session, agreement)
    if not left:
        raise Refusal(Reason("nothing_left"))
    return end_agreement(
        session, actor=actor, agreement=agreement, kind=kind, by_party=by_party, exited_on=exited_on, at=at,
        amount_minor=left if ended_minor(session, agreement) else None, reason=reason, reason_code=reason_code,
    )  # fmt: skip


def agree_cut(
    session: Session, *, actor: str, agreement: Agreement, proposal: CutProposal, answered_on: date, at: datetime
) -> CutAnswer:
    """The firm agrees to the bank's proposal; the cut is both sides' word (C3) and lowers what may still be paid."""
    hold_position(session, agreement)
    made = answer_cut(
        session, actor=actor, agreement=agreement, proposal=proposal, answer="agreed",
        left_minor=left_of(session, agreement), answered_on=answered_on, at=at,
    )  # fmt: skip
    end_agreement(
        session, actor=actor, agreement=agreement, kind="agreed_cut", by_party="both", exited_on=answered_on, at=at,
        amount_minor=proposal.amount_minor, reason=proposal.reason,
    )  # fmt: skip
    return made


def take_back_end(
    session: Session, *, actor: str, fact: AgreementExit, voided_on: date, reason: str, at: datetime,
    public_key: str | None = None,
) -> FactVoid:  # fmt: skip
    """An end recorded by mistake is taken back; what it ended may be paid again."""
    agreement = session.get_one(Agreement, fact.agreement_id)
    position = hold_position(session, agreement)
    made = take_back(
        session, actor=actor, portfolio_id=agreement.portfolio_id, fact=fact, voided_on=voided_on, reason=reason,
        at=at, public_key=public_key,
    )  # fmt: skip
    restore_limit(session, position, agreement)
    return made
