"""Lists of loans: amounts in every style, keys, and errors that name row and column."""

from __future__ import annotations

from typing import Any

import pytest

from matchmaking.domain.matching.learning.amounts import middle, read_amount
from matchmaking.domain.matching.learning.keys import parse_key, texts
from matchmaking.domain.matching.learning.layout import parse_layout
from matchmaking.domain.matching.learning.loans import read_loans
from matchmaking.domain.reasons import Refusal
from tests.domain.matching.learning.towns import TEXT, layout, loans, rows


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("60000", 60_000, 60_000),
        ("60000.50", 60_000.5, 60_000.5),
        (" $20,800 ", 20_800, 20_800),
        ("$1,234,567.89", 1_234_567.89, 1_234_567.89),
        ("e $150,000-350,000", 150_000, 350_000),
        ("$150,000-350,000", 150_000, 350_000),
        ("$150,000 - $350,000", 150_000, 350_000),
        ("d $350,000-1 million", 350_000, 1_000_000),
        ("c $1-2 million", 1_000_000, 2_000_000),
        ("a $5-10 million", 5_000_000, 10_000_000),
        ("$1.5 million", 1_500_000, 1_500_000),
        ("150000 to 350000", 150_000, 350_000),
        ("＄１２，０００", 12_000, 12_000),
    ],
)
def test_amounts_in_every_style(text: str, low: float, high: float) -> None:
    assert read_amount(text) == (low, high)


@pytest.mark.parametrize("text", ["", "n/a", "-5", "$1,23", "5-", "$9-5 million", "1e400", "9" * 80, "5 5"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_amount(text)
    assert refused.value.reason.code == "rank_amount_unreadable"


def test_a_range_stands_for_its_middle_in_doublings() -> None:
    assert middle(100, 400) == 200
    assert middle(0, 400) == 200
    assert middle(7, 7) == 7


def test_keys_are_blank_where_a_fact_is_not_stated() -> None:
    found = loans()
    assert texts(parse_key("state zip/3"), found.columns, len(found))[0].count("|") == 1
    unknown = loans([dict(rows()[0], trade="")])
    assert texts(parse_key("state industry/2"), unknown.columns, 1) == [""]


@pytest.mark.parametrize(
    ("amount", "zeros"), [("60000", "4"), ("61500", "2"), ("61501", "0"), ("61501.50", "n"), ("", "")]
)
def test_how_round_an_amount_is(amount: str, zeros: str) -> None:
    found = loans([dict(rows()[0], amount=amount)])
    assert texts(parse_key("amount."), found.columns, 1) == [zeros]


def test_a_postal_code_gets_its_leading_zeros_back() -> None:
    assert loans([dict(rows()[0], zip="1001")]).columns["zip"] == ["01001"]
    assert loans([dict(rows()[0], zip="01001-1234")]).columns["zip"] == ["01001"]


@pytest.mark.parametrize(
    ("change", "code", "params"),
    [
        ({"day": "2024-13-01"}, "rank_cell", {"row": 3, "column": "day", "what_word": "rank_cell_day"}),
        ({"day": ""}, "rank_cell", {"row": 3, "column": "day", "what_word": "rank_cell_missing"}),
        ({"amount": "lots"}, "rank_cell", {"row": 3, "column": "amount", "what_word": "rank_cell_figure"}),
        ({"lender": " "}, "rank_cell", {"row": 3, "column": "lender", "what_word": "rank_cell_missing"}),
        ({"city": None}, "rank_cell", {"row": 3, "column": "city", "what_word": "rank_cell_missing"}),
        ({"city": "x" * 999}, "rank_cell", {"row": 3, "column": "city", "what_word": "rank_cell_long"}),
        ({None: ["extra"]}, "rank_row_long", {"row": 3}),
        ({"id": "L0"}, "rank_id_twice", {"id": "L0"}),
    ],
)
def test_a_bad_row_is_named(change: dict[Any, Any], code: str, params: dict[str, object]) -> None:
    told: list[Any] = rows(5)
    told[2] = told[2] | change
    with pytest.raises(Refusal) as refused:
        read_loans(told, layout(), with_lender=True)
    assert refused.value.reason.code == code
    assert dict(refused.value.reason.params) | params == dict(refused.value.reason.params)


def test_queries_need_every_column_but_the_lenders() -> None:
    told = [{name: cell for name, cell in row.items() if name != "lender"} for row in rows(3)]
    assert read_loans(told, layout(), with_lender=False).lenders == ["", "", ""]
    with pytest.raises(Refusal) as refused:
        read_loans(told, layout(), with_lender=True)
    assert refused.value.reason.code == "rank_column_missing"
    with pytest.raises(Refusal) as refused:
        read_loans([], layout(), with_lender=False)
    assert refused.value.reason.code == "rank_no_rows"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('levels = ["amount~1"]', 'levels = ["weight~1"]'),
        ('levels = ["amount~1"]', "levels = []"),
        ('line = "amount"', 'line = "luck"'),
        ('line = "amount"', 'line = "place"'),
        ('kind = "digits" }', 'kind = "magic" }'),
        ('id = "id"', ""),
        ("[fields]", "[fields"),
        ('"state city"', '"state  ci+ty"'),
    ],
)
def test_a_wrong_layout_is_refused(old: str, new: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_layout(TEXT.replace(old, new))
    assert refused.value.reason.code == "rank_layout_wrong"
