"""What is not yours is not there: own, colleague, another firm, another county, absent."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.accounts.commands import create_user
from matchmaking.registry.accounts.models import UserAccount
from tests.conftest import NOON
from tests.registry.enterprises.pages_world import (
    BUREAU,
    CODE,
    FIRM,
    KEY,
    OFFICER,
    TYPED,
    county_officer,
    fresh,
    profile,
    save,
)
from tests.registry.enterprises.pages_world import noon as noon  # a fixture
from tests.registry.registry_world import HANBIN, TODAY, XUNYANG, make_firm
from tests.web_fixtures import PASSWORD, Browser, sign_in


def bare(page: str, path: str) -> str:
    """A 404's page without what differs by address and moment."""
    return re.sub(r'value="[^"]*"', "", page).replace(path, "")


PATHS = ("", "/edit", "/consents", "/evidence/1")
POSTS = ("/verdict", "/close", "/code", "/edit", "/titles", "/credit-history", "/consents")


def test_a_firm_of_another_county_is_as_absent_as_one_that_never_was(client: Browser) -> None:
    county_officer(XUNYANG)
    sign_in(client, BUREAU)
    assert client.get("/enterprises").text.count(KEY) == 0
    for tail in PATHS:
        both = [client.get(f"/enterprises/{key}{tail}") for key in (KEY, "absent")]
        assert [answer.status_code for answer in both] == [404, 404], tail
        assert len({bare(answer.text, key) for answer, key in zip(both, (KEY, "absent"), strict=True)}) == 1
    for tail in POSTS:
        both = [client.submit(f"/enterprises/{key}{tail}", {"key": "a-key-of-mine"}) for key in (KEY, "absent")]
        assert [answer.status_code for answer in both] == [404, 404], tail
    assert fresh().version == 1
    county_officer(HANBIN)
    assert client.get(f"/enterprises/{KEY}").status_code == 200


@pytest.mark.parametrize("role", [FIRM, OFFICER, Role.BANK_MANAGER, Role.OPERATOR, Role.FINANCE_OFFICE_CITY, None])
def test_nobody_else_opens_the_bureaus_pages(client: Browser, role: Role | None) -> None:
    if role is not None:
        sign_in(client, role)
    expected = 404 if role is not None else 303
    for tail in PATHS:
        assert client.get(f"/enterprises/{KEY}{tail}").status_code == expected
    assert client.get("/enterprises").status_code == expected


def test_a_colleague_shares_the_firm_and_a_stranger_touches_nothing_of_it(app: Flask, client: Browser) -> None:
    title = {"title": "high_tech", "issuer": "科技厅", "valid_from": "2024-01-01", "key": "title-one-1"}
    sign_in(client, FIRM).submit("/my/enterprise/titles", title)  # type: ignore[attr-defined]
    own = client.get("/my/enterprise").text
    void = re.search(r"/my/enterprise/titles/[0-9]+/void", own)
    assert void
    stranger = make_firm(5, "别家企业")
    people = {"colleague": fresh().organisation_id, "stranger": stranger.organisation_id}
    for login, organisation in people.items():
        storage.run_in_unit_of_work(
            create_user, actor="test", login=login, name=login, role=FIRM.value, jurisdiction=HANBIN, at=NOON,
            password=PASSWORD, organisation_id=organisation,
        )  # fmt: skip
    other: Browser = app.test_client()  # type: ignore[assignment]
    other.submit("/sign-in", {"login": "stranger", "password": PASSWORD})
    assert "别家企业" in other.get("/my/enterprise").text
    reasons = [
        other.submit(path, {"reason": "不是我的", "key": "void-other"})
        for path in (void[0], "/my/enterprise/titles/999/void")
    ]
    assert [answer.status_code for answer in reasons] == [404, 404]
    assert other.get("/my/enterprise/evidence/1").status_code == 404
    fellow: Browser = app.test_client()  # type: ignore[assignment]
    fellow.submit("/sign-in", {"login": "colleague", "password": PASSWORD})
    assert "高新技术企业" in fellow.get("/my/enterprise").text
    assert fellow.submit(void[0], {"reason": "填错了", "key": "void-mine-1"}).status_code == 303


def test_what_the_form_does_not_ask_for_is_not_taken(client: Browser) -> None:
    """Mass assignment: state, owner and author are never read from a form."""
    sign_in(client, FIRM)
    extra = {
        "state": "verified", "version": "9", "enterprise_id": "1", "organisation_id": "1", "uscc": CODE,
        "entered_by": "bureau", "recorded_by": "x", "valid_from": "2020-01-01", "role": "bureau_officer",
    }  # fmt: skip
    before = fresh().uscc
    assert save(client, **extra).status_code == 303
    firm, told = fresh(), profile()
    assert (firm.state, firm.uscc, told.entered_by, told.valid_from) == ("waiting", before, "firm", TODAY)
    client.submit("/sign-out")
    client.submit(
        "/register", {**TYPED, "role": "bureau_officer", "jurisdiction": "*", "demo": "1", "state": "verified"}
    )
    made = storage.session().scalars(select(UserAccount).where(UserAccount.login == "wangfang")).one()
    assert (made.role, made.jurisdiction, made.demo) == ("enterprise", XUNYANG, False)
