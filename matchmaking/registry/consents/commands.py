"""Giving a consent, recording a signed paper, taking one back. Only the firm's own people speak for it here.

The bureau may scan what the firm signed on paper; it can never agree in the firm's stead (E24).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.files import Kept, attach
from matchmaking.foundation.trail import record
from matchmaking.registry.consents.models import PURPOSES, Consent, ConsentRevocation
from matchmaking.registry.consents.queries import open_consent
from matchmaking.registry.enterprises.commands.profiling import locked
from matchmaking.registry.enterprises.models import Enterprise, EnterprisePerson
from matchmaking.registry.enterprises.queries import subject_of
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import fresh_key, refuse_later
from matchmaking.rulebook import number
from matchmaking.rulebook.consent_texts import ConsentText, consent_text, consent_texts


@dataclass(frozen=True, slots=True)
class ConsentTold:
    """To which institution (any branch of it), for what, until when (None: the usual time), for which needs (all)."""

    organisation_id: int
    purpose: str
    expires_on: date | None = None
    needs: Sequence[str] = ()
    person_id: int | None = None


def last_day(first: date, told: date | None = None) -> date:
    """The last day of a consent given on ``first``. :class:`Refusal` ``consent_days`` for none or too many."""
    longest = first + timedelta(days=number("consent_longest_days", first))
    last = told or first + timedelta(days=number("consent_usual_days", first))
    if not first < last <= longest:
        raise Refusal(Reason("consent_days", {"first": first.isoformat(), "longest": longest.isoformat()}))
    return last


def give_consent(
    session: Session, *, actor: str, actor_organisation_id: int | None, enterprise_id: int, told: ConsentTold,
    version: int, language: str, on: date, at: datetime,
) -> Consent:  # fmt: skip
    """The firm agrees on its own page to the words of ``version``, which must be the one shown today.

    ``actor_organisation_id`` is the speaker's organisation. Raises :class:`Refusal` ``consent_not_yours`` for anybody
    but the firm's own people, ``consent_text_changed``, ``consent_purpose_unknown``, ``consent_institution``,
    ``consent_person``, ``consent_days`` or ``consent_open_already``.
    """
    firm = _own(session, enterprise_id, actor_organisation_id)
    if told.person_id is not None:
        raise Refusal(Reason("consent_person_on_paper"))
    text = _text(told.purpose, on)
    if text.version != version:
        raise Refusal(Reason("consent_text_changed"))
    return _add(session, actor, firm, told, text, language, "online", on, on, at, None, "")


def record_paper_consent(
    session: Session, *, actor: str, enterprise_id: int, told: ConsentTold, signed_on: date, version: int,
    scan: Kept, on: date, at: datetime, batch: str = "",
) -> Consent:  # fmt: skip
    """A paper the firm, or a person behind it, signed on ``signed_on``; it holds from then on because its scan is here.

    ``version`` is the wording printed on it. Raises :class:`Refusal` like :func:`give_consent`.
    """
    refuse_later(signed_on, on)
    firm = locked(session, enterprise_id)
    texts = {text.version: text for text in consent_texts().get(told.purpose, ())}
    if told.purpose not in PURPOSES or version not in texts:
        raise Refusal(Reason("consent_purpose_unknown"))
    return _add(session, actor, firm, told, texts[version], "zh", "paper", signed_on, on, at, scan, batch)


def revoke_consent(
    session: Session, *, actor: str, actor_organisation_id: int | None, consent_id: int, on: date, at: datetime,
    words: str = "",
) -> ConsentRevocation:  # fmt: skip
    """Take a consent back, from today on; no reason is asked. Raises :class:`Refusal` ``consent_not_yours`` or
    ``consent_ended`` where it was revoked or ran out before.
    """
    consent = session.scalars(select(Consent).where(Consent.id == consent_id)).one_or_none()
    if consent is None:
        raise Refusal(Reason("consent_not_yours"))
    firm = _own(session, consent.enterprise_id, actor_organisation_id)
    earlier = session.scalars(select(ConsentRevocation.id).where(ConsentRevocation.consent_id == consent.id)).first()
    if earlier is not None or consent.expires_on < on:
        raise Refusal(Reason("consent_ended"))
    fact = ConsentRevocation(
        consent_id=consent.id, revoked_on=on, words=" ".join(words.split())[:300], recorded_at=at, recorded_by=actor
    )
    session.add(fact)
    session.flush()
    payload = {"consent": consent.public_key, "purpose": consent.purpose, "to": consent.organisation_id}
    record(session, actor=actor, tag="consent.revoked", subject=subject_of(firm), payload=payload, at=at)
    return fact


def _own(session: Session, enterprise_id: int, actor_organisation_id: int | None) -> Enterprise:
    firm = locked(session, enterprise_id)
    if actor_organisation_id is None or firm.organisation_id != actor_organisation_id:
        raise Refusal(Reason("consent_not_yours"))
    return firm


def _text(purpose: str, on: date) -> ConsentText:
    if purpose not in PURPOSES:
        raise Refusal(Reason("consent_purpose_unknown"))
    return consent_text(purpose, on)


def _institution(session: Session, organisation_id: int) -> Organisation:
    """The legal person that an open institution belongs to."""
    asked = session.get(Organisation, organisation_id)
    if asked is None or not asked.active or asked.kind not in ("bank", "guarantor"):
        raise Refusal(Reason("consent_institution"))
    head = session.get(Organisation, asked.legal_person_id)
    assert head is not None  # noqa: S101  told to mypy
    return head


def _add(
    session: Session, actor: str, firm: Enterprise, told: ConsentTold, text: ConsentText, language: str, manner: str,
    first: date, on: date, at: datetime, scan: Kept | None, batch: str,
) -> Consent:  # fmt: skip
    head = _institution(session, told.organisation_id)
    _refuse_person(session, firm, told.person_id)
    last = last_day(first, told.expires_on)
    # the firm's row is locked: of two clicks on one page the second finds the first's consent
    if open_consent(
        session, enterprise_id=firm.id, organisation_id=head.id, purpose=told.purpose, on=on, person_id=told.person_id,
        need_key=told.needs[0] if told.needs else None,
    ):  # fmt: skip
        raise Refusal(Reason("consent_open_already", {"institution": head.name}))
    consent = Consent(
        public_key=fresh_key("consent", at), enterprise_id=firm.id, person_id=told.person_id, organisation_id=head.id,
        purpose=told.purpose, scope={"needs": list(told.needs)} if told.needs else {}, given_on=first,
        expires_on=last, manner=manner, text_version=text.version, language=language,
        shown=text.filled(language, institution=head.name, first=first, last=last),
        evidence_sha256=scan.sha256 if scan else None, batch=batch.strip()[:80], recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(consent)
    session.flush()
    if scan is not None:
        attach(session, scan, subject=subject_of(firm), words=f"consent:{consent.public_key}", actor=actor, at=at)
    payload = {
        "consent": consent.public_key, "purpose": consent.purpose, "to": head.id, "manner": manner,
        "first": first.isoformat(), "last": last.isoformat(), "text": text.version,
    }  # fmt: skip
    record(session, actor=actor, tag="consent.given", subject=subject_of(firm), payload=payload, at=at)
    return consent


def _refuse_person(session: Session, firm: Enterprise, person_id: int | None) -> None:
    if person_id is None:
        return
    person = session.get(EnterprisePerson, person_id)
    if person is None or person.enterprise_id != firm.id:
        raise Refusal(Reason("consent_person"))
