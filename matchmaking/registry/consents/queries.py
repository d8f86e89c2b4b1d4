"""Which consents there are and which are open; what an institution may see of a firm under one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.consents.models import Consent, ConsentRevocation
from matchmaking.registry.enterprises.models import Enterprise, EnterprisePerson
from matchmaking.registry.enterprises.queries import FirmSheet, sheet_of
from matchmaking.registry.organisations.models import Organisation

PER_PAGE = 50
OPEN, EXPIRED, REVOKED, NOT_YET = "open", "expired", "revoked", "not_yet"


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """A consent with whom it is given to, by whom if not the firm itself, and how it stands on a day."""

    consent: Consent
    institution: Organisation
    person: EnterprisePerson | None
    revocation: ConsentRevocation | None
    state: str


def open_consent(
    session: Session,
    *,
    enterprise_id: int,
    organisation_id: int,
    purpose: str,
    on: date,
    person_id: int | None = None,
    need_key: str | None = None,
) -> Consent | None:
    """The consent that holds on ``on`` for the institution that ``organisation_id`` belongs to, or None.

    A branch asks under its legal person's consent. ``person_id``: the consent of that person instead of the firm's
    own. ``need_key``: one whose scope is limited to other needs does not count. It holds from its first to its last
    day, and no longer on the day it is revoked.
    """
    asked = aliased(Organisation)
    wanted = (
        select(Consent)
        .join(asked, asked.legal_person_id == Consent.organisation_id)
        .outerjoin(ConsentRevocation, ConsentRevocation.consent_id == Consent.id)
        .where(asked.id == organisation_id, Consent.enterprise_id == enterprise_id, Consent.purpose == purpose)
        .where(Consent.person_id == person_id if person_id is not None else Consent.person_id.is_(None), holds(on))
    )
    found = session.scalars(wanted.order_by(Consent.expires_on.desc(), Consent.id.desc()))
    return next((one for one in found if covers_need(one, need_key)), None)


def holds(on: date) -> ColumnElement[bool]:
    """A consent, outer-joined to its revocation, holds on ``on``."""
    ended = ConsentRevocation
    return and_(Consent.given_on <= on, Consent.expires_on >= on, or_(ended.id.is_(None), ended.revoked_on > on))


def covers_need(consent: Consent, need_key: str | None) -> bool:
    """Whether the consent's scope takes in the need; a scope without needs takes in all."""
    named = consent.scope.get("needs")
    return not named or (need_key is not None and need_key in named)


def consents_of(
    session: Session, enterprise_id: int, *, on: date, limit: int = PER_PAGE, offset: int = 0
) -> tuple[list[ConsentRow], int]:
    """Consents of a firm and of the people behind it, the latest first, and how many; one SQL statement."""
    asked = _rows().add_columns(func.count().over()).where(Consent.enterprise_id == enterprise_id)
    rows = session.execute(asked.order_by(Consent.id.desc()).limit(limit).offset(offset)).all()
    return [_row(row[:4], on) for row in rows], rows[0][4] if rows else 0


def own_consent(session: Session, viewer: Viewer, key: str, *, on: date) -> ConsentRow | None:
    """One consent of the viewer's own firm, or None where it has no such one."""
    asked = _rows().where(Consent.public_key == key, Enterprise.organisation_id == (viewer.organisation_id or 0))
    row = session.execute(asked).first()
    return None if row is None else _row(row, on)


def dossier_for_bank(session: Session, viewer: Viewer, key: str, *, on: date) -> FirmSheet | None:
    """The firm ``key`` as an institution may see it: None unless the firm's file is open to the viewer's on ``on``."""
    if viewer.organisation_id is None or viewer.organisation_kind != "bank":
        return None
    asked = select(Enterprise, Organisation).join(Organisation, Organisation.id == Enterprise.organisation_id)
    row = session.execute(asked.where(Enterprise.public_key == key)).first()
    if row is None:
        return None
    allowed = open_consent(
        session, enterprise_id=row.Enterprise.id, organisation_id=viewer.organisation_id, purpose="share_dossier", on=on
    )
    return sheet_of(session, row.Enterprise, row.Organisation, on=on) if allowed else None


def state_of(consent: Consent, revocation: ConsentRevocation | None, on: date) -> str:
    """``not_yet``, ``open``, ``revoked`` or ``expired`` on ``on``; what ended it first counts."""
    if consent.given_on > on:
        return NOT_YET
    if revocation is not None and revocation.revoked_on <= min(on, consent.expires_on):
        return REVOKED
    return OPEN if on <= consent.expires_on else EXPIRED


def _rows() -> Select[tuple[Consent, Organisation, EnterprisePerson, ConsentRevocation]]:
    return (
        select(Consent, Organisation, EnterprisePerson, ConsentRevocation)
        .join(Enterprise, Enterprise.id == Consent.enterprise_id)
        .join(Organisation, Organisation.id == Consent.organisation_id)
        .outerjoin(EnterprisePerson, EnterprisePerson.id == Consent.person_id)
        .outerjoin(ConsentRevocation, ConsentRevocation.consent_id == Consent.id)
    )


def _row(row: Any, on: date) -> ConsentRow:
    consent, institution, person, revocation = row
    return ConsentRow(consent, institution, person, revocation, state_of(consent, revocation, on))
