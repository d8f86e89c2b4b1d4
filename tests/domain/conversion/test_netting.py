"""Net-new money (N4, B13): balances, peaks, settling day, revolving lines, one controlling person."""

from __future__ import annotations

from datetime import date, timedelta

from conversion_histories import DAY, SIGNED, audit, baseline, buckets, paid, repaid, said, signing
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.netting import (
    Anchor,
    Draw,
    Movement,
    Payback,
    allot,
    balances,
    open_requests,
    peak_drawn,
)
from matchmaking.domain.money import Money

START = date(2025, 1, 1)


def day(step):
    return START + timedelta(days=step)


def owed(*moves, known=()):
    return balances([Movement(day(d), "b", x) for d, x in moves], [Anchor(day(d), "b", x) for d, x in known])


class TestBalances:
    def test_carried_forward_from_a_known_balance(self):
        found = owed((10, 500), (20, -200), known=[(5, 1000)])
        assert [found.at(day(d)) for d in (4, 5, 10, 19, 20)] == [1000, 1000, 1500, 1500, 1300]

    def test_carried_back_before_it(self):
        """A loan repaid a week before the signing day was owed until then."""
        found = owed((3, -2000), known=[(10, 0)])
        assert [found.at(day(d)) for d in (2, 3, 10)] == [2000, 0, 0]

    def test_draws_of_the_morning_balances_own_day_come_on_top(self):
        assert owed((5, 300), known=[(5, 1000)]).at(day(5)) == 1300

    def test_a_later_known_balance_replaces_what_was_carried(self):
        found = owed((10, 500), known=[(5, 0), (20, 100)])
        assert [found.at(day(d)) for d in (10, 19, 20)] == [500, 500, 100]

    def test_a_known_zero_does_not_wipe_out_an_earlier_draw(self):
        """A repayment that nobody reported cannot lower the peak before the first known balance."""
        found = owed((10, 500), known=[(40, 0)])
        assert [found.at(day(d)) for d in (9, 10, 39, 40)] == [0, 500, 500, 0]

    def test_without_a_known_balance_at_least_what_was_paid_back_was_owed(self):
        found = owed((10, -700), (12, 300))
        assert [found.at(day(d)) for d in (9, 10, 12)] == [700, 0, 300]

    def test_lenders_add_up(self):
        found = balances([Movement(day(1), "a", 5), Movement(day(1), "b", 7)], [Anchor(day(0), "c", 11)])
        assert found.at(day(1)) == 23

    def test_peak_reads_the_ends_of_days(self):
        """A loan paid back and drawn again on one day shows no peak of both."""
        found = owed((10, 500), (12, -500), (12, 800), known=[(0, 0)])
        assert found.peak(day(0), day(11)) == 500
        assert found.peak(day(0), day(12)) == 800
        assert found.peak(day(13), day(20)) == 800

    @given(
        st.lists(st.tuples(st.integers(0, 60), st.integers(-900, 900)), max_size=8),
        st.lists(st.tuples(st.integers(0, 60), st.integers(0, 900)), max_size=3),
        st.integers(0, 60),
        st.integers(0, 60),
    )
    def test_peak_is_the_highest_day_in_the_window(self, moves, known, one, two):
        found, (first, last) = owed(*moves, known=known), sorted((one, two))
        by_day = [found.at(day(d)) for d in range(first, last + 1)]
        assert found.peak(day(first), day(last)) == max(by_day)
        assert min(by_day) >= 0


