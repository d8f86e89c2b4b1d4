"""The bureau's list: three statements at ten firms and at ten thousand, waiting ones first, filtered and paged."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, insert

from matchmaking.domain.identifiers import uscc_from
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.enterprises.models import Enterprise, EnterpriseProfile
from matchmaking.registry.organisations.models import Organisation
from tests.conftest import NOON
from tests.databases import crowd, look_at_rows
from tests.registry.registry_world import HANBIN, TODAY, XUNYANG, Statements
from tests.web_fixtures import Browser, sign_in

FIRST = 1_000


def lay(connection: Connection, count: int) -> None:
    """``count`` firms in bulk: every third verified, every other one in 旬阳, every tenth in the high-tech zone."""
    ids = range(FIRST, FIRST + count)
    zone = {0: "gaoxin"}
    places = [(XUNYANG, None) if n % 2 else (HANBIN, zone.get(n % 10)) for n in ids]
    organisations: list[dict[str, Any]] = [
        {"id": n, "public_key": f"org-{n}", "kind": "enterprise", "name": f"企业{n}号", "level": "head",
         "parent_id": None, "path": f"/{n}/", "legal_person_id": n, "area_code": area, "zone_code": zoned,
         "active": True, "created_at": NOON}
        for n, (area, zoned) in zip(ids, places, strict=True)
    ]  # fmt: skip
    firms = [
        {"id": n, "public_key": f"firm-{n}", "organisation_id": n, "uscc": uscc_from("91", HANBIN, n),
         "uscc_scheme": "gb32100", "state": "waiting" if n % 3 else "verified", "version": 1, "entered_by": "firm",
         "created_at": NOON}
        for n in ids
    ]  # fmt: skip
    profiles = [
        {"enterprise_id": n, "entered_by": "firm", "recorded_at": NOON, "recorded_by": "x", "valid_from": TODAY,
         "legal_form": "limited", "area_code": area, "zone_code": zoned, "industry_code": "1530", "employees": n % 900,
         "figures_year": 2025, "revenue_minor": n * 10**8, "assets_minor": n * 10**8, "park": "",
         "without_loans": False}
        for n, (area, zoned) in zip(ids, places, strict=True)
    ]  # fmt: skip
    connection.execute(insert(Organisation), organisations)
    connection.execute(insert(Enterprise), firms)
    connection.execute(insert(EnterpriseProfile), profiles)


def many(count: int) -> None:
    """Lay firms beside the persona's own."""
    storage.remove_session()
    with storage.engine().begin() as connection:
        lay(connection, count)
        look_at_rows(connection)


@pytest.mark.parametrize("count", [10, 10_000])
def test_three_statements_however_many_firms(client: Browser, count: int) -> None:
    many(crowd(count))
    sign_in(client, Role.BUREAU_OFFICER)
    client.get("/enterprises")
    for query in ("", "?page=2", "?state=verified&area=610981", "?text=企业10", "?text=9161&zone=gaoxin"):
        with Statements() as counted:
            answer = client.get(f"/enterprises{query}")
        assert answer.status_code in (200, 303)
        assert len(counted.sent) <= 3, counted.sent


def test_waiting_firms_come_first_and_filters_narrow(client: Browser) -> None:
    many(120)
    sign_in(client, Role.BUREAU_OFFICER)
    first = client.get("/enterprises").text
    assert "共 121 条" in first and first.count("待核实") > 50
    assert "企业1001号" in first and "企业1002号" not in first.replace("企业1000号", "")[: first.index("企业1001号")]
    last = client.get("/enterprises?page=3").text
    assert "第 101–121 条" in last and "已核实" in last
    assert client.get("/enterprises?page=99").headers["Location"].endswith("/enterprises")
    assert "共 40 条" in client.get("/enterprises?state=verified").text
    assert "共 60 条" in client.get(f"/enterprises?area={XUNYANG}").text
    assert "共 12 条" in client.get("/enterprises?zone=gaoxin").text
    assert "共 1 条" in client.get("/enterprises?text=企业1007").text
    code = uscc_from("91", HANBIN, 1_007)
    assert "共 1 条" in client.get(f"/enterprises?text={code.lower()}").text
    assert "没有企业" in client.get("/enterprises?text=%25").text, "a wildcard is a letter like any other"
    assert "没有企业" in client.get("/enterprises?text=_").text


@pytest.mark.parametrize(
    "query",
    [
        "?page=0", "?page=-1", "?page=1e9", "?page=99999999999999999999", "?page=１２３", "?state=king",
        "?area=" + "9" * 500,
        "?text=" + "x" * 2000, "?text=%F0%A0%AE%B7", "?zone='%20OR%201=1--", "?text=%5C", "?state[]=x",
    ],
)  # fmt: skip
def test_a_hostile_query_breaks_nothing(client: Browser, query: str) -> None:
    many(3)
    sign_in(client, Role.BUREAU_OFFICER)
    assert client.get(f"/enterprises{query}").status_code in (200, 303)
