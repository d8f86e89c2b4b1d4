"""Small builders of facts, and hypothesis strategies for whole histories, shared by the tests of conversion."""

from __future__ import annotations

from datetime import date, timedelta
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


@st.composite
def histories(draw: st.DrawFn, cases: int = 3) -> tuple[f.Fact, ...]:
    """Facts of a few signings of one or two firms: any mix of payments, answers, voids, exits, conditions and
    verdicts.
    """
    found: list[f.Fact] = []
    for place in range(draw(st.integers(1, cases))):
        found += draw(_case(f"S{place}", place))
    return tuple(found)


@st.composite
def _case(draw: st.DrawFn, key: str, place: int) -> list[f.Fact]:
    lender, firm = draw(st.sampled_from(LENDERS)), draw(st.sampled_from(("甲", "乙")))
    signed_on = draw(days)
    earlier = st.sampled_from([None, *(f"S{step}" for step in range(place))])
    found: list[f.Fact] = [
        f.Signing(
            key,
            firm,
            lender,
            "一支行",
            draw(st.sampled_from(("loan_contract", "credit_line", "intent_letter", "commitment_letter", "ungraded"))),
            Money(draw(st.integers(1, 300_000_000))),
            signed_on,
            signed_on + timedelta(days=draw(delays)),
            declared=draw(st.sampled_from(("new", "renewal", "unknown"))),
            revolving=draw(st.booleans()),
            promised_on=draw(st.none() | days),
            by_plan=draw(st.booleans()),
            available_until=draw(st.none() | days),
            supersedes=draw(earlier),
        )
    ]
    if draw(st.booleans()):
        found.append(f.Baseline(f"{key}-B", key, Money.of(draw(yuan)), signed_on, draw(days)))
    for step in range(draw(st.integers(0, 4))):
        found += draw(_payment(f"{key}-D{step}", key, firm, lender))
    found += draw(_end(key, found))
    return found


@st.composite
def _payment(draw: st.DrawFn, key: str, of: str, firm: str, lender: str) -> list[f.Fact]:
    on, amount = draw(days), draw(st.sampled_from((500_000, 1_000_000)) | yuan)
    reported = on + timedelta(days=draw(delays))
    branch = draw(st.sampled_from(("一支行", "营业部")))
    form = draw(st.sampled_from(("loan", "loan", "loan", "acceptance")))
    found: list[f.Fact] = [
        f.Disbursement(key, of, key, lender, branch, Money.of(amount), on, reported, reported, form=form)
    ]
    if draw(st.booleans()):
        answer = draw(st.sampled_from(("right", "right", "wrong", "not_received")))
        figure = draw(st.none() | st.just(Money.of(amount)))
        shared = draw(st.booleans())
        found.append(f.Confirmation(f"{key}-F", key, answer, draw(days), draw(days), figure, device_shared=shared))
    if draw(st.booleans()):
        source = draw(st.sampled_from((lender, "收款方")))
        found.append(f.ThirdPartyLine(f"{key}-L", key, source, Money.of(amount), on, draw(days)))
    if draw(st.integers(0, 3)) == 0:
        found.append(f.Void(f"{key}-V", key, draw(days), draw(days), "录错"))
    if draw(st.integers(0, 3)) == 0:
        found.append(
            f.Verdict(f"{key}-J", key, draw(st.sampled_from(("for_bank", "for_firm"))), draw(days), draw(days))
        )
    if draw(st.booleans()):
        named = draw(st.sampled_from((None, key)))
        back = Money.of(draw(yuan))
        found.append(f.Repayment(f"{key}-R", firm, lender, back, draw(days), draw(days), of, named))
    return found


@st.composite
def _end(draw: st.DrawFn, key: str, before: list[f.Fact]) -> list[f.Fact]:
    found: list[f.Fact] = []
    if draw(st.booleans()):
        holder = draw(st.sampled_from(("firm", "guarantor", "bank", "permit")))
        found.append(f.Condition(f"{key}-C", key, holder, "条件", draw(days), draw(days)))
        if draw(st.booleans()):
            found.append(f.ConditionMet(f"{key}-M", f"{key}-C", draw(days), draw(days)))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(("firm_gives_up", "bank_ends", "agreed_cut")))
        by, reason = draw(st.sampled_from(("firm", "bank", "both"))), draw(st.sampled_from(("", "价格")))
        figure = draw(st.none() | yuan.map(Money.of))
        found.append(f.Exit(f"{key}-X", key, kind, by, draw(days), draw(days), figure, reason))
    if draw(st.booleans()):
        found.append(f.DrawRequest(f"{key}-Q", key, Money.of(draw(yuan)), draw(days), draw(days)))
    if draw(st.booleans()):
        found.append(f.Drawable(f"{key}-W", key, draw(days), draw(days), draw(st.none() | yuan.map(Money.of))))
    if draw(st.integers(0, 4)) == 0:
        kind = draw(st.sampled_from(("duplicate_signing", "signing_stands", "flag_upheld")))
        found.append(f.Verdict(f"{key}-K", key, kind, draw(days), draw(days), other="S0"))
    return found
