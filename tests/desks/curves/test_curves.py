"""Curves of an audit: whom they count, what they keep, what the page and the shell say, and who waits for what."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from matchmaking.delivery.agreements.commands import exit_agreement
from matchmaking.delivery.audits.commands import kept_snapshot, take_snapshot
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.desks.curves import jobs
from matchmaking.desks.curves.commands import keep_curves, reckon_curves
from matchmaking.desks.curves.models import WaitingCurves
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent
from matchmaking.market.events.commands import EventTold, record_event
from matchmaking.market.events.models import KINDS
from matchmaking.market.referrals import commands as referring
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import JUNE, MARCH, MILLION, World, counted, morning, open_world
from tests.market.market_world import GOOD, NOON, _person, build_world, enter
from tests.market.market_world import World as Market
from tests.market.referral_world import act, now, refer, sell, verified
from tests.past import write_past_the_trail
from tests.real.sources import data_file
from tests.web_fixtures import Browser

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
LARGE, SMALL = "演示汉江银行", "演示巴山银行"
PAGE = "/portfolios/city/curves"
TODAY = date(2026, 9, 30)


@dataclass
class Waiting:
    """Twelve contracts at one bank, three at another."""

    cases: World

    def keep(self, day: date = JUNE) -> int:
        """Take the audit of ``day`` and keep its curves; how many waits changed."""

        def work(inside: Session) -> int:
            held = inside.get_one(Portfolio, self.cases.portfolio.id)
            snapshot = take_snapshot(inside, actor="seed", portfolio=held, as_of=day, known_on=day, at=morning(day))
            return keep_curves(inside, actor="seed", portfolio=held, snapshot=snapshot, at=morning(day))

        return run_in_unit_of_work(work)

    def told(self, wait: str, as_of: date = JUNE, known_on: date = JUNE) -> dict:
        """One wait, reckoned live."""
        held = storage.session().get_one(Portfolio, self.cases.portfolio.id)
        return reckon_curves(storage.session(), held, as_of=as_of, known_on=known_on, only=wait)[wait]


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    """A market behind an application, at noon of the frozen day."""
    with time_machine.travel(NOON, tick=True):
        yield build_world()


@pytest.fixture
def waiting(market: Market) -> Waiting:
    """Of twelve signed on one day six are paid on days 10, 20 … 60, the first three of them confirmed; two more are
    ended by the bank on day 30. Three at another bank."""
    cases = open_world(default_as_of=JUNE)
    for number in range(15):
        paper = cases.sign(f"P{number:02}", firm=f"演示企业{number}有限公司", lender=LARGE if number < 12 else SMALL)
        if number < 6:
            on = MARCH + timedelta(days=10 * (number + 1))
            paid = cases.pay(paper, MILLION, on=on)
            if number < 3:
                cases.do(confirm_receipt, disbursement=paid, answer="right", answered_on=on, at=morning(on))
        elif number < 8:
            on = MARCH + timedelta(days=30)
            told = {"kind": "bank_ends", "by_party": "bank", "reason": "规模限额", "exited_on": on, "at": morning(on)}
            cases.do(exit_agreement, agreement=paper, **told)
    return Waiting(cases)


@pytest.fixture
def office(app: Flask, waiting: Waiting, market: Market) -> Browser:
    """A browser of the city's finance office."""
    write_past_the_trail(_person, market, "office", Role.FINANCE_OFFICE_CITY, "*", None)
    browser: Browser = app.test_client()  # type: ignore[assignment]
    enter(browser, "office")
    return browser


