"""Consents over HTTP: the words are read before they are agreed to, and only one's own are there."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.accounts.commands import create_user
from matchmaking.registry.consents.models import Consent, ConsentRevocation
from matchmaking.registry.enterprises.models import Enterprise
from tests.conftest import NOON
from tests.registry.registry_world import HANBIN, PDF, TODAY, make_firm
from tests.web_fixtures import PASSWORD, Browser, sign_in

FIRM, BUREAU = Role.ENTERPRISE, Role.BUREAU_OFFICER
NEW = "/my/consents/new/share_dossier"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The demo's day."""
    with time_machine.travel(NOON, tick=False):
        yield


def consents() -> list[Consent]:
    """Every consent there is."""
    storage.remove_session()
    return list(storage.session().scalars(select(Consent).order_by(Consent.id)))


def agree(client: Browser, path: str = NEW, last: str = "2027-03-31", **changes: Any) -> Any:
    """Read the words and agree to them."""
    page = client.get(f"{path}?institution=bank&expires_on={last}")
    digest = re.search(r'name="digest"[^>]*value="([0-9a-f]{64})"', page.text)
    assert digest, page.text[:2000]
    data = {"institution": "bank", "expires_on": last, "digest": digest[1], "agreed": "y", **changes}
    return client.submit(path, data)


def test_the_words_stand_on_the_page_before_the_button_and_are_kept(client: Browser) -> None:
    sign_in(client, FIRM)
    choose = client.get(NEW)
    assert "安康演示银行" in choose.text and "同意并授权" not in choose.text
    page = client.get(f"{NEW}?institution=bank&expires_on=2027-03-31").text
    answer = agree(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/my/consents")
    kept = consents()[0]
    for line in kept.shown.splitlines():
        assert line in page, "what is kept is what was read"
    assert "安康演示银行" in kept.shown and "2027-03-31" in kept.shown and TODAY.isoformat() in kept.shown
    mine = client.get("/my/consents").text
    assert "安康演示银行" in mine and "有效" in mine
    assert kept.shown.splitlines()[1] in client.get(f"/my/consents/{kept.public_key}").text


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"agreed": ""}, 422, "此项必填"),
        ({"digest": "0" * 64}, 409, "重新阅读"),
        ({"expires_on": "2027-04-30"}, 409, "重新阅读"),
        ({"expires_on": "2026-09-30"}, 422, "授权期限"),
        ({"expires_on": "2050-01-01"}, 422, "授权期限"),
        ({"expires_on": "soon"}, 422, "不是日期"),
        ({"institution": "firm-tea"}, 422, "请选择一家银行"),
        ({"institution": "bank-hanbin"}, 422, "请选择一家银行"),
        ({"institution": ""}, 422, "此项必填"),
    ],
)
def test_what_was_not_read_is_not_agreed_to(client: Browser, changes: dict[str, str], status: int, words: str) -> None:
    sign_in(client, FIRM)
    answer = agree(client, **changes)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text[:3000]
    assert consents() == []


@pytest.mark.parametrize("query", ["?institution=absent", "?institution=bank&expires_on=x", "?institution=bank",
                                   "?institution=bank&expires_on=2026-01-01"])  # fmt: skip
def test_a_choice_that_will_not_do_is_asked_again(client: Browser, query: str) -> None:
    sign_in(client, FIRM)
    page = client.get(NEW + query)
    assert page.status_code == 200 and "同意并授权" not in page.text


def test_an_unknown_purpose_has_no_page(client: Browser) -> None:
    sign_in(client, FIRM)
    assert client.get("/my/consents/new/sell_data").status_code == 404
    assert client.submit("/my/consents/new/sell_data", {"agreed": "y"}).status_code == 404


def test_it_is_taken_back_with_one_button_and_no_reason(client: Browser) -> None:
    sign_in(client, FIRM)
    agree(client)
    key = consents()[0].public_key
    answer = client.submit(f"/my/consents/{key}/revoke", {})
    assert answer.status_code == 303
    assert storage.session().scalars(select(ConsentRevocation)).one().revoked_on == TODAY
    page = client.get(f"/my/consents/{key}").text
    assert "已撤回" in page and "撤回授权" not in page
    assert client.submit(f"/my/consents/{key}/revoke", {}).status_code == 409
    assert agree(client).status_code == 303, "it can be given again"


