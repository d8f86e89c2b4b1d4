"""Small builders of facts, and hypothesis strategies for whole histories, shared by the tests of conversion."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.ageing import SigningLedger
from matchmaking.domain.conversion.audit import CaseAudit, audit_cases
from matchmaking.domain.conversion.cohorts import Scope
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.money import Money
from matchmaking.rulebook import number

SIGNED = date(2025, 3, 20)
DAY = date(2025, 6, 30)
PARAMETERS = ConversionParameters.read(lambda name: number(name, DAY))
LENDERS = ("巴山银行", "汉江银行")


def audit(
    *facts: f.Fact, as_of: date = DAY, known_at: date | None = None, scope: Scope | None = None, portfolio: str = "p"
) -> CaseAudit:
    """The audit of ``facts``, known on its own day unless said otherwise."""
    return audit_cases(
        f.Portfolio(portfolio, facts),
        as_of=as_of,
        known_at=known_at or as_of,
        parameters=PARAMETERS,
        scope=scope or Scope(),
    )


def buckets(found: CaseAudit | SigningLedger, key: str = "S") -> dict[str, int]:
    """Yuan by bucket of one signing."""
    ledger = found if isinstance(found, SigningLedger) else found.ledger(key)
    return {line.bucket: line.amount.minor // 100 for line in ledger.lines}


def signing(key: str = "S", amount: int = 3_000_000, **more: Any) -> f.Signing:
    """A loan contract of 3,000,000 declared new, promised by 05-31."""
    told = {
        "firm": "甲",
        "lender": "汉江银行",
        "branch": "汉滨支行",
        "instrument": "loan_contract",
        "signed_on": SIGNED,
        "declared": "new",
        "promised_on": date(2025, 5, 31),
    } | more
    told.setdefault("recorded_on", told["signed_on"])
    return f.Signing(key=key, amount=Money.of(amount), **told)


def baseline(key: str = "B", of: str = "S", balance: int = 0, on: date = SIGNED, **more: Any) -> f.Baseline:
    """What was owed that bank on the signing day; nothing unless said."""
    return f.Baseline(key, of, Money.of(balance), on, more.pop("recorded_on", on), **more)


def paid(
    key: str = "D", amount: int = 3_000_000, on: date = date(2025, 4, 10), of: str = "S", **more: Any
) -> f.Disbursement:
    """A 借据 reported on its value day by the branch that signed."""
    told = {"iou_no": key, "lender": "汉江银行", "branch": "汉滨支行", "reported_on": on, "recorded_on": on} | more
    return f.Disbursement(key=key, signing=of, amount=Money.of(amount), value_on=on, **told)


def said(
    of: str = "D", answer: str = "right", on: date = date(2025, 4, 11), amount: int | None = None, **more: Any
) -> f.Confirmation:
    """The firm's answer."""
    key = more.pop("key", f"F-{of}")
    figure = None if amount is None else Money.of(amount)
    return f.Confirmation(key, of, answer, on, more.pop("recorded_on", on), figure, **more)


def repaid(key: str, amount: int, on: date, lender: str = "汉江银行", firm: str = "甲", **more: Any) -> f.Repayment:
    """Principal paid back."""
    return f.Repayment(key, firm, lender, Money.of(amount), on, more.pop("recorded_on", on), **more)


def judged(subject: str, kind: str, on: date = DAY, key: str = "V", **more: Any) -> f.Verdict:
    """A verdict."""
    return f.Verdict(key, subject, kind, on, more.pop("recorded_on", on), **more)


days = st.integers(0, 120).map(lambda step: SIGNED + timedelta(days=step))
delays = st.integers(0, 40)
yuan = st.integers(1, 4_000_000)
# Made once: a strategy made anew for every draw takes longer to make and to check than to draw from.
sums = yuan.map(Money.of)
yes = st.booleans()
any_day, any_sum = st.none() | days, st.none() | sums
one_in_four, one_in_five = (st.integers(0, last).map(lambda drawn: drawn == 0) for last in (3, 4))
lenders, firms, branches = (st.sampled_from(names) for names in (LENDERS, ("甲", "乙"), ("一支行", "营业部")))
instruments = st.sampled_from(("loan_contract", "credit_line", "intent_letter", "commitment_letter", "ungraded"))
declared = st.sampled_from(("new", "renewal", "unknown"))
signed_sums, payments = st.integers(1, 300_000_000).map(Money), st.integers(0, 4)
paid_sums = (st.sampled_from((500_000, 1_000_000)) | yuan).map(Money.of)
forms = st.sampled_from(("loan", "loan", "loan", "acceptance"))
answers = st.sampled_from(("right", "right", "wrong", "not_received"))
verdicts = st.sampled_from(("for_bank", "for_firm"))
holders = st.sampled_from(("firm", "guarantor", "bank", "permit"))
exits = st.sampled_from(("firm_gives_up", "bank_ends", "agreed_cut"))
parties, reasons = st.sampled_from(("firm", "bank", "both")), st.sampled_from(("", "价格"))
paper_verdicts = st.sampled_from(("duplicate_signing", "signing_stands", "flag_upheld"))