class TestNetNew:
    def test_the_highest_balance_of_six_months_before(self):
        """Repaid on day 31 and drawn again: the old money was owed within the half year."""
        told = [signing(), baseline(), paid(), said(), repaid("R", 3_000_000, date(2025, 2, 20))]
        found = audit(*told)
        assert buckets(found) == {"A3": 3_000_000}
        net = found.ledger("S").net
        assert (net.peak, net.balance, net.amount) == (300_000_000, 300_000_000, 0)
        assert (net.peak_from, net.peak_to) == (date(2024, 10, 9), date(2025, 4, 9))

    def test_a_peak_184_days_before_is_out_of_sight(self):
        inside, outside = date(2024, 10, 10), date(2024, 10, 9)
        told = [signing(), baseline(), paid(), said()]
        assert buckets(audit(*told, repaid("R", 3_000_000, inside))) == {"A3": 3_000_000}
        assert buckets(audit(*told, repaid("R", 3_000_000, outside))) == {"A1": 3_000_000}

    def test_across_banks(self):
        """Two banks swap a client's loan: nothing is new."""
        opening = f.OpeningBalance("O", "甲", "巴山银行", Money.of(3_000_000), SIGNED, SIGNED)
        told = [signing(), baseline(), opening, paid(), said()]
        assert buckets(audit(*told)) == {"A1": 3_000_000}
        swapped = audit(*told, repaid("R", 3_000_000, date(2025, 4, 15), lender="巴山银行"))
        assert buckets(swapped) == {"A3": 3_000_000}

    def test_one_controlling_person_where_consent_tells_us(self):
        sister = [signing("T", firm="乙"), baseline("TB", "T"), paid("TD", of="T", on=date(2025, 3, 25)), said("TD")]
        back = repaid("R", 3_000_000, date(2025, 4, 12), firm="乙", signing="T", disbursement="TD")
        told = [signing(), baseline(), paid(), said(), *sister, back]
        linked = [f.Control(f"K{firm}", firm, "张某", SIGNED, SIGNED) for firm in "甲乙"]
        assert buckets(audit(*told)) == {"A1": 3_000_000}
        assert buckets(audit(*told, *linked)) == {"A3": 3_000_000}

    def test_without_a_baseline_nothing_is_judged(self):
        found = audit(signing(), paid("D1", 1_000_000), paid("D2", 500_000), said("D1"))
        (line, rest) = found.ledger("S").lines
        assert (line.bucket, line.amount, line.verified) == ("A5", Money.of(1_500_000), Money.of(1_000_000))
        assert (rest.bucket, rest.amount) == ("U", Money.of(1_500_000))

    def test_repaid_within_thirty_days_is_no_new_money(self):
        told = [signing(), baseline(), paid(), said()]
        early = repaid("R", 3_000_000, date(2025, 5, 10), signing="S")
        late = repaid("R", 3_000_000, date(2025, 5, 11), signing="S")
        assert buckets(audit(*told, early)) == {"A3": 3_000_000}
        assert buckets(audit(*told, late)) == {"A1": 3_000_000}

    def test_reckoned_over_all_disbursements_together(self):
        """The balance is read thirty days after the last draw, the peak before the first."""
        told = [signing(), baseline(), paid("D1", 1_000_000), paid("D2", 1_000_000, date(2025, 5, 5))]
        told += [said("D1"), said("D2"), repaid("R", 1_000_000, date(2025, 6, 1), signing="S", disbursement="D1")]
        net = audit(*told).ledger("S").net
        assert (net.balance_on, net.amount) == (date(2025, 6, 4), 100_000_000)

    def test_provisional_until_the_settling_day(self):
        told = [signing(), baseline(), paid(), said()]
        assert audit(*told, as_of=date(2025, 5, 9)).ledger("S").provisional
        assert audit(*told, as_of=date(2025, 5, 9)).ledger("S").net.balance_on == date(2025, 5, 9)
        assert not audit(*told, as_of=date(2025, 5, 10)).ledger("S").provisional
        assert audit(*told, as_of=DAY, known_at=date(2025, 5, 9)).ledger("S").provisional

    def test_own_disputed_money_moves_no_balance(self):
        """What is in dispute cannot stand in for undisputed money that was paid back at once."""
        told = [signing(), baseline(), paid("D1", 1_000_000), said("D1"), paid("D2", 2_000_000, date(2025, 4, 12))]
        told += [said("D2", "not_received"), repaid("R", 1_000_000, date(2025, 4, 20), signing="S", disbursement="D1")]
        assert buckets(audit(*told)) == {"A4": 2_000_000, "A3": 1_000_000}

    def test_a_voided_baseline_gives_way_to_its_correction(self):
        told = [signing(), baseline("B1", balance=3_000_000), baseline("B2"), paid(), said()]
        assert audit(*told).ledger("S").net.peak == 300_000_000
        assert audit(*told, f.Void("V", "B1", DAY, DAY)).ledger("S").net.peak == 0

    def test_currencies_never_meet(self):
        dollars = f.OpeningBalance("O", "甲", "汉江银行", Money.of(9_000_000, "USD"), date(2025, 4, 1), SIGNED)
        assert buckets(audit(signing(), baseline(), dollars, paid(), said())) == {"A1": 3_000_000}


class TestRevolving:
    def test_peak_simultaneous_balance_of_what_is_verified(self):
        draws = [paid("D1", 1_000_000), paid("D2", 2_000_000, date(2025, 5, 1))]
        told = [signing(revolving=True), baseline(), *draws, said("D1")]
        assert buckets(audit(*told)) == {"A1": 1_000_000, "A2": 2_000_000}

    def test_cumulative_draws_are_a_memo(self):
        told = [signing(revolving=True), baseline()]
        for step in range(4):
            on = date(2025, 4, 1) + timedelta(days=10 * step)
            told += [paid(f"D{step}", 1_000_000, on), said(f"D{step}")]
            told += [repaid(f"R{step}", 1_000_000, on + timedelta(days=5), signing="S")] if step < 3 else []
        ledger = audit(*told).ledger("S")
        assert ledger.cumulative == Money.of(4_000_000)
        assert ledger.with_money == Money.of(1_000_000)

    def test_unnamed_paybacks_go_to_the_oldest_open_draw(self):
        draws = [Draw("a", day(0), 100), Draw("b", day(5), 50)]
        found = allot(draws, [Payback("r", day(9), 120), Payback("q", day(3), 500, "b")])
        assert found.pieces == (("b", day(3), 50), ("a", day(9), 100))
        assert found.left_over == ((day(3), 450), (day(9), 20))
        assert peak_drawn(draws, (("a", day(4), 100),), frozenset({"a", "b"})) == 100


def test_draw_requests_wait_for_what_was_not_paid():
    requests = [Draw("q1", day(0), 100), Draw("q2", day(5), 100)]
    draws = [Draw("d1", day(6), 60), Draw("d2", day(7), 30)]
    assert open_requests(requests, draws, {}) == {"q1": 10, "q2": 100}
    assert open_requests(requests, draws, {"d1": "q2"}) == {"q1": 70, "q2": 40}
    assert open_requests(requests, [Draw("d0", day(-1), 500)], {}) == {"q1": 100, "q2": 100}
