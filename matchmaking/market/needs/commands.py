"""Everything that changes a need. Each change asks the table NEED, updates ``WHERE state AND version``, leaves an event
and a row in the trail; of two changes made from the same page one wins and the other is told so."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BUREAU, FIRM, NEED, SYSTEM
from matchmaking.foundation.trail import record
from matchmaking.market.needs.facts import Terms, terms_of
from matchmaking.market.needs.models import Need, NeedEvent
from matchmaking.market.needs.queries import run_out, writers_of
from matchmaking.market.needs.shortfalls import doubt, shortfalls
from matchmaking.registry.enterprises.models import EnterpriseProfile
from matchmaking.registry.enterprises.queries import enterprise_of_organisation, profile_on
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import fresh_key, words_enough
from matchmaking.rulebook import number

FEWEST_CHARACTERS, MOST_CHARACTERS = 5, 500
"""Of the words with which a need is sent back."""
ENTERED_BY = {FIRM: "firm", BUREAU: "bureau"}
TAGS = {
    "amend": "need.amended",
    "post": "need.posted",
    "discard": "need.discarded",
    "take_back": "need.taken_back",
    "verify": "need.verified",
    "return": "need.returned",
    "list": "need.listed",
    "unlist": "need.unlisted",
    "claim": "need.claimed",
    "refer": "need.referred",
    "reopen": "need.reopened",
    "restore": "need.restored",
    "sign": "need.contracted",
    "close": "need.closed",
    "withdraw": "need.withdrawn",
    "expire": "need.expired",
    "merge": "need.merged",
}


def start_need(
    session: Session,
    *,
    actor: str,
    role: str,
    organisation: Organisation,
    terms: Terms,
    on: date,
    at: datetime,
    public_key: str | None = None,
) -> Need:
    """A draft of the firm ``organisation``, by the firm or by the bureau for it; ``terms`` may lack anything.

    Raises :class:`Refusal` ``need_of_no_firm`` where the organisation is no open, registered firm.
    """
    profile = _profile(session, organisation.id, on)
    if organisation.kind != "enterprise" or not organisation.active or profile is None or role not in ENTERED_BY:
        raise Refusal(Reason("need_of_no_firm"))
    need = Need(
        public_key=public_key or fresh_key("need", at), organisation_id=organisation.id, state=NEED.initial[0],
        version=1, area_code=profile.area_code, zone_code=profile.zone_code, entered_by=ENTERED_BY[role],
        created_at=at, **terms.columns(),
    )  # fmt: skip
    session.add(need)
    session.flush()
    _keep(session, need, "start", "", actor=actor, role=role, at=at)
    payload = {"organisation": organisation.public_key, "entered_by": need.entered_by}
    record(session, actor=actor, tag="need.started", subject=f"need:{need.public_key}", payload=payload, at=at)
    return need


def amend_need(
    session: Session, *, actor: str, role: str, need: Need, version: int, terms: Terms, on: date, at: datetime
) -> Need:
    """Save a draft, or one that was sent back, as far as it goes. An amount that changes is no longer confirmed."""
    kept = need.amount_confirmed and terms.amount == terms_of(need).amount
    values = {**terms.columns(), "amount_confirmed": kept, **_place(session, need, on)}
    return move_need(
        session, actor=actor, role=role, need=need, version=version, action="amend", at=at, values=values
    )  # fmt: skip


def post_need(
    session: Session,
    *,
    actor: str,
    role: str,
    need: Need,
    version: int,
    on: date,
    at: datetime,
    confirmed: bool = False,
) -> Need:
    """Hand the need in. ``confirmed``: the person was asked about the unit and says that the amount stands.

    Raises :class:`Refusal` with a reason for every field that lacks something, or ``amount_guard_…`` where the unit is
    in doubt and was not confirmed.
    """
    NEED.move(need.state, "post", role)
    terms = terms_of(need)
    lacking = shortfalls(terms, on)
    if lacking:
        raise Refusal(*(each.reason for each in lacking))
    doubted = doubt(terms, revenue_of(session, need, on), on)
    if doubted is not None and not (confirmed or need.amount_confirmed):
        raise Refusal(doubted)
    values = {
        "posted_on": on,
        "expires_on": on + timedelta(days=number("need_valid_days", on)),
        "amount_confirmed": need.amount_confirmed or (doubted is not None and confirmed),
        **_place(session, need, on),
    }
    told = {**terms.plain(), "confirmed": values["amount_confirmed"]}
    return move_need(
        session, actor=actor, role=role, need=need, version=version, action="post", at=at, values=values, terms=told
    )


def verify_need(session: Session, *, actor: str, role: str, need: Need, version: int, at: datetime) -> Need:
    """The bureau finds the need to be what it says.

    Raises :class:`Refusal` ``need_own_entry`` for one's own entry, ``need_firm_unverified`` before the firm is.
    """
    if actor in writers_of(session, need):
        raise Refusal(Reason("need_own_entry"))
    firm = enterprise_of_organisation(session, need.organisation_id)
    if firm is None or firm.state != "verified":
        raise Refusal(Reason("need_firm_unverified"))
    return move_need(session, actor=actor, role=role, need=need, version=version, action="verify", at=at)


def return_need(session: Session, *, actor: str, role: str, need: Need, version: int, words: str, at: datetime) -> Need:
    """The bureau sends it back with words for the firm; too few or too many are refused."""
    told = words_enough(words, fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS)
    return move_need(session, actor=actor, role=role, need=need, version=version, action="return", words=told, at=at)


def expire_needs(session: Session, *, actor: str, as_of: date, at: datetime, limit: int = 500) -> int:
    """End needs whose last day was before ``as_of``; how many there were, at most ``limit`` at a time."""
    found = run_out(session, as_of, limit=limit)
    for need in found:
        move_need(session, actor=actor, role=SYSTEM, need=need, version=need.version, action="expire", at=at)
    return len(found)


def move_need(
    session: Session,
    *,
    actor: str,
    role: str,
    need: Need,
    version: int,
    action: str,
    at: datetime,
    words: str = "",
    values: dict[str, Any] | None = None,
    terms: dict[str, Any] | None = None,
) -> Need:
    """One step of the table NEED, for this slice and the later ones. ``version`` is the one the page was made from.

    Raises what ``NEED.move`` raises, and ``need_moved_on`` where somebody else changed the need meanwhile.
    """
    before, to = need.state, NEED.move(need.state, action, role)
    changed = session.execute(
        update(Need)
        .where(Need.id == need.id, Need.state == before, Need.version == version)
        .values(state=to, version=version + 1, **(values or {}))
        .returning(Need.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(need)
    if changed is None:
        raise Refusal(Reason("need_moved_on", {"state_word": f"state_need_{need.state}"}))
    _keep(session, need, action, before, actor=actor, role=role, at=at, words=words, terms=terms)
    payload = {"from": before, "to": to, "version": need.version, "role": role}
    record(session, actor=actor, tag=TAGS[action], subject=f"need:{need.public_key}", payload=payload, at=at)
    return need


def revenue_of(session: Session, need: Need, on: date) -> Money | None:
    """The firm's yearly revenue by the profile in force on ``on``; None where nobody has told it."""
    profile = _profile(session, need.organisation_id, on)
    return None if profile is None or profile.revenue_minor is None else Money(profile.revenue_minor)


def _keep(
    session: Session, need: Need, action: str, before: str, *, actor: str, role: str, at: datetime, words: str = "",
    terms: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    event = NeedEvent(
        need_id=need.id, number=need.version, action=action, before=before, after=need.state, role=role, actor=actor,
        words=words, terms=terms, recorded_at=at,
    )  # fmt: skip
    session.add(event)
    session.flush()


def _profile(session: Session, organisation_id: int, on: date) -> EnterpriseProfile | None:
    firm = enterprise_of_organisation(session, organisation_id)
    return None if firm is None else profile_on(session, firm.id, on)


def _place(session: Session, need: Need, on: date) -> dict[str, Any]:
    """County and zone as the profile says now; a firm may have moved since the draft."""
    profile = _profile(session, need.organisation_id, on)
    return {} if profile is None else {"area_code": profile.area_code, "zone_code": profile.zone_code}
