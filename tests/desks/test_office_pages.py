"""Page objects: ledger, rates, heat, refusal and figures, without a browser and without a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from config import Settings
from matchmaking.app import create_app
from matchmaking.desks.office.ageing import heat_of
from matchmaking.desks.office.asked import Addresses, read_asked
from matchmaking.desks.office.definitions import bucket_groups, document_words, measure_entries, number_entries
from matchmaking.desks.office.division import Allowed, Refused, divide, figures_of
from matchmaking.desks.office.ledger import bars, read_ledger
from matchmaking.desks.office.listing import read_filter
from matchmaking.desks.office.portfolio import chosen_grade, office_page
from matchmaking.desks.office.rates import rate_cards
from matchmaking.desks.office.setting import Setting
from matchmaking.foundation.web import figures
from matchmaking.foundation.web.looks import LOOKS, ORDER
from matchmaking.foundation.web.paging import ListState, Page, page_number
from matchmaking.foundation.web.steps import step_chart
from matchmaking.registry.portfolios.models import Portfolio
from tests.desks.payloads import WAN, cases, statement

DAY = date(2026, 9, 30)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, for its words and addresses; no table is read."""
    folder: Path = tmp_path_factory.mktemp("pages")
    return create_app(Settings(environment="test", instance=folder, secret_key="t" * 40))


@pytest.fixture
def chinese(app: Flask) -> Iterator[None]:
    """A request in Chinese."""
    with app.test_request_context("/portfolios/city?lang=zh"):
        yield


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    """A request in English."""
    with app.test_request_context("/portfolios/city?lang=en"):
        yield


def setting(kind: str = "cases", grade: str = "") -> Setting:
    portfolio = Portfolio(
        code="city", title_zh="全市", title_en="The city", kind=kind, currency="CNY", jurisdiction="*"
    )
    addresses = Addresses("city", DAY, None, "wan", grade)
    return Setting(portfolio, [portfolio], DAY, DAY, False, "wan", "/portfolios/city", addresses)


def test_the_ledger_adds_up_and_families_are_sums_of_amounts(chinese: None) -> None:
    ledger = read_ledger(cases()["grades"][0])
    assert ledger.total == ledger.signed == 38_600 * WAN
    assert {family.name: family.amount // WAN for family in ledger.families} == {
        "paid": 24_297, "waiting": 10_368, "closed": 1_283, "merged": 0, "unexplained": 2_652,
    }  # fmt: skip
    assert ledger.verified == 16_380 * WAN
    assert sum(family.amount for family in ledger.families) == ledger.signed


def test_a_contract_ledger_writes_zero_for_merged_duplicates_and_has_no_row_for_intents() -> None:
    codes = [line.bucket for line in read_ledger(cases()["grades"][0]).lines]
    assert "K0" in codes
    assert "K1" not in codes
    assert codes == [code for code in ORDER if code in codes]
    assert "K1" in [line.bucket for line in read_ledger(cases()["grades"][1]).lines]


def test_the_heading_is_the_finding(chinese: None) -> None:
    page = office_page(setting(), cases(), None)
    assert page.claim == "借款合同 38,600.00 万元：核实到账 16,380.00，还有 2,652.00 没有说法"
    assert [tab.grade for tab in page.tabs] == ["loan_contract", "intent_letter"]
    assert list(page.strategic) == [6]


def test_the_heading_in_english(english: None) -> None:
    claim = office_page(setting(), cases(), None).claim
    assert claim == "Loan contract, 38,600.00 CNY 10k: 16,380.00 verified as paid, 2,652.00 still unexplained"


def test_a_statement_says_so_and_its_bar_marks_the_signed_amount(chinese: None) -> None:
    page = office_page(setting("statement"), statement(difference=-100), None)
    assert "对账单说已放款 604,800.00" in page.claim
    assert page.two_parties is False
    assert page.ledger.difference == -100 * WAN
    assert page.ledger.total == page.ledger.signed
    assert page.bars.wide.mark is not None
    assert sum(segment.width for segment in page.bars.wide.segments) == page.bars.wide.width


def test_a_positive_difference_is_a_segment_and_needs_no_mark(chinese: None) -> None:
    ledger = read_ledger(statement(difference=70)["grades"][0])
    drawn = bars(ledger, "wan", {})
    assert "SD" in [segment.part.code for segment in drawn.wide.segments]
    assert drawn.wide.mark is None


