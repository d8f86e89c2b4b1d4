"""Handing a need to banks: by the firm, with its consent in the same step; or by the bureau."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BUREAU, FIRM, REFERRAL
from matchmaking.foundation.trail import record
from matchmaking.market.matches.commands import keep_recommendation
from matchmaking.market.matches.models import Recommendation
from matchmaking.market.matches.queries import wants_ranking
from matchmaking.market.needs.commands import move_need
from matchmaking.market.needs.models import Need
from matchmaking.market.products.queries import Offer, offer_on
from matchmaking.market.referrals.commands.moving import keep_event, lock_need, subject_of
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import branch_for, live_of
from matchmaking.registry.consents.commands import ConsentTold, give_consent
from matchmaking.registry.consents.queries import open_consent
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import enterprise_of_organisation, profile_on
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import fresh_key
from matchmaking.rulebook import number, workdays

PURPOSE = "share_dossier"


@dataclass(frozen=True, slots=True)
class Consenting:
    """The firm agrees, in the step in which it sends, to the words of ``version`` in ``language``."""

    version: int
    language: str


def refer(
    session: Session, *, actor: str, role: str, actor_organisation_id: int | None, need: Need, version: int,
    products: Sequence[str], consenting: Consenting | None, on: date, at: datetime,
) -> list[Referral]:  # fmt: skip
    """The firm sends its need to the banks of ``products`` (public keys, each of another bank).

    Where no consent to show its file is open for one of them, ``consenting`` gives it in the same unit of work.
    Raises :class:`Refusal` ``referral_consent_missing``, those of :func:`give_consent`, and those of :func:`push`.
    """
    held, firm = lock_need(session, need.id), _firm(session, need)
    offers = _offers(session, held, products, on)
    for offer in offers:
        _consented(session, actor, actor_organisation_id, firm, held, offer, consenting, on, at)
    return _send(session, actor, role, held, version, offers, on, at)


def push(
    session: Session, *, actor: str, role: str, need: Need, version: int, products: Sequence[str], on: date,
    at: datetime,
) -> list[Referral]:  # fmt: skip
    """The bureau hands a verified need to banks. Without the firm's consent its name and file stay shut.

    Raises :class:`Refusal` ``referral_none_chosen``, ``referral_too_many``, ``referral_product_gone``,
    ``referral_one_per_bank``, ``referral_live_already``, ``need_moved_on`` or what ``NEED.move`` raises.
    """
    held = lock_need(session, need.id)
    return _send(session, actor, role, held, version, _offers(session, held, products, on), on, at)


def legal_person_of(session: Session, offer: Offer) -> int:
    """The bank behind an offer, as a legal person."""
    return session.get_one(Organisation, offer.product.organisation_id).legal_person_id


def _offers(session: Session, need: Need, products: Sequence[str], on: date) -> list[Offer]:
    chosen = list(dict.fromkeys(products))
    if not chosen:
        raise Refusal(Reason("referral_none_chosen"))
    live = live_of(session, need.id)
    most = number("referral_most_banks", on)
    if len(chosen) + len(live) > most:
        raise Refusal(Reason("referral_too_many", {"most": most, "live": len(live), "chosen": len(chosen)}))
    found = [offer_on(session, key, on) for key in chosen]
    offers = [offer for offer in found if offer is not None]
    if len(offers) < len(chosen):
        raise Refusal(Reason("referral_product_gone"))
    banks = [legal_person_of(session, offer) for offer in offers]
    if len(set(banks)) < len(banks):
        raise Refusal(Reason("referral_one_per_bank"))
    standing = {referral.legal_person_id for referral in live}
    again = next((offer.bank for offer, bank in zip(offers, banks, strict=True) if bank in standing), None)
    if again is not None:
        raise Refusal(Reason("referral_live_already", {"bank": again}))
    return offers


def _send(
    session: Session, actor: str, role: str, need: Need, version: int, offers: Sequence[Offer], on: date, at: datetime
) -> list[Referral]:
    move_need(session, actor=actor, role=role, need=need, version=version, action="refer", at=at)
    return [_one(session, actor, role, need, offer, on, at) for offer in offers]


def _one(session: Session, actor: str, role: str, need: Need, offer: Offer, on: date, at: datetime) -> Referral:
    seller = session.get_one(Organisation, offer.product.organisation_id)
    unit, kept = branch_for(session, seller, need.area_code), _kept(session, actor, need, offer, on, at)
    profile = profile_on(session, _firm(session, need).id, on)
    referral = Referral(
        public_key=fresh_key("referral", at), need_id=need.id, organisation_id=unit.id,
        legal_person_id=seller.legal_person_id, product_version_id=offer.version.id,
        recommendation_id=kept.id if kept else None, points=kept.points if kept else None, state=_first(role),
        version=1, officer_id=None, sent_by="bureau" if role == BUREAU else "firm", sent_on=on,
        due_on=workdays().add(on, number("referral_answer_workdays", on)), amount_minor=need.amount_minor or 0,
        currency=need.currency, term_months=need.term_months or 0,
        industry_code=profile.industry_code if profile else None, area_code=need.area_code, created_at=at,
    )  # fmt: skip
    session.add(referral)
    session.flush()
    keep_event(session, referral, "send", "", actor=actor, role=role, at=at)
    payload = {
        "need": need.public_key, "bank": seller.legal_person_id, "unit": unit.public_key,
        "product": offer.product.public_key, "product_version": offer.version.number,
        "due_on": referral.due_on.isoformat(),
        "recommendation": kept.inputs_digest if kept else None, "points": referral.points,
    }  # fmt: skip
    record(session, actor=actor, tag="referral.sent", subject=subject_of(referral), payload=payload, at=at)
    return referral


def _first(role: str) -> str:
    # a bank's claim of a listed need begins elsewhere in the table
    assert role in (FIRM, BUREAU)  # noqa: S101  NEED.move has refused everybody else
    return REFERRAL.initial[0]


def _kept(session: Session, actor: str, need: Need, offer: Offer, on: date, at: datetime) -> Recommendation | None:
    if not wants_ranking(session, need.organisation_id):
        return None
    return keep_recommendation(session, actor=actor, need=need, offer=offer, on=on, at=at)


def _consented(
    session: Session, actor: str, actor_organisation_id: int | None, firm: Enterprise, need: Need, offer: Offer,
    consenting: Consenting | None, on: date, at: datetime,
) -> None:  # fmt: skip
    bank = legal_person_of(session, offer)
    if open_consent(
        session, enterprise_id=firm.id, organisation_id=bank, purpose=PURPOSE, on=on, need_key=need.public_key
    ):
        return
    if consenting is None:
        raise Refusal(Reason("referral_consent_missing", {"bank": offer.bank}))
    give_consent(
        session, actor=actor, actor_organisation_id=actor_organisation_id, enterprise_id=firm.id,
        told=ConsentTold(bank, PURPOSE, needs=(need.public_key,)), version=consenting.version,
        language=consenting.language, on=on, at=at,
    )  # fmt: skip


def _firm(session: Session, need: Need) -> Enterprise:
    found = enterprise_of_organisation(session, need.organisation_id)
    if found is None:
        raise Refusal(Reason("need_of_no_firm"))
    return found
