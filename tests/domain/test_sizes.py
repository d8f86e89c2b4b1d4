"""Sixteen rows of 国统字〔2017〕213号, every bound of each from both sides, and the ways a class is mistaken."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.sizes import TIERS, Bounds, SizeVerdict, size_class
from matchmaking.rulebook import words
from matchmaking.rulebook.reference import industries, size_table

WAN = 1_000_000
"""Fen in 万元."""

# number, an industry of the row, then per indicator the bounds of small, medium, large: X persons, Y and Z 万元
PRINTED = [
    (1, "0164", {"Y": (50, 500, 20000)}),
    (2, "1530", {"X": (20, 300, 1000), "Y": (300, 2000, 40000)}),
    (3, "4710", {"Y": (300, 6000, 80000), "Z": (300, 5000, 80000)}),
    (4, "5127", {"X": (5, 20, 200), "Y": (1000, 5000, 40000)}),
    (5, "5226", {"X": (10, 50, 300), "Y": (100, 500, 20000)}),
    (6, "5431", {"X": (20, 300, 1000), "Y": (200, 3000, 30000)}),
    (7, "5951", {"X": (20, 100, 200), "Y": (100, 1000, 30000)}),
    (8, "6020", {"X": (20, 300, 1000), "Y": (100, 2000, 30000)}),
    (9, "6110", {"X": (10, 100, 300), "Y": (100, 2000, 10000)}),
    (10, "6210", {"X": (10, 100, 300), "Y": (100, 2000, 10000)}),
    (11, "6312", {"X": (10, 100, 2000), "Y": (100, 1000, 100000)}),
    (12, "6513", {"X": (10, 100, 300), "Y": (50, 1000, 10000)}),
    (13, "7010", {"Y": (100, 1000, 200000), "Z": (2000, 5000, 10000)}),
    (14, "7020", {"X": (100, 300, 1000), "Y": (500, 1000, 5000)}),
    (15, "7224", {"X": (10, 100, 300), "Z": (100, 8000, 120000)}),
    (16, "7484", {"X": (10, 100, 300)}),
]
NAMES = {"X": "employees", "Y": "revenue", "Z": "assets"}
HUGE = 10**9

BOUNDARIES = [
    (industry, letter, tier, bound, bounds)
    for _, industry, bounds in PRINTED
    for letter, values in bounds.items()
    for tier, bound in zip(TIERS[1:], values, strict=True)
]


def verdict(industry: str, **figures: int | None) -> SizeVerdict:
    """The class for figures named X (persons), Y and Z (fen); what is not named is far above every bound."""
    full = {"X": HUGE, "Y": HUGE * WAN, "Z": HUGE * WAN} | figures
    money = {letter: None if full[letter] is None else Money(full[letter]) for letter in "YZ"}  # type: ignore[arg-type]
    return size_class(size_table(), industry, employees=full["X"], revenue=money["Y"], assets=money["Z"])


def unit(letter: str) -> int:
    """Of what the figure is given in, how many make one of the table's."""
    return 1 if letter == "X" else WAN


def test_the_sixteen_rows_are_as_printed() -> None:
    table = {row.number: (row.bounds, row.code) for row in size_table().rows}
    assert sorted(table) == list(range(1, 17))
    for number, industry, printed in PRINTED:
        bounds, code = table[number]
        assert bounds == {NAMES[letter]: Bounds(*values) for letter, values in printed.items()}
        assert size_table().row_of(industry).number == number
        assert f"size_row_{code}" in words()


@pytest.mark.parametrize(("industry", "letter", "tier", "bound", "bounds"), BOUNDARIES)
def test_a_lower_bound_counts_as_reached(industry: str, letter: str, tier: str, bound: int, bounds: object) -> None:
    assert verdict(industry, **{letter: bound * unit(letter)}).size == tier


@pytest.mark.parametrize(("industry", "letter", "tier", "bound", "bounds"), BOUNDARIES)
def test_one_less_drops_a_tier(industry: str, letter: str, tier: str, bound: int, bounds: object) -> None:
    """One person or one fen below the bound, with the other indicator far above: the tier below."""
    assert verdict(industry, **{letter: bound * unit(letter) - 1}).size == TIERS[TIERS.index(tier) - 1]


@pytest.mark.parametrize(("number", "industry", "bounds"), [row for row in PRINTED if len(row[2]) == 2])
def test_each_pair_of_tiers_gives_the_lower(number: int, industry: str, bounds: dict[str, tuple[int, ...]]) -> None:
    (one, first), (other, second) = bounds.items()
    for left, right in itertools.product(range(4), repeat=2):
        figures = {
            one: first[left - 1] * unit(one) if left else 0,
            other: second[right - 1] * unit(other) if right else 0,
        }
        found = verdict(industry, **figures)
        assert found.size == TIERS[min(left, right)]
        assert ("size_lower_counts" in [r.code for r in found.reasons]) == (left != right and min(left, right) > 0)


