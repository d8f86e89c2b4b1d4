"""The operator's first page: what waits is on it, what is well is said to be well, at any number of rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from matchmaking.desks.operator.watch import job_lines
from matchmaking.domain.reasons import Reason
from matchmaking.foundation import clock
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.jobs.declared import Job
from matchmaking.foundation.jobs.models import JobRun, Task
from matchmaking.foundation.jobs.notes import note_of
from matchmaking.foundation.storage import run_in_unit_of_work
from tests.conftest import NOON
from tests.desks.thread.test_thread_page import counted
from tests.web_fixtures import Browser, sign_in

DAILY = Job("daily", lambda _context: {}, "0 21 * * *")
HOURLY = Job("hourly", lambda _context: {}, "0 * * * *")


def run_of(job: str, slot: str, state: str = "done", beat: timedelta = timedelta(0), **more: object) -> JobRun:
    """A row of ``job_run``, as at noon."""
    ended = None if state == "running" else NOON
    return JobRun(
        job=job, slot=slot, state=state, token="t", attempts=1, started_at=NOON, heartbeat=NOON - beat,
        finished_at=ended, **more,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("job", "run", "outcome"),
    [
        (DAILY, None, "never"),
        (DAILY, run_of("daily", "2026-09-29"), "done"),
        (DAILY, run_of("daily", "2026-09-28"), "missing"),
        (HOURLY, run_of("hourly", "2026-09-30T11:00"), "done"),
        (HOURLY, run_of("hourly", "2026-09-30T10:00"), "missing"),
        (HOURLY, run_of("hourly", "2026-09-30T12:00", "running"), "running"),
        (HOURLY, run_of("hourly", "2026-09-30T12:00", "running", timedelta(minutes=2)), "silent"),
        (HOURLY, run_of("hourly", "2026-09-30T12:00", "failed"), "failed"),
    ],
)
def test_a_line_says_how_the_job_stands_at_noon(job: Job, run: JobRun | None, outcome: str) -> None:
    (line,) = job_lines([job], {run.job: run} if run else {}, at=NOON)
    assert line.outcome == outcome
    assert line.wants_care == (outcome in ("missing", "silent", "failed"))
    assert line.next_at is not None and line.next_at > NOON


def test_a_weekly_job_is_missed_a_week_later_and_not_before() -> None:
    weekly = replace(DAILY, name="weekly", schedule="0 6 * * mon")
    run = run_of("weekly", "2026-09-21")
    before = datetime(2026, 9, 27, 12, tzinfo=UTC)
    assert job_lines([weekly], {"weekly": run}, at=before)[0].outcome == "done"
    assert job_lines([weekly], {"weekly": run}, at=before + timedelta(days=1))[0].outcome == "missing"


def _troubles(session: Session) -> None:
    reason = Reason("task_broke", {"task": 7})
    session.add(run_of("audit", "2026-09-30", "failed", error=note_of((reason,))))
    session.add(run_of("checkpoint", "2026-09-30T12:00", result={"size": 3, "root": "0" * 64, "written": True}))
    told = {"params": {}, "actor": "user:1", "attempts": 1, "progress_done": 40, "progress_total": 100}
    session.add(
        Task(
            kind="statement.import", state="failed", created_at=NOON, finished_at=NOON, note=note_of((reason,)), **told
        )
    )
    session.add(Task(kind="statement.preview", state="queued", created_at=NOON, **told))
    old = NOON - timedelta(days=8)
    session.add(Task(kind="statement.import", state="failed", created_at=old, finished_at=old, **told))


def test_what_waits_is_on_the_page(client: Browser) -> None:
    with time_machine.travel(NOON, tick=False):
        for _ in range(5):
            client.submit("/sign-in", {"login": "office_city", "password": "a wrong password"})
        run_in_unit_of_work(_troubles)
        page = sign_in(client, Role.OPERATOR).get("/operator").text
    assert "3 件事等您处理" in page, "a failed job, a failed task, a locked account"
    assert "/operator/accounts/office_city" in page and "后台任务 7 意外中断" in page
    assert "在办和近七日未成的 2 件" in page and "40 / 100" in page
    assert "签到第 3 条" in page


def test_nothing_waits_on_an_empty_installation(client: Browser) -> None:
    page = sign_in(client, Role.OPERATOR).get("/operator").text
    assert "件事等您处理" not in page and "定时作业还没有跑过" in page and "尚未跑过" in page and "还没有签过" in page
    assert "金额" not in page, "the operator sees nobody's money"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_the_page_costs_the_same_however_long_the_history(client: Browser) -> None:
    sign_in(client, Role.OPERATOR)
    client.get("/operator")
    seen = []
    for prepare in (None, _history):
        if prepare is not None:
            run_in_unit_of_work(prepare)
        with counted() as statements:
            assert client.get("/operator").status_code == 200
        seen.append(len(statements))
    assert seen[0] == seen[1] <= 6, statements


def _history(session: Session) -> None:
    begin = clock.now()
    for number in range(300):
        slot = (begin - timedelta(hours=number)).strftime("%Y-%m-%dT%H:00")
        session.add(run_of("checkpoint", slot))
        session.add(
            Task(
                kind="statement.import",
                state="queued",
                created_at=begin,
                params={},
                actor="user:1",
                attempts=0,
                progress_done=0,
                progress_total=0,
            )  # fmt: skip
        )
