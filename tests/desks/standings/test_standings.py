"""Banks beside what is expected: kept once, in the order of sound, nobody ranked; a bank sees its own cases alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from io import BytesIO

import openpyxl
import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.desks.standings.commands import reckon_standings
from matchmaking.desks.standings.facts import backed, sector, term_band
from matchmaking.desks.standings.models import BankCase, BankStanding
from matchmaking.desks.standings.splits import WAYS, split
from matchmaking.domain.identifiers import uscc_from
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.registry.enterprises.commands import FirmTold, ProfileTold, open_firm, tell_profile
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import JUNE, MILLION, World, counted, morning, open_world
from tests.market.market_world import HANBIN, NOON, TODAY, _person, build_world, enter
from tests.market.market_world import World as Market
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
SIX, THREE, OURS = "秦岭农村商业银行", "子午银行", "汉江银行"
DUE = date(2025, 5, 20)


@pytest.fixture
def market(app: Flask) -> Iterator[Market]:
    """A market behind an application, at noon of the frozen day."""
    with time_machine.travel(NOON, tick=True):
        yield build_world()


@pytest.fixture
def cases(market: Market) -> World:
    """Ours: seven contracts of three million, six paid and confirmed, one not; another bank's six unpaid; a third's
    three. One contract of ours is not due, one is a letter of intent."""
    made = open_world("city", title_zh="全市组合", default_as_of=JUNE)
    for lender, count in ((OURS, 7), (SIX, 6), (THREE, 3)):
        for at in range(count):
            branch = f"{lender}汉滨支行" if at < 5 else f"{lender}营业部"
            paper = made.sign(f"S{count}-{at}", lender=lender, branch=branch, firm=f"{lender}客户{at}", promised_on=DUE)
            if lender == OURS and at:
                paid = made.pay(paper, 3 * MILLION)
                made.do(confirm_receipt, disbursement=paid, answer="right", answered_on=JUNE, at=morning(JUNE))
    made.sign("young", lender=OURS, signed_on=date(2025, 6, 2), promised_on=date(2025, 9, 1))
    made.sign("intent", lender=OURS, instrument="intent_letter", amount_minor=5 * MILLION)
    reckon(made)
    return made


def reckon(made: World) -> int:
    """The audit of the end of June, and the banks in it."""

    def work(inside: Session) -> int:
        held = inside.get_one(Portfolio, made.portfolio.id)
        snapshot = take_snapshot(inside, actor="seed", portfolio=held, as_of=JUNE, known_on=JUNE, at=morning(JUNE))
        return reckon_standings(inside, actor="job:bank-standings", snapshot=snapshot, at=morning(JUNE))

    return run_in_unit_of_work(work)


def browser_of(app: Flask, login: str) -> Browser:
    browser: Browser = app.test_client()  # type: ignore[assignment]
    enter(browser, login)
    return browser


@pytest.fixture
def office(app: Flask, cases: World, market: Market) -> Browser:
    """A browser of the city's finance office."""
    write_past_the_trail(_person, market, "office", Role.FINANCE_OFFICE_CITY, "*", None)
    return browser_of(app, "office")


@pytest.fixture
def head(app: Flask, cases: World, market: Market) -> Browser:
    """A manager of the head of our bank."""
    write_past_the_trail(_person, market, "chief", Role.BANK_MANAGER, "*", _id_of(OURS))
    return browser_of(app, "chief")


def _id_of(name: str) -> int:
    found = session().scalars(select(Organisation.id).where(Organisation.name == name)).one()
    session().rollback()
    return found


def text_of(browser: Browser, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.status
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))))


def token_of(browser: Browser, address: str) -> dict[str, str]:
    page = browser.get(address).get_data(as_text=True)
    found = dict(re.findall(r'name="(csrf_token|key)"[^>]*value="([^"]*)"', page))
    assert set(found) == {"csrf_token", "key"}
    return found


def test_every_bank_is_kept_once_and_nothing_is_said_of_three_cases(cases: World) -> None:
    assert reckon(cases) == 0, "a second evening adds nothing"
    rows = {one.lender: one for one in session().scalars(select(BankStanding))}
    assert {name: (one.cases, one.why, one.band) for name, one in rows.items()} == {
        OURS: (7, "", "above"), SIX: (6, "", "below"), THREE: (3, "few", ""),
    }  # fmt: skip
    ours = rows[OURS]
    assert (ours.contracts, ours.observed_ppm) == (8, 857_143), "what is not due is signed but no case"
    assert ours.signed == {"loan_contract": 24 * MILLION, "intent_letter": 5 * MILLION}
    assert ours.verified_minor == 18 * MILLION
    assert session().query(BankCase).count() == 16
    assert session().query(TrailEvent).filter_by(tag="bank.reckoned").count() == 1


