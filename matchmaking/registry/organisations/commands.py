"""Making, renaming and closing organisations; what became of one stays as a row of its own."""

from __future__ import annotations

import re
from datetime import date, datetime

from sqlalchemy import func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.foundation.trail import record
from matchmaking.registry.organisations.models import KINDS, LEVELS, Organisation, OrganisationChange, Zone
from matchmaking.registry.organisations.queries import children_open, organisation_by_key
from matchmaking.registry.organisations.recording import fresh_key, plain_name, refuse_later, words_enough
from matchmaking.rulebook.reference import divisions

FEWEST_CHARACTERS = 2
KEY = re.compile(r"[a-z0-9](-?[a-z0-9]){1,59}")
LOCAL_BANK = re.compile("农村商业银行|农商银行|农商行|村镇银行")
BRANCH_END = re.compile("(支行|分行|分理处|营业部|营业室|营业所|网点)$")


def ensure_zones(session: Session) -> None:
    """Bring in the functional zones of the rulebook that are missing; a zone that is there stays as it is."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for zone in divisions().zones:
        row = insert(Zone).values(code=zone.code, name_zh=zone.zh, name_en=zone.en, area_code=zone.parent)
        session.execute(row.on_conflict_do_nothing(index_elements=["code"]))


def create_organisation(
    session: Session,
    *,
    actor: str,
    kind: str,
    name: str,
    area_code: str,
    on: date,
    at: datetime,
    zone_code: str | None = None,
    public_key: str | None = None,
) -> Organisation:
    """A legal person that hangs under nobody. ``area_code`` a county's code, or ``*`` for the whole city.

    Raises :class:`Refusal` ``organisation_kind_unknown|name_…|county_unknown|zone_elsewhere|organisation_key_bad|
    organisation_taken``; institutions (not firms) have one open row per name.
    """
    if kind not in KINDS:
        raise Refusal(Reason("organisation_kind_unknown", {"kind": kind[:20]}))
    name = plain_name(name)
    if kind != "enterprise":
        _refuse_taken(session, kind, name)
    area, zone = place(area_code, zone_code, on=on, whole_city=kind != "enterprise")
    key, number = _key(session, public_key or fresh_key(kind, at)), _next_id(session)
    made = Organisation(
        id=number, public_key=key, kind=kind, name=name, level="head", parent_id=None, path=f"/{number}/",
        legal_person_id=number, area_code=area, zone_code=zone, created_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"kind": kind, "level": "head", "area": area, "zone": zone}
    record(session, actor=actor, tag="organisation.created", subject=f"organisation:{key}", payload=payload, at=at)
    return made


def open_branch(
    session: Session,
    *,
    actor: str,
    parent: Organisation,
    name: str,
    level: str,
    area_code: str,
    on: date,
    at: datetime,
    zone_code: str | None = None,
    public_key: str | None = None,
) -> Organisation:
    """A ``branch`` under a head, or a ``sub_branch`` under a head or a branch.

    Raises :class:`Refusal` ``branch_level_bad|branch_of_no_bank|organisation_closed|local_bank_is_head|name_…|
    county_unknown|organisation_taken``.
    """
    under = _locked(session, parent)
    name = plain_name(name)
    if under.kind != "bank":
        raise Refusal(Reason("branch_of_no_bank", {"name": under.name}))
    if level not in LEVELS[1:] or LEVELS.index(level) <= LEVELS.index(under.level):
        raise Refusal(Reason("branch_level_bad", {"name": under.name}))
    if LOCAL_BANK.search(name) and not BRANCH_END.search(name):
        raise Refusal(Reason("local_bank_is_head", {"name": name}))
    _refuse_taken(session, "bank", name)
    area, zone = place(area_code, zone_code, on=on, whole_city=True)
    key, number = _key(session, public_key or fresh_key("bank", at)), _next_id(session)
    made = Organisation(
        id=number, public_key=key, kind="bank", name=name, level=level, parent_id=under.id,
        path=f"{under.path}{number}/", legal_person_id=under.legal_person_id, area_code=area, zone_code=zone,
        created_at=at,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"parent": under.public_key, "level": level, "area": area, "zone": zone}
    record(
        session, actor=actor, tag="organisation.branch_opened", subject=f"organisation:{key}", payload=payload, at=at
    )
    return made


def rename_organisation(
    session: Session, *, actor: str, organisation: Organisation, name: str, on_day: date, reason: str, on: date,
    at: datetime,
) -> OrganisationChange:  # fmt: skip
    """A new name from ``on_day``; the old one stays for the days before. ``on`` is the business day of telling."""
    row, name = _locked(session, organisation), plain_name(name)
    if name == row.name:
        raise Refusal(Reason("name_same", {"name": name}))
    if row.kind != "enterprise":
        _refuse_taken(session, row.kind, name)
    return _change(session, actor, row, "renamed", name, on_day, reason, on, at)


def close_organisation(
    session: Session, *, actor: str, organisation: Organisation, on_day: date, reason: str, on: date, at: datetime
) -> OrganisationChange:
    """It takes part no longer: its people are shut out, its facts stay. Refuses while branches under it are open."""
    row = _locked(session, organisation)
    still = children_open(session, row)
    if still:
        raise Refusal(Reason("organisation_has_branches", {"name": row.name, "branches": still}))
    return _change(session, actor, row, "closed", row.name, on_day, reason, on, at)


def place(area_code: str, zone_code: str | None, *, on: date, whole_city: bool = False) -> tuple[str, str | None]:
    """The county's code in force on ``on`` (an older one is read as its successor) and the zone, which lies in it.

    Raises :class:`Refusal` ``county_unknown`` or ``zone_elsewhere``.
    """
    if whole_city and area_code == EVERYWHERE:
        return EVERYWHERE, None
    county = divisions().current(area_code, on).code
    zone = zone_code or None
    if zone is not None and zone not in {known.code for known in divisions().zones_of(county)}:
        raise Refusal(Reason("zone_elsewhere", {"zone": zone[:40], "county": county}))
    return county, zone


def _change(
    session: Session, actor: str, row: Organisation, change: str, after: str, on_day: date, reason: str, on: date,
    at: datetime,
) -> OrganisationChange:  # fmt: skip
    refuse_later(on_day, on)
    words = words_enough(reason, fewest=FEWEST_CHARACTERS, most=300)
    fact = OrganisationChange(
        organisation_id=row.id, change=change, before=row.name, after=after, on_day=on_day, reason=words,
        recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(fact)
    row.name, row.active = after, change != "closed"
    session.flush()
    payload = {"change": change, "on": on_day.isoformat(), "fact": fact.id}
    subject = f"organisation:{row.public_key}"
    record(session, actor=actor, tag=f"organisation.{change}", subject=subject, payload=payload, at=at)
    return fact


def _locked(session: Session, organisation: Organisation) -> Organisation:
    # opening a branch and closing its parent queue here, so that no branch is left under a closed one
    wanted = select(Organisation).where(Organisation.id == organisation.id).with_for_update()
    row = session.scalars(wanted.execution_options(populate_existing=True)).one()
    if not row.active:
        raise Refusal(Reason("organisation_closed", {"name": row.name}))
    return row


def _refuse_taken(session: Session, kind: str, name: str) -> None:
    same = select(Organisation.id).where(Organisation.kind == kind, Organisation.name == name, Organisation.active)
    if session.scalars(same.limit(1)).first() is not None:
        raise Refusal(Reason("organisation_taken", {"name": name}))


def _key(session: Session, key: str) -> str:
    if not KEY.fullmatch(key) or organisation_by_key(session, key) is not None:
        raise Refusal(Reason("organisation_key_bad", {"key": key[:80]}))
    return key


def _next_id(session: Session) -> int:
    # the row names itself in its path and as its own legal person, so its id must be known before it is written
    if session.get_bind().dialect.name == "postgresql":
        return int(session.scalar(text("SELECT nextval(pg_get_serial_sequence('organisation', 'id'))")) or 0)
    return int(session.scalar(select(func.coalesce(func.max(Organisation.id), 0))) or 0) + 1