def test_rate_cards_carry_numerator_denominator_and_the_banks_own(chinese: None) -> None:
    card, needs = rate_cards(cases(), "loan_contract")
    assert (card.main.numerator, card.main.denominator, card.main.ppm) == (16_380 * WAN, 38_600 * WAN, 424_352)
    assert card.beside is not None
    assert card.beside.ppm == 629_455
    assert card.passport["members"] == 118
    assert card.passport["coverage_ppm"] == 783_900
    assert needs.code == "need_met_share"


def test_statement_cards_show_the_count_rate_and_the_amount_rate_with_its_cap(chinese: None) -> None:
    by_count, by_amount = rate_cards(statement(), "loan_contract")
    assert figures.pct(by_count.main.ppm, by_count.places) == "92.5536"
    assert by_amount.beside is not None
    assert by_amount.capped
    assert by_amount.over == 3_800 * WAN
    assert by_amount.main.numerator - by_amount.over == by_amount.beside.numerator


def test_the_track_never_runs_beyond_its_end(chinese: None) -> None:
    payload = statement()
    payload["measures"][1]["ppm"] = 1_700_000
    assert rate_cards(payload, "loan_contract")[1].main.length == 4_000


def test_the_heat_table_adds_up_and_five_shades_cover_the_highest(chinese: None) -> None:
    ledger = read_ledger(cases()["grades"][0])
    heat = heat_of(ledger, "wan")
    assert heat is not None
    assert heat.total == sum(heat.columns) == 13_020 * WAN
    shades = {cell.shade for row in heat.rows for cell in row.cells}
    assert shades <= {0, 1, 2, 3, 4, 5}
    assert heat.step * 5 >= max(cell.amount for row in heat.rows for cell in row.cells)


@given(st.integers(min_value=1, max_value=2**60), st.sampled_from(["yuan", "wan", "yi"]))
def test_five_steps_of_the_heat_reach_any_amount(highest: int, unit: str) -> None:
    grade = cases()["grades"][1]
    grade["buckets"][0] |= {"amount_minor": highest, "bands": [highest, 0, 0, 0, 0]}
    heat = heat_of(read_ledger(grade), unit)
    assert heat is not None
    assert heat.step * 5 >= highest
    assert heat.rows[0].cells[0].shade in (1, 2, 3, 4, 5)


def test_signed_and_needs_are_not_divided_and_the_page_says_what_to_ask_instead(chinese: None) -> None:
    payload, on = cases(), setting()
    found = figures_of(on, payload)
    answer = divide(on, payload, found["loan_contract.signed"], found["need.needed"])
    assert isinstance(answer, Refused)
    assert "不是同一群签约" in answer.why
    assert [one.figure for one in answer.instead] == ["42.44 %", "11.60 %"]


def test_two_figures_of_one_cohort_are_divided(chinese: None) -> None:
    payload, on = cases(), setting()
    found = figures_of(on, payload)
    answer = divide(on, payload, found["loan_contract.verified"], found["loan_contract.signed"])
    assert isinstance(answer, Allowed)
    assert answer.rate.ppm == 424_352


def test_grades_are_not_divided_by_each_other(chinese: None) -> None:
    payload, on = cases(), setting()
    found = figures_of(on, payload)
    answer = divide(on, payload, found["loan_contract.signed"], found["intent_letter.signed"])
    assert isinstance(answer, Refused)


