"""The bureau's pages: verdicts, entering for a firm, closing one."""

from __future__ import annotations

import io
import re

from flask import Flask

from tests.registry.enterprises.pages_world import (
    BUREAU,
    CODE,
    FIRM,
    KEY,
    colleague,
    county_officer,
    fresh,
    profile,
    save,
    seen,
)
from tests.registry.enterprises.pages_world import noon as noon  # a fixture
from tests.registry.registry_world import HANBIN, PDF, XUNYANG
from tests.web_fixtures import Browser, sign_in


def test_the_bureau_verifies_with_a_basis_and_the_firm_sees_it(client: Browser) -> None:
    sign_in(client, BUREAU)
    sheet = f"/enterprises/{KEY}"
    judge = {"verdict": "verified", "seen": seen(client, sheet), "key": "verdict-one"}
    assert "请选择核实依据" in client.submit(f"{sheet}/verdict", judge).text
    told = {**judge, "basis": "public_register", "file": (io.BytesIO(PDF), "公示.pdf"), "key": "verdict-two"}
    assert client.submit(f"{sheet}/verdict", told).status_code == 303
    assert fresh().state == "verified"
    page = client.get(sheet).text
    assert "查询企业信用信息公示系统" in page and "公示.pdf" in page
    link = re.search(rf"/enterprises/{KEY}/evidence/[0-9]+", page)
    assert link and client.get(link[0]).data == PDF
    assert "已核实" in sign_in(client, FIRM).get("/my/enterprise").text


def test_the_bureau_sends_back_with_words_the_firm_reads(client: Browser) -> None:
    sign_in(client, BUREAU)
    sheet = f"/enterprises/{KEY}"
    back = {"verdict": "returned", "seen": seen(client, sheet), "words": "不对", "key": "verdict-one"}
    assert "至少 10 个字" in client.submit(f"{sheet}/verdict", back).text
    words = "企业名称与营业执照不一致，请更正后重新提交"
    assert client.submit(f"{sheet}/verdict", {**back, "words": words, "key": "verdict-two"}).status_code == 303
    assert words in sign_in(client, FIRM).get("/my/enterprise").text


def test_a_verdict_on_what_changed_meanwhile_is_refused(client: Browser) -> None:
    sign_in(client, FIRM)
    save(client)
    sign_in(client, BUREAU)
    stale = {"verdict": "verified", "basis": "licence_seen", "seen": "1", "key": "verdict-one"}
    answer = client.submit(f"/enterprises/{KEY}/verdict", stale)
    assert answer.status_code == 409 and "有了更新" in answer.text
    assert fresh().state == "waiting"
    assert client.submit(f"/enterprises/{KEY}/verdict", {**stale, "verdict": "king"}).status_code == 422


def test_the_bureau_enters_for_a_firm_and_a_colleague_verifies(client: Browser) -> None:
    sign_in(client, BUREAU)
    typed = {"uscc": "", "name": "白河手工作坊", "legal_form": "individual", "area": "610929", "key": "enter-one-1"}
    answer = client.submit("/enterprises/new", typed)
    assert answer.status_code == 303
    assert client.submit("/enterprises/new", typed).headers["Location"] == answer.headers["Location"]
    sheet = answer.headers["Location"]
    key = sheet.rsplit("/", 1)[1]
    page = client.get(sheet).text
    assert "代录" in page and "尚无" in page
    bad = client.submit(f"{sheet}/code", {"uscc": "x", "key": "code-one-1"})
    assert bad.status_code == 422 and "18" in bad.text
    assert client.submit(f"{sheet}/code", {"uscc": CODE, "key": "code-one-2"}).status_code == 303
    title = {"title": "above_scale", "issuer": "统计局", "valid_from": "2024-01-01", "key": "title-one-1"}
    assert client.submit(f"{sheet}/titles", title).status_code == 303
    word = {"history": "none", "source": "own_word", "stated_on": "2026-09-01", "key": "history-one"}
    assert client.submit(f"{sheet}/credit-history", word).status_code == 303
    assert save(client, f"{sheet}/edit", area="610929", zone="").status_code == 303
    assert profile(key).entered_by == "bureau"
    told = {"verdict": "verified", "basis": "site_visit", "seen": seen(client, sheet), "key": "verdict-one"}
    own = client.submit(f"{sheet}/verdict", told)
    assert own.status_code == 422 and "另一位同事" in own.text
    colleague(client)
    again = {**told, "seen": seen(client, sheet), "key": "verdict-two"}
    assert client.submit(f"{sheet}/verdict", again).status_code == 303
    assert fresh(key).state == "verified"


def test_a_firm_that_ended_is_closed_and_its_people_are_out(app: Flask, client: Browser) -> None:
    firm: Browser = app.test_client()  # type: ignore[assignment]
    sign_in(firm, FIRM)
    sign_in(client, BUREAU)
    short = client.submit(
        f"/enterprises/{KEY}/close", {"closed_on": "2027-01-01", "why": "公示注销", "key": "close-one"}
    )
    assert short.status_code == 422
    told = {"closed_on": "2026-09-01", "why": "公示系统显示已注销", "key": "close-two"}
    assert client.submit(f"/enterprises/{KEY}/close", told).status_code == 303
    assert "已注销" in client.get(f"/enterprises/{KEY}").text
    assert firm.get("/my/enterprise").headers["Location"].startswith("/sign-in")


def test_a_county_enters_firms_of_its_own_only(client: Browser) -> None:
    county_officer(XUNYANG)
    sign_in(client, BUREAU)
    typed = {"uscc": CODE, "name": "汉滨企业", "legal_form": "limited", "area": HANBIN, "key": "enter-one-1"}
    assert "只能录入本辖区" in client.submit("/enterprises/new", typed).text
    assert client.submit("/enterprises/new", {**typed, "area": XUNYANG}).status_code == 303
