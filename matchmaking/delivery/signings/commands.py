"""From an approved line to an agreement: the bank drafts and offers, the firm signs, the bank countersigns.

Each step asks the table SIGNING and updates ``WHERE state AND version``. The countersign holds need and line, so that
of withdrawing and signing, and of two signatures, one wins and the other is told.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.commands import open_condition, record_baseline, sign_agreement
from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.queries import agreement_by_key
from matchmaking.delivery.agreements.recording import fresh_key
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.decisions.queries import locked_decision
from matchmaking.delivery.decisions.referring import follow, referral_of, refuse_shut
from matchmaking.delivery.signings.facts import PaperTold, terms_of
from matchmaking.delivery.signings.models import INSTRUMENTS, Paper, PaperEvent
from matchmaking.delivery.signings.queries import intents_of, never_signed, promised_of
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import SIGNING
from matchmaking.foundation.trail import record
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.commands import touch
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook.reference import divisions

CITY = "city"
"""Code of the portfolio in which the city's own cases stand."""
TAGS = {
    "amend": "paper.amended",
    "offer": "paper.offered",
    "discard": "paper.discarded",
    "take_back": "paper.taken_back",
    "sign": "paper.firm_signed",
    "countersign": "paper.countersigned",
    "turn_down": "paper.turned_down",
    "revoke": "paper.revoked",
    "lapse": "paper.lapsed",
}


def draft_paper(
    session: Session, *, actor: str, role: str, decision: CreditDecision, terms: PaperTold, on: date, at: datetime,
    public_key: str | None = None,
) -> Paper:  # fmt: skip
    """A paper under an approved line; refuses terms that the line does not carry, and ``consent_shut``."""
    if not SIGNING.may("drafted", "amend", role):
        SIGNING.move("drafted", "amend", role)
    held = locked_decision(session, decision.id)
    _refuse_terms(session, held, terms, on)
    refuse_shut(session, held.referral_key, on)
    paper = Paper(
        public_key=public_key or fresh_key("paper", at), decision_id=held.id, firm_id=held.firm_id,
        bank_id=held.bank_id, state=SIGNING.initial[0], version=1, created_at=at, **terms.columns(),
    )  # fmt: skip
    session.add(paper)
    session.flush()
    _keep(session, paper, "start", "", actor=actor, role=role, at=at)
    payload = {"decision": held.public_key, "amount_minor": paper.amount_minor}
    record(session, actor=actor, tag="paper.drafted", subject=f"paper:{paper.public_key}", payload=payload, at=at)
    return paper


def amend_paper(
    session: Session, *, actor: str, role: str, paper: Paper, version: int, terms: PaperTold, on: date, at: datetime
) -> Paper:
    """New terms of a paper that nobody was offered yet, or that was taken back."""
    _refuse_terms(session, locked_decision(session, paper.decision_id), terms, on, without=paper.id)
    return move_paper(
        session, actor=actor, role=role, paper=paper, version=version, action="amend", at=at, values=terms.columns()
    )


def offer_paper(
    session: Session, *, actor: str, role: str, paper: Paper, version: int, on: date, at: datetime
) -> Paper:
    """Show it to the firm. From here it takes room of the line."""
    terms, held = terms_of(paper), locked_decision(session, paper.decision_id)
    _refuse_terms(session, held, terms, on, without=paper.id)
    refuse_shut(session, held.referral_key, on)
    return move_paper(
        session, actor=actor, role=role, paper=paper, version=version, action="offer", at=at, terms=terms.plain()
    )


def sign_for_firm(session: Session, *, actor: str, role: str, paper: Paper, version: int, at: datetime) -> Paper:
    """The firm's signature. The bank's is still to come; until then either may step back."""
    return move_paper(
        session, actor=actor, role=role, paper=paper, version=version, action="sign", at=at,
        values={"firm_signed_by": actor},
    )  # fmt: skip


def countersign(
    session: Session, *, actor: str, role: str, paper: Paper, version: int, on: date, at: datetime,
    public_key: str | None = None,
) -> Agreement:  # fmt: skip
    """The bank's signature: in one unit of work the paper is signed, the need contracted and the agreement recorded.

    ``on`` is the signing day, unless the paper bears an earlier one of its own. ``public_key``: the agreement's.
    Raises what the tables raise (withdrawn, signed already, somebody else's turn),
    ``decision_not_open`` where the line is over, ``over_line``, and ``portfolio_missing`` without the city's own.
    """
    SIGNING.move(paper.state, "countersign", role)
    # rows in one order, the trail's head last: two signatures queue, they do not deadlock
    referral = referral_of(session, session.get_one(CreditDecision, paper.decision_id).referral_key)
    decision = locked_decision(session, paper.decision_id)
    _refuse_terms(session, decision, terms_of(paper), on, without=paper.id, later=True)
    portfolio = _city(session)
    day = paper.dated_on or on
    move_paper(
        session, actor=actor, role=role, paper=paper, version=version, action="countersign", at=at,
        values={"bank_signed_by": actor, "signed_on": day}, before_trail=portfolio,
    )  # fmt: skip
    follow(session, referral, "countersign", actor=actor, role=role, at=at, on=on)
    agreement = _record_agreement(
        session, paper, decision, portfolio, referral.area_code, actor=actor, on=day, at=at, public_key=public_key
    )
    session.execute(update(Paper).where(Paper.id == paper.id).values(agreement_id=agreement.id))
    session.refresh(paper)
    return agreement


def lapse_papers(session: Session, *, actor: str, as_of: date, at: datetime, limit: int) -> int:
    """Papers that can no longer be signed: offered ones lapse, drafts are discarded; how many those were."""
    found = never_signed(session, as_of, limit=limit)
    for paper in found:
        action = "discard" if paper.state == "drafted" else "lapse"
        move_paper(session, actor=actor, role="system", paper=paper, version=paper.version, action=action, at=at)
    return len(found)


