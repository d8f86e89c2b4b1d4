"""A firm comes in: by itself with its code, or entered by the bureau for it (代录), which confirms nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import parse_uscc
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import record
from matchmaking.registry.accounts.commands import Place, create_user, fold_login
from matchmaking.registry.accounts.commands.passwords import hash_password, refuse_weak
from matchmaking.registry.accounts.commands.sessions import open_session
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.enterprises.models import LEGAL_FORMS, Enterprise, EnterpriseProfile
from matchmaking.registry.enterprises.queries import enterprise_of_uscc, subject_of
from matchmaking.registry.organisations.commands import create_organisation
from matchmaking.registry.organisations.recording import fresh_key, plain_name
from matchmaking.rulebook import number

ANYBODY = "anonymous"
GB32100 = "gb32100"


@dataclass(frozen=True, slots=True)
class FirmTold:
    """What is told of a firm when it comes in. ``uscc`` as typed; empty only where the bureau enters an old ledger."""

    uscc: str
    name: str
    legal_form: str
    area_code: str
    zone_code: str | None = None


@dataclass(frozen=True, slots=True)
class Applicant:
    """The person who registers a firm and will sign in for it."""

    name: str
    login: str
    password: str


def register_enterprise(*, told: FirmTold, who: Applicant, on: date, at: datetime, place: Place) -> str:
    """A firm registers itself: organisation, firm, first version of its profile, one account; the session's token.

    Opens its own unit of work, so that the password is hashed outside it. Raises :class:`Refusal`: those of
    ``parse_uscc``, ``enterprise_taken`` (which does not say whose the code is), ``county_unknown``, ``zone_elsewhere``,
    ``legal_form_unknown``, ``name_…``, ``login_…`` or ``password_…``.
    """
    parse_uscc(told.uscc)
    person = plain_name(who.name, longest=80)
    refuse_weak(who.password, login=fold_login(who.login), shortest=number("password_shortest", on))
    hashed = hash_password(who.password)
    try:
        return run_in_unit_of_work(
            _register, told=told, person=person, login=who.login, hashed=hashed, on=on, at=at, place=place
        )
    except IntegrityError:
        # somebody took the sign-in name between our look and our row
        raise Refusal(Reason("login_taken", {"login": fold_login(who.login)[:40]})) from None


def enter_enterprise(session: Session, *, actor: str, told: FirmTold, on: date, at: datetime) -> Enterprise:
    """The bureau enters a firm that cannot do it itself (E24): marked as such, without an account, and unverified.

    Raises :class:`Refusal` like :func:`register_enterprise`; an empty code is taken.
    """
    return open_firm(session, actor=actor, told=told, entered_by="bureau", on=on, at=at)


def open_firm(
    session: Session, *, actor: str, told: FirmTold, entered_by: str, on: date, at: datetime,
    public_key: str | None = None,
) -> Enterprise:  # fmt: skip
    """Organisation, firm and the first version of its profile, valid from ``on``; ``public_key`` names both."""
    uscc = parse_uscc(told.uscc) if told.uscc.strip() or entered_by == "firm" else None
    if told.legal_form not in LEGAL_FORMS:
        raise Refusal(Reason("legal_form_unknown", {"form": told.legal_form[:20]}))
    if uscc is not None and enterprise_of_uscc(session, uscc) is not None:
        raise Refusal(Reason("enterprise_taken"))
    organisation = create_organisation(
        session, actor=actor, kind="enterprise", name=told.name, area_code=told.area_code, zone_code=told.zone_code,
        on=on, at=at, public_key=public_key,
    )  # fmt: skip
    firm = _claim(session, public_key or fresh_key("firm", at), organisation.id, uscc, entered_by, at)
    session.add(
        EnterpriseProfile(
            enterprise_id=firm.id, entered_by=entered_by, recorded_at=at, recorded_by=actor, valid_from=on,
            legal_form=told.legal_form, area_code=organisation.area_code, zone_code=organisation.zone_code, park="",
        )
    )  # fmt: skip
    session.flush()
    payload = {"organisation": organisation.id, "uscc": uscc, "entered_by": entered_by}
    record(session, actor=actor, tag="enterprise.registered", subject=subject_of(firm), payload=payload, at=at)
    return firm


def _claim(
    session: Session, key: str, organisation_id: int, uscc: str | None, entered_by: str, at: datetime
) -> Enterprise:
    """The firm's row; of two who register one code at once the second is refused, on both engines."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Enterprise).values(
        public_key=key, organisation_id=organisation_id, uscc=uscc, uscc_scheme=GB32100 if uscc else None,
        state="waiting", version=1, entered_by=entered_by, created_at=at,
    )  # fmt: skip
    made = session.execute(row.on_conflict_do_nothing(index_elements=["uscc"]).returning(Enterprise.id)).first()
    if made is None:
        raise Refusal(Reason("enterprise_taken"))
    firm = session.get(Enterprise, made.id)
    assert firm is not None  # noqa: S101  told to mypy
    return firm


def _register(
    session: Session, *, told: FirmTold, person: str, login: str, hashed: str, on: date, at: datetime, place: Place
) -> str:
    firm = open_firm(session, actor=ANYBODY, told=told, entered_by="firm", on=on, at=at)
    user_id = create_user(
        session, actor=ANYBODY, login=login, name=person, role=Role.ENTERPRISE.value, at=at, password_hash=hashed,
        jurisdiction=told.area_code, organisation_id=firm.organisation_id,
    )  # fmt: skip
    user = session.get(UserAccount, user_id)
    assert user is not None  # noqa: S101  told to mypy
    return open_session(session, user=user, at=at, place=place)