def test_a_restatement_lists_only_what_differs(chinese: None) -> None:
    later = cases()
    later["grades"][0]["buckets"][0]["amount_minor"] += 60 * WAN
    later["grades"][0]["buckets"][3]["amount_minor"] -= 60 * WAN
    restated = office_page(setting(), cases(), later).restated
    assert restated is not None
    assert [(line.bucket, line.change // WAN) for line in restated.lines] == [("A1", 60), ("A4", -60)]


@pytest.mark.parametrize(
    ("asked", "grade"),
    [("intent_letter", "intent_letter"), ("", "loan_contract"), ("strategic", "loan_contract"), ("x", "loan_contract")],
)
def test_an_unknown_grade_opens_the_headline(asked: str, grade: str) -> None:
    assert chosen_grade(cases(), asked)["grade"] == grade


def test_an_empty_portfolio_has_a_page(chinese: None) -> None:
    payload = cases() | {"grades": [], "measures": [], "needs": []}
    page = office_page(setting(), payload, None)
    assert page.claim == "借款合同：没有签约"
    assert page.bars.wide.segments == ()
    assert page.heat is None


@pytest.mark.parametrize(
    "text", ["2026-13-01", "0001-01-01", "２０２６-01-01", "tomorrow", "2026-1-1", "9999-12-31", "' OR 1=1"]
)
def test_what_is_no_day_is_reported_not_guessed(text: str) -> None:
    asked = read_asked({"as_of": text})
    assert asked.as_of is None
    assert asked.unreadable == (text[:20],)


def test_filters_nobody_knows_take_everything() -> None:
    wanted = read_filter(
        {"bucket": "Z9", "band": "7", "standing": "x", "page": "0x1", "sort": "-nothing", "q": "a\x00b"}
    )
    assert (wanted.bucket, wanted.band, wanted.standing, wanted.page) == ("", None, "", 1)
    assert wanted.search == "ab"


@pytest.mark.parametrize(
    ("asked", "number"),
    [("3", 3), ("0", 1), ("-2", 1), ("", 1), (None, 1), ("٣", 1), ("9" * 30, 1), ("9999999", 1_000_000)],
)
def test_page_numbers_are_plain(asked: str | None, number: int) -> None:
    assert page_number(asked) == number


def test_steps_show_the_ends_and_the_neighbours() -> None:
    page = Page(6, 50 * 20, lambda changes: f"?{changes}")
    assert [step.number for step in page.steps] == [1, 0, 4, 5, 6, 7, 8, 0, 20]
    assert (page.first, page.last) == (251, 300)
    assert Page(1, 0, lambda _: "").pages == 1


def test_a_column_head_turns_the_order_round() -> None:
    state = ListState("firm", ("firm", "signed"), "-signed", lambda changes: str(changes["sort"]))
    assert state.direction_of("firm") == "asc"
    assert state.sort_url("firm") == "-firm"
    assert state.sort_url("signed") == "-signed"
    assert ListState("-drop table", ("firm",), "firm", lambda _: "").sort == "firm"


@pytest.mark.parametrize(
    ("minor", "unit", "words"),
    [
        (106_860_000_00, "wan", "10,686.00"),
        (-343_060_000_00, "wan", "−34,306.00"),
        (0, "yi", "0.00"),
        (None, "wan", "—"),
        (1, "yuan", "0.01"),
    ],
)
def test_amounts_are_written_in_their_unit(minor: int | None, unit: str, words: str) -> None:
    assert figures.amount_text(minor, unit) == words


def test_an_amount_carries_the_exact_figure_to_the_cent() -> None:
    assert (
        str(figures.amount_html(106_860_000_01, "wan"))
        == '<data value="106860000.01" title="106,860,000.01 CNY">10,686.00</data>'
    )


@pytest.mark.parametrize(
    ("asked", "currency", "unit"),
    [
        (None, "CNY", "wan"),
        ("yi", "CNY", "yi"),
        ("million", "CNY", "wan"),
        ("wan", "USD", "million"),
        ("yuan", "USD", "yuan"),
    ],
)
def test_each_currency_has_its_units(asked: str | None, currency: str, unit: str) -> None:
    assert figures.chosen_unit(asked, currency) == unit


@pytest.mark.parametrize(
    ("unit", "currency", "zh", "en"),
    [("wan", "CNY", "万元", "CNY 10k"), ("million", "USD", "百万美元", "USD m"), ("yuan", "EUR", "欧元", "EUR")],
)
def test_units_have_words(unit: str, currency: str, zh: str, en: str) -> None:
    assert figures.unit_words(unit, currency, "zh") == zh
    assert figures.unit_words(unit, currency, "en") == en


def test_the_definitions_hold_every_bucket_measure_and_number(chinese: None) -> None:
    assert sorted(code for group in bucket_groups() for code in group.buckets) == sorted(LOOKS)
    assert all(entry.formula and entry.exclusions for entry in measure_entries())
    numbers = {entry.name: entry.now.value for entry in number_entries(DAY)}
    assert numbers["约定放款日最长计到签约后"] == 180
    assert document_words("设计默认值 / design default") == "设计默认值"


def test_step_lines_rise_by_what_was_paid_and_their_labels_stand_apart() -> None:
    chart = step_chart(
        300,
        date(2026, 3, 20),
        DAY,
        [(date(2026, 4, 10), 100), (date(2026, 9, 8), 140)],
        [(date(2026, 4, 10), 100)],
        date(2026, 5, 31),
    )
    assert [line.amount for line in chart.lines] == [300, 240, 100]
    places = [line.label_at for line in chart.lines]
    assert all(later - earlier >= 16 for earlier, later in zip(places, places[1:], strict=False))
    assert chart.mark is not None
    assert 0 < len(chart.months) <= 7


def test_a_chart_of_one_day_is_drawn() -> None:
    assert step_chart(0, DAY, DAY, [], []).lines[0].path.startswith("M")