@ON_ONE_ENGINE
def test_the_office_sees_all_banks_in_the_order_of_their_sound(office: Browser) -> None:
    page = text_of(office, "/portfolios/city/banks")
    table = page[page.index("与别家做同样合同相比") :]
    assert table.index(OURS) < table.index(SIX) < table.index(THREE)
    assert "1 家高于、1 家低于预期" in page
    assert "件数不足，不评" in page
    assert "名次" not in page.replace("不排名次", "")
    with counted() as statements:
        office.get("/portfolios/city/banks")
    assert len(statements) <= 3


@ON_ONE_ENGINE
def test_the_workbook_holds_what_the_page_shows(office: Browser) -> None:
    answer = office.get("/portfolios/city/banks.xlsx?unit=wan")
    sheet = openpyxl.load_workbook(BytesIO(answer.data)).worksheets[0]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert set(rows) == {OURS, SIX, THREE}
    assert 2400 in rows[OURS] and "高于预期" in rows[OURS] and "件数不足，不评" in rows[THREE]


@ON_ONE_ENGINE
def test_a_bank_sees_its_own_cases_and_why_and_no_other_banks(head: Browser) -> None:
    page = text_of(head, "/bank/standing")
    assert "高于预期" in page
    assert all(f"{OURS}客户{at}" in page for at in range(7))
    assert SIX not in page and THREE not in page
    assert "担保方式 没有记录" in page


@ON_ONE_ENGINE
def test_a_branch_sees_the_cases_it_signed_and_may_not_speak_for_the_bank(
    app: Flask, cases: World, market: Market
) -> None:
    write_past_the_trail(_person, market, "desk", Role.BANK_MANAGER, "*", _id_of("汉江银行汉滨支行"))
    branch = browser_of(app, "desk")
    page = text_of(branch, "/bank/standing")
    assert f"{OURS}客户4" in page and f"{OURS}客户5" not in page
    tokens = dict(re.findall(r'name="(csrf_token)"[^>]*value="([^"]*)"', branch.get("/account").get_data(as_text=True)))
    answer = branch.post("/bank/standing", data=tokens | {"key": "k" * 32, "words": "不对"})
    assert answer.status_code == 409
    assert "总行" in answer.get_data(as_text=True)


def test_the_banks_word_is_printed_beside_its_line_for_the_office(head: Browser, office: Browser) -> None:
    words = "一件在等不动产登记，六月底已办妥。"
    sent = token_of(head, "/bank/standing") | {"words": words}
    assert head.post("/bank/standing", data=sent).status_code == 303
    assert head.post("/bank/standing", data=sent).status_code == 303, "sent twice, kept once"
    assert text_of(head, "/bank/standing").count(words) == 1
    assert f"{OURS} 说明" in text_of(office, "/portfolios/city/banks")
    assert words in text_of(office, "/portfolios/city/banks")
    assert session().query(TrailEvent).filter_by(tag="bank.commented").count() == 1


@ON_ONE_ENGINE
def test_splits_are_of_one_cohort_and_add_up_to_it(office: Browser, cases: World) -> None:
    snapshot = session().scalars(select(AuditSnapshot)).one()
    found = {way: split(session(), snapshot, way, 5) for way in WAYS}
    assert {(one.count, one.signed_minor, one.verified_minor, one.digest) for one in found.values()} == {
        (16, 48 * MILLION, 18 * MILLION, found["size"].digest)
    }
    for one in found.values():
        assert sum(part.signed_minor for part in one.parts) == one.signed_minor
        assert all((part.ppm is None) == (part.count < 5) for part in one.parts)
        page = text_of(office, f"/portfolios/city/splits?by={one.way}")
        assert one.digest[:16] in page
    assert office.get("/portfolios/city/splits?by=luck").status_code == 404
    with counted() as statements:
        office.get("/portfolios/city/splits?by=area")
    assert len(statements) <= 3


def test_chains_follow_the_code_of_the_signing_day_and_add_up_to_the_whole(office: Browser, cases: World) -> None:
    for serial, industry in enumerate(("0164", "1530", "2455", "6513", ""), start=30):
        key = run_in_unit_of_work(_told, serial=serial, industry=industry)
        cases.sign(
            f"CHAIN-{serial}", lender=SIX, branch=f"{SIX}汉滨支行", firm=f"链上{serial}", firm_key=key,
            promised_on=DUE, amount_minor=MILLION,
        )  # fmt: skip
    reckon(cases)
    latest = session().scalars(select(AuditSnapshot).order_by(AuditSnapshot.id.desc())).first()
    found, whole = split(session(), latest, "chain", 5), split(session(), latest, "size", 5)
    # sixteen papers of firms without a profile, one of a firm without a code
    assert {part.level: (part.count, part.signed_minor) for part in found.parts} == {
        "tea": (2, 2 * MILLION), "toys": (1, MILLION), "none": (1, MILLION), "unknown": (17, 49 * MILLION),
    }  # fmt: skip
    assert [part.level for part in found.parts][-2:] == ["none", "unknown"], "what stands apart comes last"
    assert (found.digest, found.count, found.signed_minor, found.verified_minor) == (
        whole.digest, whole.count, whole.signed_minor, whole.verified_minor,
    )  # fmt: skip
    assert sum(part.signed_minor for part in found.parts) == found.signed_minor
    assert sum(part.share_ppm for part in found.parts) in range(999_998, 1_000_003)
    page = text_of(office, "/portfolios/city/splits?by=chain")
    assert page.index("富硒茶") < page.index("其他（未归链）") < page.index("没有记录")
    assert "待核" in page and "0164 · 1529 · 1530 · 5127" in page
    english = office.get("/portfolios/city/splits?by=chain&lang=en", follow_redirects=True).get_data(as_text=True)
    assert "Selenium tea" in english and "other (in no chain)" in english


