"""The statement ledger adds up to the cent for any positions."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.ledger import AGED, BUCKETS, band_of, ledger_of, shares
from matchmaking.domain.statements.positions import Position

DAY = date(2020, 11, 30)
amounts = st.none() | st.integers(-(10**9), 10**15)
days = st.none() | st.dates(date(1947, 1, 1), date(2021, 12, 31))
positions = st.builds(
    Position,
    external_id=st.text("AB", min_size=1),
    signed_on=days,
    first_money_on=days,
    original=amounts,
    cancelled=amounts,
    undisbursed=amounts,
    disbursed=amounts,
)


@given(st.lists(positions, max_size=30))
def test_buckets_add_up_to_what_was_signed(rows: list[Position]) -> None:
    ledger = ledger_of(rows, as_of=DAY)
    signed = [row for row in rows if row.signed_on is not None]
    assert ledger.signed_minor == sum(row.original or 0 for row in signed)
    assert ledger.closes
    assert sum(bucket.minor for bucket in ledger.buckets.values()) == ledger.signed_minor
    assert (ledger.signed, ledger.without_original) == (len(signed), sum(row.original is None for row in signed))


@given(st.lists(positions, max_size=30))
def test_age_bands_add_up_to_their_bucket(rows: list[Position]) -> None:
    ledger = ledger_of(rows, as_of=DAY)
    for name in AGED:
        bucket = ledger.buckets[name]
        assert sum(minor for minor, _ in bucket.ages.values()) == bucket.minor
        assert sum(count for _, count in bucket.ages.values()) == bucket.count


@given(st.lists(positions, max_size=12), st.randoms())
def test_the_order_of_rows_changes_nothing(rows: list[Position], random: object) -> None:
    before = ledger_of(rows, as_of=DAY)
    random.shuffle(rows)  # type: ignore[attr-defined]
    assert ledger_of(rows, as_of=DAY) == before


@given(positions)
def test_the_shares_of_one_agreement_add_up_to_its_original(position: Position) -> None:
    assert sum(shares(position).values()) == (position.original or 0)


@given(positions)
def test_within_the_original_is_never_more_than_it_nor_paid_below_zero(position: Position) -> None:
    held = shares(position)
    assert held.get("SO", 0) >= 0
    if position.original is not None and position.disbursed is not None:
        assert held.get("SP", 0) <= max(position.original, 0)
        assert held.get("SP", 0) + held.get("SO", 0) == position.disbursed


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ((1_000, 100, 200, 700), {"SP": 700, "SC": 100, "SW": 200}),
        ((1_000, 0, 0, 1_300), {"SP": 1_000, "SO": 300, "SD": -300}),
        ((1_000, 50, 100, 700), {"SP": 700, "SC": 50, "SW": 100, "SD": 150}),
        ((1_000, 0, -1, 1_000), {"SP": 1_000, "SW": -1, "SD": 1}),
        ((1_000, None, None, 400), {"SP": 400, "SW": 600}),
        ((1_000, None, None, 1_300), {"SP": 1_000, "SO": 300, "SD": -300}),
        ((1_000, 900, None, 400), {"SP": 400, "SC": 900, "SD": -300}),
        ((-1_000, 0, 0, 400), {"SO": 400, "SD": -1_400}),
        ((-1_000, None, None, 400), {"SO": 400, "SD": -1_400}),
        ((-1_000, 0, 0, -1_000), {"SP": -1_000}),
        ((-1_000, 0, -1_000, 0), {"SW": -1_000}),
        ((1_000, None, None, None), {"SN": 1_000}),
        ((None, None, None, 400), {}),
        ((1_000, 0, 1_000, 0), {"SW": 1_000}),
    ],
)
def test_shares_by_the_rules(figures: tuple[int | None, ...], expected: dict[str, int]) -> None:
    original, cancelled, undisbursed, disbursed = figures
    position = Position("A", original=original, cancelled=cancelled, undisbursed=undisbursed, disbursed=disbursed)
    assert shares(position) == expected


def test_first_money_without_an_amount() -> None:
    assert shares(Position("A", original=1_000, first_money_on=DAY)) == {"SX": 1_000}


@pytest.mark.parametrize(
    ("age", "band"),
    [(-3, "0-30"), (0, "0-30"), (30, "0-30"), (31, "31-90"), (90, "31-90"), (91, "91-180"), (180, "91-180")]
    + [(181, "181-360"), (360, "181-360"), (361, "361+"), (30_000, "361+")],
)
def test_age_bands(age: int, band: str) -> None:
    assert band_of(age) == band
    row = Position("A", signed_on=DAY - timedelta(days=age), original=5, disbursed=0)
    ledger = ledger_of([row], as_of=DAY)
    assert ledger.buckets["SW"].ages[band] == (5, 1)


def test_the_unsigned_are_not_in_the_ledger_and_an_empty_one_closes() -> None:
    ledger = ledger_of([Position("A", original=5)], as_of=DAY)
    assert (ledger.signed, ledger.signed_minor, ledger.currency, ledger.closes) == (0, 0, None, True)
    assert tuple(ledger.buckets) == BUCKETS


def test_two_currencies_are_never_added() -> None:
    rows = [Position("A", signed_on=DAY, original=1), Position("B", signed_on=DAY, original=1, currency="USD")]
    with pytest.raises(Refusal):
        ledger_of(rows, as_of=DAY)
