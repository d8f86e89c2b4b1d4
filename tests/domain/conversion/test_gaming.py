"""Known ways to game the figure, each closed by a rule of the kernel (practice, section 5)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from conversion_histories import DAY, SIGNED, audit, baseline, buckets, paid, repaid, said, signing

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.cohorts import Scope
from matchmaking.domain.money import Money

FUNDED = (signing(), baseline(), paid(), said())


def rate(*facts, code="contract_disbursement_rate", scope=None):
    return audit(*facts, scope=scope).measure(code, "loan_contract").ppm


def test_only_the_funded_are_entered():
    """Entered once the money is there, after the sheet froze: it stands apart and lifts nothing."""
    event = f.Event("E", SIGNED, SIGNED, date(2025, 3, 25))
    silent = signing("T", firm="乙", event="E")
    late = replace(FUNDED[0], event="E", recorded_on=date(2025, 4, 20))
    told = (event, silent, late, *FUNDED[1:])
    assert rate(*told, scope=Scope.event("E")) == 0
    assert [ledger.signing.key for ledger in audit(*told).apart] == ["S"]


def test_the_unfunded_are_taken_back():
    """A void does not take a signing out of the denominator."""
    told = (*FUNDED, signing("T", firm="乙"))
    assert rate(*told) == rate(*told, f.Void("V", "T", DAY, DAY)) == 500_000


def test_amount_amended_down_after_payment():
    cut = f.Exit("X", "S", f.AGREED_CUT, f.BOTH, DAY, DAY, Money.of(2_000_000))
    told = (signing(), baseline(), paid(amount=1_000_000), said(), cut)
    assert buckets(audit(*told)) == {"A1": 1_000_000, "C3": 2_000_000}
    assert rate(*told) == 333_333


def test_repaid_on_day_31_and_drawn_again():
    """The second signing's peak of six months sees the first one's money, whatever the baseline says."""
    again = signing("T", signed_on=date(2025, 5, 12), promised_on=None)
    told = [*FUNDED, repaid("R", 3_000_000, date(2025, 5, 11), signing="S")]
    told += [again, baseline("TB", "T", on=date(2025, 5, 12)), paid("TD", of="T", on=date(2025, 5, 13)), said("TD")]
    found = audit(*told)
    assert buckets(found, "S") == {"A1": 3_000_000}
    assert buckets(found, "T") == {"A3": 3_000_000}


def test_repaid_and_drawn_again_with_the_repayment_left_unreported():
    again = signing("T", signed_on=date(2025, 5, 12), promised_on=None)
    told = [*FUNDED, again, baseline("TB", "T", on=date(2025, 5, 12)), paid("TD", of="T", on=date(2025, 5, 13))]
    assert buckets(audit(*told), "T") == {"A3": 3_000_000}


def test_two_banks_swap_a_clients_loans():
    there = f.OpeningBalance("O", "甲", "巴山银行", Money.of(3_000_000), SIGNED, SIGNED)
    back = repaid("R", 3_000_000, date(2025, 4, 12), lender="巴山银行")
    assert rate(*FUNDED, there, back, code="new_money_rate") == 0
    assert rate(*FUNDED, back, code="new_money_rate") == 0


def test_acceptances_reported_as_loans():
    assert buckets(audit(signing(), baseline(), paid(form=f.ACCEPTANCE), said())) == {"U": 3_000_000}


def test_overdraw_on_one_offsets_another():
    told = (signing(), baseline(), paid(amount=6_000_000), said(), signing("T", firm="乙"))
    assert rate(*told) == 500_000
    assert rate(*told, code="bank_reported_disbursement_rate") == 500_000


def test_the_bank_says_the_firm_gave_up():
    gone = f.Exit("X", "S", f.FIRM_GIVES_UP, f.BANK, DAY, DAY)
    assert buckets(audit(signing(), gone)) == {"U": 3_000_000}


def test_an_officer_confirms_on_a_shared_device():
    told = (*FUNDED[:3], replace(FUNDED[3], device_shared=True))
    assert rate(*told) == 0
    assert buckets(audit(*told)) == {"A2": 3_000_000}


def test_a_bank_supplies_the_second_source_itself():
    own = f.ThirdPartyLine("L", "D", "汉江银行", Money.of(3_000_000), date(2025, 4, 10), DAY)
    assert rate(*FUNDED[:3], own) == 0
    assert rate(*FUNDED[:3], replace(own, source="收款方")) == 1_000_000


def test_promised_day_in_2099():
    far = signing(promised_on=date(2099, 12, 31))
    assert buckets(audit(far, as_of=SIGNED + timedelta(days=180))) == {"U": 3_000_000}


def test_the_silent_bank_stays():
    silent = signing("T", firm="乙", lender="巴山银行", branch="城东支行")
    heard = f.BankReport("R", "汉江银行", DAY, DAY)
    assert rate(*FUNDED, silent, heard) == 500_000


def test_nothing_reported_is_not_read_as_zero():
    """Silence is said; a zero report is a bank's word that nothing was paid."""
    silent = signing("T", lender="巴山银行")
    heard = f.BankReport("R", "汉江银行", DAY, DAY)
    zero = f.BankReport("Z", "巴山银行", DAY, DAY, zero=True)
    reason = [audit(silent, *more).ledger("T").lines[0].reason.code for more in ([], [heard], [heard, zero])]
    assert reason == ["unexplained", "bank_has_not_reported", "unexplained"]
    passport = audit(silent, heard).measure("contract_disbursement_rate", "loan_contract").passport
    assert (passport.coverage.lenders, passport.coverage.reported, passport.coverage.ppm) == (1, 0, 0)


def test_an_old_contract_lifts_a_new_intent():
    intent = signing("I", instrument="intent_letter")
    old = signing(signed_on=date(2025, 1, 2), supersedes="I")
    assert audit(intent, old).measure("intent_conversion_rate", "intent_letter").ppm == 0