def test_twice_is_said_and_counts_once(client: Browser) -> None:
    sign_in(client, FIRM)
    agree(client)
    again = agree(client)
    assert again.status_code == 422 and "仍然有效" in again.text
    assert agree(client, "/my/consents/new/return_credit_information").status_code == 303
    assert [one.purpose for one in consents()] == ["share_dossier", "return_credit_information"]


def test_a_colleague_sees_it_and_a_stranger_finds_nothing(app: Flask, client: Browser) -> None:
    sign_in(client, FIRM)
    agree(client)
    made = consents()[0]
    key, own = made.public_key, storage.session().get_one(Enterprise, made.enterprise_id).organisation_id
    other = make_firm(5, "别家企业").organisation_id
    pages = {}
    for login, organisation in (("colleague", own), ("stranger", other)):
        storage.run_in_unit_of_work(
            create_user, actor="test", login=login, name=login, role=FIRM.value, jurisdiction=HANBIN, at=NOON,
            password=PASSWORD, organisation_id=organisation,
        )  # fmt: skip
        browser: Browser = app.test_client()  # type: ignore[assignment]
        browser.submit("/sign-in", {"login": login, "password": PASSWORD})
        pages[login] = browser
    assert pages["colleague"].get(f"/my/consents/{key}").status_code == 200
    for probed in (key, "absent"):
        assert pages["stranger"].get(f"/my/consents/{probed}").status_code == 404
        assert pages["stranger"].submit(f"/my/consents/{probed}/revoke", {}).status_code == 404
    assert "安康演示银行" not in pages["stranger"].get("/my/consents").text
    assert pages["colleague"].submit(f"/my/consents/{key}/revoke", {}).status_code == 303


def test_the_bureau_scans_papers_and_cannot_agree_in_the_firms_stead(client: Browser) -> None:
    sign_in(client, FIRM)
    person = {"relation": "owner", "person_name": "陈红", "id_tail": "1234", "key": "person-one"}
    client.submit("/my/enterprise/persons", person)
    sign_in(client, BUREAU)
    assert client.get(NEW).status_code == 404
    path = "/enterprises/firm-tea/consents"
    form = client.get(path).text
    choice = re.search(r'<option value="([0-9]+)">[^<]*陈红', form)
    assert choice
    told = {
        "purpose": "return_credit_information", "institution": "bank", "person": "", "signed_on": "2026-09-01",
        "expires_on": "2027-08-31", "batch": "九月对接会", "key": "paper-one-1",
    }  # fmt: skip
    bare = client.submit(path, told)
    assert bare.status_code == 422 and "扫描件" in bare.text and consents() == []
    late = {**told, "signed_on": "2026-10-01", "scan": (io.BytesIO(PDF), "授权.pdf")}
    assert client.submit(path, late).status_code == 422
    assert client.submit(path, {**told, "scan": (io.BytesIO(PDF), "授权.pdf")}).status_code == 303
    own = {**told, "person": choice[1], "scan": (io.BytesIO(PDF), "个人授权.pdf")}
    assert client.submit(path, own).status_code == 303
    assert [(one.manner, one.person_id is None) for one in consents()] == [("paper", True), ("paper", False)]
    page = client.get(path).text
    assert "九月对接会" in page and "纸质" in page and "陈红" in page
    assert "授权.pdf" in client.get("/enterprises/firm-tea").text
    assert "纸质" in sign_in(client, FIRM).get("/my/consents").text


def test_in_english_the_english_words_are_agreed_to(client: Browser) -> None:
    sign_in(client, FIRM)
    client.get("/my/consents?lang=en")
    assert agree(client).status_code == 303
    kept = consents()[0]
    assert kept.language == "en" and kept.shown.startswith("Authorisation to provide the firm's file")
