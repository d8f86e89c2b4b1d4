"""Signing: one paper with its original amount, which nothing later rewrites."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import INSTRUMENTS, Agreement
from matchmaking.delivery.agreements.queries import agreement_by_key
from matchmaking.delivery.agreements.recording import fresh_key, refuse_future, refuse_nothing
from matchmaking.domain.conversion.instruments import AMOUNTLESS, CONTRACTS
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.commands import touch
from matchmaking.registry.portfolios.models import Portfolio


def sign_agreement(
    session: Session,
    *,
    actor: str,
    portfolio: Portfolio,
    firm: str,
    lender: str,
    branch: str,
    instrument: str,
    amount_minor: int | None,
    signed_on: date,
    at: datetime,
    public_key: str | None = None,
    supersedes: Agreement | None = None,
    **terms: Any,
) -> Agreement:
    """Record one signed paper with its original amount, in minor units of the portfolio's currency.

    ``terms`` are further columns of :class:`Agreement`: ``declared``, ``promised_on``, ``by_project_plan``,
    ``available_until``, ``revolving``, ``firm_key``, ``need_key``, ``need_minor``, ``event_key``, ``event_on``,
    ``product`` and area. ``supersedes`` is the intent that this paper follows. Refuses papers of the future, a promise
    before the signing, no amount (战略合作协议 aside), a key that is taken, and a predecessor that is a contract or
    another firm's.
    """
    _refuse_paper(instrument, amount_minor, signed_on, terms.get("promised_on"), at)
    if supersedes is not None:
        _refuse_predecessor(supersedes, portfolio, firm, terms.get("firm_key"), signed_on)
    key = public_key or fresh_key(f"{portfolio.code}-agreement", at)
    if agreement_by_key(session, key) is not None:
        raise Refusal(Reason("agreement_taken", {"key": key}))
    agreement = Agreement(
        public_key=key, portfolio_id=portfolio.id, origin="case", series=portfolio.code, external_id=key, firm=firm,
        lender=lender, branch=branch, instrument=instrument, amount_minor=amount_minor, currency=portfolio.currency,
        signed_on=signed_on, supersedes_id=supersedes.id if supersedes else None, recorded_at=at, recorded_by=actor,
        **terms,
    )  # fmt: skip
    session.add(agreement)
    session.flush()
    touch(session, portfolio, at=at)
    payload = {"instrument": instrument, "amount_minor": amount_minor, "signed_on": signed_on.isoformat()}
    record(session, actor=actor, tag="agreement.signed", subject=f"agreement:{key}", payload=payload, at=at)
    return agreement


def _refuse_paper(
    instrument: str, amount_minor: int | None, signed_on: date, promised_on: date | None, at: datetime
) -> None:
    if instrument not in INSTRUMENTS:
        raise Refusal(Reason("instrument_unknown", {"instrument": instrument[:40]}))
    if amount_minor is None and instrument not in AMOUNTLESS:
        raise Refusal(Reason("amount_zero"))
    refuse_nothing(amount_minor)
    refuse_future(signed_on, at)
    if promised_on is not None and promised_on < signed_on:
        days = {"promised": promised_on.isoformat(), "signed": signed_on.isoformat()}
        raise Refusal(Reason("promised_before_signing", days))


def _refuse_predecessor(
    earlier: Agreement, portfolio: Portfolio, firm: str, firm_key: str | None, signed_on: date
) -> None:
    if earlier.instrument in CONTRACTS and earlier.instrument != "credit_line":
        raise Refusal(Reason("predecessor_is_contract", {"key": earlier.public_key}))
    known = earlier.firm_key is not None and firm_key is not None
    same = earlier.firm_key == firm_key if known else earlier.firm == firm
    if earlier.portfolio_id != portfolio.id or not same:
        raise Refusal(Reason("predecessor_of_another", {"key": earlier.public_key, "firm": firm}))
    if earlier.signed_on is not None and earlier.signed_on > signed_on:
        days = {"earlier": earlier.signed_on.isoformat(), "signed": signed_on.isoformat()}
        raise Refusal(Reason("predecessor_is_later", days))
