"""Two statements of a series: the bridge always closes; the same statement again is nothing new."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.comparing import COMPARED, PositionFigures, compare
from matchmaking.domain.statements.positions import Position

amounts = st.none() | st.integers(-(10**12), 10**15)
figures = st.builds(PositionFigures, amounts, amounts, amounts, amounts, amounts)
statements = st.dictionaries(st.text("ABCDEF", min_size=1, max_size=2), figures, max_size=20)
units = st.sampled_from([0, 100, 1_000_000])


@given(statements, statements, units, units)
def test_the_bridge_closes_for_any_two_statements(
    earlier: dict[str, PositionFigures], later: dict[str, PositionFigures], unit: int, earlier_unit: int
) -> None:
    found = compare(earlier, later, rounded_to=unit, earlier_rounded_to=earlier_unit)
    for name in COMPARED:
        bridge = found.bridges[name]
        assert bridge.opening + bridge.new + bridge.corrected - bridge.fallen == bridge.closing
        assert bridge.closes
        assert bridge.opening == sum(getattr(each, name) or 0 for each in earlier.values())
        assert bridge.closing == sum(getattr(each, name) or 0 for each in found.carried.values())


@given(statements, statements, units)
def test_every_agreement_is_in_exactly_one_list(
    earlier: dict[str, PositionFigures], later: dict[str, PositionFigures], unit: int
) -> None:
    found = compare(earlier, later, rounded_to=unit)
    lists = [*found.added, *found.changed, *found.reworded, *found.unchanged, *found.vanished]
    assert sorted(lists) == sorted(earlier.keys() | later.keys())
    assert set(found.lowered) <= set(found.decreased) <= set(found.changed)
    assert found.carried.keys() == later.keys()


@given(statements, units)
def test_a_statement_compared_with_itself_says_nothing_new(earlier: dict[str, PositionFigures], unit: int) -> None:
    found = compare(earlier, earlier, rounded_to=unit, earlier_rounded_to=unit)
    assert found.nothing_new
    assert found.carried == earlier
    assert all((b.new, b.corrected, b.fallen) == (0, 0, 0) for b in found.bridges.values())


@given(statements)
def test_exact_statements_carry_what_the_later_states(later: dict[str, PositionFigures]) -> None:
    found = compare({}, later)
    assert found.carried == later
    assert found.added == tuple(sorted(later))


@given(st.dictionaries(st.text("ABC", min_size=1), st.integers(0, 10**15), max_size=10))
def test_rounding_to_a_unit_changes_nothing(exact: dict[str, int]) -> None:
    earlier = {key: PositionFigures(value, 0, 0, value) for key, value in exact.items()}
    rounded = {key: round(value / 10**6) * 10**6 for key, value in exact.items()}
    later = {key: PositionFigures(value, 0, 0, value) for key, value in rounded.items()}
    found = compare(earlier, later, rounded_to=10**6)
    assert found.nothing_new
    assert found.carried == earlier, "the more precise earlier figure stands"


def test_the_story_of_a_later_statement() -> None:
    earlier = {
        "A": PositionFigures(100, 0, 60, 40),
        "B": PositionFigures(200, 0, 0, 200),
        "C": PositionFigures(300, 0, 300, 0),
        "D": PositionFigures(50, 0, 0, 50),
    }
    later = {
        "A": PositionFigures(100, 0, 30, 70),
        "B": PositionFigures(200, 0, 20, 180),
        "D": PositionFigures(50, 0, 0, 50),
        "E": PositionFigures(400, 0, 400, 0),
    }
    found = compare(earlier, later)
    assert (found.added, found.vanished) == (("E",), ("C",))
    assert (found.changed, found.decreased, found.unchanged) == (("A", "B"), ("B",), ("D",))
    disbursed = found.bridges["disbursed"]
    assert (disbursed.opening, disbursed.new, disbursed.corrected, disbursed.fallen, disbursed.closing) == (
        *(290, 0, 30, 20),
        300,
    )
    original = found.bridges["original"]
    assert (original.opening, original.new, original.corrected, original.fallen, original.closing) == (
        *(650, 400, 0, 300),
        750,
    )


def test_undisbursed_falls_as_money_is_paid_and_that_is_no_decrease() -> None:
    found = compare({"A": PositionFigures(100, 0, 100, 0)}, {"A": PositionFigures(100, 0, 0, 100)})
    assert (found.changed, found.decreased) == (("A",), ())


def test_what_the_later_does_not_state_keeps_its_earlier_figure() -> None:
    found = compare({"A": PositionFigures(100, 7, 60, 33)}, {"A": PositionFigures(100, None, None, 33)})
    assert found.nothing_new
    assert found.carried["A"].cancelled == 7


def test_what_becomes_known_is_new() -> None:
    found = compare({"A": PositionFigures(100, 0, None, None)}, {"A": PositionFigures(100, 0, None, 0)})
    assert found.changed == ("A",)
    assert found.carried["A"].disbursed == 0


def test_a_finer_later_figure_is_carried_though_nothing_changed() -> None:
    found = compare(
        {"A": PositionFigures(1_000_000, 0, 0, 0)}, {"A": PositionFigures(1_000_049, 0, 0, 0)}, earlier_rounded_to=100
    )
    assert found.unchanged == ("A",)
    assert found.carried["A"].original == 1_000_049
    assert found.bridges["original"].corrected == 49


@pytest.mark.parametrize(("later", "changed"), [(1_050, False), (1_051, True), (950, False), (949, True)])
def test_half_of_the_unit_is_the_border(later: int, changed: bool) -> None:
    found = compare({"A": PositionFigures(1_000, 0, 0, 0)}, {"A": PositionFigures(later, 0, 0, 0)}, rounded_to=100)
    assert bool(found.changed) is changed


def test_other_words_or_days_are_reworded_and_move_no_amount() -> None:
    position = Position("A", 2, firm="甲", status="Signed", original=5, disbursed=0)
    later = replace(position, line=9, status="Effective", effective_on=date(2025, 1, 1))
    found = compare({"A": PositionFigures.of(position)}, {"A": PositionFigures.of(later)})
    assert (found.reworded, found.changed) == (("A",), ())
    moved_line = replace(position, line=9)
    assert compare({"A": PositionFigures.of(position)}, {"A": PositionFigures.of(moved_line)}).nothing_new


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(Refusal) as refused:
        compare({"A": PositionFigures(1, 0, 0, 0, currency="USD")}, {"B": PositionFigures(1, 0, 0, 0, currency="CNY")})
    assert refused.value.reason.code == "statement_currencies"