@ON_ONE_ENGINE
def test_every_line_of_a_split_leads_to_its_contracts(office: Browser, cases: World) -> None:
    for way in WAYS:
        page = office.get(f"/portfolios/city/splits?by={way}").get_data(as_text=True)
        lines = [unescape(each) for each in re.findall(r'href="([^"]*level=[^"#]*)#members"', page)]
        assert lines, way
        seen: list[str] = []
        for line in lines:
            with counted() as statements:
                behind = office.get(line).get_data(as_text=True)
            assert len(statements) <= 3
            seen += re.findall(r'href="([^"]*/agreements/[^"?]+)', behind)
        assert len(seen) == len(set(seen)) == 16, "every contract of the cohort stands behind one line"
    assert office.get(seen[0]).status_code == 200
    assert 'id="members"' not in office.get("/portfolios/city/splits?by=size&level=nothing").get_data(as_text=True)


def _told(inside: Session, *, serial: int, industry: str) -> str:
    """A firm whose profile held before the signing day; its organisation's key."""
    firm = open_firm(
        inside, actor="seed", told=FirmTold(uscc_from("91", HANBIN, serial), f"链上{serial}", "limited", HANBIN),
        entered_by="firm", on=TODAY, at=NOON,
    )  # fmt: skip
    tell_profile(
        inside, actor="seed", role="enterprise", enterprise_id=firm.id, version=firm.version, on=TODAY, at=NOON,
        told=ProfileTold("limited", HANBIN, industry=industry), valid_from=date(2025, 1, 2),
    )  # fmt: skip
    return inside.get_one(Organisation, firm.organisation_id).public_key


@ON_ONE_ENGINE
def test_what_was_lent_before_is_known_by_balance_or_earlier_contract_and_else_left_out(cases: World) -> None:
    terms = {"lender": SIX, "branch": f"{SIX}汉滨支行", "promised_on": DUE, "amount_minor": MILLION}
    old = cases.sign("OLD", firm="旧客户", firm_key="firm-old", signed_on=date(2025, 3, 1), **terms)
    cases.sign("AGAIN", firm="旧客户", firm_key="firm-old", **terms)
    owing, fresh = cases.sign("OWING", firm="有余额", **terms), cases.sign("FRESH", firm="没余额", **terms)
    cases.baseline(owing, MILLION)
    cases.baseline(fresh, 0)
    reckon(cases)
    latest = session().scalars(select(AuditSnapshot).order_by(AuditSnapshot.id.desc())).first()
    found = split(session(), latest, "lent_before", 5)
    counts = {part.level: part.count for part in found.parts}
    assert counts == {"yes": 2, "no": 1, "unknown": 17}, (old.public_key, "the first of the two is not known")
    assert found.share_of("yes") == 666_667


def test_a_day_that_is_not_reckoned_says_so(office: Browser, cases: World) -> None:
    run_in_unit_of_work(_another_day, portfolio_id=cases.portfolio.id)
    assert "今晚计算" in text_of(office, "/portfolios/city/banks?as_of=2025-05-31")


def _another_day(inside: Session, *, portfolio_id: int) -> AuditSnapshot:
    held = inside.get_one(Portfolio, portfolio_id)
    return take_snapshot(
        inside, actor="seed", portfolio=held, as_of=date(2025, 5, 31), known_on=JUNE, at=morning(JUNE)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "word"),
    [("A0164", "farming"), ("0164", "farming"), ("1531", "industry"), ("E4710", "building"), ("5171", "services"),
     ("6510", "services"), (None, "unknown")],
)  # fmt: skip
def test_sectors_follow_the_standards_divisions(code: str | None, word: str) -> None:
    assert sector(code) == word


def test_what_no_record_tells_is_a_level_of_its_own() -> None:
    assert [term_band(months) for months in (None, 12, 13, 36, 37)] == ["unknown", "year", "middle", "middle", "long"]
    assert [backed(holders, None) for holders in ((), ("firm",), ("guarantor", "permit"), ("permit",))] == [
        "unknown", "unknown", "surety", "collateral",
    ]  # fmt: skip
