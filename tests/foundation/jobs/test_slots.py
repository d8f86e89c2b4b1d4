"""A slot of a job runs once: under threads, under processes, twice for a day, after a lost or failed runner."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import time_machine

from config import ROOT, Settings
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.foundation.jobs import JobRun, queue, reasons_of, slots
from matchmaking.foundation.jobs.declared import Job, JobContext
from matchmaking.foundation.jobs.runner import TRIES, Outcome, catch_up, missed, run_slot
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.schedule import JOBS
from tests.foundation.racing import race

DAY = date(2026, 9, 30)
NIGHTLY = "30 3 * * *"


class Counting:
    """A job that notes the days it ran for, and breaks when told to."""

    def __init__(self) -> None:
        self.days: list[date] = []
        self.error: Exception | None = None

    def __call__(self, context: JobContext) -> dict[str, Any]:
        self.days.append(context.as_of)
        if self.error:
            raise self.error
        return {"days": len(self.days)}


@pytest.fixture
def work() -> Counting:
    return Counting()


def runs() -> list[JobRun]:
    remove_session()
    return session().query(JobRun).order_by(JobRun.slot).all()


def test_a_job_runs_once_for_a_day(settings: Settings, work: Counting) -> None:
    job = Job("count", work, NIGHTLY)
    assert run_slot(job, as_of=DAY, settings=settings) == Outcome("done", {"days": 1})
    before = [(run.state, run.finished_at, run.result) for run in runs()]
    assert run_slot(job, as_of=DAY, settings=settings) == Outcome("already")
    assert [(run.state, run.finished_at, run.result) for run in runs()] == before
    assert run_slot(job, as_of=DAY + timedelta(days=1), settings=settings).state == "done"
    assert work.days == [DAY, DAY + timedelta(days=1)]


def test_eight_threads_claim_five_slots_once_each(settings: Settings, work: Counting) -> None:
    job = Job("count", work, NIGHTLY)
    days = [DAY + timedelta(days=number) for number in range(5)]

    def all_days() -> list[str]:
        return [run_slot(job, as_of=day, settings=settings).state for day in days]

    states = [state for states in race([all_days] * 8) for state in states]
    assert states.count("done") == 5
    assert set(states) <= {"done", "already", "running"}
    assert sorted(work.days) == days


CLAIMS = """
import os, sys
from datetime import UTC, datetime
from matchmaking.foundation import storage
from matchmaking.foundation.jobs import slots
gate, opened = os.pipe()
started = []
for number in range(8):
    started.append(os.fork())
    if not started[-1]:
        os.close(opened)
        storage.bind_engine(sys.argv[1])
        os.read(gate, 1)
        for slot in range(8):
            claim = storage.run_in_unit_of_work(
                slots.claim_slot, job="count", slot=f"2026-09-{slot + 1:02}", token=str(number), at=datetime.now(UTC))
            os.write(1, f"{slot} {claim}\\n".encode())
        sys.exit()
