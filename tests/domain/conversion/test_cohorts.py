"""Cohorts (N2): membership, hash, refusal to divide across them; measures and passports (N3, N9); restatement (N8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest
from conversion_histories import DAY, SIGNED, audit, baseline, judged, paid, said, signing

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.cohorts import Cohort, Quantity, Scope, rate
from matchmaking.domain.conversion.restating import restatement
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal

EVENT = f.Event("E", SIGNED, SIGNED, date(2025, 3, 25))


def cohort(*members, **more):
    told = {
        "predicate": "portfolio",
        "instrument": "loan_contract",
        "currency": "CNY",
        "portfolio": "p",
        "frozen_on": None,
        "as_of": DAY,
    }
    return Cohort.of(members or ("a", "b"), **(told | more))


def quantity(about, value=1, kind="amount", known_at=DAY):
    return Quantity(about, "signed", kind, value, known_at)


class TestHash:
    def test_of_one_membership_is_one_whatever_the_order(self):
        assert cohort("a", "b").digest == cohort("b", "a", "a").digest

    def test_is_what_a_reader_can_recompute(self):
        words = (
            '{"as_of":"2025-06-30","currency":"CNY","frozen_on":null,"instrument":"loan_contract",'
            '"members":["a","b"],"portfolio":"p","predicate":"portfolio"}'
        )
        assert cohort().digest == sha256(words.encode()).hexdigest()

    @pytest.mark.parametrize(
        "other",
        [
            {"predicate": "event:E"},
            {"instrument": "credit_line"},
            {"currency": "USD"},
            {"portfolio": "q"},
            {"frozen_on": DAY},
            {"as_of": date(2025, 7, 1)},
        ],
    )
    def test_differs_with_anything_that_names_the_cohort(self, other):
        assert cohort(**other).digest != cohort().digest

    def test_differs_with_a_member(self):
        assert cohort("a").digest != cohort("a", "b").digest
        assert cohort("ab", "c").digest != cohort("a", "bc").digest


class TestDivision:
    def test_within_one_cohort(self):
        found = rate(quantity(cohort(), 1), quantity(cohort(), 3))
        assert (found.ppm, found.reason) == (333_333, None)

    @pytest.mark.parametrize(
        ("other", "code"),
        [
            (quantity(cohort("a", "c")), "rate_across_cohorts"),
            (quantity(cohort(predicate="event:E")), "rate_across_cohorts"),
            (quantity(cohort(instrument="credit_line")), "rate_across_cohorts"),
            (quantity(cohort(currency="USD")), "rate_across_currencies"),
            (quantity(cohort(portfolio="q")), "rate_across_portfolios"),
            (quantity(cohort(as_of=date(2025, 7, 1))), "rate_across_days"),
            (quantity(cohort(), known_at=date(2025, 7, 1)), "rate_across_days"),
            (quantity(cohort(), kind="count"), "rate_across_kinds"),
        ],
    )
    def test_across_cohorts_is_refused_and_names_both(self, other, code):
        with pytest.raises(Refusal) as refused:
            rate(quantity(cohort()), other)
        reason = refused.value.reason
        assert reason.code == code
        assert reason.params["numerator"] == cohort().name
        assert reason.params["denominator"] == other.cohort.name

    def test_by_nothing_is_not_applicable(self):
        found = rate(quantity(cohort(), 0), quantity(cohort(), 0))
        assert (found.ppm, found.reason.code) == (None, "rate_not_applicable")


class TestMembership:
    told = (
        EVENT,
        signing("NOW", event="E"),
        signing("OLD", event="E", signed_on=date(2025, 2, 28), recorded_on=SIGNED),
        signing("LATE", event="E", recorded_on=date(2025, 3, 26)),
        signing("NONE"),
    )

    def keys(self, scope):
        found = audit(*self.told, scope=scope)
        return [ledger.signing.key for ledger in found.signings], [ledger.signing.key for ledger in found.apart]

    def test_of_an_event(self):
        assert self.keys(Scope.event("E")) == (["NOW"], ["OLD", "LATE"])

    def test_the_day_on_which_the_sheet_freezes_still_counts(self):
        found = audit(EVENT, signing(event="E", recorded_on=date(2025, 3, 25)), scope=Scope.event("E"))
        assert (len(found.signings), found.apart) == (1, ())

    def test_of_the_portfolio(self):
        assert self.keys(Scope()) == (["NONE", "NOW"], ["OLD", "LATE"])

    def test_of_a_month(self):
        assert self.keys(Scope.month("2025-02")) == (["OLD"], [])
        assert self.keys(Scope.month("2025-03")) == (["LATE", "NONE", "NOW"], [])

    def test_of_a_frozen_list(self):
        scope = Scope.frozen_list("批次一", ["NOW", "LATE"], date(2025, 3, 25))
        assert self.keys(scope) == (["NOW"], ["LATE"])

    def test_what_stands_apart_is_said_and_has_its_own_ledger(self):
        found = audit(*self.told, scope=Scope.event("E"))
        codes = {
            reason.code for reason in found.measure("contract_disbursement_rate", "loan_contract").passport.exclusions
        }
        assert codes == {"excluded_pre_event", "excluded_late"}
        assert [grade.signed for grade in (*found.pre_event, *found.late)] == [Money.of(3_000_000)] * 2

    def test_every_signing_belongs_to_one_month(self):
        months = audit(*self.told).months
        assert [(m.cohort.predicate, m.count) for m in months] == [("month:2025-02", 1), ("month:2025-03", 3)]


class TestMeasures:
    told = (
        signing(),
        baseline(),
        paid("D1", 1_000_000),
        said("D1"),
        paid("D2", 800_000),
        signing("T", 1_000_000, declared="renewal"),
    )

    def test_carry_their_passport(self):
        found = audit(*self.told)
        measure = found.measure("contract_disbursement_rate", "loan_contract")
        passport = measure.passport
        assert (measure.numerator.value, measure.denominator.value, measure.ppm) == (100_000_000, 400_000_000, 250_000)
        assert passport.words == "measure_contract_disbursement_rate"
        assert passport.formula == "measure_contract_disbursement_rate_formula"
        assert (passport.as_of, passport.known_at, passport.provisional) == (DAY, DAY, False)
        assert passport.cohort_digest == measure.cohort.digest
        assert measure.cohort.members == ("S", "T")

    def test_by_count(self):
        found = audit(*self.told)
        measure = found.measure("contract_disbursement_rate", "loan_contract", "count")
        assert (measure.numerator.value, measure.denominator.value, measure.ppm) == (1, 2, 500_000)

    def test_new_money_is_over_what_was_declared_new(self):
        measure = audit(*self.told).measure("new_money_rate", "loan_contract")
        assert (measure.cohort.members, measure.ppm) == (("S",), 333_333)
        assert measure.cohort.predicate == "portfolio declared:new"
        assert "excluded_declared_renewal" in {reason.code for reason in measure.passport.exclusions}

    def test_the_undeclared_are_named(self):
        found = audit(*self.told, signing("N", declared="unknown"))
        codes = {r.code for r in found.measure("new_money_rate", "loan_contract").passport.exclusions}
        assert "excluded_undeclared" in codes

    def test_an_honest_renewal_counts_as_paid_and_not_as_new(self):
        told = [signing(declared="renewal"), baseline(balance=3_000_000), paid(), said()]
        told.append(f.Repayment("R", "甲", "汉江银行", Money.of(3_000_000), date(2025, 4, 12), DAY))
        found = audit(*told)
        assert found.measure("contract_disbursement_rate", "loan_contract").ppm == 1_000_000
        assert found.measure("new_money_rate", "loan_contract").ppm is None

    def test_grades_are_never_added(self):
        found = audit(signing(), signing("L", instrument="credit_line"), signing("I", instrument="intent_letter"))
        assert {grade.instrument: grade.count for grade in found.grades} == {
            "loan_contract": 1,
            "credit_line": 1,
            "intent_letter": 1,
        }
        assert all(len(cohort.members) <= 1 for cohort in found.cohorts)

    def test_currencies_are_never_added(self):
        dollars = replace(signing("U"), amount=Money.of(5, "USD"))
        found = audit(signing(), dollars)
        assert found.grade("loan_contract").signed == Money.of(3_000_000)
        assert found.grade("loan_contract", "USD").signed == Money.of(5, "USD")
        assert found.measure("contract_disbursement_rate", "loan_contract", currency="USD").ppm == 0

    def test_a_merged_duplicate_leaves_the_denominator_and_the_passport_says_how_much(self):
        told = [*self.told, signing("U"), judged("U", "duplicate_signing", other="S")]
        measure = audit(*told).measure("contract_disbursement_rate", "loan_contract")
        assert (measure.denominator.value, measure.cohort.members) == (400_000_000, ("S", "T", "U"))
        (said_,) = [r for r in measure.passport.exclusions if r.code == "excluded_merged"]
        assert said_.params == {"count": 1, "amount": "3,000,000.00 CNY"}

    def test_a_flag_upheld_leaves_the_numerator_a_dismissed_one_does_not(self):
        upheld = judged("S", "flag_upheld", on=date(2025, 5, 1))
        flagged = audit(*self.told, upheld)
        assert flagged.measure("contract_disbursement_rate", "loan_contract").ppm == 0
        assert flagged.measure("bank_reported_disbursement_rate", "loan_contract").ppm == 450_000
        cleared = audit(*self.told, upheld, judged("S", "flag_dismissed", key="V2"))
        assert cleared.measure("contract_disbursement_rate", "loan_contract").ppm == 250_000

    def test_a_need_is_met_by_net_new_money_up_to_itself(self):
        need = f.Need("N", "甲", Money.of(500_000), SIGNED, SIGNED)
        found = audit(need, signing(need="N"), baseline(), paid(), said())
        (met,) = found.needs
        assert (met.met, met.verified_net_new, met.ppm) == (Money.of(500_000), Money.of(3_000_000), 1_000_000)
        assert found.measure("need_met_share", "need").ppm == 1_000_000
        assert audit(need).measure("need_met_share", "need", "count").ppm == 0
        assert audit().measure("need_met_share", "need").ppm is None


class TestCoverage:
    def report(self, lender="汉江银行", through=DAY, zero=False):
        return f.BankReport(f"R-{lender}", lender, through, through, zero)

    def test_unknown_without_a_calendar(self):
        assert audit(signing()).coverage.reported is None

    def test_by_signed_amount(self):
        told = [signing(), signing("T", 1_000_000, lender="巴山银行"), self.report()]
        coverage = audit(*told).coverage
        assert (coverage.lenders, coverage.reported, coverage.ppm) == (2, 1, 750_000)

    def test_a_report_up_to_an_earlier_day_does_not_cover(self):
        assert audit(signing(), self.report(through=date(2025, 5, 31))).coverage.reported == 0


class TestRestatement:
    told = (signing(), baseline(), paid(), said(answer="wrong"), judged("D", "for_bank", on=date(2025, 7, 5)))

    def test_of_one_day_as_known_on_two(self):
        june, july = audit(*self.told), audit(*self.told, known_at=date(2025, 7, 5))
        (grade,) = restatement(june, july).grades
        assert [(c.bucket, c.amount) for c in grade.changes] == [
            ("A1", Money.of(3_000_000)),
            ("A4", Money.of(-3_000_000)),
        ]
        assert sum(change.amount.minor for change in grade.changes) == grade.signed.minor == 0
        assert grade.verified == Money.of(3_000_000)
        assert restatement(june, june).empty

    def test_a_signing_learned_of_later_changes_what_was_signed(self):
        late = signing("T", recorded_on=date(2025, 7, 1))
        (grade,) = restatement(audit(*self.told, late), audit(*self.told, late, known_at=date(2025, 7, 2))).grades
        assert grade.signed == Money.of(3_000_000)
        assert [(c.bucket, c.amount) for c in grade.changes] == [("U", Money.of(3_000_000))]

    @pytest.mark.parametrize(
        "other", [{"as_of": date(2025, 7, 1)}, {"portfolio": "q"}, {"scope": Scope.month("2025-03")}]
    )
    def test_of_another_day_portfolio_or_scope_is_refused(self, other):
        with pytest.raises(Refusal) as refused:
            restatement(audit(*self.told), audit(*self.told, **other))
        assert refused.value.reason.code == "restatement_of_another"
