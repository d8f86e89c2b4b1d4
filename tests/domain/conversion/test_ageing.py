"""The ageing ledger (N7): the order of judgement, rule by rule, and the stages that follow from it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from conversion_histories import DAY, PARAMETERS, SIGNED, audit, baseline, buckets, judged, paid, repaid, said, signing

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.ageing import due_day
from matchmaking.domain.conversion.buckets import FAMILIES, ON_SCREEN, WATERFALL
from matchmaking.domain.money import CurrencyMismatch, Money
from matchmaking.domain.reasons import Refusal

HALF = (signing(), baseline(), paid(amount=1_000_000), said())


def exit_(kind, by, amount=None, reason="价格", key="X", on=date(2025, 5, 1)):
    return f.Exit(key, "S", kind, by, on, on, None if amount is None else Money.of(amount), reason)


def condition(holder, key="C", due=None, met=False):
    told = [f.Condition(key, "S", holder, "抵押登记", SIGNED, SIGNED, due)]
    return [*told, f.ConditionMet(f"{key}-M", key, date(2025, 5, 1), date(2025, 5, 1))] if met else told


def stage(*facts, as_of=DAY):
    return audit(*facts, as_of=as_of).ledger("S").stage


def test_every_bucket_is_in_both_orders_and_one_family():
    assert set(WATERFALL) == set(ON_SCREEN) == set().union(*FAMILIES.values())
    assert sum(map(len, FAMILIES.values())) == len(WATERFALL) == 19


class TestClosed:
    def test_the_firms_own_word(self):
        assert buckets(audit(*HALF, exit_("firm_gives_up", "firm"))) == {"A1": 1_000_000, "C1": 2_000_000}

    def test_a_banks_word_that_the_firm_gave_up_is_not_enough(self):
        found = audit(*HALF, exit_("firm_gives_up", "bank"))
        assert buckets(found) == {"A1": 1_000_000, "U": 2_000_000}
        assert found.ledger("S").lines[-1].reason.code == "exit_word_not_enough"

    def test_the_bank_brings_its_reason(self):
        assert buckets(audit(*HALF, exit_("bank_ends", "bank")))["C2"] == 2_000_000
        assert "C2" not in buckets(audit(*HALF, exit_("bank_ends", "bank", reason=" ")))
        assert "C2" not in buckets(audit(*HALF, exit_("bank_ends", "firm")))

    def test_a_cut_is_agreed_by_both(self):
        assert buckets(audit(*HALF, exit_("agreed_cut", "both", 500_000)))["C3"] == 500_000
        assert "C3" not in buckets(audit(*HALF, exit_("agreed_cut", "bank", 500_000)))

    def test_exits_share_what_is_left_in_order(self):
        told = [exit_("agreed_cut", "both", 1_500_000, key="3"), exit_("bank_ends", "bank", 900_000, key="2")]
        told.append(exit_("firm_gives_up", "firm", 300_000, key="1"))
        assert buckets(audit(*HALF, *told)) == {"A1": 1_000_000, "C1": 300_000, "C2": 900_000, "C3": 800_000}

    def test_availability_passes_after_its_last_day(self):
        told = (signing(available_until=DAY), *HALF[1:])
        assert "C4" not in buckets(audit(*told))
        assert buckets(audit(*told, as_of=DAY + timedelta(days=1)))["C4"] == 2_000_000

    def test_a_later_exit_is_not_seen_earlier(self):
        assert "C1" not in buckets(audit(*HALF, exit_("firm_gives_up", "firm", on=date(2025, 7, 1))))


class TestWaiting:
    @pytest.mark.parametrize(
        ("holder", "bucket"), [("firm", "W1"), ("guarantor", "W2"), ("bank", "W3"), ("permit", "W4")]
    )
    def test_an_open_condition_by_its_holder(self, holder, bucket):
        assert buckets(audit(*HALF, *condition(holder))) == {"A1": 1_000_000, bucket: 2_000_000}

    def test_the_earliest_open_condition_decides(self):
        told = [*condition("bank", "1"), *condition("permit", "2", date(2025, 5, 20))]
        assert "W4" in buckets(audit(*HALF, *told))
        assert "W3" in buckets(audit(*HALF, *condition("bank", "1"), *condition("permit", "2", SIGNED, met=True)))

    def test_a_condition_met_later_was_open_then(self):
        told = condition("permit", met=True)
        assert "W4" in buckets(audit(*HALF, *told, as_of=date(2025, 4, 30)))
        assert "W4" not in buckets(audit(*HALF, *told))

    def test_a_request_comes_before_conditions(self):
        asked = f.DrawRequest("Q", "S", Money.of(500_000), date(2025, 5, 1), date(2025, 5, 1))
        found = buckets(audit(*HALF, asked, *condition("permit")))
        assert found == {"A1": 1_000_000, "W6": 500_000, "W4": 1_500_000}

    def test_a_request_that_was_paid_waits_no_more(self):
        asked = f.DrawRequest("Q", "S", Money.of(1_000_000), SIGNED, SIGNED)
        assert "W6" not in buckets(audit(*HALF, asked))

    def test_drawable_money_less_what_was_drawn_since(self):
        mark = f.Drawable("W", "S", date(2025, 4, 1), SIGNED, Money.of(1_500_000))
        assert buckets(audit(*HALF, mark)) == {"A1": 1_000_000, "W5": 500_000, "U": 1_500_000}
        later = f.Drawable("W2", "S", date(2025, 5, 1), SIGNED)
        assert buckets(audit(*HALF, mark, later))["W5"] == 2_000_000

    def test_the_agreed_day(self):
        assert "W0" in buckets(audit(*HALF, as_of=date(2025, 5, 30)))
        assert buckets(audit(*HALF, as_of=date(2025, 5, 31)))["U"] == 2_000_000

    def test_an_agreed_day_in_2099_is_capped(self):
        far = signing(promised_on=date(2099, 1, 1))
        assert due_day(far, PARAMETERS) == SIGNED + timedelta(days=180)
        assert "W0" in buckets(audit(far, as_of=SIGNED + timedelta(days=179)))
        assert "W0" not in buckets(audit(far, as_of=SIGNED + timedelta(days=180)))

    def test_a_project_drawn_by_plan_is_not_capped(self):
        plan = signing(promised_on=date(2027, 1, 1), by_plan=True)
        assert "W0" in buckets(audit(plan, as_of=date(2026, 12, 31)))

    def test_no_agreed_day_explains_nothing(self):
        assert buckets(audit(signing(promised_on=None), as_of=SIGNED)) == {"U": 3_000_000}


class TestPaid:
    def test_overdraw_is_excess_and_offsets_nothing(self):
        over = [paid("D1", 4_000_000), said("D1")]
        other = signing("T", firm="乙")
        found = audit(signing(), baseline(), *over, other)
        assert buckets(found) == {"A1": 3_000_000}
        assert found.ledger("S").excess == Money.of(1_000_000)
        assert buckets(found, "T") == {"U": 3_000_000}
        assert found.grade("loan_contract").excess == Money.of(1_000_000)

    def test_disputed_money_takes_its_place_first(self):
        told = [paid("D1", 2_000_000), said("D1"), paid("D2", 2_000_000, date(2025, 4, 20)), said("D2", "wrong")]
        found = audit(signing(), baseline(), *told)
        assert buckets(found) == {"A4": 2_000_000, "A1": 1_000_000}
        assert found.ledger("S").excess == Money.of(1_000_000)

    def test_verified_money_counts_first(self):
        told = [signing(), baseline(), paid("D1", 1_000_000), said("D1"), paid("D2", 2_000_000)]
        told.append(repaid("R", 500_000, date(2025, 4, 15), signing="S", disbursement="D2"))
        lines = {line.bucket: (line.amount, line.verified) for line in audit(*told).ledger("S").lines}
        assert lines == {
            "A3": (Money.of(500_000), Money.zero()),
            "A1": (Money.of(1_000_000), Money.of(1_000_000)),
            "A2": (Money.of(1_500_000), Money.zero()),
        }

    def test_lines_name_the_facts_behind_them(self):
        lines = {line.bucket: line for line in audit(*HALF, *condition("permit")).ledger("S").lines}
        assert set(lines["A1"].facts) == {"D", "F-D", "B"}
        assert lines["W4"].facts == ("C",)
        assert lines["A1"].reason.code == "net_new_verified"


class TestMerged:
    def test_only_a_verdict_merges(self):
        told = [signing(), signing("T"), judged("T", "duplicate_signing", other="S")]
        assert buckets(audit(*told), "T") == {"K0": 3_000_000}
        assert audit(*told).ledger("T").stage == "duplicate"
        assert buckets(audit(*told[:2]), "T") == {"U": 3_000_000}

    def test_a_ring_of_duplicates_merges_nothing(self):
        ring = [
            judged("S", "duplicate_signing", other="T", key="1"),
            judged("T", "duplicate_signing", other="S", key="2"),
        ]
        found = audit(signing(), signing("T"), *ring)
        assert buckets(found, "S") == buckets(found, "T") == {"U": 3_000_000}

    def test_a_later_verdict_lets_it_stand(self):
        told = [signing(), signing("T"), judged("T", "duplicate_signing", other="S", on=date(2025, 5, 1))]
        assert buckets(audit(*told, judged("T", "signing_stands", key="V2")), "T") == {"U": 3_000_000}

    def test_a_signing_is_never_taken_back_by_a_void(self):
        assert buckets(audit(signing(), f.Void("V", "S", DAY, DAY))) == {"U": 3_000_000}

    def intent(self, key="I", instrument="intent_letter", **more):
        return signing(key, instrument=instrument, promised_on=None, **more)

    def test_an_intent_passes_into_its_contract(self):
        found = audit(self.intent(), signing(amount=2_500_000, supersedes="I"))
        assert buckets(found, "I") == {"K1": 2_500_000, "U": 500_000}
        assert found.ledger("I").stage == "awaiting"

    def test_two_contracts_together_pass_at_most_the_intent(self):
        contracts = [signing(key, amount=2_000_000, supersedes="I") for key in "ST"]
        found = audit(self.intent(), *contracts)
        assert buckets(found, "I") == {"K1": 3_000_000}
        assert found.ledger("I").stage == "converted"

    def test_one_contract_is_used_once_per_grade(self):
        letter, again = self.intent(), self.intent("J", supersedes="I")
        commitment = self.intent("K", "commitment_letter", supersedes="J")
        found = audit(letter, again, commitment, signing(amount=4_000_000, supersedes="K"))
        assert [buckets(found, key).get("K1") for key in "IJK"] == [1_000_000, 3_000_000, 3_000_000]

    def test_a_contract_older_than_the_intent_converts_nothing(self):
        found = audit(self.intent(), signing(signed_on=date(2025, 3, 19), supersedes="I"))
        assert buckets(found, "I") == {"U": 3_000_000}

    def test_a_merged_contract_converts_nothing(self):
        contracts = [signing("S", supersedes="I"), signing("T")]
        found = audit(self.intent(), *contracts, judged("S", "duplicate_signing", other="T"))
        assert buckets(found, "I") == {"U": 3_000_000}

    def test_a_line_passes_into_the_loan_drawn_under_it(self):
        line = signing("L", instrument="credit_line", amount=5_000_000, promised_on=None)
        found = audit(line, signing(amount=2_000_000, supersedes="L"))
        assert buckets(found, "L") == {"K1": 2_000_000, "U": 3_000_000}
        rate = found.measure("contract_disbursement_rate", "credit_line")
        assert rate.denominator.value == 300_000_000
        assert "excluded_followed" in [reason.code for reason in rate.passport.exclusions]

    def test_a_line_taken_over_in_full_is_counted_where_it_is_live(self):
        line = signing("L", instrument="credit_line", amount=3_000_000, promised_on=None)
        found = audit(line, signing(supersedes="L"))
        assert buckets(found, "L") == {"K1": 3_000_000}
        assert found.measure("contract_disbursement_rate", "credit_line", "count").denominator.value == 0
        assert found.measure("contract_disbursement_rate", "loan_contract", "count").denominator.value == 1

    def test_a_line_and_its_loan_convert_one_intent_once(self):
        intent = self.intent(amount=6_000_000)
        line = signing("L", instrument="credit_line", amount=3_000_000, supersedes="I", promised_on=None)
        found = audit(intent, line, signing(supersedes="L"))
        assert buckets(found, "I") == {"K1": 3_000_000, "U": 3_000_000}

    def test_a_line_renewed_by_a_line_stands_on_its_own(self):
        earlier = signing("K", instrument="credit_line", promised_on=None)
        later = signing("L", instrument="credit_line", promised_on=None, supersedes="K")
        assert buckets(audit(earlier, later), "K") == {"U": 3_000_000}

    def test_papers_that_follow_one_another_in_a_ring_end(self):
        found = audit(self.intent("I", supersedes="J"), self.intent("J", supersedes="I"), signing(supersedes="I"))
        assert buckets(found, "I") == {"K1": 3_000_000}


def test_strategic_papers_are_counted_and_never_summed():
    found = audit(signing("S", instrument="strategic"))
    grade = found.grade("strategic")
    assert (grade.count, grade.signed) == (1, Money.zero())
    assert (found.ledger("S").lines, found.ledger("S").stage) == ((), "framework")
    assert not [m for m in found.measures if m.instrument == "strategic"]


@pytest.mark.parametrize(
    ("days", "band"),
    [(0, "0-30"), (30, "0-30"), (31, "31-90"), (90, "31-90"), (180, "91-180"), (360, "181-360"), (361, "361+")],
)
def test_age_bands(days, band):
    found = audit(signing(), as_of=SIGNED + timedelta(days=days))
    assert found.ledger("S").age_band == band
    row = found.grade("loan_contract").row("U" if days > 71 else "W0")
    assert dict(row.bands)[band] == Money.of(3_000_000)


class TestStages:
    def test_of_a_running_agreement(self):
        assert stage(signing(), as_of=date(2025, 5, 31)) == "awaiting"
        assert stage(signing()) == "overdue"
        assert stage(*HALF, as_of=date(2025, 5, 31)) == "partial"
        assert stage(*HALF) == "partial_overdue"
        assert stage(signing(), paid()) == "drawn"

    def test_of_a_closed_one(self):
        assert stage(*HALF, exit_("firm_gives_up", "firm")) == "given_up"
        assert stage(*HALF, exit_("bank_ends", "bank")) == "ended"
        assert stage(*HALF, exit_("agreed_cut", "both")) == "reduced"
        assert stage(signing(available_until=date(2025, 6, 1)), *HALF[1:]) == "lapsed"
        assert stage(*HALF, exit_("bank_ends", "bank", 100)) == "partial_overdue"


def test_facts_that_share_a_key_are_refused():
    with pytest.raises(Refusal) as refused:
        audit(signing(), baseline("S"))
    assert refused.value.reason.code == "fact_key_twice"


def test_a_disbursement_in_another_currency_is_refused():
    dollars = f.Disbursement("D", "S", "1", "汉江银行", "汉滨支行", Money.of(1, "USD"), SIGNED, SIGNED, SIGNED)
    with pytest.raises(CurrencyMismatch):
        audit(signing(), dollars)


def test_money_whose_signing_is_unknown_is_named():
    assert audit(paid(of="nobody")).unplaced == ("D",)
