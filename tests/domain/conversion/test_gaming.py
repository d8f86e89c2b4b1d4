"""Known ways to game the figure (practice, section 5), each closed by a rule of the kernel and named by its test.

Entering and leaving: only the funded are entered · the unfunded are taken back · an old contract lifts a new intent ·
one paper is signed at two events · the silent bank is dropped · nothing reported is read as zero.
Amounts: amended down after payment · overdraw on one offsets another · an acceptance is told as a loan, at once or
later, or rests on a full deposit · a need is split among relatives · a unit slips.
Time: repaid on day 31 and drawn again · repaid within thirty days · two banks swap clients · promised day in 2099.
Voices: "the firm gave up" · the officer confirms on the firm's phone · the bank is its own second source · a flag
alone, or a flag before reply, moves a figure.

What the rates cannot close by themselves a detector asks about (``domain/conversion/detectors``), and only what is
upheld after reply leaves a numerator (``tests/delivery/flags``).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from conversion_histories import (
    DAY,
    PARAMETERS,
    SIGNED,
    audit,
    baseline,
    buckets,
    judged,
    paid,
    repaid,
    said,
    signing,
)  # fmt: skip

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.cohorts import Scope
from matchmaking.domain.conversion.detectors import (
    NO_SIDELIGHTS,
    DepositSeen,
    Scene,
    Sidelights,
    Thresholds,
    detect,
)
from matchmaking.domain.money import Money
from matchmaking.rulebook import number

FUNDED = (signing(), baseline(), paid(), said())


def rate(*facts, code="contract_disbursement_rate", scope=None):
    return audit(*facts, scope=scope).measure(code, "loan_contract").ppm


def asked(*facts, sidelights=NO_SIDELIGHTS):
    """Codes of the detectors that ask about ``facts``."""
    scene = Scene.open(
        f.Portfolio("p", facts), as_of=DAY, known_at=DAY, parameters=PARAMETERS,
        thresholds=Thresholds.read(lambda name: number(name, DAY)), sidelights=sidelights,
    )  # fmt: skip
    return {flag.code for flag in detect(scene)}


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


def test_an_acceptance_is_told_again_as_a_loan():
    """As an acceptance it counts nothing; told again weeks later it counts, and the detector asks why."""
    first = paid("D1", form=f.ACCEPTANCE, iou_no="JJ1")
    void = f.Void("V", "D1", date(2025, 5, 8), date(2025, 5, 8), "类别更正")
    again = paid("D2", iou_no="JJ1", reported_on=date(2025, 5, 8), recorded_on=date(2025, 5, 8))
    told = (signing(), baseline(), first, void, again, said("D2"))
    assert buckets(audit(*told[:3])) == {"U": 3_000_000}
    assert asked(*told) == {"d8"}
    assert rate(*told, judged("S", f.FLAG_UPHELD, key="J")) == 0


def test_a_loan_rests_on_a_full_deposit():
    """Seen only on the firm's own statement; the loan counts until the bank was heard and the flag upheld."""
    own = DepositSeen("P", "甲", "汉江银行", Money.of(3_000_000), date(2025, 4, 11), True)
    assert rate(*FUNDED) == 1_000_000
    assert asked(*FUNDED, sidelights=Sidelights(deposits=(own,))) == {"d5"}
    assert asked(*FUNDED) == set()


def test_repaid_within_thirty_days():
    """Thirty days after the draw nothing is owed: no new money; the contract's own rate is for the detector to ask."""
    told = (*FUNDED, repaid("R", 3_000_000, date(2025, 5, 5), signing="S"))
    assert rate(*told, code="new_money_rate") == 0
    assert asked(*told) == {"d4"}


def test_one_paper_signed_at_two_events():
    """Both stand in the denominator, so that signing twice lowers the rate; a verdict merges the repeat (K0)."""
    events = [f.Event("E1", SIGNED, SIGNED), f.Event("E2", date(2025, 4, 20), date(2025, 4, 20))]
    first, twin = replace(FUNDED[0], event="E1"), signing("T", event="E2", signed_on=date(2025, 4, 20))
    told = (*events, first, *FUNDED[1:], twin)
    assert rate(*told) == 500_000
    assert asked(*told) == {"d2"}
    merged = judged("T", f.DUPLICATE_SIGNING, other="S")
    assert rate(*told, merged) == 1_000_000
    assert asked(*told, merged) == set()


def test_a_need_is_split_among_relatives():
    two = signing(amount=6_000_000), signing("T", 6_000_000, firm="乙", signed_on=date(2025, 4, 1))
    linked = [f.Control(f"C{firm}", firm, "某", SIGNED, SIGNED) for firm in ("甲", "乙")]
    assert asked(*two, *linked) == {"d6"}
    assert asked(*two) == set()


def test_a_unit_slips():
    need = f.Need("N", "甲", Money.of(3_000_000), SIGNED, SIGNED)
    assert asked(need, signing(amount=300, need="N")) == {"d9"}


def test_a_renewal_is_told_as_new():
    """It counts as paid and not as new by the data alone; the label is asked about."""
    told = (signing(), baseline(balance=3_000_000), paid(), said(), repaid("R", 3_000_000, date(2025, 4, 12)))
    assert (rate(*told), rate(*told, code="new_money_rate")) == (1_000_000, 0)
    assert asked(*told) == {"d1"}


def test_the_call_back_on_another_device_verifies():
    """What a shared phone said waits for a call-back; the call-back counts."""
    shared = replace(FUNDED[3], device_shared=True)
    called = replace(FUNDED[3], key="F2", answered_on=date(2025, 4, 20), recorded_on=date(2025, 4, 20))
    assert rate(*FUNDED[:3], shared) == 0
    assert rate(*FUNDED[:3], shared, called) == 1_000_000


def test_a_mere_flag_moves_no_figure():
    """Detectors read and hand over; the audit has never heard of them. A verdict moves the figure, and its passport
    says by how much.
    """
    told = (signing(), baseline(balance=2_000_000), paid(), said(), repaid("R", 2_000_000, date(2025, 4, 12)))
    before = audit(*told)
    assert asked(*told) == {"d1"}
    assert audit(*told) == before
    upheld = audit(*told, judged("S", f.FLAG_UPHELD)).measure("contract_disbursement_rate", "loan_contract")
    assert upheld.ppm == 0
    assert [(each.code, each.params["count"]) for each in upheld.passport.exclusions] == [("excluded_flagged", 1)]
    assert rate(*told, judged("S", f.FLAG_UPHELD), judged("S", f.FLAG_DISMISSED, key="W")) == 1_000_000
    assert rate(*told, judged("S", f.FLAG_UPHELD), code="bank_reported_disbursement_rate") == 1_000_000
