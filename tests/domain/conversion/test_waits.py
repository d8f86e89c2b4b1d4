"""How long papers waited for their money: what counts, what ends the wait otherwise, and what is cut off."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from conversion_histories import DAY, SIGNED, audit, baseline, paid, said, signing
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion import waits as w
from matchmaking.domain.conversion.shown_curves import MARKS, difference_told, group_told
from matchmaking.domain.conversion.survival import Outcome
from matchmaking.domain.money import Money

LONG = (DAY - SIGNED).days
APRIL = date(2025, 4, 10)
TWENTY_ONE = (APRIL - SIGNED).days


def waited(*facts: f.Fact, upto: str = w.FIRST, money: str = w.TOLD, as_of: date = DAY) -> dict[str, Outcome]:
    found = audit(*facts, as_of=as_of)
    by_key = {fact.key: fact for fact in facts}
    told = w.waits_for_money(found.signings, by_key, upto=upto, money=money, as_of=as_of)
    return {one.signing.key: one.outcome for one in told}


def one(*facts: f.Fact, **more: str) -> Outcome:
    return waited(signing(), *facts, **more)["S"]


def exit_(kind: str, by: str, amount: int | None = None, on: date = date(2025, 5, 1)) -> f.Exit:
    return f.Exit("X", "S", kind, by, on, on, None if amount is None else Money.of(amount), "价格")


def test_nothing_paid_is_still_waiting_on_the_day_and_not_dropped() -> None:
    assert one() == Outcome(LONG, None)


def test_the_banks_word_is_first_money_told_and_waits_to_be_verified() -> None:
    assert one(paid(amount=1_000_000)) == Outcome(TWENTY_ONE, w.PAID)
    assert one(paid(amount=1_000_000), money=w.VERIFIED) == Outcome(LONG, None)
    assert one(paid(amount=1_000_000), said(), money=w.VERIFIED) == Outcome(TWENTY_ONE, w.PAID)


def test_all_the_money_is_there_on_the_day_of_the_last_of_it() -> None:
    first, second = paid(amount=1_000_000), paid(key="D2", amount=2_000_000, on=date(2025, 5, 20), iou_no="JJ2")
    assert one(first, second, upto=w.FULL) == Outcome((date(2025, 5, 20) - SIGNED).days, w.PAID)
    assert one(first, upto=w.FULL) == Outcome(LONG, None)


@pytest.mark.parametrize(
    ("kind", "by", "cause"),
    [("firm_gives_up", "firm", w.GIVEN_UP), ("bank_ends", "bank", w.ENDED), ("agreed_cut", "both", w.CUT)],
)
def test_an_end_without_money_is_an_outcome_of_its_own(kind: str, by: str, cause: str) -> None:
    ended = Outcome((date(2025, 5, 1) - SIGNED).days, cause)
    assert one(exit_(kind, by)) == ended
    # the first money came, the rest of it never will
    assert one(paid(amount=1_000_000), exit_(kind, by)) == Outcome(TWENTY_ONE, w.PAID)
    assert one(paid(amount=1_000_000), exit_(kind, by), upto=w.FULL) == ended


def test_a_part_that_ended_ends_no_wait() -> None:
    assert one(exit_("agreed_cut", "both", 1_000_000)) == Outcome(LONG, None)


def test_money_that_may_still_be_verified_keeps_the_wait_open_whatever_ended_the_rest() -> None:
    told = (paid(amount=1_000_000), exit_("bank_ends", "bank"))
    assert one(*told, money=w.VERIFIED) == Outcome(LONG, None)
    assert one(*told, upto=w.FULL, money=w.VERIFIED) == Outcome(LONG, None)


def test_availability_that_passed_is_a_lapse_on_the_day_after() -> None:
    lapsed = waited(signing(available_until=date(2025, 5, 31)))["S"]
    assert lapsed == Outcome((date(2025, 6, 1) - SIGNED).days, w.LAPSED)


def test_a_line_that_passed_into_a_loan_contract_is_told_so() -> None:
    line = signing("L", instrument="credit_line")
    loan = signing("S", supersedes="L", signed_on=date(2025, 4, 1))
    found = waited(line, loan)
    assert found["L"] == Outcome((date(2025, 4, 1) - SIGNED).days, w.CONVERTED)
    assert found["S"].cause is None


def test_intents_duplicates_and_for_all_money_revolving_lines_are_left_out() -> None:
    verdict = f.Verdict("V", "D", f.DUPLICATE_SIGNING, DAY, DAY, other="S")
    told = (signing(), signing("D"), verdict, signing("I", instrument="intent_letter"), signing("R", revolving=True))
    assert set(waited(*told)) == {"S", "R"}
    assert set(waited(*told, upto=w.FULL)) == {"S"}


def test_a_flag_upheld_keeps_money_out_of_what_is_verified() -> None:
    flag = f.Verdict("V", "S", f.FLAG_UPHELD, DAY, DAY)
    told = (paid(amount=3_000_000), said(), baseline(), flag)
    assert one(*told, money=w.VERIFIED).cause is None
    assert one(*told).cause == w.PAID


def test_money_before_the_signing_day_was_not_waited_for() -> None:
    assert one(paid(amount=1_000_000, on=SIGNED - timedelta(days=5))).days == 0


def test_what_is_learnt_later_is_not_known_earlier() -> None:
    """The same paper, known on the day and a month before."""
    told = (signing(), paid(amount=1_000_000))
    assert waited(*told, as_of=APRIL - timedelta(days=1))["S"] == Outcome(TWENTY_ONE - 1, None)


outcomes = st.lists(
    st.builds(Outcome, st.integers(0, 400), st.sampled_from((None, *w.CAUSES))), min_size=10, max_size=60
)  # fmt: skip


@given(outcomes)
def test_what_is_shown_adds_up(told: list[Outcome]) -> None:
    found = group_told(told, w.PAID, w.CAUSES, least=10)
    assert found["waiting"] + sum(found["events"].values()) == found["n"] == len(told)
    for mark in found["marks"]:
        if mark["shares"] is not None:
            # seven shares, each rounded to a millionth
            assert abs(mark["waiting"] + sum(mark["shares"].values()) - 1_000_000) <= 7
            assert mark["naive"] >= mark["shares"][w.PAID]
        else:
            assert mark["at_risk"] == 0
    assert [mark["day"] for mark in found["marks"]] == list(MARKS)
    days = [row[0] for row in found["steps"]]
    assert days == sorted(set(days)) and (not days or days[-1] == found["last"])


def test_nine_cases_have_no_curve_and_ten_have() -> None:
    told = [Outcome(day, w.PAID) for day in range(10)]
    assert group_told(told[:9], w.PAID, w.CAUSES, least=10) == {"n": 9, "suppressed": True}
    assert group_told(told, w.PAID, w.CAUSES, least=10)["suppressed"] is False


def test_both_medians_are_told_and_the_naive_one_is_shorter() -> None:
    """Six were paid within twenty days, six still wait after a hundred: half of those paid by day 15, of all by 20."""
    told = [Outcome(day, w.PAID) for day in (5, 10, 10, 20, 20, 20)] + [Outcome(100, None)] * 6
    found = group_told(told, w.PAID, w.CAUSES, least=10)
    assert (found["naive_median"], found["median"]["days"], found["half_on"]) == (150, 200, 20)
    assert found["median"]["high"] is None
    never = group_told(told + [Outcome(100, None)] * 2, w.PAID, w.CAUSES, least=10)
    assert never["median"]["days"] is None and never["half_on"] is None and never["naive_median"] == 150


def test_difference_is_told_of_two_groups_or_more() -> None:
    fast, slow = [Outcome(day, w.PAID) for day in range(1, 11)], [Outcome(day, w.PAID) for day in range(51, 61)]
    assert difference_told([fast], w.PAID) is None
    found = difference_told([fast, slow], w.PAID)
    assert found is not None and found["freedom"] == 1 and found["p"] < 1_000
    same = difference_told([fast, list(fast)], w.PAID)
    assert same is not None and same["p"] == 1_000_000
