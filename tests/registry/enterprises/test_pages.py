"""Firms over HTTP: registering, one's own profile, the bureau's list and verdicts; what is not yours is not there."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.money import Money
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.accounts.commands import create_user
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.enterprises import commands, queries
from matchmaking.registry.enterprises.models import CreditHistory, Enterprise, EnterpriseProfile
from tests.conftest import NOON
from tests.registry.registry_world import HANBIN, PDF, TODAY, XUNYANG, do, make_firm, organisation_of
from tests.web_fixtures import PASSWORD, PERSONAS, Browser, sign_in

FIRM, OFFICER, BUREAU = Role.ENTERPRISE, Role.BANK_OFFICER, Role.BUREAU_OFFICER
KEY = "firm-tea"
CODE = uscc_from("91", "610928", 77)
TYPED = {
    "uscc": CODE, "name": "旬阳富硒食品有限公司", "legal_form": "limited", "area": XUNYANG, "zone": "",
    "person": "王芳", "login": "wangfang", "password": "rain on the east bridge", "again": "rain on the east bridge",
    "agreed": "y",
}  # fmt: skip
PROFILE = {
    "legal_form": "limited", "industry": "精制茶加工", "area": HANBIN, "zone": "gaoxin", "park": "五里工业园",
    "founded_on": "2018-05-01", "figures_year": "2025", "employees": "50", "revenue": "3,000", "revenue_unit": "wan",
    "assets": "2000", "assets_unit": "wan", "tax_grade": "B", "loans-0-lender": "汉滨农商行", "loans-0-balance": "50",
    "loans-0-balance_unit": "wan", "loans-0-due_on": "2027-03-01",
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The demo's day."""
    with time_machine.travel(NOON, tick=False):
        yield


def fresh(key: str = KEY) -> Enterprise:
    """The firm as it is now."""
    storage.remove_session()
    return storage.session().scalars(select(Enterprise).where(Enterprise.public_key == key)).one()


def profile(key: str = KEY) -> EnterpriseProfile:
    """Its present version."""
    found = queries.profile_on(storage.session(), fresh(key).id, TODAY)
    assert found is not None
    return found


def seen(client: Browser, path: str) -> str:
    """The version a page carries."""
    found = re.search(r'name="seen"[^>]*value="([0-9]+)"', client.get(path).text)
    assert found
    return found[1]


def save(client: Browser, path: str = "/my/enterprise/edit", **changes: str) -> Any:
    """Hand in the profile's form."""
    return client.submit(path, {**PROFILE, "seen": seen(client, path), "key": f"profile-{len(changes)}-1", **changes})


def county_officer(area: str) -> None:
    """Let the bureau's persona work for one county."""
    storage.remove_session()

    def narrow(session: Any) -> None:
        user = session.scalars(select(UserAccount).where(UserAccount.login == PERSONAS[BUREAU][0])).one()
        user.jurisdiction = area

    storage.run_in_unit_of_work(narrow)


# --- registering -----------------------------------------------------------------------------------------------------


