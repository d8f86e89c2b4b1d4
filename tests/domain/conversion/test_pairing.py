"""Which line of somebody else's statement is which reported payment; and bridges that close."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion.bridging import Bridge, Report, bridge
from matchmaking.domain.conversion.pairing import Side, Tolerances, pair_up
from matchmaking.domain.money import Money

APRIL = date(2025, 4, 10)
WITHIN = Tolerances(days=3, minor=0, rate_ppm=100, near_days=31, near_ppm=50_000)
NOBODY: frozenset[tuple[str, str]] = frozenset()


def side(key: str, yuan: int = 1_000_000, on: date = APRIL, **more: object) -> Side:
    return replace(Side(key, "甲", "汉江银行", Money.of(yuan), on), **more)


def kinds(lines: list[Side], reports: list[Side], rejected: frozenset[tuple[str, str]] = NOBODY):
    found = pair_up(lines, reports, WITHIN, rejected=rejected)
    told = {(p.line.key, p.report.key): (p.kind, p.differs) for p in (*found.pairs, *found.proposed)}
    return told, [one.key for one in found.lines], [one.key for one in found.reports]


def test_the_same_to_the_cent_and_day_is_exact():
    line = side("L", iou_no="JJ1", rate_ppm=36_500, payee="乙供应商")
    report = side("D", iou_no="JJ1", rate_ppm=36_500, payee="乙供应商")
    assert kinds([line], [report]) == ({("L", "D"): ("exact", ())}, [], [])


def test_what_a_line_does_not_state_does_not_differ():
    assert kinds([side("L")], [side("D", iou_no="JJ1", rate_ppm=36_500)])[0] == {("L", "D"): ("exact", ())}


def test_three_days_and_one_basis_point_are_tolerated_and_said():
    line = side("L", on=APRIL + timedelta(days=3), rate_ppm=36_600)
    assert kinds([line], [side("D", rate_ppm=36_500)])[0] == {("L", "D"): ("tolerant", ("day", "rate"))}


def test_four_days_two_basis_points_another_payee_or_another_number_are_proposed_only():
    report = side("D", rate_ppm=36_500, iou_no="JJ1", payee="乙供应商")
    for line, differs in (
        (side("L", on=APRIL + timedelta(days=4)), ("day",)),
        (side("L", rate_ppm=36_700), ("rate",)),
        (side("L", payee="甲"), ("payee",)),
        (side("L", iou_no="JJ2"), ("iou",)),
        (side("L", 999_999), ("amount",)),
    ):
        assert kinds([line], [report]) == ({("L", "D"): ("proposed", differs)}, ["L"], [])


def test_the_firm_itself_is_the_payee_where_nobody_else_is():
    assert kinds([side("L", payee="甲")], [side("D")])[0] == {("L", "D"): ("exact", ())}


def test_the_same_number_is_proposed_however_far_the_amount():
    assert kinds([side("L", 5, iou_no="JJ1")], [side("D", iou_no="JJ1")])[0] == {("L", "D"): ("proposed", ("amount",))}


def test_two_alike_are_left_to_a_person():
    told, lines, reports = kinds([side("L")], [side("D1"), side("D2")])
    assert told == {("L", "D1"): ("proposed", ()), ("L", "D2"): ("proposed", ())}
    assert (lines, reports) == (["L"], [])


def test_an_exact_pair_leaves_the_tolerable_one_to_the_other():
    late = APRIL + timedelta(days=2)
    told, lines, reports = kinds([side("L1"), side("L2", on=late)], [side("D1"), side("D2", on=late)])
    assert told == {("L1", "D1"): ("exact", ()), ("L2", "D2"): ("exact", ())}
    assert (lines, reports) == ([], [])


def test_a_rejected_pair_is_not_proposed_again():
    assert kinds([side("L")], [side("D")], frozenset({("L", "D")})) == ({}, ["L"], ["D"])


def test_another_firm_or_bank_is_never_paired():
    for other in (side("D", firm="乙"), side("D", lender="巴山银行")):
        assert kinds([side("L")], [other]) == ({}, ["L"], ["D"])


sides = st.builds(
    side,
    st.just(""),
    st.sampled_from([100, 101, 500]),
    st.integers(0, 40).map(lambda step: APRIL + timedelta(days=step)),
    iou_no=st.none() | st.sampled_from(["JJ1", "JJ2"]),
    rate_ppm=st.none() | st.sampled_from([36_500, 36_550]),
    payee=st.none() | st.sampled_from(["甲", "乙"]),
    firm=st.sampled_from(["甲", "乙"]),
)


@given(st.lists(sides, max_size=7), st.lists(sides, max_size=7), st.randoms())
def test_nothing_is_lost_and_the_order_of_arrival_changes_nothing(lines, reports, random):
    lines = [replace(one, key=f"L{n}") for n, one in enumerate(lines)]
    reports = [replace(one, key=f"D{n}") for n, one in enumerate(reports)]
    found = pair_up(lines, reports, WITHIN, rejected=NOBODY)
    turned = [random.sample(told, len(told)) for told in (lines, reports)]
    assert pair_up(*turned, WITHIN, rejected=NOBODY) == found
    paired = [pair.line.key for pair in found.pairs]
    assert sorted([*paired, *(one.key for one in found.lines)]) == sorted(one.key for one in lines)
    there = [pair.report.key for pair in found.pairs]
    proposed = {pair.report.key for pair in found.proposed}
    assert len(there) == len(set(there)) and not proposed & set(there)
    assert sorted([*there, *proposed, *(one.key for one in found.reports)]) == sorted(one.key for one in reports)
    assert all(pair.line.key not in paired for pair in found.proposed)


days = st.integers(0, 60).map(lambda step: APRIL + timedelta(days=step))
told = st.builds(
    lambda amount, revision, on, after: Report(amount, revision, on, None if after is None else on + timedelta(after)),
    st.integers(1, 10**9),
    st.integers(1, 3),
    days,
    st.none() | st.integers(0, 40),
)


@given(st.lists(told), days, st.integers(1, 40))
def test_every_bridge_closes_and_follows_on_the_one_before(reports, before, length):
    last = before + timedelta(days=length)
    found = bridge(reports, before=before, last=last)
    assert found.closes
    assert bridge(reports, before=last, last=last + timedelta(days=30)).opening == found.closing


def test_golden_case_3_in_april():
    """JJ1 1,000,000 and JJ2 500,000 told on 04-10, JJ1 taken back on 04-15 and told again as 900,000 on 04-17."""
    fen = 100
    reports = [
        Report(1_000_000 * fen, 1, APRIL, date(2025, 4, 15)),
        Report(500_000 * fen, 1, APRIL),
        Report(900_000 * fen, 2, date(2025, 4, 17)),
    ]
    found = bridge(reports, before=date(2025, 3, 31), last=date(2025, 4, 30))
    assert found == Bridge(0, 1_500_000 * fen, 900_000 * fen, 1_000_000 * fen, 1_400_000 * fen)
    assert found.closes
