"""Acts walked up to a day: when a wait began, what ended it, and how many of its workdays were the bank's own."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.desks.curves import facts as f
from matchmaking.desks.curves.walking import DECISION, ENDS, NEED, SENT, Act, Spell, walk
from matchmaking.domain.conversion.survival import Outcome
from matchmaking.domain.states import NEED as NEED_TABLE
from matchmaking.domain.states import REFERRAL
from matchmaking.domain.transitions import TransitionTable
from matchmaking.domain.turns import BANK, FIRM, Step
from matchmaking.market.referrals.models import LIVE
from matchmaking.rulebook import workdays

MONDAY = date(2025, 6, 2)
"""A week of five workdays."""
LATE = MONDAY + timedelta(days=60)


def acts(*told: tuple[int, str]) -> list[Act]:
    return [Act(MONDAY + timedelta(days=day), action) for day, action in told]


def outcome(kind: str, *told: tuple[int, str], until: date = LATE) -> Outcome | None:
    found = walk(acts(*told), kind, until)
    return None if found is None else found.outcome


@pytest.mark.parametrize(
    ("kind", "told", "expected"),
    [
        (SENT, [(0, "send"), (3, "accept")], Outcome(3, f.ACCEPTED)),
        (SENT, [(0, "send"), (1, "assign"), (3, "decline")], Outcome(3, f.DECLINED)),
        (SENT, [(0, "send"), (3, "decline"), (3, "undo"), (9, "accept")], Outcome(9, f.ACCEPTED)),
        (SENT, [(0, "send"), (3, "decline"), (3, "undo")], Outcome(60, None)),
        (SENT, [(0, "send"), (2, "recall")], Outcome(2, f.WITHDRAWN)),
        (SENT, [(0, "claim"), (2, "choose")], None),
        (DECISION, [(0, "send"), (3, "decline")], None),
        (DECISION, [(0, "send"), (3, "accept"), (13, "approve"), (20, "sign")], Outcome(10, f.APPROVED)),
        (DECISION, [(0, "claim"), (3, "choose"), (8, "refuse")], Outcome(5, f.REFUSED)),
        (DECISION, [(0, "send"), (3, "accept"), (4, "decline"), (4, "undo_accepted")], Outcome(57, None)),
        (DECISION, [(0, "send"), (3, "accept"), (9, "submit"), (10, "return"), (12, "terminate")],
         Outcome(9, f.STOPPED)),
        (NEED, [(0, "start"), (2, "post"), (5, "take_back"), (6, "post"), (9, "expire")], Outcome(7, f.EXPIRED)),
        (NEED, [(0, "start"), (9, "discard")], None),
    ],
)  # fmt: skip
def test_a_wait_begins_once_and_ends_once(kind: str, told: list[tuple[int, str]], expected: Outcome | None) -> None:
    assert outcome(kind, *told) == expected


def test_an_act_after_the_day_is_not_known() -> None:
    told = [(0, "send"), (3, "accept")]
    assert outcome(SENT, *told, until=MONDAY + timedelta(days=2)) == Outcome(2, None)
    assert outcome(SENT, *told, until=MONDAY - timedelta(days=1)) is None


def test_every_act_that_ends_a_referral_or_a_need_ends_its_wait() -> None:
    """Whatever leaves the live states is an outcome: nobody waits for what is over."""
    over = _leaving(REFERRAL, LIVE)
    # a claim passed over or released was never sent
    assert over - set(ENDS[SENT]) - set(ENDS[DECISION]) == {"pass_over", "release"}
    # back to a draft it may be posted again; a contract ends the wait by its acceptance
    live = ("draft", "posted", "verified", "listed", "referred", "returned", "contracted")
    assert _leaving(NEED_TABLE, live) == set(ENDS[NEED])


def _leaving(table: TransitionTable, live: tuple[str, ...]) -> set[str]:
    moves = table.moves.items()
    return {action for (before, action, _role), after in moves if before in live and after not in (*live, "=")}


def test_only_the_banks_own_workdays_count() -> None:
    """From Monday to the Monday after: five workdays, of which the firm had Wednesday's and Thursday's turn."""
    spell = Spell(MONDAY, MONDAY + timedelta(days=7), f.ACCEPTED)
    turned = [Step(MONDAY + timedelta(days=1), FIRM), Step(MONDAY + timedelta(days=3), BANK)]
    assert spell.outcome == Outcome(7, f.ACCEPTED)
    assert spell.own((), workdays()).days == workdays().between(MONDAY, MONDAY + timedelta(days=7))
    assert spell.own(turned, workdays()).days == spell.own((), workdays()).days - 2


def test_a_turn_taken_before_the_wait_began_holds_when_it_begins() -> None:
    spell = Spell(MONDAY + timedelta(days=2), MONDAY + timedelta(days=4), None)
    assert spell.own([Step(MONDAY, FIRM)], workdays()).days == 0


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from((BANK, FIRM))), max_size=6), st.integers(0, 60))
def test_own_days_are_never_more_than_all_workdays(turns: list[tuple[int, str]], length: int) -> None:
    steps = [Step(MONDAY + timedelta(days=day), turn) for day, turn in sorted(turns)]
    spell = Spell(MONDAY, MONDAY + timedelta(days=length), None)
    assert 0 <= spell.own(steps, workdays()).days <= workdays().between(spell.start, spell.end)