def test_a_firm_registers_on_one_page_and_lands_on_its_profile(client: Browser) -> None:
    page = client.get("/register")
    assert page.status_code == 200
    for name in TYPED:
        assert f'name="{name}"' in page.text
    assert "旬阳市" in page.text and "旬阳县" not in page.text and "恒口" in page.text
    answer = client.submit("/register", {**TYPED, "uscc": f" {CODE.lower()[:8]} {CODE.lower()[8:]}"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/my/enterprise")
    own = client.get("/my/enterprise")
    assert "旬阳富硒食品有限公司" in own.text and CODE in own.text and "待核实" in own.text and "登记成功" in own.text
    assert client.get("/register").headers["Location"] == "/"
    assert client.get("/").status_code == 303, "somewhere a firm may go"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"uscc": ""}, "uscc", "此项必填"),
        ({"uscc": CODE[:17]}, "uscc", "18"),
        ({"uscc": CODE[:4] + "O" + CODE[5:]}, "uscc", "“O”"),
        ({"uscc": CODE[:17] + ("1" if CODE[17] != "1" else "2")}, "uscc", "第 18 位"),
        ({"name": "a\u202eb"}, "name", "控制字符"),
        ({"legal_form": ""}, "legal_form", "此项必填"),
        ({"legal_form": "club"}, "legal_form", "不在列表中"),
        ({"area": "110101"}, "area", "不在列表中"),
        ({"zone": "moon"}, "zone", "不在列表中"),
        ({"zone": "gaoxin"}, "zone", "不在"),
        ({"login": "王"}, "login", "不合规"),
        ({"password": "short", "again": "short"}, "password", "至少"),
        ({"again": "another"}, "again", "不一样"),
        ({"agreed": ""}, "agreed", "此项必填"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_typed_is_lost(
    client: Browser, changes: dict[str, str], field: str, words: str
) -> None:
    answer = client.submit("/register", {**TYPED, **changes})
    assert answer.status_code == 422
    told = re.search(rf'<a href="#{field}">([^<]*)</a>', answer.text)
    assert told and words in told[1], answer.text[:3000]
    if field != "name":
        assert 'value="旬阳富硒食品有限公司"' in answer.text
    assert "rain on the east bridge" not in answer.text
    assert storage.session().scalars(select(Enterprise).where(Enterprise.uscc == CODE)).first() is None


def test_a_taken_code_says_what_to_do_and_not_whose_it_is(client: Browser) -> None:
    taken = fresh().uscc
    answer = client.submit("/register", {**TYPED, "uscc": taken})
    assert answer.status_code == 422
    assert "直接登录" in answer.text and "带营业执照" in answer.text
    assert "陈记" not in answer.text and "陈红" not in answer.text


def test_registering_is_limited_by_address(app: Flask, client: Browser) -> None:
    app.config["REGISTER_LIMIT"] = "3/minute"
    codes = [client.submit("/register", {}).status_code for _ in range(5)]
    assert codes == [422, 422, 422, 429, 429]
    assert client.get("/register").status_code == 200


# --- the firm's own profile -------------------------------------------------------------------------------------------


def test_a_profile_is_saved_shown_and_filled_in_again(client: Browser) -> None:
    sign_in(client, FIRM)
    answer = save(client)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/my/enterprise")
    told = profile()
    assert (told.industry_code, told.zone_code, told.employees, told.figures_year) == ("1530", "gaoxin", 50, 2025)
    assert (told.revenue_minor, told.assets_minor, told.entered_by) == (3_000_000_000, 2_000_000_000, "firm")
    own = client.get("/my/enterprise").text
    assert "小型" in own and "1530 精制茶加工" in own and "汉滨农商行" in own and "3,000.00" in own and "高新区" in own
    form = client.get("/my/enterprise/edit").text
    for value in ("1530", "五里工业园", "2018-05-01", "3000", "2000", "汉滨农商行", "2027-03-01"):
        assert f'value="{value}"' in form, value
    assert '<option value="wan" selected>' in form


def test_the_unit_is_asked_for_and_a_slip_is_caught_in_words(client: Browser) -> None:
    sign_in(client, FIRM)
    page = client.get("/my/enterprise/edit").text
    unit = page[page.index('id="revenue_unit"') :]
    assert unit.index('value=""') < unit.index('value="wan"'), "no unit stands there beforehand"
    assert "请选择金额单位" in save(client, revenue_unit="").text
    slipped = save(client, revenue_unit="yuan")
    assert slipped.status_code == 422
    assert "请再看一眼单位" in slipped.text and "人均每年只有 60 元" in slipped.text
    assert 'value="3,000"' in slipped.text and profile().revenue_minor is None
    sure = save(client, revenue_unit="yuan", confirmed="y")
    assert sure.status_code == 303 and profile().revenue_minor == 300_000


def test_a_second_click_of_the_same_page_makes_no_second_version(client: Browser) -> None:
    sign_in(client, FIRM)
    data = {**PROFILE, "seen": seen(client, "/my/enterprise/edit"), "key": "one-page-one-key"}
    assert [client.submit("/my/enterprise/edit", data).status_code for _ in range(2)] == [303, 303]
    storage.remove_session()
    rows = storage.session().scalars(select(EnterpriseProfile)).all()
    assert len(rows) == 2, "the one of registering and this one"


def test_a_stale_page_is_told_so_and_overwrites_nothing(client: Browser) -> None:
    sign_in(client, FIRM)
    save(client)
    answer = client.submit("/my/enterprise/edit", {**PROFILE, "seen": "1", "key": "stale-page", "employees": "5"})
    assert answer.status_code == 409 and "有了更新" in answer.text
    assert profile().employees == 50


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"industry": "茶"}, "没有"),
        ({"industry": "茶加工"}, None),
        ({"industry": "加工"}, "对应多个行业"),
        ({"employees": "五十"}, "不是整数"),
        ({"employees": "99999999"}, "须在 0 与"),
        ({"revenue": "1e9"}, "不是金额"),
        ({"figures_year": ""}, "哪一年"),
        ({"founded_on": "2018-13-01"}, "不是日期"),
        ({"founded_on": "2027-01-01"}, "2027"),
        ({"tax_grade": "S"}, "不在列表中"),
        ({"loans-0-balance": ""}, "贷款银行和余额"),
        ({"loans-1-lender": "别家银行"}, "贷款银行和余额"),
        ({"without_loans": "y"}, "改正其中一处"),
        ({"seen": "x"}, "有了更新"),
    ],
)
def test_a_profiles_error_is_said_in_words(client: Browser, changes: dict[str, str], words: str | None) -> None:
    sign_in(client, FIRM)
    answer = save(client, **changes)
    if words is None:
        assert answer.status_code == 303
    else:
        assert answer.status_code in (409, 422) and words in answer.text


