"""The ten golden cases typed in over HTTP by their actors, each fact on its day, ending in the figures of the files.

Not typed as facts of their own, because no actor types them so: a baseline is asked once, with the paper (the files
tell it four days later); what is to be judged is asked by the nightly check.
All on SQLite; on PostgreSQL the cases in which most happens.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import time_machine

from config import Settings
from matchmaking.delivery.audits.case_audit import case_portfolio, parameters_on
from matchmaking.domain.conversion.audit import CaseAudit, audit_cases
from matchmaking.domain.conversion.cohorts import Scope
from matchmaking.domain.conversion.restating import restatement
from matchmaking.domain.money import percent_text
from matchmaking.foundation import storage
from matchmaking.foundation.trail import verify
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook import matching
from matchmaking.seeds.golden_cases import Expectation, golden_cases
from tests.journeys.golden_world import OPENS, Typist, build_golden
from tests.journeys.thread_world import noon
from tests.market import market_world, referral_world
from tests.web_fixtures import make_app

CASES = {case.name: case for case in golden_cases()}
ON_BOTH = ("case_03", "case_04", "case_06", "case_10")
WHERE = [
    *(("sqlite", name) for name in CASES),
    *(("postgresql", name) for name in CASES if name.startswith(ON_BOTH)),
]


@pytest.fixture
def typist(
    request: pytest.FixtureRequest, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Typist]:
    """The city of the case in February 2025."""
    for module in (market_world, referral_world):
        monkeypatch.setattr(module, "TODAY", OPENS)
        monkeypatch.setattr(module, "NOON", noon(OPENS))
    first, *later = matching.policies()
    # the cases are older than the first policy of matching, which decides nothing in them
    monkeypatch.setattr(matching, "policies", lambda: (replace(first, since=OPENS), *later))
    settings = Settings(environment="test", instance=tmp_path / "instance", database_url=database, secret_key="t" * 40)
    app = make_app(settings)
    with time_machine.travel(noon(OPENS), tick=True) as travel:
        yield build_golden(app, settings, travel, CASES[request.param])


def audited(expected: Expectation, scope: Scope | None = None) -> CaseAudit:
    """The audit of the city's portfolio on the two days of ``expected``."""
    session = storage.session()
    city = portfolio_by_code(session, "city")
    assert city is not None
    return audit_cases(
        case_portfolio(session, city), as_of=expected.as_of, known_at=expected.known_at,
        parameters=parameters_on(expected.as_of), scope=scope or Scope(),
    )  # fmt: skip


def held(found: CaseAudit, instrument: str) -> dict[str, int]:
    """A grade's ledger in yuan, as the files write it."""
    ledger = found.grade(instrument)
    if ledger is None:
        return {"signed": 0}
    return {"signed": ledger.signed.minor // 100} | {r.bucket: r.amount.minor // 100 for r in ledger.rows if r.amount}


def said(ppm: int | None) -> str:
    """A rate as the files write it."""
    return "不适用" if ppm is None else percent_text(ppm)


@pytest.mark.parametrize(("engine_name", "typist"), WHERE, indirect=True)
def test_typed_in_by_its_actors(typist: Typist) -> None:
    typist.type_in()
    storage.remove_session()
    assert verify(storage.session()).sound
    for expected in typist.case.expectations:
        figures(typist, expected, audited(expected))
    apart(typist)


def figures(typist: Typist, expected: Expectation, found: CaseAudit) -> None:
    """Ledgers, rates and memos of one pair of days are the file's."""
    words, typed = expected.words, typist.typed
    assert {grade: held(found, grade) for grade in words["ledgers"]} == words["ledgers"]
    assert {grade.instrument for grade in found.grades} <= set(words["ledgers"])
    rates = {
        grade: {code: said(found.measure(code, grade).ppm) for code in codes} for grade, codes in words["rates"].items()
    }
    assert rates == words["rates"]
    states = {row.disbursement.key: row.state for row in found.rows}
    assert {key: states[typed[key]] for key in words.get("states", {})} == words.get("states", {})
    ledgers = {
        key: found.ledger(typed[key]) for name in ("stages", "cumulative", "credit") for key in words.get(name, {})
    }
    assert {key: ledgers[key].stage for key in words.get("stages", {})} == words.get("stages", {})
    assert {k: ledgers[k].cumulative.minor // 100 for k in words.get("cumulative", {})} == words.get("cumulative", {})
    assert {key: ledgers[key].signing.branch for key in words.get("credit", {})} == words.get("credit", {})
    met = {need.need.key: said(need.ppm) for need in found.needs}
    assert {key: met[typed[key]] for key in words.get("needs", {})} == words.get("needs", {})


def apart(typist: Typist) -> None:
    """What stands beside the figures: a restatement, a contract older than its event."""
    for expected in typist.case.expectations:
        told = expected.words.get("restatement")
        if told:
            earlier = next(one for one in typist.case.expectations if one.known_at == told["earlier_known_at"])
            (grade,) = restatement(audited(earlier), audited(expected)).grades
            assert {c.bucket: c.amount.minor // 100 for c in grade.changes} == told["loan_contract"]
            assert grade.verified.minor // 100 == told["verified"]
        event = expected.words.get("event")
        if event:
            assert held(audited(expected, Scope.event(typist.typed[event["key"]])), "loan_contract")["signed"] == 0
            (tally,) = audited(expected).events
            assert {g.instrument: g.signed.minor // 100 for g in tally.pre_event} == event["pre_event"]
            months = {m.cohort.predicate: m.signed.minor // 100 for m in audited(expected).months}
            assert months == {f"month:{m}": v["loan_contract"] for m, v in expected.words["months"].items()}
