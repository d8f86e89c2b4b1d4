"""What is told of one signed paper: three words for one sum of money, never one figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from matchmaking.desks.thread.deeds import Deed
from matchmaking.desks.thread.paper_sums import PaperSum, paper_sums

AT = datetime(2026, 10, 14, 4, tzinfo=UTC)


def deed(source: str, key: str, amount: int | None = None, code: str = "", about: str = "") -> Deed:
    """A deed of the one paper, number 7."""
    return Deed(
        source, 1, 7, key, about, date(2026, 10, 14), AT, "", "", "", "", amount, "CNY", code, "", None, None, None, ""
    )


PAPER = deed("agreement", "a", 300, "loan_contract")
FIRST, SECOND = deed("disbursement", "d1", 100, "loan"), deed("disbursement", "d2", 80, "loan")
AGAIN = deed("disbursement", "d3", 80, "loan", about="d2")


def sums(*more: Deed) -> PaperSum:
    """The sum of the paper with these deeds."""
    return paper_sums([PAPER, *more])[0]


def test_signed_reported_and_confirmed_stand_apart() -> None:
    one = sums(FIRST, SECOND, deed("confirmation", "c1", code="right", about="d1"))
    assert (one.signed, one.reported, one.confirmed, one.asked, one.disputed, one.left) == (300, 180, 100, 80, 0, 120)


def test_the_last_answer_holds() -> None:
    answers = [deed("confirmation", f"c{n}", code=code, about="d1") for n, code in enumerate(("right", "wrong"))]
    one = sums(FIRST, *answers)
    assert (one.confirmed, one.disputed) == (0, 100)


def test_a_report_taken_back_and_an_acceptance_are_no_money() -> None:
    one = sums(replace(FIRST, taken_at=AT), replace(SECOND, code="acceptance"))
    assert (one.reported, one.left) == (0, 300)


def test_a_repeated_report_counts_once_until_a_verdict_tells_them_apart() -> None:
    assert sums(SECOND, AGAIN).reported == 80
    assert sums(SECOND, AGAIN, deed("verdict", "v", code="distinct", about="d3")).reported == 160


def test_an_exit_ends_its_amount_or_all_that_is_left() -> None:
    assert sums(FIRST, deed("agreement_exit", "e", 50, "agreed_cut")).left == 150
    assert sums(FIRST, deed("agreement_exit", "e", None, "firm_gives_up")).left == 0


def test_only_open_conditions_wait() -> None:
    held = deed("condition", "k1"), deed("condition", "k2")
    one = sums(*held, deed("condition_met", "m", about="k1"))
    assert [condition.key for condition in one.conditions] == ["k2"]
