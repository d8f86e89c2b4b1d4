"""What the others say about a disbursement: the firm's answer, a third party's line, the office's verdict."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.delivery.disbursements.models import Confirmation, Disbursement, ThirdPartyLine, Verdict
from matchmaking.delivery.disbursements.positions import draw, hold_position
from matchmaking.delivery.disbursements.queries import InForce, drawn_by, in_force, is_void, signing_of
from matchmaking.domain.reasons import Reason, Refusal

ABOUT_PAYMENTS = ("for_bank", "for_firm", "distinct")
ABOUT_SIGNINGS = ("duplicate_signing", "signing_stands", "flag_upheld", "flag_dismissed")


def confirm_receipt(
    session: Session,
    *,
    actor: str,
    disbursement: Disbursement,
    answer: str,
    answered_on: date,
    at: datetime,
    amount_minor: int | None = None,
    received_on: date | None = None,
    device_shared: bool = False,
    public_key: str | None = None,
) -> Confirmation:
    """The firm's answer: ``right``, ``wrong`` or ``not_received``, with its own figures where it gives any.

    A row of its own each time; the last answer given holds. Refuses answers about a report that was taken back.
    """
    if answer not in ("right", "wrong", "not_received"):
        raise Refusal(Reason("answer_unknown", {"answer": answer[:20]}))
    refuse_future(answered_on, at)
    _refuse_void(session, disbursement)
    fact = Confirmation(
        public_key=public_key or fresh_key("confirmation", at), disbursement_id=disbursement.id, answer=answer,
        amount_minor=amount_minor, received_on=received_on, answered_on=answered_on, device_shared=device_shared,
    )  # fmt: skip
    payload = {"disbursement": disbursement.public_key, "answer": answer, "amount_minor": amount_minor}
    owner = disbursement.portfolio_id
    return append(session, fact, portfolio_id=owner, actor=actor, tag="receipt.answered", at=at, payload=payload)


def record_third_party_line(
    session: Session,
    *,
    actor: str,
    disbursement: Disbursement,
    source: str,
    amount_minor: int,
    value_on: date,
    at: datetime,
    public_key: str | None = None,
) -> ThirdPartyLine:
    """A line about this payment on somebody else's statement. Refuses the lender as source: it is a party already."""
    refuse_nothing(amount_minor)
    refuse_future(value_on, at)
    if source == disbursement.lender:
        raise Refusal(Reason("source_is_lender", {"source": source}))
    fact = ThirdPartyLine(
        public_key=public_key or fresh_key("line", at), disbursement_id=disbursement.id, source=source,
        amount_minor=amount_minor, value_on=value_on,
    )  # fmt: skip
    payload = {"disbursement": disbursement.public_key, "amount_minor": amount_minor, "value_on": value_on.isoformat()}
    return append(
        session, fact, portfolio_id=disbursement.portfolio_id, actor=actor, tag="line.recorded", at=at, payload=payload
    )


def give_verdict(
    session: Session,
    *,
    actor: str,
    subject: Disbursement | Agreement,
    kind: str,
    decided_on: date,
    document: str,
    at: datetime,
    other: Agreement | None = None,
    amount_minor: int | None = None,
    public_key: str | None = None,
) -> Verdict:
    """The office's finding after reply; the answers it weighs stay as they are, and the last verdict given holds.

    On a disbursement: ``for_bank``, ``for_firm``, or ``distinct`` (two reports that look alike are two payments, which
    takes room and is refused where none is left). On a signing: ``duplicate_signing`` of ``other``, ``signing_stands``,
    ``flag_upheld``, ``flag_dismissed``.
    """
    refuse_future(decided_on, at)
    paid = isinstance(subject, Disbursement)
    if kind not in (ABOUT_PAYMENTS if paid else ABOUT_SIGNINGS):
        raise Refusal(Reason("verdict_unfit", {"kind": kind[:20]}))
    if (kind == "duplicate_signing") != (other is not None) or other is subject:
        raise Refusal(Reason("verdict_needs_twin"))
    if isinstance(subject, Disbursement) and kind == "distinct":
        _take_room(session, subject)
    fact = Verdict(
        public_key=public_key or fresh_key("verdict", at), kind=kind, decided_on=decided_on, document=document,
        disbursement_id=subject.id if paid else None, agreement_id=None if paid else subject.id,
        other_id=other.id if other else None, amount_minor=amount_minor,
    )  # fmt: skip
    payload = {"subject": subject.public_key, "kind": kind, "decided_on": decided_on.isoformat()}
    return append(
        session, fact, portfolio_id=subject.portfolio_id, actor=actor, tag="verdict.given", at=at, payload=payload
    )


def _take_room(session: Session, disbursement: Disbursement) -> None:
    agreement = signing_of(session, disbursement)
    position = hold_position(session, agreement)
    standing = in_force(session, agreement.id)
    judged = [
        InForce(r.id, r.amount_minor, r.value_on, r.branch, r.distinct or r.id == disbursement.id) for r in standing
    ]
    draw(session, position, drawn_by(judged) - drawn_by(standing))


def _refuse_void(session: Session, disbursement: Disbursement) -> None:
    if is_void(session, disbursement.id):
        raise Refusal(Reason("disbursement_voided", {"iou": disbursement.iou_no}))
