"""Three-way reconciliation (N1): parties, states, tolerances, duplicates, verdicts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from conversion_histories import DAY, audit, baseline, buckets, judged, paid, said, signing
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.conversion.reconciling import Evidence, reconcile
from matchmaking.domain.money import Money

EXACT = ConversionParameters(30, 183, 180, (30, 90, 180, 360), 14, 3, 0)
VALUE_DAY = date(2025, 4, 10)


def line(amount=3_000_000, on=VALUE_DAY, source="收款方", key="L", of="D"):
    return f.ThirdPartyLine(key, of, source, Money.of(amount), on, DAY)


def state(*evidence, known_at=VALUE_DAY, parameters=EXACT):
    told = Evidence(
        tuple(x for x in evidence if isinstance(x, f.Confirmation)),
        tuple(x for x in evidence if isinstance(x, f.ThirdPartyLine)),
        tuple(x for x in evidence if isinstance(x, f.Verdict)),
    )
    return reconcile(paid(), told, known_at=known_at, parameters=parameters)


def test_signed_paper_and_iou_are_one_party():
    row = state()
    assert (row.state, row.parties, row.verified) == ("one", ("bank",), Money.zero())
    assert row.counted == Money.of(3_000_000)


@pytest.mark.parametrize(
    ("evidence", "expected", "parties"),
    [
        ([said()], "two", ("bank", "firm")),
        ([line()], "two", ("bank", "third")),
        ([said(), line()], "three", ("bank", "firm", "third")),
        ([said(), line(), line(key="L2", source="税务")], "three", ("bank", "firm", "third")),
    ],
)
def test_independent_parties_that_agree(evidence, expected, parties):
    row = state(*evidence)
    assert (row.state, row.parties, row.verified) == (expected, parties, Money.of(3_000_000))


@pytest.mark.parametrize(
    ("evidence", "code"),
    [
        ([said(answer="wrong", amount=2_400_000)], "firm_says_otherwise"),
        ([said(answer="wrong")], "firm_says_otherwise"),
        ([said(answer="not_received")], "firm_says_not_received"),
        ([said(amount=2_999_999)], "firm_says_otherwise"),
        ([said(), line(2_000_000)], "statement_says_otherwise"),
        ([line(), line(1, key="L2", source="税务")], "statement_says_otherwise"),
    ],
)
def test_a_differing_word_is_a_conflict_over_the_whole_payment(evidence, code):
    row = state(*evidence)
    assert (row.state, row.verified, row.disputed) == ("conflict", Money.zero(), Money.of(3_000_000))
    assert row.reasons[0].code == code


@pytest.mark.parametrize(("days", "expected"), [(-3, "two"), (3, "two"), (4, "conflict"), (-4, "conflict")])
def test_days_within_tolerance_agree(days, expected):
    assert state(line(on=VALUE_DAY + timedelta(days=days))).state == expected
    assert state(said(received_on=VALUE_DAY + timedelta(days=days))).state == expected


def test_amounts_within_tolerance_agree():
    loose = replace(EXACT, amount_tolerance=100)
    assert state(line(3_000_001), parameters=loose).state == "two"
    assert state(line(3_000_002), parameters=loose).state == "conflict"
    assert state(line(3_000_001), parameters=loose).verified == Money.of(3_000_000)


@pytest.mark.parametrize(("waited", "expected"), [(0, "one"), (13, "one"), (14, "overdue"), (200, "overdue")])
def test_silence_is_not_a_yes(waited, expected):
    row = state(known_at=VALUE_DAY + timedelta(days=waited))
    assert (row.state, row.verified) == (expected, Money.zero())


def test_a_shared_device_needs_a_call_back():
    shared = said(device_shared=True)
    assert state(shared).state == "one"
    assert state(shared).reasons[-1].code == "shared_device_needs_call_back"
    assert state(shared, said(key="call", on=date(2025, 4, 20))).state == "two"
    assert state(replace(shared, answer="not_received")).state == "conflict"


def test_the_firms_last_answer_holds():
    no, yes = said(answer="not_received", key="1"), said(key="2", on=date(2025, 4, 15))
    assert state(no, yes).state == state(yes, no).state == "two"
    assert state(replace(no, answered_on=date(2025, 4, 16)), yes).state == "conflict"


def test_a_statement_from_the_lender_is_no_other_party():
    row = state(line(source="汉江银行"))
    assert (row.state, row.reasons[-1].code) == ("one", "statement_from_lender")


class TestVerdicts:
    no = said(answer="wrong", amount=2_400_000)

    def test_for_the_bank(self):
        row = state(self.no, judged("D", "for_bank"))
        assert (row.state, row.verified, row.disputed) == ("two", Money.of(3_000_000), Money.zero())

    def test_for_the_firm(self):
        row = state(self.no, judged("D", "for_firm"))
        assert (row.counted, row.verified) == (Money.of(2_400_000), Money.of(2_400_000))

    def test_for_a_firm_that_received_nothing(self):
        row = state(said(answer="not_received"), judged("D", "for_firm"))
        assert (row.counted, row.disputed) == (Money.zero(), Money.zero())

    def test_an_amount_of_its_own(self):
        row = state(self.no, judged("D", "for_firm", amount=Money.of(2_500_000)))
        assert row.counted == Money.of(2_500_000)

    def test_the_last_one_holds(self):
        first, last = judged("D", "for_bank", key="1", on=date(2025, 5, 1)), judged("D", "for_firm", key="2")
        assert state(self.no, last, first).counted == Money.of(2_400_000)

    def test_none_is_needed_where_nobody_disagrees(self):
        assert state(judged("D", "for_bank")).verified == Money.zero()

    def test_counts_from_the_day_it_was_recorded(self):
        told = [signing(), baseline(), paid(), self.no, judged("D", "for_bank", on=date(2025, 7, 5))]
        assert buckets(audit(*told, known_at=date(2025, 7, 4))) == {"A4": 3_000_000}
        assert buckets(audit(*told, known_at=date(2025, 7, 5))) == {"A1": 3_000_000}


class TestDuplicates:
    base = (signing(), baseline())
    ours, theirs = paid("D1", recorded_on=date(2025, 4, 11)), paid("D2", branch="营业部", recorded_on=date(2025, 4, 14))

    def rows(self, *facts):
        return {row.disbursement.key: row for row in audit(*self.base, *facts).rows}

    def test_the_later_report_of_another_branch_is_held(self):
        rows = self.rows(self.ours, self.theirs)
        assert [rows[key].state for key in ("D1", "D2")] == ["overdue", "duplicate"]
        assert (rows["D2"].counted, rows["D2"].same_as) == (Money.zero(), "D1")

    def test_ties_are_broken_by_key(self):
        assert self.rows(self.ours, replace(self.theirs, recorded_on=date(2025, 4, 11)))["D2"].state == "duplicate"

    def test_an_answer_to_either_report_speaks_for_the_payment(self):
        rows = self.rows(self.ours, self.theirs, said("D2"))
        assert [rows[key].state for key in ("D1", "D2")] == ["two", "duplicate"]

    def test_a_denied_copy_of_a_confirmed_payment_is_no_conflict(self):
        rows = self.rows(self.ours, self.theirs, said("D1"), said("D2", "not_received"))
        assert [rows[key].state for key in ("D1", "D2")] == ["two", "duplicate"]

    def test_both_count_once_the_firm_confirmed_both(self):
        rows = self.rows(self.ours, self.theirs, said("D1"), said("D2"))
        assert [rows[key].state for key in ("D1", "D2")] == ["two", "two"]

    def test_a_verdict_tells_two_payments_apart(self):
        rows = self.rows(self.ours, self.theirs, judged("D2", "distinct"))
        assert "duplicate" not in {row.state for row in rows.values()}

    @pytest.mark.parametrize(
        "other",
        [
            {"branch": "汉滨支行"},
            {"lender": "巴山银行"},
            {"amount": Money.of(2_999_999)},
            {"value_on": date(2025, 4, 11)},
        ],
    )
    def test_anything_else_is_a_payment_of_its_own(self, other):
        rows = self.rows(self.ours, replace(self.theirs, **other))
        assert "duplicate" not in {row.state for row in rows.values()}

    def test_voiding_the_first_report_lets_the_second_count(self):
        rows = self.rows(self.ours, self.theirs, f.Void("V", "D1", DAY, DAY))
        assert [rows[key].state for key in ("D1", "D2")] == ["voided", "overdue"]

    @given(st.lists(st.tuples(st.sampled_from("甲乙丙"), st.booleans(), st.integers(0, 9)), max_size=7), st.randoms())
    def test_money_counted_does_not_depend_on_arrival(self, told, random):
        def counted(arrivals):
            facts = []
            for place, ((branch, confirmed, _), step) in enumerate(zip(told, arrivals, strict=True)):
                key, day = f"D{place}", date(2025, 4, 10) + timedelta(days=step)
                facts += [paid(key, 100, branch=branch, recorded_on=day), *([said(key)] if confirmed else [])]
            rows = self.rows(*facts).values()
            return sum(row.counted.minor for row in rows), sum(row.verified.minor for row in rows)

        arrivals = [step for _, _, step in told]
        shuffled = random.sample(arrivals, len(arrivals))
        assert counted(arrivals) == counted(shuffled)


def test_only_loan_principal_counts():
    found = audit(signing(), baseline(), paid(form="acceptance"), said())
    assert buckets(found) == {"U": 3_000_000}
    assert [row.state for row in found.rows] == ["not_principal"]
