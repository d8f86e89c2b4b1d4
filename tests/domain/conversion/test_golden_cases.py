"""The ten golden cases of practice, run exactly as a loan officer reads them (N1, N2, N4, N7, N8)."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaking.domain.conversion.audit import CaseAudit, audit_cases
from matchmaking.domain.conversion.cohorts import Scope
from matchmaking.domain.conversion.facts import Portfolio
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.conversion.restating import restatement
from matchmaking.domain.money import Money, percent_text
from matchmaking.rulebook import number
from matchmaking.seeds.golden_cases import Expectation, GoldenCase, demo_portfolio, golden_cases

CASES = golden_cases()
DAY = date(2025, 6, 30)
PARAMETERS = ConversionParameters.read(lambda name: number(name, DAY))
EACH = [
    pytest.param(case, expected, id=f"{case.name}-known-{expected.known_at}")
    for case in CASES
    for expected in case.expectations
]


def audit(portfolio: Portfolio, expected: Expectation, scope: Scope | None = None) -> CaseAudit:
    days = {"as_of": expected.as_of, "known_at": expected.known_at}
    return audit_cases(portfolio, parameters=PARAMETERS, scope=scope or Scope(), **days)


def held(found: CaseAudit, instrument: str) -> dict[str, int]:
    ledger = found.grade(instrument)
    if ledger is None:
        return {"signed": 0}
    return {"signed": ledger.signed.minor // 100} | {
        row.bucket: row.amount.minor // 100 for row in ledger.rows if row.amount
    }


def said(ppm: int | None) -> str:
    return "不适用" if ppm is None else percent_text(ppm)


def test_all_ten_are_there():
    assert [case.number for case in CASES] == ["1", "2", "3", "4", "5", "6", "7a", "7b", "8", "8 变形", "9", "10"]
    assert len(EACH) == 15


@pytest.mark.parametrize(("case", "expected"), EACH)
def test_ledgers(case: GoldenCase, expected: Expectation):
    found = audit(case.portfolio, expected)
    for instrument, figures in expected.words["ledgers"].items():
        assert held(found, instrument) == figures
    assert {grade.instrument for grade in found.grades} <= set(expected.words["ledgers"])
    assert all(sum(row.amount.minor for row in grade.rows) == grade.signed.minor for grade in found.grades)


@pytest.mark.parametrize(("case", "expected"), EACH)
def test_rates(case: GoldenCase, expected: Expectation):
    found = audit(case.portfolio, expected)
    for instrument, rates in expected.words["rates"].items():
        told = {code: said(found.measure(code, instrument).ppm) for code in rates}
        assert told == rates


@pytest.mark.parametrize(("case", "expected"), EACH)
def test_memos(case: GoldenCase, expected: Expectation):
    """States, stages, needs, cumulative draws and the branch that gets the credit, where the case names them."""
    found, words = audit(case.portfolio, expected), expected.words
    states = {row.disbursement.key: row.state for row in found.rows}
    assert {key: states[key] for key in words.get("states", {})} == words.get("states", {})
    for key, stage in words.get("stages", {}).items():
        assert found.ledger(key).stage == stage
    for key, amount in words.get("cumulative", {}).items():
        assert found.ledger(key).cumulative == Money.of(amount)
    for key, branch in words.get("credit", {}).items():
        assert found.ledger(key).signing.branch == branch
    assert {need.need.key: said(need.ppm) for need in found.needs} == words.get("needs", {})


def test_case_3_is_provisional_while_the_settling_day_has_not_come():
    case = next(case for case in CASES if case.number == "3")
    provisional = [
        audit(case.portfolio, e).measure("contract_disbursement_rate", "loan_contract").passport.provisional
        for e in case.expectations
    ]
    assert provisional == [False, True, True]


def test_case_4_june_stays_and_a_restatement_stands_beside_it():
    case = next(case for case in CASES if case.number == "4")
    june, july = case.expectations
    told = july.words["restatement"]
    assert told["earlier_known_at"] == june.known_at
    found = restatement(audit(case.portfolio, june), audit(case.portfolio, july))
    (grade,) = found.grades
    assert {change.bucket: change.amount.minor // 100 for change in grade.changes} == told["loan_contract"]
    assert grade.verified == Money.of(told["verified"])
    assert grade.signed == Money.zero()


def test_case_9_belongs_to_february():
    case = next(case for case in CASES if case.number == "9")
    (expected,) = case.expectations
    told = expected.words["event"]
    whole = audit(case.portfolio, expected)
    at_event = audit(case.portfolio, expected, Scope.event(told["key"]))
    february = audit(case.portfolio, expected, Scope.month("2025-02"))
    (event,) = whole.events
    assert held(at_event, "loan_contract")["signed"] == told["signed"]["loan_contract"] == 0
    assert (event.event, event.signed) == (told["key"], ())
    assert {g.instrument: g.signed.minor // 100 for g in event.pre_event} == told["pre_event"]
    assert at_event.pre_event == whole.pre_event == event.pre_event
    (month,) = whole.months
    assert month.cohort.predicate == "month:2025-02"
    assert month.signed == Money.of(expected.words["months"]["2025-02"]["loan_contract"])
    assert held(february, "loan_contract")["signed"] == 3_000_000


def test_one_demo_portfolio_gives_each_case_its_own_figures():
    """Cases do not touch one another: each has its own firm, and every firm's ledger is the same alone and together."""
    together = audit_cases(demo_portfolio(CASES), as_of=DAY, known_at=DAY, parameters=PARAMETERS)
    for case in CASES:
        alone = audit_cases(case.portfolio, as_of=DAY, known_at=DAY, parameters=PARAMETERS)
        for ledger in (*alone.signings, *alone.apart):
            assert together.ledger(ledger.signing.key) == ledger
    contracts = together.grade("loan_contract")
    assert contracts is not None
    assert contracts.signed == Money.of(32_500_000)
    assert contracts.verified("A1", "A3", "A5") == Money.of(17_600_000)


def test_firms_are_their_own_and_plainly_fictional():
    firms = [{fact.firm for fact in case.facts if hasattr(fact, "firm") and fact.firm} for case in CASES]
    assert all(len(names) == 1 for names in firms)
    assert len(set.union(*firms)) == len(CASES)
    assert all(name.startswith("演示") for names in firms for name in names)
