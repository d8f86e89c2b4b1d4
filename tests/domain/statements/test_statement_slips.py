"""What a later statement takes back: only signed agreements, only beyond rounding, in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.statements.comparing import PositionFigures, compare
from matchmaking.domain.statements.positions import Position
from matchmaking.domain.statements.slips import LOWERED, SLIPS, VANISHED, Slip, slips_of
from matchmaking.rulebook import LANGUAGES, explain, words

THEN, NOW = date(2020, 11, 30), date(2020, 12, 31)
SOUND = Position("A", 2, signed_on=date(2015, 2, 1), original=100_000, disbursed=40_000)


def slips(earlier: list[Position], later: list[Position], rounded_to: int = 0) -> list[Slip]:
    """Of two statements."""
    said = {position.external_id: position for position in earlier}
    figures = [{p.external_id: PositionFigures.of(p) for p in side} for side in (earlier, later)]
    return list(slips_of(compare(*figures, rounded_to=rounded_to), said, since=THEN, as_of=NOW))


def test_a_signed_agreement_left_out_is_asked_about() -> None:
    (found,) = slips([SOUND, replace(SOUND, external_id="B")], [SOUND])
    assert (found.code, found.external_id, found.amount) == (VANISHED, "B", 100_000)
    assert found.evidence.params == {
        "since": "2020-11-30",
        "as_of": "2020-12-31",
        "original": "1,000.00",
        "disbursed": "400.00",
        "currency": "CNY",
    }


def test_what_was_never_signed_may_go() -> None:
    assert slips([replace(SOUND, signed_on=None)], []) == []


def test_a_lowered_original_is_asked_about_with_both_amounts_and_days() -> None:
    (found,) = slips([SOUND], [replace(SOUND, original=90_000)])
    assert (found.code, found.external_id, found.amount) == (LOWERED, "A", 10_000)
    assert found.evidence.params == {
        "since": "2020-11-30",
        "as_of": "2020-12-31",
        "original": "1,000.00",
        "now": "900.00",
        "amount": "100.00",
        "currency": "CNY",
    }


@pytest.mark.parametrize(
    ("earlier", "later", "rounded_to"),
    [
        (SOUND, SOUND, 0),
        (SOUND, replace(SOUND, original=100_001), 0),
        (SOUND, replace(SOUND, original=None), 0),
        (replace(SOUND, original=None), replace(SOUND, original=-5), 0),
        (SOUND, replace(SOUND, original=99_950), 100),
        (SOUND, replace(SOUND, disbursed=10), 0),
    ],
)
def test_what_stands_rises_rounds_or_is_silent_is_not(earlier: Position, later: Position, rounded_to: int) -> None:
    assert slips([earlier], [later], rounded_to) == []


def test_one_cent_beyond_rounding_is() -> None:
    assert [slip.code for slip in slips([SOUND], [replace(SOUND, original=99_949)], 100)] == [LOWERED]


@given(st.lists(st.tuples(st.sampled_from("ABCDEF"), st.none() | st.integers(-9, 9)), unique_by=lambda p: p[0]))
def test_a_statement_takes_nothing_back_from_itself(held: list[tuple[str, int | None]]) -> None:
    rows = [replace(SOUND, external_id=key, original=original) for key, original in held]
    assert slips(rows, rows) == []
    assert [slip.external_id for slip in slips(rows, [])] == sorted(key for key, _ in held)


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_can_be_said_in_both_languages(language: str) -> None:
    for found in slips([SOUND, replace(SOUND, external_id="B")], [replace(SOUND, original=1)]):
        said = explain(found.evidence, language)
        assert "{" not in said
        assert "—" not in said
    for code in SLIPS:
        assert {f"finding_{code}", f"finding_{code}_why", f"finding_{code}_innocent"} <= words().keys()
    silent = replace(SOUND, original=None, disbursed=None)
    assert "—" in explain(slips([silent], [])[0].evidence, language)