def test_titles_history_and_persons_are_added_and_taken_off(client: Browser) -> None:
    sign_in(client, FIRM)
    title = {"title": "high_tech", "issuer": "省科技厅", "valid_from": "2024-01-01", "valid_to": "2026-12-31"}
    assert client.submit("/my/enterprise/titles", {**title, "key": "title-one-1"}).status_code == 303
    report = {"history": "none", "source": "credit_report", "stated_on": "2026-09-01", "key": "history-one"}
    short = client.submit("/my/enterprise/credit-history", report)
    assert short.status_code == 422 and "附上文件" in short.text
    with_paper = {**report, "key": "history-two", "paper": (io.BytesIO(PDF), "信用报告.pdf")}
    assert client.submit("/my/enterprise/credit-history", with_paper).status_code == 303
    person = {"relation": "owner", "person_name": "陈红", "id_tail": "123x", "key": "person-one"}
    assert client.submit("/my/enterprise/persons", person).status_code == 303
    own = client.get("/my/enterprise").text
    assert "高新技术企业" in own and "首贷户（有依据）" in own and "陈红" in own and "…123X" in own
    link = re.search(r"/my/enterprise/evidence/([0-9]+)", own)
    assert link
    file = client.get(link[0])
    assert file.status_code == 200 and file.data == PDF
    assert file.headers["Content-Disposition"].startswith("attachment")
    void = re.search(r"/my/enterprise/titles/[0-9]+/void", own)
    assert void
    assert client.submit(void[0], {"reason": "", "key": "void-one-0"}).status_code == 422
    assert client.submit(void[0], {"reason": "填错了", "key": "void-one-1"}).status_code == 303
    assert client.submit(void[0], {"reason": "再来一次", "key": "void-one-2"}).status_code == 404
    assert "已作废" in client.get("/my/enterprise").text


def test_a_file_of_another_kind_is_refused_and_nothing_is_recorded(client: Browser) -> None:
    sign_in(client, FIRM)
    report = {"history": "none", "source": "credit_report", "stated_on": "2026-09-01", "key": "history-one"}
    answer = client.submit("/my/enterprise/credit-history", {**report, "paper": (io.BytesIO(b"MZ\x90"), "a.pdf")})
    assert answer.status_code == 422 and "类型" in answer.text
    assert storage.session().scalars(select(CreditHistory)).first() is None


# --- the bureau -------------------------------------------------------------------------------------------------------


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


def colleague(client: Browser) -> None:
    """Sign in as another officer of the same bureau."""
    from matchmaking.registry.organisations.queries import organisation_by_key

    bureau = organisation_by_key(storage.session(), "bureau")
    assert bureau is not None
    storage.run_in_unit_of_work(
        create_user, actor="test", login="colleague", name="同事", role=BUREAU.value, jurisdiction="*", at=NOON,
        password=PASSWORD, organisation_id=bureau.id,
    )  # fmt: skip
    storage.remove_session()
    client.delete_cookie("session")
    assert client.submit("/sign-in", {"login": "colleague", "password": PASSWORD}).status_code == 303


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


# --- what is not yours is not there -----------------------------------------------------------------------------------


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


def test_a_firm_of_money_in_another_hand_stays_itself(client: Browser) -> None:
    """Figures told by the firm come back to the cent, whatever the unit."""
    sign_in(client, FIRM)
    save(client, revenue="3000.123456", assets="0.2", assets_unit="yi")
    told = profile()
    assert (Money(told.revenue_minor or 0), told.assets_minor) == (Money(3_000_123_456), 2_000_000_000)
    form = client.get("/my/enterprise/edit").text
    assert 'value="3000.123456"' in form and 'value="2000"' in form


def test_every_page_in_english(client: Browser) -> None:
    client.get("/register?lang=en")
    assert "Limited company" in client.get("/register").text
    sign_in(client, FIRM)
    save(client)
    for path in ("/my/enterprise", "/my/enterprise/edit"):
        page = client.get(path).text
        assert '<html lang="en">' in page and "Small" in client.get("/my/enterprise").text
    sign_in(client, BUREAU)
    for path in ("/enterprises", "/enterprises/new", f"/enterprises/{KEY}"):
        assert client.get(path).status_code == 200
    assert organisation_of(fresh()).zone_code == "gaoxin"
    assert isinstance(profile().founded_on, date)
    assert do(commands.enter_enterprise, told=commands.FirmTold("", "x企业", "limited", HANBIN)).entered_by == "bureau"
