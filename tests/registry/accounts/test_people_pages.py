"""The operator's pages of accounts: made, found, unlocked, moved, shut — and closed to everybody else."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.models import UserAccount
from tests.desks.thread.test_thread_page import counted
from tests.registry.accounts.world import tags
from tests.web_fixtures import PASSWORD, Browser, sign_in

OPERATOR, CITY = Role.OPERATOR, Role.FINANCE_OFFICE_CITY
HOME = "/operator/accounts"
FRESH = {
    "login": "liying",
    "name": "李颖",
    "role": "bank_officer",
    "jurisdiction": "610902",
    "organisation": "bank-hanbin",
}
pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def another(app: Flask) -> Browser:
    """A second browser."""
    browser: Browser = app.test_client()  # type: ignore[assignment]
    return browser


def told_password(page: str) -> str:
    """The one that is shown once."""
    return re.findall(r'<code class="secret">([a-z2-9-]{23})</code>', page)[0]


def locked_out(app: Flask, login: str = "office_city") -> None:
    """Five wrong passwords."""
    for _ in range(5):
        another(app).submit("/sign-in", {"login": login, "password": "a wrong password"})


def test_an_account_is_made_and_its_password_shown_once(app: Flask, client: Browser) -> None:
    sign_in(client, OPERATOR)
    made = client.submit(f"{HOME}/new", FRESH)
    password = told_password(made.text)
    assert password not in client.get(f"{HOME}/liying").text
    browser = another(app)
    assert browser.submit("/sign-in", {"login": "liying", "password": password}).headers["Location"] == "/"
    assert "安康演示银行汉滨支行" in client.get(f"{HOME}?text=李颖").text
    assert "新建账号" in client.get(f"{HOME}/liying").text, "the trail is on the sheet"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"login": "OPERATOR"}, "已有人使用"),
        ({"login": "a b"}, "不合规"),
        ({"login": ""}, "此项必填"),
        ({"role": "mayor"}, "不在列表"),
        ({"jurisdiction": "110101"}, "不在列表"),
        ({"organisation": ""}, "单位"),
        ({"organisation": "没有这家"}, "没有名称或编号"),
        ({"organisation": "陈记"}, "没有名称或编号"),
        ({"role": "finance_office_county", "jurisdiction": "*", "organisation": ""}, "不能是全市"),
        ({"name": "x" * 81}, "最多 80"),
    ],
)
def test_what_is_refused_says_why_and_loses_nothing(client: Browser, change: dict[str, str], words: str) -> None:
    sign_in(client, OPERATOR)
    page = client.submit(f"{HOME}/new", {**FRESH, **change})
    assert page.status_code == 422 and words in page.text
    kept = {**FRESH, **change}["name" if "name" not in change else "login"]
    assert f'value="{kept}"' in page.text
    assert queries.account_by_login(storage.session(), "liying") is None


def test_part_of_a_name_finds_the_one_organisation_and_names_several(client: Browser) -> None:
    sign_in(client, OPERATOR)
    several = client.submit(f"{HOME}/new", {**FRESH, "organisation": "演示银"})
    assert several.status_code == 422 and "bank-hanbin" in several.text and "安康演示银行（bank）" in several.text
    assert client.submit(f"{HOME}/new", {**FRESH, "organisation": "行汉滨支"}).status_code == 200


def test_a_lock_is_seen_and_lifted(app: Flask, client: Browser) -> None:
    locked_out(app)
    sign_in(client, OPERATOR)
    assert client.get(HOME).text.count("已锁定") == 1
    assert "解除锁定" in client.get(f"{HOME}/office_city").text
    client.submit(f"{HOME}/office_city/unlock")
    assert "已锁定" not in client.get(HOME).text
    assert another(app).submit("/sign-in", {"login": "office_city", "password": PASSWORD}).status_code == 303


def test_sessions_end_password_changes_and_the_account_shuts(app: Flask, client: Browser) -> None:
    sign_in(client, OPERATOR)
    for act in ("end-sessions", "password", "shut"):
        there = sign_in(another(app), Role.BANK_OFFICER)
        assert there.get("/account").status_code == 200
        answer = client.submit(f"{HOME}/bank_officer/{act}")
        assert answer.status_code in (200, 303)
        assert there.get("/account").status_code == 303, act
        if act == "password":
            give = {"login": "bank_officer", "password": told_password(answer.text)}
            assert another(app).submit("/sign-in", give).status_code == 303
    assert "已停用" in client.get(f"{HOME}/bank_officer").text
    assert {"account.sessions_ended", "account.password_changed", "account.shut"} <= set(tags())


def test_an_office_without_a_factor_gets_no_password_from_one_operator(app: Flask, client: Browser) -> None:
    sign_in(client, OPERATOR)
    there = sign_in(another(app), CITY)
    answer = client.submit(f"{HOME}/office_city/password")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{HOME}/office_city")
    assert "还没有绑定动态口令" in client.get(f"{HOME}/office_city").text
    assert there.get("/account").status_code == 200, "nothing has changed"
    assert "account.password_changed" not in tags()
    assert another(app).submit("/sign-in", {"login": "office_city", "password": PASSWORD}).status_code == 303


def test_work_is_changed_in_one_act_and_judged_together(client: Browser, people: dict[Role, int]) -> None:
    sign_in(client, OPERATOR)
    wrong = {"role": "enterprise", "jurisdiction": "610902", "organisation": "bank"}
    assert client.submit(f"{HOME}/bank_officer/work", wrong).status_code == 422
    right = {"role": "bank_manager", "jurisdiction": "*", "organisation": "bank"}
    assert client.submit(f"{HOME}/bank_officer/work", right).status_code == 303
    account = storage.session().get(UserAccount, people[Role.BANK_OFFICER])
    assert account is not None and (account.role, account.jurisdiction) == ("bank_manager", "*")
    assert "安康演示银行" in client.get(f"{HOME}/bank_officer").text


@pytest.mark.parametrize("act", ["work", "reset-factor", "shut"])
def test_nobody_does_it_to_themselves(client: Browser, act: str) -> None:
    sign_in(client, OPERATOR)
    assert client.submit(f"{HOME}/operator/{act}").status_code == 404
    assert f"{HOME}/operator/{act}" not in client.get(f"{HOME}/operator").text


@pytest.mark.parametrize("act", ["password", "unlock", "end-sessions", "reset-factor", "shut"])
def test_an_account_there_is_not_is_a_404_and_a_form_without_a_token_a_400(client: Browser, act: str) -> None:
    sign_in(client, OPERATOR)
    assert client.submit(f"{HOME}/nobody/{act}").status_code == 404
    assert client.post(f"{HOME}/office_city/{act}").status_code == 400


def test_a_list_of_any_length_costs_three_statements(client: Browser) -> None:
    sign_in(client, OPERATOR)
    client.get(HOME)
    seen = []
    for prepare in (None, _many):
        if prepare is not None:
            run_in_unit_of_work(prepare)
        with counted() as statements:
            assert client.get(HOME).status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 3, statements
    assert "第 1–50 条" in client.get(HOME).text
    assert client.get(f"{HOME}?page=999").status_code == 303


def _many(session: storage.session.__class__) -> None:  # type: ignore[name-defined]
    at = clock.now()
    for number in range(60):
        commands.create_user(
            session, actor="test", login=f"many{number}", name="多", role="operator", jurisdiction="*", at=at,
            password_hash="x",
        )  # fmt: skip
