"""An end to what was signed: given up, ended, cut. Whose word it takes stands here; what room is left, does not."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, AgreementExit
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal

VOICES = {"firm_gives_up": ("firm", "bank"), "bank_ends": ("bank",), "agreed_cut": ("both",)}
"""Whose word an exit may carry. A bank saying that the firm gave up is kept; it counts once the firm says so itself."""


def exit_agreement(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    kind: str,
    by_party: str,
    exited_on: date,
    at: datetime,
    amount_minor: int | None = None,
    reason: str = "",
    reason_code: str | None = None,
    public_key: str | None = None,
) -> AgreementExit:
    """An end to ``amount_minor`` (all that is left, when None); the signed amount itself stays as it was.

    Refuses a voice that cannot say this (a cut takes both; a bank ends with a reason) and amounts over the signing.
    """
    refuse_future(exited_on, at)
    refuse_nothing(amount_minor)
    _refuse_voice(kind, by_party, reason)
    if amount_minor is not None and agreement.amount_minor is not None and amount_minor > agreement.amount_minor:
        shown = {"amount": plain_amount(amount_minor), "signed": plain_amount(agreement.amount_minor)}
        raise Refusal(Reason("exit_over_signed", shown))
    fact = AgreementExit(
        public_key=public_key or fresh_key("exit", at), agreement_id=agreement.id, kind=kind, by_party=by_party,
        amount_minor=amount_minor, reason=reason, reason_code=reason_code, exited_on=exited_on,
    )  # fmt: skip
    payload = {"agreement": agreement.id, "kind": kind, "by": by_party, "amount_minor": amount_minor}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="agreement.exited", at=at, payload=payload
    )


def _refuse_voice(kind: str, by_party: str, reason: str) -> None:
    if by_party not in VOICES.get(kind, ()):
        raise Refusal(Reason("exit_voice", {"kind": kind[:20], "by": by_party[:20]}))
    if kind == "bank_ends" and not reason.strip():
        raise Refusal(Reason("exit_needs_reason"))