def text_of(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def test_shares_count_whom_they_should(waiting: Waiting) -> None:
    """Nobody is cut off before day 100, so the shares are plain: three of fifteen verified, six told, two ended."""
    (group,) = waiting.told("sign_first_verified")["slices"]["all"]["groups"]
    assert (group["n"], group["events"]["paid"], group["events"]["ended"], group["waiting"]) == (15, 3, 2, 10)
    marks = {mark["day"]: mark for mark in group["marks"]}
    assert marks[30]["shares"]["paid"] == marks[90]["shares"]["paid"] == 200_000
    assert marks[180]["shares"] is None, "nobody was watched so long"
    (told,) = waiting.told("sign_first_told")["slices"]["all"]["groups"]
    assert [mark["shares"]["paid"] for mark in told["marks"][:3]] == [200_000, 400_000, 400_000]
    assert told["marks"][1]["naive"] > 400_000, "one minus Kaplan–Meier reads the two that ended as still to come"
    assert told["marks"][1]["at_risk"] == 15 - 2 - 5


@ON_ONE_ENGINE
def test_groups_below_ten_are_named_without_a_figure(waiting: Waiting) -> None:
    found = waiting.told("sign_first_told")
    large, small = found["slices"]["bank"]["groups"]
    assert (large["name"], large["n"], large["suppressed"]) == (LARGE, 12, False)
    assert small == {"key": SMALL, "name": SMALL, "n": 3, "suppressed": True}
    assert found["slices"]["event"] == {"groups": [], "without": 15, "difference": None}


@ON_ONE_ENGINE
def test_a_past_day_says_what_was_known_then(waiting: Waiting) -> None:
    """On day 25 two were paid; what was paid later is not known, and everybody else is cut off that day."""
    day = MARCH + timedelta(days=25)
    (group,) = waiting.told("sign_first_told", day, day)["slices"]["all"]["groups"]
    assert (group["events"]["paid"], group["waiting"], group["last"]) == (2, 13, 25)
    assert waiting.told("sign_first_told", day, JUNE) == waiting.told("sign_first_told", day, day)


def test_an_evening_keeps_once_and_adds_what_changed(waiting: Waiting) -> None:
    waits = waiting.keep()
    assert waits == 9, "needs and referrals are the city's own, even where there are none yet"
    assert waiting.keep() == 0
    paper = waiting.cases.sign("P20", firm="演示企业二十有限公司")
    assert paper.public_key == "P20"
    assert waiting.keep() == 9, "a new audit has curves of its own"
    tags = storage.session().scalars(select(TrailEvent.tag).where(TrailEvent.tag == "curves.reckoned")).all()
    assert len(tags) == 2


@ON_ONE_ENGINE
def test_the_job_waits_for_the_evenings_audit(waiting: Waiting) -> None:
    settings = Settings(environment="test", instance=Path("unused"), secret_key="t" * 40)
    context = JobContext(TODAY, morning(TODAY), settings)
    assert jobs.run(context) == {"kept": 0}
    held = storage.session().get_one(Portfolio, waiting.cases.portfolio.id)
    waiting.cases.do(take_snapshot, portfolio=held, as_of=TODAY, known_on=TODAY, at=morning(TODAY))
    assert jobs.run(context) == {"kept": 9}
    assert jobs.run(context) == {"kept": 0}
    held = storage.session().get_one(Portfolio, waiting.cases.portfolio.id)
    assert kept_snapshot(storage.session(), held, TODAY, TODAY) is not None


def test_the_page_says_the_finding_its_medians_and_who_has_no_curve(waiting: Waiting, office: Browser) -> None:
    waiting.keep()
    page = text_of(office, PAGE + "?wait=sign_first_told")
    assert "签约 90 天内，40.0 % 的合同有首笔到账" in page
    assert "中位天数（计入仍在等的，采用）" in page and "中位天数（只算已等到的，不采用） 35.0" in page
    assert f"不足 10 件，不作曲线：{SMALL}（3）" in page
    assert "银行终止 %" in page and "13.3" in page
    assert "若用 1−KM" in page and "限定均值与标准误" in page
    with counted() as statements:
        office.get(PAGE + "?wait=sign_full_told&by=bank&group=" + LARGE)
    assert len(statements) <= 3, "the session's, the audit's and the curves'"
    for asked in ("?by=nothing&group=nothing&wait=nothing", "?wait=need_accept", "?by=grade&group=loan_contract"):
        assert office.get(PAGE + asked).status_code == 200


@ON_ONE_ENGINE
def test_curves_that_were_not_kept_are_reckoned_on_demand_and_a_look_never_does(
    waiting: Waiting, office: Browser
) -> None:
    held = storage.session().get_one(Portfolio, waiting.cases.portfolio.id)
    waiting.cases.do(take_snapshot, portfolio=held, as_of=JUNE, known_on=JUNE, at=morning(JUNE))
    assert "这两天的等待曲线还没有算" in text_of(office, PAGE)
    assert storage.session().scalars(select(WaitingCurves.id)).all() == []
    days = {"as_of": JUNE.isoformat(), "known_at": JUNE.isoformat(), "back": PAGE}
    assert office.submit(PAGE, days).status_code == 303
    assert "签约 90 天内" in text_of(office, PAGE)
    assert office.submit("/portfolios/nothing/curves", days).status_code == 404
    assert office.submit(PAGE, {**days, "as_of": "<b>30 June</b>"}).status_code == 400
    away = office.submit(PAGE, {**days, "back": "https://elsewhere.example/"})
    assert away.headers["Location"].startswith("/portfolios/city/curves")
    assert len(storage.session().scalars(select(WaitingCurves.id)).all()) == 9, "a second press keeps nothing twice"


@ON_ONE_ENGINE
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_shell_prints_the_same_and_stores_nothing(app: Flask, waiting: Waiting, lang: str) -> None:
    asked = ["curves", "--portfolio", "city", "--as-of", "2025-06-30", "--known-at", "2025-06-30", "--by", "bank"]
    runner = app.test_cli_runner()
    said = runner.invoke(args=[*asked, "--wait", "sign_first_told", "--lang", lang])
    assert said.exit_code == 0, said.output
    assert LARGE in said.output and "50.0" in said.output and f"{SMALL} (3)" in said.output
    told = runner.invoke(args=[*asked, "--wait", "sign_first_told", "--json"])
    assert json.loads(told.output)["slices"] == waiting.told("sign_first_told")["slices"]
    assert storage.session().scalars(select(WaitingCurves.id)).all() == []
    for wrong in (["--wait", "nothing"], ["--by", "area"]):
        assert runner.invoke(args=[*asked, *wrong]).exit_code == 2
    unknown = runner.invoke(args=["curves", "--portfolio", "nothing", "--as-of", "2025-06-30"])
    assert unknown.exit_code == 2


def _behind(office: Browser, **group: str) -> str:
    """The page that the curve's group leads to, as text; empty where it leads nowhere."""
    page = office.get(PAGE, query_string={"as_of": JUNE.isoformat()} | group).get_data(as_text=True)
    found = re.search(r'<a href="([^"]+)">到台账里看</a>', page)
    return text_of(office, unescape(found[1])) if found else ""


@ON_ONE_ENGINE
def test_a_group_of_any_kind_leads_to_its_papers(waiting: Waiting, office: Browser) -> None:
    told_event = EventTold(KINDS[0], "2025-1", "演示对接会", MARCH, "演示会场", "610902")
    meeting = run_in_unit_of_work(record_event, actor="seed", told=told_event, at=morning(MARCH)).public_key
    for number in range(11):
        told = {"product": "演示茶贷", "event_key": meeting, "event_on": MARCH}
        waiting.cases.sign(f"T{number:02}", firm=f"茶企{number}有限公司", lender=SMALL, **told)
    waiting.keep()
    for group in ({"by": "product", "group": "演示茶贷"}, {"by": "event", "group": meeting}):
        behind = _behind(office, **group)
        assert all(f"茶企{number}有限公司" in behind for number in range(11)), group
        assert "演示企业0有限公司" not in behind, group
    assert "演示企业0有限公司" in _behind(office, by="bank", group=LARGE)
    assert "茶企0有限公司" in _behind(office, by="grade", group="loan_contract")


@ON_ONE_ENGINE
def test_needs_and_referrals_wait_for_their_bank(app: Flask, market: Market) -> None:
    """One need sent to two banks of which one accepts, another need sent to nobody."""
    cases = open_world()
    sent = [sell(bank, f"产品{number}") for number, bank in enumerate((market.bank, market.rival))]
    need = verified(market)
    keys = refer(market, need, *sent)
    verified(market, terms=replace(GOOD, purpose="raw_materials"))
    act(market, referring.accept, keys[0], on=TODAY)
    assert now(keys[0]).state == "accepted"
    told = Waiting(cases)
    found = {wait: told.told(wait, TODAY, TODAY) for wait in ("need_accept", "sent_accept", "accept_decision")}
    assert {wait: payload["members"] for wait, payload in found.items()} == {
        "need_accept": 2, "sent_accept": 2, "accept_decision": 1
    }  # fmt: skip
    assert [group["suppressed"] for group in found["sent_accept"]["slices"]["bank"]["groups"]] == [True, True]


@pytest.mark.real
@ON_ONE_ENGINE
def test_a_statement_with_days_of_first_money_tells_its_product_lines(app: Flask, tmp_path: Path) -> None:
    """IFC by the shell, from the file to the curve: the pooled share is that of no product line."""
    file = data_file("ifc/ifc_2006_2013.csv.gz")
    runner = app.test_cli_runner()
    taken = runner.invoke(
        args=["statement", "import", str(file), "--mapping", "ifc", "--portfolio", "ifc", "--as-of", "2025-04-17"]
    )
    assert taken.exit_code == 0, taken.output
    asked = ["curves", "--portfolio", "ifc", "--as-of", "2025-04-17", "--wait", "statement_first", "--json"]
    told = json.loads(runner.invoke(args=asked).output)
    assert told["members"] == 1_949
    (pooled,) = told["slices"]["all"]["groups"]
    lines = {group["name"]: group for group in told["slices"]["product"]["groups"] if not group["suppressed"]}
    year = {name: group["marks"][-1] for name, group in lines.items()}
    assert year["Guarantee"]["interval"][1] < pooled["marks"][-1]["shares"]["paid"] < year["Loan"]["interval"][0]
    assert told["slices"]["product"]["difference"]["p"] < 1_000
    assert pooled["naive_median"] < pooled["median"]["days"], "those alone whose wait is over waited less"
