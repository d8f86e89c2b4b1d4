"""Who there is: constraints that tell the story, branches, names through time, and what a viewer sees."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.organisations import commands, queries
from matchmaking.registry.organisations.models import Organisation, Zone
from matchmaking.rulebook.reference import divisions
from tests.conftest import NOON
from tests.past import write_past_the_trail
from tests.registry.registry_world import (
    HANBIN,
    TODAY,
    XUNYANG,
    code_of,
    do,
    make_bank,
    make_branch,
    make_firm,
    organisation_of,
    tags,
    viewer,
)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def zones(database: str) -> None:
    """The functional zones."""
    write_past_the_trail(commands.ensure_zones)


def raw(**fields: Any) -> None:
    """A row past every command; ``IntegrityError`` where the table refuses it."""
    row = {
        "id": 50, "public_key": "raw", "kind": "bank", "name": "银行", "level": "head", "parent_id": None,
        "path": "/50/", "legal_person_id": 50, "area_code": "*", "active": True, "created_at": NOON, **fields,
    }  # fmt: skip
    with storage.engine().begin() as connection:
        connection.execute(insert(Organisation).values(**row))


def test_the_row_that_is_varied_is_sound() -> None:
    raw()


@pytest.mark.parametrize(
    ("story", "fields"),
    [
        ("a branch has a parent", {"level": "branch", "legal_person_id": 1, "path": "/1/50/"}),
        ("a head has none", {"parent_id": 1, "path": "/50/"}),
        ("a legal person is its own head", {"legal_person_id": 1}),
        ("a branch is no legal person", {"level": "branch", "parent_id": 1, "path": "/1/50/"}),
        ("a firm has no branches", {"kind": "enterprise", "level": "branch", "parent_id": 2, "legal_person_id": 2,
                                    "path": "/2/50/"}),
        ("a branch's parent is a bank", {"level": "branch", "parent_id": 2, "legal_person_id": 1, "path": "/2/50/"}),
        ("a branch's legal person is a bank", {"level": "branch", "parent_id": 1, "legal_person_id": 2,
                                               "path": "/1/50/"}),
        ("a parent exists", {"level": "branch", "parent_id": 99, "legal_person_id": 1, "path": "/99/50/"}),
        ("a head's path begins with it", {"path": "/1/50/"}),
        ("a path ends in its own id", {"level": "branch", "parent_id": 1, "legal_person_id": 1, "path": "/1/51/"}),
        ("a kind is known", {"kind": "shop"}),
        ("a level is known", {"level": "office", "parent_id": 1, "legal_person_id": 1, "path": "/1/50/"}),
        ("a name is there", {"name": ""}),
        ("a zone exists", {"zone_code": "moon"}),
    ],
)  # fmt: skip
def test_the_table_refuses_what_cannot_be(story: str, fields: dict[str, Any]) -> None:
    raw(id=1, public_key="bank-one", path="/1/", legal_person_id=1)
    raw(id=2, public_key="firm-two", kind="enterprise", path="/2/", legal_person_id=2)
    with pytest.raises(IntegrityError):
        raw(**fields)


def test_a_bank_grows_branches_and_sub_branches() -> None:
    bank = make_bank(key="bank")
    branch = make_branch(bank, "安康银行汉滨支行")
    desk = make_branch(branch, "安康银行江北分理处", "sub_branch", zone_code="gaoxin")
    assert (bank.path, branch.path, desk.path) == (
        f"/{bank.id}/", f"/{bank.id}/{branch.id}/", f"/{bank.id}/{branch.id}/{desk.id}/",
    )  # fmt: skip
    assert {bank.legal_person_id, branch.legal_person_id, desk.legal_person_id} == {bank.id}
    assert tags() == ["organisation.created", "organisation.branch_opened", "organisation.branch_opened"]
    manager = viewer(Role.BANK_MANAGER, bank)
    nodes = queries.tree(storage.session(), manager, kind="bank")
    assert [(node.organisation.name, node.depth) for node in nodes] == [
        ("安康银行", 0), ("安康银行汉滨支行", 1), ("安康银行江北分理处", 2),
    ]  # fmt: skip
    under = queries.tree(storage.session(), manager, under=branch.path)
    assert [node.organisation.id for node in under] == [branch.id, desk.id]


def test_the_tree_of_one_bank_is_not_mixed_with_one_whose_number_begins_alike() -> None:
    heads = [make_bank(f"银行{number}") for number in range(1, 13)]
    make_branch(heads[0], "银行1支行")
    found = queries.tree(storage.session(), viewer(Role.BANK_MANAGER, heads[0]), under=heads[0].path)
    assert [node.organisation.name for node in found] == ["银行1", "银行1支行"]


@pytest.mark.parametrize("name", ["汉滨农商银行", "陕西旬阳农村商业银行股份有限公司", "安康汉滨村镇银行", "平利农商行"])
def test_a_local_bank_is_a_head_and_never_a_branch(name: str) -> None:
    union = make_bank("省农信联社")
    assert code_of(commands.open_branch, parent=union, name=name, level="branch", area_code=HANBIN) == (
        "local_bank_is_head"
    )
    head = make_bank(name, area_code=HANBIN)
    assert head.legal_person_id == head.id
    assert make_branch(head, f"{name}江北支行", "sub_branch").legal_person_id == head.id


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"level": "head"}, "branch_level_bad"),
        ({"level": "desk"}, "branch_level_bad"),
        ({"name": " \t "}, "name_needed"),
        ({"name": "行" * 201}, "name_long"),
        ({"name": "安康银行"}, "organisation_taken"),
        ({"name": " 安康　银行"}, None),
        ({"area_code": "999999"}, "county_unknown"),
        ({"area_code": XUNYANG, "zone_code": "gaoxin"}, "zone_elsewhere"),
        ({"area_code": HANBIN, "zone_code": "moon"}, "zone_elsewhere"),
        ({"public_key": "Bank"}, "organisation_key_bad"),
        ({"public_key": "bank"}, "organisation_key_bad"),
    ],
)
def test_a_branch_is_refused_for_its_reason(fields: dict[str, Any], code: str | None) -> None:
    bank = make_bank(key="bank")
    told = {"parent": bank, "name": "汉滨支行", "level": "branch", "area_code": HANBIN, **fields}
    if code is None:
        assert do(commands.open_branch, **told).name == "安康 银行"
    else:
        assert code_of(commands.open_branch, **told) == code


def test_nothing_but_a_bank_has_branches_and_a_sub_branch_has_none() -> None:
    firm = organisation_of(make_firm())
    told = {"name": "支行", "level": "branch", "area_code": HANBIN}
    assert code_of(commands.open_branch, parent=firm, **told) == "branch_of_no_bank"
    desk = make_branch(make_bank(), "分理处", "sub_branch")
    assert code_of(commands.open_branch, parent=desk, **{**told, "level": "sub_branch"}) == "branch_level_bad"


def test_an_old_code_of_a_county_is_read_as_todays() -> None:
    assert make_bank("旬阳农商行", area_code="610928").area_code == XUNYANG


def test_a_name_is_known_for_every_day() -> None:
    bank = make_bank("老城信用社")
    do(commands.rename_organisation, organisation=bank, name="老城农商行", on_day=date(2026, 3, 1), reason="改制")
    do(commands.rename_organisation, organisation=bank, name="安康农商行", on_day=date(2026, 6, 1), reason="合并更名")
    storage.remove_session()
    row = queries.organisation_by_key(storage.session(), bank.public_key)
    assert row is not None and row.name == "安康农商行"
    names = [queries.name_on(storage.session(), row, date(2026, month, 1)) for month in (2, 3, 5, 6, 9)]
    assert names == ["老城信用社", "老城农商行", "老城农商行", "安康农商行", "安康农商行"]
    assert [change.change for change in queries.history(storage.session(), row)] == ["renamed", "renamed"]
    assert code_of(commands.rename_organisation, organisation=bank, name="安康农商行", on_day=TODAY, reason="又改") == (
        "name_same"
    )
    later = date(2026, 10, 1)
    assert code_of(commands.rename_organisation, organisation=bank, name="新名", on_day=later, reason="将来") == (
        "day_not_yet"
    )


def test_a_bank_closes_after_its_branches_and_opens_no_more() -> None:
    bank = make_bank()
    branch = make_branch(bank, "汉滨支行")
    closing = {"on_day": TODAY, "reason": "网点撤并"}
    assert code_of(commands.close_organisation, organisation=bank, **closing) == "organisation_has_branches"
    do(commands.close_organisation, organisation=branch, **closing)
    do(commands.close_organisation, organisation=bank, **closing)
    assert code_of(commands.close_organisation, organisation=bank, **closing) == "organisation_closed"
    late = {"parent": bank, "name": "新支行", "level": "branch", "area_code": HANBIN}
    assert code_of(commands.open_branch, **late) == "organisation_closed"
    assert queries.tree(storage.session(), viewer(Role.BUREAU_OFFICER), kind="bank") == []
    assert len(queries.tree(storage.session(), viewer(Role.BUREAU_OFFICER), kind="bank", closed=True)) == 2
    assert queries.open_legal_persons(storage.session(), "bank") == []
    # the name is free for a successor
    assert make_bank().id != bank.id


def test_changes_are_only_ever_added() -> None:
    bank = make_bank()
    do(commands.rename_organisation, organisation=bank, name="新名银行", on_day=TODAY, reason="更名")
    for statement in ("UPDATE organisation_change SET reason = 'x'", "DELETE FROM organisation_change"):
        with pytest.raises(Exception, match="append_only"), storage.engine().begin() as connection:
            connection.execute(text(statement))


def test_zones_are_the_rulebooks_and_a_second_run_adds_none() -> None:
    write_past_the_trail(commands.ensure_zones)
    found = storage.session().scalars(select(Zone).order_by(Zone.code)).all()
    expected = sorted((zone.code, zone.zh, zone.en, zone.parent) for zone in divisions().zones)
    assert [(zone.code, zone.name_zh, zone.name_en, zone.area_code) for zone in found] == expected
    assert [zone.code for zone in queries.all_zones(storage.session())] == ["gaoxin", "hengkou"]


def test_who_sees_which_organisation() -> None:
    bank, other = make_bank(key="bank"), make_bank("别家银行", key="other")
    here, there = organisation_of(make_firm(1)), organisation_of(make_firm(2, "旬阳矿业", XUNYANG))
    everybody = {bank.id, other.id}
    seen = {
        viewer(Role.ENTERPRISE, here, HANBIN): everybody | {here.id},
        viewer(Role.BANK_OFFICER, bank, HANBIN): everybody,
        viewer(Role.BUREAU_OFFICER): everybody | {here.id, there.id},
        viewer(Role.BUREAU_OFFICER, None, XUNYANG): everybody | {there.id},
        viewer(Role.FINANCE_OFFICE_CITY): everybody,
        viewer(Role.OPERATOR): everybody,
    }
    for who, expected in seen.items():
        assert {node.organisation.id for node in queries.tree(storage.session(), who)} == expected, who.role
        for row in (bank, other, here, there):
            found = queries.visible_organisation(storage.session(), who, row.public_key)
            assert (found is not None) == (row.id in expected)
    assert queries.visible_organisation(storage.session(), viewer(Role.BUREAU_OFFICER), "absent") is None
