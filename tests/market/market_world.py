"""A small market: two firms and a third elsewhere, bureaus, two banks one of them with a branch, and their people."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.money import Money
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.needs.commands import start_need
from matchmaking.market.needs.facts import Terms
from matchmaking.market.needs.models import Need
from matchmaking.market.products.facts import OfferTold
from matchmaking.registry.accounts.commands.sessions import Place, open_session
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.accounts.queries import account_by_login
from matchmaking.registry.enterprises.commands import (
    FirmTold,
    ProfileTold,
    enter_enterprise,
    open_firm,
    tell_profile,
    verify_enterprise,
)
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.commands import create_organisation, ensure_zones, open_branch
from matchmaking.registry.organisations.models import Organisation
from tests.databases import seeded_where_empty

TODAY = date(2026, 9, 30)
NOON = datetime(2026, 9, 30, 4, 0, tzinfo=clock.UTC)
HANBIN, ZIYANG = "610902", "610924"
REVENUE = Money.of(8_000_000)
GOOD = Terms(
    amount=Money.of(3_000_000),
    amount_unit="wan",
    term_months=12,
    purpose="seasonal_purchase",
    purpose_words="三月到五月收春茶",
    loan_kind="working_capital",
    guarantees=frozenset({"credit"}),
)
"""Terms that may be posted."""


def offer(**changes: object) -> OfferTold:
    """Terms of a product that may be published."""
    told: dict[str, object] = {
        "effective_from": TODAY,
        "criteria": {
            "amount_max": 500_000_000,
            "term_max": 36,
            "loan_kinds": ["working_capital"],
            "guarantees": ["credit", "mortgage"],
        },
        "lpr_tenor": "1Y",
        "spread_low_bp": 55,
        "spread_high_bp": 120,
        "summary": "收茶季随借随还",
        "quota": Money.of(50_000_000),
        "promised_workdays": 5,
        "documents": ("营业执照", "近一年流水"),
    }
    return OfferTold(**{**told, **changes})  # type: ignore[arg-type]


@dataclass
class World:
    """Keys of what there is; ``people``: login → viewer."""

    firm: int = 0
    firm_key: str = ""
    neighbour: int = 0
    far: int = 0
    bank: int = 0
    branch: int = 0
    rival: int = 0
    people: dict[str, Viewer] = field(default_factory=dict)


def _firm(session: Session, name: str, area: str, serial: int, *, verified: bool = True) -> Enterprise:
    told = FirmTold(uscc_from("91", area, serial), name, "limited", area)
    made = open_firm(session, actor="user:self", told=told, entered_by="firm", on=TODAY, at=NOON)
    profile = ProfileTold(
        "limited", area, industry="C1530", founded_on=date(2018, 3, 1), employees=40, figures_year=2025,
        revenue=REVENUE, assets=REVENUE, tax_grade="A", without_loans=True,
    )  # fmt: skip
    tell_profile(
        session, actor="user:self", role="enterprise", enterprise_id=made.id, version=made.version, told=profile,
        on=TODAY, at=NOON,
    )  # fmt: skip
    if verified:
        session.refresh(made)
        verify_enterprise(
            session, actor="user:bureau", enterprise_id=made.id, version=made.version, basis="licence_seen", on=TODAY,
            at=NOON,
        )  # fmt: skip
    return made


def _person(session: Session, world: World, login: str, role: Role, area: str, organisation_id: int | None) -> None:
    user = UserAccount(
        login=login, name=f"{login} 某", role=role.value, jurisdiction=area, password_hash="x", created_at=NOON,
        password_changed_at=NOON, organisation_id=organisation_id,
    )  # fmt: skip
    session.add(user)
    session.flush()
    owner = session.get(Organisation, organisation_id) if organisation_id else None
    world.people[login] = Viewer(
        user.id, login, user.name, role, area, 0, organisation_id=organisation_id,
        organisation_path=owner.path if owner else None, organisation_kind=owner.kind if owner else None,
    )  # fmt: skip


def _build(session: Session) -> World:
    world = World()
    ensure_zones(session)
    firm = _firm(session, "安康硒语茶业有限公司", HANBIN, 1)
    world.firm, world.firm_key = firm.organisation_id, firm.public_key
    world.neighbour = _firm(session, "汉江毛绒玩具有限公司", HANBIN, 2, verified=False).organisation_id
    world.far = _firm(session, "紫阳山泉饮品有限公司", ZIYANG, 3).organisation_id
    told = FirmTold("", "汉滨旧账茶厂", "individual", HANBIN)
    enter_enterprise(session, actor="user:bureau", told=told, on=TODAY, at=NOON)
    made = [
        create_organisation(session, actor="seed", kind=kind, name=name, area_code=area, on=TODAY, at=NOON)
        for kind, name, area in (
            ("bank", "汉江银行", "*"),
            ("bank", "秦岭农村商业银行", "*"),
            ("bureau", "汉滨区工信局", HANBIN),
            ("bureau", "市工信局", "*"),
        )
    ]
    bank, rival, county, city = made
    branch = open_branch(
        session, actor="seed", parent=bank, name="汉江银行汉滨支行", level="branch", area_code=HANBIN, on=TODAY, at=NOON
    )
    world.bank, world.branch, world.rival = bank.id, branch.id, rival.id
    for login, role, area, owner in (
        ("tea", Role.ENTERPRISE, HANBIN, world.firm),
        ("tea2", Role.ENTERPRISE, HANBIN, world.firm),
        ("toy", Role.ENTERPRISE, HANBIN, world.neighbour),
        ("water", Role.ENTERPRISE, ZIYANG, world.far),
        ("county", Role.BUREAU_OFFICER, HANBIN, county.id),
        ("county2", Role.BUREAU_OFFICER, HANBIN, county.id),
        ("elsewhere", Role.BUREAU_OFFICER, ZIYANG, county.id),
        ("city", Role.BUREAU_OFFICER, "*", city.id),
        ("manager", Role.BANK_MANAGER, "*", bank.id),
        ("branch", Role.BANK_MANAGER, "*", branch.id),
        ("officer", Role.BANK_OFFICER, "*", branch.id),
        ("rival", Role.BANK_MANAGER, "*", rival.id),
    ):
        _person(session, world, login, role, area, owner)
    return world


def build_world() -> World:
    """The market, committed."""
    world = run_in_unit_of_work(_build)
    storage.remove_session()
    return world


def kept_world(folder: Path) -> World:
    """The market, copied from the first one of this process; built where something stands in the database already."""
    return seeded_where_empty("market", folder, build_world)


def enter(client: FlaskClient, login: str) -> FlaskClient:
    """Give ``client`` a fresh session of the person with ``login``."""

    def opened(session: Session) -> str:
        user = account_by_login(session, login)
        assert user is not None
        return open_session(session, user=user, at=clock.now(), place=Place(hours=8))

    token = run_in_unit_of_work(opened)
    storage.remove_session()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
    return client


def new_need(
    world: World, terms: Terms = GOOD, *, login: str = "tea", organisation: int = 0, at: datetime = NOON
) -> str:
    """A draft, committed; its key."""
    who = world.people[login]

    def start(session: Session) -> str:
        owner = session.get_one(Organisation, organisation or world.firm)
        return start_need(
            session, actor=who.actor, role=who.role.value, organisation=owner, terms=terms, on=TODAY, at=at
        ).public_key

    return run_in_unit_of_work(start)


def load(session: Session, key: str) -> Need:
    """The need as it is now."""
    return session.scalars(select(Need).where(Need.public_key == key)).one()