def move_paper(
    session: Session, *, actor: str, role: str, paper: Paper, version: int, action: str, at: datetime,
    values: dict[str, Any] | None = None, terms: dict[str, Any] | None = None, before_trail: Portfolio | None = None,
) -> Paper:  # fmt: skip
    """One step of the table SIGNING, from the version the page was made from; else ``paper_moved_on``."""
    before, to = paper.state, SIGNING.move(paper.state, action, role)
    changed = session.execute(
        update(Paper)
        .where(Paper.id == paper.id, Paper.state == before, Paper.version == version)
        .values(state=to, version=version + 1, **(values or {}))
        .returning(Paper.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(paper)
    if changed is None:
        raise Refusal(Reason("paper_moved_on", {"state_word": f"state_signing_{paper.state}"}))
    if before_trail is not None:
        touch(session, before_trail, at=at)
    _keep(session, paper, action, before, actor=actor, role=role, at=at, terms=terms)
    payload = {"from": before, "to": to, "version": paper.version, "role": role}
    record(session, actor=actor, tag=TAGS[action], subject=f"paper:{paper.public_key}", payload=payload, at=at)
    return paper


def _record_agreement(
    session: Session, paper: Paper, decision: CreditDecision, portfolio: Portfolio, area: str, *, actor: str, on: date,
    at: datetime, public_key: str | None,
) -> Agreement:  # fmt: skip
    firm, branch = session.get_one(Organisation, paper.firm_id), session.get_one(Organisation, paper.bank_id)
    lender = session.get_one(Organisation, branch.legal_person_id)
    county = next((one for one in divisions().on(on) if one.code == area), None)
    agreement = sign_agreement(
        session, actor=actor, portfolio=portfolio, firm=firm.name, firm_key=firm.public_key, lender=lender.name,
        branch=branch.name, instrument=paper.instrument, amount_minor=paper.amount_minor, signed_on=on, at=at,
        promised_on=paper.promised_on, available_until=paper.available_until,
        declared=paper.declared, revolving=paper.revolving, need_key=decision.need_key, need_minor=decision.need_minor,
        event_key=paper.event_key, event_on=paper.event_on, product=decision.product or None,
        area_scheme="GB/T 2260", area_code=area, area_name=county.zh if county else None,
        supersedes=agreement_by_key(session, paper.follows_key) if paper.follows_key else None, public_key=public_key,
    )  # fmt: skip
    record_baseline(
        session, actor=actor, agreement=agreement, balance_minor=paper.baseline_minor, on_day=on, at=at,
        ious=tuple(paper.baseline_ious["numbers"]),
    )  # fmt: skip
    for one in decision.conditions["items"]:
        open_condition(
            session, actor=actor, agreement=agreement, holder=one["holder"], words=one["words"], set_on=on, at=at
        )
    return agreement


def _refuse_terms(
    session: Session, decision: CreditDecision, terms: PaperTold, on: date, *, without: int = 0, later: bool = False
) -> None:
    """``later``: signed some days after it was offered, when the promised day may have passed."""
    if decision.state != "approved" or decision.expires_on is None or decision.expires_on < on:
        last = decision.expires_on.isoformat() if decision.expires_on else "—"
        raise Refusal(Reason("decision_not_open", {"state_word": f"state_decision_{decision.state}", "last": last}))
    if terms.instrument not in INSTRUMENTS:
        raise Refusal(Reason("instrument_unknown", {"instrument": terms.instrument[:40]}))
    _refuse_over_line(session, decision, terms, without)
    if terms.term_months > (decision.term_months or 0):
        raise Refusal(Reason("over_term", {"given": terms.term_months, "most": decision.term_months}))
    _refuse_days(terms, on, later)
    if terms.follows_key and not follows_fit(session, decision, terms.follows_key):
        raise Refusal(Reason("predecessor_unfit"))


def _refuse_days(terms: PaperTold, on: date, later: bool) -> None:
    day = terms.dated_on or on
    if day > on:
        raise Refusal(Reason("day_not_yet", {"day": day.isoformat(), "today": on.isoformat()}))
    if terms.promised_on < day:
        code = "promise_passed" if later else "promised_before_signing"
        raise Refusal(Reason(code, {"promised": terms.promised_on.isoformat(), "signed": day.isoformat()}))


def follows_fit(session: Session, decision: CreditDecision, key: str) -> bool:
    """Whether the paper ``key`` is an intent of the same firm with the same bank that nothing follows yet."""
    return key in {one.public_key for one in intents_of(session, decision.firm_id, decision.bank_id)}


def _refuse_over_line(session: Session, decision: CreditDecision, terms: PaperTold, without: int) -> None:
    line, taken = (
        decision.line_minor or 0,
        promised_of(session, decision.id, without=without, follows=terms.follows_key),
    )
    if terms.amount.minor > line - taken:
        shown = {"amount": terms.amount.minor, "line": line, "taken": taken, "left": max(line - taken, 0)}
        raise Refusal(Reason("over_line", {name: plain_amount(minor) for name, minor in shown.items()}))


def _city(session: Session) -> Portfolio:
    found = portfolio_by_code(session, CITY)
    if found is None:
        raise Refusal(Reason("portfolio_missing", {"code": CITY}))
    return found


def _keep(
    session: Session, paper: Paper, action: str, before: str, *, actor: str, role: str, at: datetime,
    terms: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    event = PaperEvent(
        paper_id=paper.id, number=paper.version, action=action, before=before, after=paper.state, role=role,
        actor=actor, terms=terms, recorded_at=at,
    )  # fmt: skip
    session.add(event)
    session.flush()
