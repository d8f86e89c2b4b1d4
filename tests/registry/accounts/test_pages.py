"""Sign-in, account and session pages through HTTP: rotation, fixation, revocation, demo cards."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from config import Settings
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts import commands
from matchmaking.registry.accounts.models import LoginSession, UserAccount
from tests.conftest import NOON
from tests.web_fixtures import PASSWORD, PERSONAS, Browser, make_app, sign_in

CITY, COUNTY, OPERATOR = Role.FINANCE_OFFICE_CITY, Role.FINANCE_OFFICE_COUNTY, Role.OPERATOR
NEW = "snow on the west mountain"


def another(app: Flask) -> Browser:
    """A second browser."""
    browser: Browser = app.test_client()  # type: ignore[assignment]
    return browser


def cookie_of(client: Browser) -> dict[str, object]:
    """What the signed cookie says."""
    with client.session_transaction() as cookie:
        return dict(cookie)


def enter(client: Browser, login: str = "operator", password: str = PASSWORD, **more: str) -> object:
    """Submit the sign-in form."""
    return client.submit("/sign-in", {"login": login, "password": password, **more})


def plain(text: str) -> str:
    """A page without what differs from one to the next by design."""
    return re.sub(r'value="[^"]*"', "", text)


def test_the_page_speaks_chinese_first(client: Browser) -> None:
    page = client.get("/sign-in")
    assert page.status_code == 200
    assert '<html lang="zh-CN">' in page.text and "登录名" in page.text and "密码" in page.text
    assert 'autocomplete="current-password"' in page.text


def test_signing_in_and_out(app: Flask, client: Browser) -> None:
    answer = enter(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")  # type: ignore[attr-defined]
    assert "平台运维" in client.get("/account").text
    copied = client.get_cookie("session")
    assert copied is not None
    assert client.submit("/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/account").status_code == 303
    thief = another(app)
    thief.set_cookie("session", copied.value)
    assert thief.get("/account").status_code == 303, "a copied cookie is dead after signing out"


def test_signing_out_is_not_a_link(client: Browser) -> None:
    sign_in(client, OPERATOR)
    assert client.get("/sign-out").status_code == 405
    assert client.get("/account").status_code == 200


def test_the_cookie_holds_only_a_random_token(client: Browser) -> None:
    enter(client)
    client.get("/account")
    held = cookie_of(client)
    assert set(held) <= {"_user_id", "csrf_token"}
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", str(held["_user_id"]))


def test_a_planted_session_is_not_taken_over(app: Flask, client: Browser) -> None:
    """Fixation: the attacker's own session, planted in the victim's browser, ends when the victim signs in."""
    attacker = sign_in(another(app), COUNTY)
    attacker.get("/account")
    planted = attacker.get_cookie("session")
    assert planted is not None
    client.set_cookie("session", planted.value)
    before = cookie_of(client)
    enter(client)
    after = cookie_of(client)
    assert after["_user_id"] != before["_user_id"]
    assert "csrf_token" not in after or after["csrf_token"] != before["csrf_token"]
    assert attacker.get("/account").status_code == 303


def test_a_planted_csrf_secret_does_not_survive_signing_in(client: Browser) -> None:
    client.get("/sign-in")
    before = cookie_of(client)["csrf_token"]
    enter(client)
    client.get("/account")
    assert cookie_of(client)["csrf_token"] != before


def test_wrong_and_unknown_get_the_same_page(app: Flask, client: Browser) -> None:
    wrong = enter(client, "operator", "a wrong password")
    unknown = enter(another(app), "nobody", "a wrong password")
    assert wrong.status_code == unknown.status_code == 422  # type: ignore[attr-defined]
    assert plain(wrong.text) == plain(unknown.text)  # type: ignore[attr-defined]
    assert "登录名或密码不对" in wrong.text  # type: ignore[attr-defined]
    assert "a wrong password" not in wrong.text  # type: ignore[attr-defined]


def test_the_sixth_guess_is_told_of_the_lock(client: Browser) -> None:
    for _ in range(5):
        enter(client, "operator", "a wrong password")
    assert "已停用 15 分钟" in enter(client).text  # type: ignore[attr-defined]


def test_an_empty_form_says_what_is_needed(client: Browser) -> None:
    page = client.submit("/sign-in", {"login": " ", "password": ""})
    assert page.status_code == 422
    assert page.text.count("此项必填") >= 2


def test_a_signed_in_person_goes_straight_on(client: Browser) -> None:
    sign_in(client, OPERATOR)
    assert client.get("/sign-in?next=/sessions").headers["Location"] == "/sessions"


def test_a_changed_role_is_felt_by_the_next_request(client: Browser) -> None:
    sign_in(client, OPERATOR)
    assert client.get("/account").status_code == 200
    run_in_unit_of_work(
        commands.change_role,
        actor="test",
        login="operator",
        role="finance_office_county",
        jurisdiction="610902",
        at=clock.now(),
    )
    assert client.get("/account").status_code == 303


def test_idle_and_absolute_ends_by_the_clock(client: Browser, app: Flask) -> None:
    with time_machine.travel(NOON, tick=False) as clocks:
        sign_in(client, OPERATOR)
        for minutes in range(0, 8 * 60, 29):
            clocks.move_to(NOON + timedelta(minutes=minutes))
            assert client.get("/account").status_code == 200, minutes
        clocks.move_to(NOON + timedelta(hours=8))
        assert client.get("/account").status_code == 303
        sign_in(client, OPERATOR)
        clocks.shift(timedelta(minutes=30, seconds=1))
        assert client.get("/account").status_code == 303


def test_last_seen_is_written_once_a_minute(client: Browser) -> None:
    def seen() -> object:
        storage.remove_session()
        return storage.session().scalars(select(LoginSession.last_seen_at)).one()

    with time_machine.travel(NOON, tick=False) as clocks:
        sign_in(client, OPERATOR)
        clocks.shift(59)
        client.get("/account")
        assert seen() == NOON
        clocks.shift(1)
        client.get("/account")
        assert seen() == NOON + timedelta(minutes=1)


def test_changing_the_password(app: Flask, client: Browser) -> None:
    elsewhere = sign_in(another(app), OPERATOR)
    sign_in(client, OPERATOR)
    before = cookie_of(client)["_user_id"]
    answer = client.submit("/account/password", {"current": PASSWORD, "new": NEW, "again": NEW})
    assert answer.status_code == 303
    assert cookie_of(client)["_user_id"] != before
    assert "密码已修改" in client.get("/account").text
    assert elsewhere.get("/account").status_code == 303
    assert enter(another(app), password=PASSWORD).status_code == 422  # type: ignore[attr-defined]
    assert enter(another(app), password=NEW).status_code == 303  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("current", "new", "again", "words"),
    [
        ("wrong", NEW, NEW, "当前密码不对"),
        (PASSWORD, NEW, NEW + "x", "两次输入的新密码不一样"),
        (PASSWORD, "short", "short", "至少要 12 个"),
        (PASSWORD, "password1234", "password1234", "太常见"),
        (PASSWORD, "", "", "此项必填"),
    ],
)
def test_a_refused_password_says_why(client: Browser, current: str, new: str, again: str, words: str) -> None:
    sign_in(client, OPERATOR)
    page = client.submit("/account/password", {"current": current, "new": new, "again": again})
    assert page.status_code == 422
    assert words in page.text
    assert NEW not in page.text and PASSWORD not in page.text


def test_one_sees_and_ends_ones_own_sessions(app: Flask, client: Browser) -> None:
    there = another(app)
    there.submit("/sign-in", {"login": "operator", "password": PASSWORD}, headers={"User-Agent": "Old phone\x07"})
    sign_in(client, OPERATOR)
    page = client.get("/sessions").text
    assert "Old phone" in page and "就是这里" in page
    (path,) = re.findall(r'action="(/sessions/\d+/end)"', page)
    assert client.submit(path).status_code == 303
    assert there.get("/account").status_code == 303
    assert client.submit(path).status_code == 404


def test_anothers_session_is_as_absent_as_none(app: Flask, client: Browser) -> None:
    sign_in(another(app), CITY)
    theirs = storage.session().scalars(select(LoginSession.id)).one()
    storage.remove_session()
    sign_in(client, OPERATOR)
    client.get("/account")
    shut, absent = (client.submit(f"/sessions/{number}/end") for number in (theirs, 10**9))
    assert shut.status_code == absent.status_code == 404
    pages = [re.sub(r"/sessions/\d+/", "/sessions/N/", plain(page.text)) for page in (shut, absent)]
    assert pages[0] == pages[1]
    assert storage.session().scalars(select(LoginSession.ended_at).where(LoginSession.id == theirs)).one() is None


def make_card(login: str = "demo_city", role: Role = CITY) -> None:
    """A demo account without a password."""
    run_in_unit_of_work(
        commands.ensure_user,
        actor="seeds",
        login=login,
        at=clock.now(),
        name="演示 张敏",
        role=role.value,
        jurisdiction="*",
        demo=True,
    )


def test_a_demo_card_signs_in(client: Browser) -> None:
    make_card()
    page = client.get("/sign-in?next=/sessions").text
    assert "市金融办" in page and 'value="demo_city"' in page
    answer = client.submit("/sign-in/demo", {"login": "demo_city", "next": "/sessions"})
    assert answer.headers["Location"] == "/sessions"
    assert "演示 张敏" in client.get("/account").text


@pytest.mark.parametrize("login", ["operator", "nobody", "", "../x"])
def test_a_card_is_no_way_into_other_accounts(client: Browser, login: str) -> None:
    assert client.submit("/sign-in/demo", {"login": login}).status_code == 404
    assert client.get("/account").status_code == 303


def test_outside_a_demo_there_are_no_cards_and_no_demo_people(settings: Settings, client: Browser) -> None:
    make_card()
    client.submit("/sign-in/demo", {"login": "demo_city"})
    assert client.get("/account").status_code == 200
    stern: Browser = make_app(settings.model_copy(update={"demo": False})).test_client()  # type: ignore[assignment]
    carried = client.get_cookie("session")
    assert carried is not None
    stern.set_cookie("session", carried.value)
    assert stern.get("/account").status_code == 303, "a session from the demo's days opens nothing"
    assert "demo_city" not in stern.get("/sign-in").text
    assert stern.submit("/sign-in/demo", {"login": "demo_city"}).status_code == 404


def test_a_card_without_a_token_is_refused(client: Browser) -> None:
    make_card()
    assert client.post("/sign-in/demo", data={"login": "demo_city"}).status_code == 400


def test_the_language_is_kept_with_account_and_browser(app: Flask, client: Browser, people: dict[Role, int]) -> None:
    sign_in(client, OPERATOR)
    answer = client.submit("/language", {"language": "en", "next": "/account"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account")
    assert '<html lang="en">' in client.get("/account").text
    assert storage.session().get(UserAccount, people[OPERATOR]).language == "en"  # type: ignore[union-attr]
    assert '<html lang="en">' in sign_in(another(app), OPERATOR).get("/account").text


@pytest.mark.parametrize("chosen", ["", "fr", "../../etc/passwd", "en" * 500, "zh_Hans_CN"])
def test_an_unknown_language_is_refused(client: Browser, chosen: str) -> None:
    assert client.submit("/language", {"language": chosen}).status_code == 400


@pytest.mark.parametrize("role", list(PERSONAS))
def test_every_role_has_its_account_page(client: Browser, role: Role) -> None:
    page = sign_in(client, role).get("/account")
    assert page.status_code == 200 and PERSONAS[role][1] in page.text
