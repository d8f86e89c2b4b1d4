"""The firm's own pages: its profile, the unit that slipped, titles, evidence, persons."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from sqlalchemy import select

from matchmaking.domain.money import Money
from matchmaking.foundation import storage
from matchmaking.registry.enterprises import commands
from matchmaking.registry.enterprises.models import CreditHistory, EnterpriseProfile
from matchmaking.registry.enterprises.queries import firm_facts
from tests.registry.enterprises.pages_world import BUREAU, FIRM, KEY, PROFILE, fresh, profile, save, seen
from tests.registry.enterprises.pages_world import noon as noon  # a fixture
from tests.registry.registry_world import HANBIN, PDF, do, organisation_of
from tests.web_fixtures import Browser, sign_in


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


def test_the_park_is_a_kind_of_its_own_and_debts_are_summed(client: Browser) -> None:
    sign_in(client, FIRM)
    assert save(client, park_kind="community_factory").status_code == 303
    assert profile().park_kind == "community_factory"
    assert "新社区工厂" in client.get("/my/enterprise").text
    assert '<option selected value="community_factory">' in client.get("/my/enterprise/edit").text
    assert save(client, park_kind="palace").status_code == 422
    facts = next(iter(firm_facts(storage.session(), on=profile().valid_from).values()))
    assert (facts.park_kind, facts.debt) == ("community_factory", Money.of(500_000))


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
