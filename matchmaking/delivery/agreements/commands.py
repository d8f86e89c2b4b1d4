"""Signing, and what becomes of a signing's terms. Nothing here is ever rewritten: each command appends one fact."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import (
    INSTRUMENTS,
    Agreement,
    AgreementExit,
    Baseline,
    Condition,
    ConditionMet,
    DrawableMark,
    DrawRequest,
    FactVoid,
    RecordedFact,
)
from matchmaking.delivery.agreements.queries import agreement_by_key, condition_is_met
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.domain.conversion.instruments import AMOUNTLESS, CONTRACTS
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.commands import touch
from matchmaking.registry.portfolios.models import Portfolio

VOICES = {"firm_gives_up": ("firm", "bank"), "bank_ends": ("bank",), "agreed_cut": ("both",)}
"""Whose word an exit may carry. A bank saying that the firm gave up is kept; it counts once the firm says so itself."""

STANDING = ("agreement", "verdict", "disbursement_void", "fact_void", "disbursement", "bank_report")
"""Tables whose rows ``take_back`` refuses: signings and verdicts stand, disbursements have a void of their own."""


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
    ``available_until``, ``revolving``, ``need_key``, ``need_minor``, ``event_key``, ``event_on``, ``product`` and area.
    ``supersedes`` is the intent that this paper follows. Refuses papers of the future, a promise before the signing, no
    amount (战略合作协议 aside), a key that is taken, and a predecessor that is a contract or another firm's.
    """
    _refuse_paper(instrument, amount_minor, signed_on, terms.get("promised_on"), at)
    if supersedes is not None:
        _refuse_predecessor(supersedes, portfolio, firm, signed_on)
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


def _refuse_predecessor(earlier: Agreement, portfolio: Portfolio, firm: str, signed_on: date) -> None:
    if earlier.instrument in CONTRACTS and earlier.instrument != "credit_line":
        raise Refusal(Reason("predecessor_is_contract", {"key": earlier.public_key}))
    if earlier.portfolio_id != portfolio.id or earlier.firm != firm:
        raise Refusal(Reason("predecessor_of_another", {"key": earlier.public_key, "firm": firm}))
    if earlier.signed_on is not None and earlier.signed_on > signed_on:
        days = {"earlier": earlier.signed_on.isoformat(), "signed": signed_on.isoformat()}
        raise Refusal(Reason("predecessor_is_later", days))


def record_baseline(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    balance_minor: int,
    on_day: date,
    at: datetime,
    ious: tuple[str, ...] = (),
    public_key: str | None = None,
) -> Baseline:
    """基期余额: what the firm owed that lender when ``on_day`` began (0 is an answer), and its old 借据."""
    refuse_future(on_day, at)
    if balance_minor < 0:
        raise Refusal(Reason("amount_not_positive", {"amount": plain_amount(balance_minor)}))
    fact = Baseline(
        public_key=public_key or fresh_key("baseline", at), agreement_id=agreement.id, balance_minor=balance_minor,
        on_day=on_day, ious={"numbers": list(ious)},
    )  # fmt: skip
    payload = {"agreement": agreement.id, "balance_minor": balance_minor, "on": on_day.isoformat()}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="baseline.recorded", at=at, payload=payload
    )


def open_condition(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    holder: str,
    words: str,
    set_on: date,
    at: datetime,
    due_on: date | None = None,
    public_key: str | None = None,
) -> Condition:
    """A condition of payment and who holds it: ``firm``, ``guarantor``, ``bank`` or ``permit``."""
    refuse_future(set_on, at)
    fact = Condition(
        public_key=public_key or fresh_key("condition", at), agreement_id=agreement.id, holder=holder, words=words,
        set_on=set_on, due_on=due_on,
    )  # fmt: skip
    payload = {"agreement": agreement.id, "holder": holder, "set_on": set_on.isoformat()}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="condition.opened", at=at, payload=payload
    )


def meet_condition(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    condition: Condition,
    met_on: date,
    at: datetime,
    public_key: str | None = None,
) -> ConditionMet:
    """The condition was met. Refuses a second time: a condition that reopens is a new condition."""
    refuse_future(met_on, at)
    if condition_is_met(session, condition):
        raise Refusal(Reason("condition_met_already", {"words": condition.words}))
    fact = ConditionMet(public_key=public_key or fresh_key("met", at), condition_id=condition.id, met_on=met_on)
    payload = {"agreement": agreement.id, "condition": condition.id, "met_on": met_on.isoformat()}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="condition.met", at=at, payload=payload
    )


def mark_drawable(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    marked_on: date,
    at: datetime,
    amount_minor: int | None = None,
    public_key: str | None = None,
) -> DrawableMark:
    """The bank says the firm may draw ``amount_minor`` (all that is left, when None; 0 takes an earlier mark down)."""
    refuse_future(marked_on, at)
    fact = DrawableMark(
        public_key=public_key or fresh_key("drawable", at), agreement_id=agreement.id, marked_on=marked_on,
        amount_minor=amount_minor,
    )  # fmt: skip
    payload = {"agreement": agreement.id, "amount_minor": amount_minor, "marked_on": marked_on.isoformat()}
    owner = agreement.portfolio_id
    return append(session, fact, portfolio_id=owner, actor=actor, tag="agreement.drawable", at=at, payload=payload)


def request_draw(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    amount_minor: int,
    asked_on: date,
    at: datetime,
    public_key: str | None = None,
) -> DrawRequest:
    """The firm asked for money; recorded where the request differs from what is then paid."""
    refuse_future(asked_on, at)
    refuse_nothing(amount_minor)
    fact = DrawRequest(
        public_key=public_key or fresh_key("request", at), agreement_id=agreement.id, asked_on=asked_on,
        amount_minor=amount_minor,
    )  # fmt: skip
    payload = {"agreement": agreement.id, "amount_minor": amount_minor, "asked_on": asked_on.isoformat()}
    return append(
        session, fact, portfolio_id=agreement.portfolio_id, actor=actor, tag="draw.requested", at=at, payload=payload
    )


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


def take_back(
    session: Session,
    *,
    actor: str,
    portfolio_id: int,
    fact: RecordedFact,
    voided_on: date,
    reason: str,
    at: datetime,
    public_key: str | None = None,
) -> FactVoid:
    """Take back one wrongly recorded fact; it stays visible, struck through. Refuses what stands, and a second time."""
    table = type(fact).__tablename__  # type: ignore[attr-defined]
    if table in STANDING:
        raise Refusal(Reason("fact_stands", {"fact": fact.public_key}))
    if session.query(FactVoid.id).filter_by(fact_key=fact.public_key).first() is not None:
        raise Refusal(Reason("voided_already", {"fact": fact.public_key}))
    refuse_future(voided_on, at)
    void = FactVoid(
        public_key=public_key or fresh_key("void", at), portfolio_id=portfolio_id, fact_key=fact.public_key,
        voided_on=voided_on, reason=reason,
    )  # fmt: skip
    payload = {"fact": fact.public_key, "voided_on": voided_on.isoformat()}
    return append(session, void, portfolio_id=portfolio_id, actor=actor, tag="fact.voided", at=at, payload=payload)
