"""The jobs ``audit`` and ``findings``: twice for one day changes nothing; statements stand still in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from config import Settings
from matchmaking.delivery.audits.jobs import run_audit, run_findings
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.delivery.audits.questions import OF_STATE, OVER, OVERDUE
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.delivery.findings.models import Finding
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.rulebook import explain, words
from matchmaking.schedule import JOBS
from tests.delivery.cases_world import APRIL, DESK, JUNE, MILLION, World, morning
from tests.delivery.statements.statement_world import Loan, full, take

TODAY = date(2026, 9, 30)


def context(day: date, at: date = TODAY) -> JobContext:
    return JobContext(day, morning(at), Settings(environment="test", instance=Path("unused"), secret_key="t" * 40))


def stored(*tables: type) -> list[int]:
    storage.remove_session()
    return [storage.session().query(table).count() for table in tables]


@pytest.fixture
def troubled(world: World) -> World:
    """Late and unexplained, disputed, told twice, unanswered, and paid beyond the signing by two branches' word."""
    paper = world.sign("T-1", promised_on=date(2025, 5, 31))
    disputed = world.pay(paper, MILLION, "JJ1", public_key="D-1")
    no = {"answer": "not_received", "answered_on": APRIL, "at": morning(APRIL)}
    world.do(confirm_receipt, disbursement=disputed, **no)
    world.pay(paper, MILLION // 2, "JJ2", public_key="D-2")
    world.pay(paper, MILLION // 2, "JJ2-Y", branch=DESK, public_key="D-3")
    full_paper = world.sign("T-2")
    both = [
        world.pay(full_paper, 3 * MILLION, "JJ3", public_key="D-4"),
        world.pay(full_paper, 3 * MILLION, "JJ3-Y", branch=DESK, public_key="D-5"),
    ]
    for paid in both:
        yes = {"answer": "right", "answered_on": APRIL, "at": morning(APRIL)}
        world.do(confirm_receipt, disbursement=paid, **yes)
    return world


def test_what_cases_leave_open_is_asked_once(troubled: World):
    assert run_findings(context(JUNE)) == {"portfolios": 1, "added": 5}
    asked = {(row.code, row.params["about"], row.params["amount"]) for row in storage.session().query(Finding)}
    assert asked == {
        ("receipt_conflict", "D-1", MILLION),
        ("receipt_unanswered", "D-2", MILLION // 2),
        ("suspected_duplicate", "D-3", MILLION // 2),
        (OVERDUE, "T-1", 3 * MILLION // 2),
        (OVER, "T-2", 3 * MILLION),
    }
    assert run_findings(context(JUNE)) == {"portfolios": 1, "added": 0}
    assert run_findings(context(date(2025, 7, 1)))["added"] == 0, "the same question is not asked again tomorrow"
    assert stored(Finding) == [5]


def test_every_question_has_words_and_evidence_in_two_languages(troubled: World):
    run_findings(context(JUNE))
    for row in storage.session().query(Finding):
        for language in ("zh", "en"):
            why = explain(Reason(row.params["why"]["code"], row.params["why"]["params"]), language)
            assert "{" not in why
    for code in (*OF_STATE.values(), OVERDUE, OVER):
        assert {f"finding_{code}", f"finding_{code}_innocent"} <= set(words())


def test_the_evening_s_audit_is_taken_once(troubled: World):
    assert run_audit(context(JUNE)) == {"taken": 1, "unchanged": 0}
    before = stored(AuditSnapshot, AuditRow, AuditLine)
    assert run_audit(context(JUNE)) == {"taken": 0, "unchanged": 1}
    assert stored(AuditSnapshot, AuditRow, AuditLine) == before
    snapshot = storage.session().query(AuditSnapshot).one()
    assert (snapshot.as_of, snapshot.known_on) == (JUNE, JUNE)


def test_statements_are_reckoned_anew_only_when_one_came_in(database: str):
    take(full([Loan("A")]), at=morning(TODAY))
    assert run_audit(context(TODAY)) == {"taken": 0, "unchanged": 1}
    assert run_audit(context(TODAY)) == {"taken": 0, "unchanged": 1}
    assert stored(AuditSnapshot) == [1]


@pytest.mark.parametrize("job", [run_audit, run_findings])
def test_a_day_to_come_is_refused(troubled: World, job: Callable[[JobContext], object]):
    with pytest.raises(Refusal) as found:
        job(context(date(2026, 10, 1)))
    assert found.value.reason.code == "day_not_yet"
    assert stored(AuditSnapshot, Finding) == [0, 0]


def test_both_are_on_the_timetable_questions_first():
    timed = {job.name: job for job in JOBS}
    assert timed["findings"].run is run_findings
    assert timed["audit"].run is run_audit
    minutes = {name: timed[name].schedule.split()[:2] for name in ("findings", "audit")}
    assert minutes == {"findings": ["0", "21"], "audit": ["30", "21"]}