def test_the_software_firm_is_medium() -> None:
    """103 staff would be medium, 15 735 万元 large: both are asked for, so medium, and never small."""
    found = verdict("6513", X=103, Y=15_735 * WAN)
    assert found.size == "medium"
    assert [(reason.code, dict(reason.params)) for reason in found.reasons] == [
        ("size_employees_medium", {"given": "103", "bound": 100}),
        ("size_revenue_large", {"given": "15,735.00", "bound": 10000}),
        ("size_lower_counts", {}),
    ]


def test_one_indicator_is_enough_for_micro() -> None:
    found = verdict("1530", X=19, Y=50_000 * WAN)
    assert found.size == "micro"
    assert found.reasons[-1].code == "size_micro_by_either"
    assert verdict("1530", X=None, Y=299 * WAN).size == "micro"


def test_a_figure_the_row_needs_is_asked_for_and_others_are_not() -> None:
    with pytest.raises(Refusal) as refused:
        verdict("1530", X=None, Y=300 * WAN)
    assert [reason.code for reason in refused.value.reasons] == ["size_lacks_employees"]
    with pytest.raises(Refusal) as refused:
        verdict("7224", X=None, Z=None)
    assert [reason.code for reason in refused.value.reasons] == ["size_lacks_employees", "size_lacks_assets"]
    assert verdict("0164", X=None, Y=500 * WAN, Z=None).size == "medium"


def test_nought_is_a_figure() -> None:
    assert verdict("1530", X=0, Y=0).size == "micro"


def test_figures_below_zero_and_other_currencies_are_refused() -> None:
    with pytest.raises(Refusal, match="size_negative"):
        verdict("1530", X=-1)
    with pytest.raises(Refusal, match="size_negative"):
        verdict("1530", Y=-1)
    with pytest.raises(Refusal, match="size_currency"):
        size_class(size_table(), "0164", employees=1, revenue=Money.of(1, "USD"), assets=None)


@pytest.mark.parametrize(
    ("industry", "row"),
    [
        ("A", 1),
        ("C", 2),
        ("C1530", 2),
        ("24", 2),
        ("E", 3),
        ("51", 4),
        ("F5127", 4),
        ("52", 5),
        ("5910", 6),
        ("5821", 6),
        ("591", 6),
        ("592", 7),
        ("5960", 7),
        ("6591", 12),
        ("63", 11),
        ("64", 11),
        ("7030", 16),
        ("7090", 16),
        ("L", 15),
        ("M", 16),
        ("8521", 16),
        ("R", 16),
    ],
)
def test_the_row_of_an_industry(industry: str, row: int) -> None:
    """搬运 591 is transport though 59 is called 装卸搬运和仓储; 呼叫中心 6591 is software."""
    assert size_table().row_of(industry).number == row


@pytest.mark.parametrize("industry", ["F", "G", "H", "I", "K", "Q", "59", "70"])
def test_a_section_that_spans_rows_asks_for_more_digits(industry: str) -> None:
    with pytest.raises(Refusal, match="size_industry_coarse"):
        size_table().row_of(industry)


@pytest.mark.parametrize("industry", ["J", "6621", "53", "5320", "7040", "P", "8336", "8411", "S", "T", "9700"])
def test_what_the_method_does_not_size_is_said_so(industry: str) -> None:
    with pytest.raises(Refusal, match="size_industry_outside"):
        size_table().row_of(industry)


@pytest.mark.parametrize("industry", ["", "Z", "1", "15301", "茶", "c15", "１５", "5 1", "X51"])
def test_what_is_no_code_is_unreadable(industry: str) -> None:
    with pytest.raises(Refusal, match="size_industry_unreadable"):
        size_table().row_of(industry)


@pytest.mark.parametrize("industry", ["00", "98", "A51", "T01", "5970"])
def test_what_no_table_lists_is_unknown(industry: str) -> None:
    with pytest.raises(Refusal, match="size_industry_unknown"):
        size_table().row_of(industry)


def test_every_class_of_the_standard_has_a_row_or_is_outside() -> None:
    outside = set()
    for code in industries().entries:
        if len(code) == 4:
            try:
                size_table().row_of(code)
            except Refusal as refusal:
                assert refusal.reason.code == "size_industry_outside"
                outside.add(code[:2])
    assert outside == {"53", "66", "67", "68", "69", "70", "83", "84", *map(str, range(91, 98))}


@given(
    st.sampled_from([row[1] for row in PRINTED]),
    st.integers(0, 3000),
    st.integers(0, 250_000 * WAN),
    st.integers(0, 250_000 * WAN),
    st.sampled_from("XYZ"),
)
def test_growing_never_shrinks_a_firm(industry: str, staff: int, revenue: int, assets: int, grown: str) -> None:
    before = {"X": staff, "Y": revenue, "Z": assets}
    after = before | {grown: before[grown] * 2 + 1}
    assert TIERS.index(verdict(industry, **after).size) >= TIERS.index(verdict(industry, **before).size)


def test_bounds_ascend() -> None:
    with pytest.raises(ValueError, match="ascend"):
        Bounds(10, 10, 20)