os.close(opened)
sys.exit(sum(os.waitpid(process, 0)[1] != 0 for process in started))
"""
"""Eight processes, none of which has opened a database before it is on its own, let go when the gate is closed."""


def test_eight_processes_claim_each_slot_once(database: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", CLAIMS, database], cwd=ROOT, stdout=subprocess.PIPE, text=True, timeout=60
    )
    assert done.returncode == 0, "each of them came to its end"
    lines = done.stdout.splitlines()
    assert len(lines) == 64
    assert sorted(line for line in lines if "claimed" in line) == [f"{slot} claimed" for slot in range(8)]
    assert len(runs()) == 8


def test_a_silent_runner_is_replaced_after_its_lease_and_can_no_longer_write(database: str, now: datetime) -> None:
    held = {"job": "count", "slot": "2026-09-30"}
    claim = partial(run_in_unit_of_work, slots.claim_slot, **held)
    assert claim(token="first", at=now) == "claimed"
    assert claim(token="second", at=now + queue.LEASE) == "running"
    assert run_in_unit_of_work(slots.beat, **held, token="first", at=now + queue.LEASE)
    later = now + 2 * queue.LEASE
    assert claim(token="second", at=later) == "running", "it had said that it lives"
    later += timedelta(seconds=1)
    assert claim(token="second", at=later) == "claimed"
    assert not run_in_unit_of_work(slots.end_well, **held, token="first", at=later, result={"by": "first"})
    assert run_in_unit_of_work(slots.end_well, **held, token="second", at=later, result={"by": "second"})
    assert [(run.result, run.attempts) for run in runs()] == [({"by": "second"}, 2)]
    assert claim(token="third", at=later + 9 * queue.LEASE) == "done"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Refusal(Reason("file_too_big", {"limit": 20})), Reason("file_too_big", {"limit": 20})),
        (ZeroDivisionError(), Reason("job_broke", {"job": "count"})),
    ],
)
def test_a_failure_keeps_its_reasons_and_may_be_tried_again(
    settings: Settings, work: Counting, error: Exception, reason: Reason
) -> None:
    job, work.error = Job("count", work, NIGHTLY), error
    assert run_slot(job, as_of=DAY, settings=settings) == Outcome("failed", reasons=(reason,))
    assert [(run.state, reasons_of(run.error)) for run in runs()] == [("failed", [reason])]
    work.error = None
    assert run_slot(job, as_of=DAY, settings=settings).state == "done"
    assert [(run.state, run.attempts, run.error) for run in runs()] == [("done", 2, None)]


def test_missed_days_are_made_up_oldest_first(settings: Settings, work: Counting) -> None:
    job = Job("count", work, NIGHTLY, catch_up=10)
    run_slot(job, as_of=date(2026, 9, 25), settings=settings)
    run_slot(job, as_of=date(2026, 9, 27), settings=settings)
    made_up = catch_up(job, now=datetime(2026, 9, 29, 4, 0, tzinfo=SHANGHAI), settings=settings)
    assert [slot for slot, _ in made_up] == ["2026-09-26", "2026-09-28", "2026-09-29"]
    assert catch_up(job, now=datetime(2026, 9, 29, 5, 0, tzinfo=SHANGHAI), settings=settings) == []
    assert [run.slot for run in runs()] == [f"2026-09-{day}" for day in range(25, 30)]


def test_the_window_of_making_up_is_bounded(settings: Settings, work: Counting) -> None:
    job = Job("count", work, NIGHTLY, catch_up=2)
    run_slot(job, as_of=date(2026, 9, 1), settings=settings)
    assert [job.slot(fire) for fire in missed(job, now=datetime(2026, 9, 29, 4, tzinfo=SHANGHAI))] == [
        "2026-09-28",
        "2026-09-29",
    ]


@pytest.mark.parametrize("days", [0, 30])
def test_a_new_installation_owes_one_slot_only(settings: Settings, work: Counting, days: int) -> None:
    job = Job("count", work, NIGHTLY, catch_up=days)
    assert [job.slot(fire) for fire in missed(job, now=datetime(2026, 9, 29, 4, tzinfo=SHANGHAI))] == ["2026-09-29"]


def test_a_slot_that_keeps_failing_is_left_to_a_person(settings: Settings, work: Counting) -> None:
    job, work.error = Job("count", work, NIGHTLY), ValueError()
    for hour in range(4, 4 + 2 * TRIES):
        catch_up(job, now=datetime(2026, 9, 29, hour, tzinfo=SHANGHAI), settings=settings)
    assert len(work.days) == TRIES
    assert run_slot(job, as_of=date(2026, 9, 29), settings=settings).state == "failed"
    assert len(work.days) == TRIES + 1


def test_slots_of_a_day_and_of_an_hour_are_named_in_shanghai_time(work: Counting) -> None:
    night, hourly = Job("a", work, NIGHTLY), Job("b", work, "0 * * * *")
    # 20:00 UTC is four in the morning of the next day in Shanghai
    since, until = datetime(2026, 9, 29, 16, 0, tzinfo=SHANGHAI), datetime(2026, 9, 30, 4, 0, tzinfo=SHANGHAI)
    assert [night.slot(fire) for fire in night.fires(since, until)] == ["2026-09-30"]
    assert [hourly.slot(fire) for fire in hourly.fires(since, until)][::11] == ["2026-09-29T17:00", "2026-09-30T04:00"]
    assert len(list(hourly.fires(since, until))) == 12


def test_declared_jobs_have_names_of_their_own_and_readable_schedules() -> None:
    assert len({job.name for job in JOBS}) == len(JOBS)
    for job in JOBS:
        assert next(job.fires(datetime(2026, 1, 1, tzinfo=SHANGHAI), datetime(2027, 1, 2, tzinfo=SHANGHAI)))


def test_declared_jobs_change_nothing_the_second_time(settings: Settings, tmp_path: Path) -> None:
    for job in JOBS:
        with time_machine.travel(datetime(2026, 9, 30, 4, 0, tzinfo=SHANGHAI), tick=True):
            assert run_slot(job, as_of=DAY, settings=settings).state == "done"
            assert run_slot(job, as_of=DAY, settings=settings).state == "already"