@cache
def up_to(last: int) -> st.SearchStrategy[int]:
    """1 to that many."""
    return st.integers(1, last)


@cache
def earlier(place: int) -> st.SearchStrategy[str | None]:
    """None, or a signing before the one at ``place``."""
    return st.sampled_from([None, *(f"S{step}" for step in range(place))])


@st.composite
def histories(draw: st.DrawFn, cases: int = 3) -> tuple[f.Fact, ...]:
    """Facts of a few signings of one or two firms: any mix of payments, answers, voids, exits, conditions and
    verdicts.
    """
    found: list[f.Fact] = []
    for place in range(draw(up_to(cases))):
        found += _case(draw, f"S{place}", place)
    return tuple(found)


def _case(draw: st.DrawFn, key: str, place: int) -> list[f.Fact]:
    lender, firm = draw(lenders), draw(firms)
    signed_on = draw(days)
    found: list[f.Fact] = [
        f.Signing(
            key,
            firm,
            lender,
            "一支行",
            draw(instruments),
            draw(signed_sums),
            signed_on,
            signed_on + timedelta(days=draw(delays)),
            declared=draw(declared),
            revolving=draw(yes),
            promised_on=draw(any_day),
            by_plan=draw(yes),
            available_until=draw(any_day),
            supersedes=draw(earlier(place)),
        )
    ]
    if draw(yes):
        found.append(f.Baseline(f"{key}-B", key, draw(sums), signed_on, draw(days)))
    for step in range(draw(payments)):
        found += _payment(draw, f"{key}-D{step}", key, firm, lender)
    found += _end(draw, key)
    return found


def _payment(draw: st.DrawFn, key: str, of: str, firm: str, lender: str) -> list[f.Fact]:
    on, amount = draw(days), draw(paid_sums)
    reported = on + timedelta(days=draw(delays))
    branch, form = draw(branches), draw(forms)
    found: list[f.Fact] = [f.Disbursement(key, of, key, lender, branch, amount, on, reported, reported, form=form)]
    if draw(yes):
        answer = draw(answers)
        figure = amount if draw(yes) else None
        shared = draw(yes)
        found.append(f.Confirmation(f"{key}-F", key, answer, draw(days), draw(days), figure, device_shared=shared))
    if draw(yes):
        source = lender if draw(yes) else "收款方"
        found.append(f.ThirdPartyLine(f"{key}-L", key, source, amount, on, draw(days)))
    if draw(one_in_four):
        found.append(f.Void(f"{key}-V", key, draw(days), draw(days), "录错"))
    if draw(one_in_four):
        found.append(f.Verdict(f"{key}-J", key, draw(verdicts), draw(days), draw(days)))
    if draw(yes):
        named = key if draw(yes) else None
        back = draw(sums)
        found.append(f.Repayment(f"{key}-R", firm, lender, back, draw(days), draw(days), of, named))
    return found


def _end(draw: st.DrawFn, key: str) -> list[f.Fact]:
    found: list[f.Fact] = []
    if draw(yes):
        holder = draw(holders)
        found.append(f.Condition(f"{key}-C", key, holder, "条件", draw(days), draw(days)))
        if draw(yes):
            found.append(f.ConditionMet(f"{key}-M", f"{key}-C", draw(days), draw(days)))
    if draw(yes):
        kind = draw(exits)
        by, reason = draw(parties), draw(reasons)
        figure = draw(any_sum)
        found.append(f.Exit(f"{key}-X", key, kind, by, draw(days), draw(days), figure, reason))
    if draw(yes):
        found.append(f.DrawRequest(f"{key}-Q", key, draw(sums), draw(days), draw(days)))
    if draw(yes):
        found.append(f.Drawable(f"{key}-W", key, draw(days), draw(days), draw(any_sum)))
    if draw(one_in_five):
        kind = draw(paper_verdicts)
        found.append(f.Verdict(f"{key}-K", key, kind, draw(days), draw(days), other="S0"))
    return found
