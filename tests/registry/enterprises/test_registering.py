"""A firm comes in: by its code, once, whoever comes second; or entered by the bureau, which confirms nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select

from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts.commands import Place
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.accounts.queries import find_live_session
from matchmaking.registry.enterprises import commands, queries
from matchmaking.registry.enterprises.models import Enterprise, EnterpriseProfile
from matchmaking.registry.organisations.commands import ensure_zones
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import explain
from tests.conftest import NOON
from tests.past import write_past_the_trail
from tests.registry.registry_world import HANBIN, TODAY, TOLD, XUNYANG, code_of, do, make_firm, tags

pytestmark = pytest.mark.usefixtures("database")

CODE = uscc_from("91", "610928", 7)
FIRM = commands.FirmTold(CODE, "秦巴茶业有限公司", "limited", HANBIN, "hengkou")
WHO = commands.Applicant("陈红", "chenhong", "rain on the east bridge")


@pytest.fixture(autouse=True)
def zones(database: str) -> None:
    """The functional zones."""
    write_past_the_trail(ensure_zones)


def register(told: commands.FirmTold = FIRM, who: commands.Applicant = WHO) -> str:
    """Register; the token."""
    return commands.register_enterprise(told=told, who=who, on=TODAY, at=NOON, place=Place(hours=8))


def refused(told: commands.FirmTold = FIRM, who: commands.Applicant = WHO) -> str:
    """The code with which a registration is refused."""
    with pytest.raises(Refusal) as caught:
        register(told, who)
    return caught.value.reason.code


def counted() -> tuple[int, ...]:
    """Rows of the four tables a registration writes."""
    storage.remove_session()
    tables = (Organisation, Enterprise, EnterpriseProfile, UserAccount)
    return tuple(storage.session().scalar(select(func.count()).select_from(table)) or 0 for table in tables)


def test_a_firm_registers_itself_and_is_signed_in() -> None:
    token = register()
    live = find_live_session(storage.session(), token=token, at=NOON, idle_minutes=30, demo=False)
    assert live is not None
    viewer = live.viewer
    assert (viewer.role, viewer.organisation_kind, viewer.jurisdiction) == (Role.ENTERPRISE, "enterprise", HANBIN)
    assert viewer.organisation_path == f"/{viewer.organisation_id}/"
    firm, organisation = queries.own_enterprise(storage.session(), viewer) or (None, None)
    assert firm is not None and organisation is not None
    assert (firm.uscc, firm.uscc_scheme, firm.state, firm.entered_by) == (CODE, "gb32100", "waiting", "firm")
    assert (organisation.name, organisation.area_code, organisation.zone_code) == (FIRM.name, HANBIN, "hengkou")
    profile = queries.profile_on(storage.session(), firm.id, TODAY)
    assert profile is not None and (profile.valid_from, profile.legal_form) == (TODAY, "limited")
    assert tags() == ["organisation.created", "enterprise.registered", "account.created", "session.opened"]


@pytest.mark.parametrize(
    "typed", [CODE.lower(), f" {CODE[:6]} {CODE[6:]} ", "".join(chr(ord(c) + 0xFEE0) for c in CODE)]
)
def test_one_code_however_it_is_typed_is_one_firm(typed: str) -> None:
    register()
    assert refused(replace(FIRM, uscc=typed), replace(WHO, login="somebody")) == "enterprise_taken"
    assert counted() == (1, 1, 1, 1)


def test_the_refusal_of_a_taken_code_names_nobody_and_says_what_to_do() -> None:
    register()
    with pytest.raises(Refusal) as caught:
        register(replace(FIRM, name="冒名公司"), replace(WHO, login="somebody"))
    said = explain(caught.value.reason)
    assert not {FIRM.name, WHO.name, WHO.login, CODE} & {said} and FIRM.name not in said and "陈红" not in said
    assert "直接登录" in said and "带营业执照" in said


@pytest.mark.parametrize(
    ("told", "who", "code"),
    [
        ({"uscc": ""}, {}, "uscc_empty"),
        ({"uscc": CODE[:-1]}, {}, "uscc_length"),
        ({"uscc": CODE[:-1] + "I"}, {}, "uscc_character"),
        ({"uscc": CODE[:-1] + ("0" if CODE[-1] != "0" else "1")}, {}, "uscc_check"),
        ({"name": "  "}, {}, "name_needed"),
        ({"name": "企" * 201}, {}, "name_long"),
        ({"legal_form": "club"}, {}, "legal_form_unknown"),
        ({"area_code": "*"}, {}, "county_unknown"),
        ({"area_code": "110101"}, {}, "county_unknown"),
        ({"area_code": XUNYANG}, {}, "zone_elsewhere"),
        ({}, {"login": "陈"}, "login_malformed"),
        ({}, {"login": "a" * 50}, "login_malformed"),
        ({}, {"password": "short"}, "password_short"),
        ({}, {"password": "chenhong chenhong"}, "password_like_login"),
        ({}, {"name": ""}, "name_needed"),
    ],
)
def test_a_registration_is_refused_for_its_reason_and_leaves_nothing(
    told: dict[str, Any], who: dict[str, Any], code: str
) -> None:
    assert refused(replace(FIRM, **told), replace(WHO, **who)) == code
    assert counted() == (0, 0, 0, 0) and tags() == []


def test_a_taken_sign_in_name_leaves_no_half_a_firm() -> None:
    register()
    other = replace(FIRM, uscc=uscc_from("91", HANBIN, 8))
    assert refused(other) == "login_taken"
    assert counted() == (1, 1, 1, 1)


def test_of_many_who_register_one_code_at_once_one_wins() -> None:
    def attempt(number: int) -> str:
        try:
            register(who=replace(WHO, login=f"person{number}"))
        except Refusal as refusal:
            return refusal.reason.code
        finally:
            storage.remove_session()
        return "in"

    with ThreadPoolExecutor(12) as pool:
        answers = sorted(pool.map(attempt, range(24)))
    assert answers == ["enterprise_taken"] * 23 + ["in"]
    assert counted() == (1, 1, 1, 1)


def test_of_many_who_take_one_sign_in_name_at_once_one_wins() -> None:
    def attempt(number: int) -> str:
        try:
            register(replace(FIRM, uscc=uscc_from("91", HANBIN, 100 + number)))
        except Refusal as refusal:
            return refusal.reason.code
        finally:
            storage.remove_session()
        return "in"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(attempt, range(16)))
    assert answers == ["in"] + ["login_taken"] * 15
    assert counted() == (1, 1, 1, 1)


def test_the_bureau_enters_a_firm_that_cannot() -> None:
    firm = do(commands.enter_enterprise, told=replace(FIRM, uscc=""))
    assert (firm.uscc, firm.uscc_scheme, firm.entered_by, firm.state) == (None, None, "bureau", "waiting")
    # any number of firms may still be without their code
    do(commands.enter_enterprise, told=replace(FIRM, uscc="", name="另一家"))
    assert counted() == (2, 2, 2, 0)


def test_a_code_is_found_later_and_never_replaced() -> None:
    firm = do(commands.enter_enterprise, told=replace(FIRM, uscc=""))
    told = {key: value for key, value in TOLD.items() if key != "on"}
    give = {"enterprise_id": firm.id, **told}
    taken = make_firm(3).uscc
    for uscc, code in (("x", "uscc_length"), (taken, "enterprise_taken")):
        with pytest.raises(Refusal) as caught:
            run_in_unit_of_work(commands.give_code, uscc=uscc, **give)
        assert caught.value.reason.code == code
    run_in_unit_of_work(commands.give_code, uscc=CODE.lower(), **give)
    assert queries.enterprise_of_uscc(storage.session(), CODE).id == firm.id  # type: ignore[union-attr]
    with pytest.raises(Refusal) as caught:
        run_in_unit_of_work(commands.give_code, uscc=uscc_from("91", HANBIN, 9), **give)
    assert caught.value.reason.code == "code_is_there"


def test_a_verdict_waits_for_the_code() -> None:
    firm = do(commands.enter_enterprise, told=replace(FIRM, uscc=""))
    verdict = {"enterprise_id": firm.id, "version": 1, "basis": "licence_seen", "actor": "colleague"}
    assert code_of(commands.verify_enterprise, **verdict) == "verify_without_code"
