"""The worker and the supervisor as real processes: polling, a clean end, kill -9 in the middle, restarts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import ROOT, Settings
from matchmaking.app import create_app
from matchmaking.domain.reasons import Reason
from matchmaking.foundation import clock
from matchmaking.foundation.jobs import (
    TASKS,
    Task,
    TaskContext,
    create_task,
    queue,
    reasons_of,
    register_task,
    run_one_task,
)
from matchmaking.foundation.jobs.supervise import Supervisor
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session

PATIENCE = 30


def until(true: Callable[[], object], what: str) -> None:
    """Look again and again; the test fails, rather than waits, when it never comes."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, f"never happened: {what}"
        threading.Event().wait(0.05)


def ask(kind: str) -> int:
    made = run_in_unit_of_work(create_task, kind=kind, params={}, actor="user:1", at=clock.now())
    remove_session()
    return made.id


def row(task_id: int) -> Task:
    remove_session()
    found = session().get_one(Task, task_id)
    remove_session()
    return found


def environment(database: str, instance: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "DATABASE_URL": database, "INSTANCE": str(instance), "ENVIRONMENT": "test", **more}


@pytest.fixture
def handlers() -> Iterator[None]:
    before = dict(TASKS)
    yield
    TASKS.clear()
    TASKS.update(before)


def test_the_worker_polls_the_queue_and_ends_cleanly_on_sigterm(database: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "worker"]
    variables = environment(database, tmp_path / "instance")
    worker = subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True)
    try:
        asked = ask("nobody_handles_this")
        until(lambda: row(asked).state == "failed", "the task was picked up")
        assert reasons_of(row(asked).note) == [Reason("task_unknown", {"kind": "nobody_handles_this"})]
        worker.terminate()
        _, log = worker.communicate(timeout=PATIENCE)
    finally:
        worker.kill()
    assert worker.returncode == 0
    assert "worker_started" in log
    assert "worker_stopped" in log


DIES = """
import os, pathlib, signal, sys
from config import Settings
from matchmaking.foundation import storage
from matchmaking.foundation.jobs import register_task, run_one_task
from matchmaking.foundation.jobs import create_task
from matchmaking.foundation import clock
storage.bind_engine(sys.argv[1])
@register_task("import")
def handler(context):
    context.progress(5, 10)
    def half_way(session):
        create_task(session, kind="child", params={}, actor="user:1", at=clock.now())
        session.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    storage.run_in_unit_of_work(half_way)
run_one_task(Settings(environment="test", database_url=sys.argv[1]))
"""


def test_a_worker_killed_in_the_middle_loses_nothing(settings: Settings, database: str, handlers: None) -> None:
    asked = ask("import")
    killed = subprocess.run([sys.executable, "-c", DIES, database], cwd=ROOT, timeout=PATIENCE)
    assert killed.returncode == -signal.SIGKILL
    assert (row(asked).state, row(asked).progress_done) == ("running", 5)
    assert run_one_task(settings) is None, "its lease still holds"
    _silent_for(asked, queue.LEASE + timedelta(seconds=1))

    @register_task("import")
    def handler(context: TaskContext) -> dict[str, Any]:
        run_in_unit_of_work(create_task, kind="child", params={}, actor="user:1", at=clock.now())
        return {"read": 10}

    again = run_one_task(settings)
    assert again is not None
    assert (again.state, again.result, again.attempts) == ("done", {"read": 10}, 2)
    remove_session()
    assert [task.kind for task in session().query(Task).order_by(Task.id)] == ["import", "child"]


def _silent_for(task_id: int, how_long: timedelta) -> None:
    def age(current: Any) -> None:
        current.get(Task, task_id).heartbeat -= how_long

    run_in_unit_of_work(age)
    remove_session()


def test_a_long_task_keeps_its_claim_by_its_heartbeat(
    settings: Settings, handlers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("matchmaking.foundation.jobs.heartbeat.Heartbeat.__init__.__defaults__", (0.05,))
    beats: list[datetime | None] = []

    @register_task("long")
    def handler(context: TaskContext) -> dict[str, Any]:
        first = row(context.task_id).heartbeat
        until(lambda: row(context.task_id).heartbeat != first, "a heartbeat")
        beats.append(row(context.task_id).heartbeat)
        return {}

    ask("long")
    ended = run_one_task(settings)
    assert ended is not None
    assert (ended.state, len(beats)) == ("done", 1)


@pytest.fixture
def shell(settings: Settings) -> Flask:
    return create_app(settings)


def test_once_drains_the_queue(shell: Flask, handlers: None) -> None:
    ran: list[int] = []

    @register_task("count")
    def handler(context: TaskContext) -> dict[str, Any]:
        ran.append(context.task_id)
        return {}

    asked = [ask("count") for _ in range(3)]
    done = shell.test_cli_runner().invoke(args=["worker", "--once"])
    assert (done.exit_code, done.output.strip()) == (0, "3")
    assert ran == asked


def test_jobs_are_run_and_listed_from_the_shell(shell: Flask) -> None:
    run = shell.test_cli_runner().invoke
    day = ["--as-of", "2026-09-30"]
    first = run(args=["jobs", "run", "sweep-files", *day])
    assert (first.exit_code, "执行完毕" in first.output, "removed: 0" in first.output) == (0, True, True)
    again = run(args=["jobs", "run", "sweep-files", *day, "--lang", "en"])
    assert (again.exit_code, "already run" in again.output, "removed" in again.output) == (0, True, False)
    assert run(args=["jobs", "run", "no-such-job", *day]).exit_code == 2
    assert run(args=["jobs", "run", "sweep-files", "--as-of", "30.9.2026"]).exit_code == 2
    listed = run(args=["jobs", "list"]).output
    assert "sweep-files" in listed
    assert "2026-09-30 done" in listed
    assert "checkpoint" in listed


@pytest.fixture
def signals() -> Iterator[None]:
    """The supervisor takes over signals; give them back."""
    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT)}
    yield
    for name, handler in before.items():
        signal.signal(name, handler)


NOTES = "import pathlib, sys; p = pathlib.Path(sys.argv[1]); p.open('a').write('started\\n')"
STAYS = NOTES + "; import signal; signal.pause()"
ENDS_AFTER = (
    "import pathlib, sys, threading\n"
    "p = pathlib.Path(sys.argv[1])\n"
    "while not p.exists() or p.read_text().count('started') < 4: threading.Event().wait(0.05)\n"
    "sys.exit(7)"
)


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", code, *arguments]


def test_a_dying_worker_is_started_again_and_a_dead_web_ends_all(signals: None, tmp_path: Path) -> None:
    log = str(tmp_path / "log")
    supervisor = Supervisor(python(ENDS_AFTER, log), python(NOTES, log), pauses=(0, 0.01))
    assert supervisor.run() == 7
    assert Path(log).read_text().count("started") >= 4


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_both_are_ended_when_asked(signals: None, tmp_path: Path, number: signal.Signals) -> None:
    web, worker = tmp_path / "web", tmp_path / "worker"
    supervisor = Supervisor(python(STAYS, str(web)), python(STAYS, str(worker)))

    def ask_to_stop() -> None:
        until(lambda: web.exists() and worker.exists(), "both started")
        os.kill(os.getpid(), number)

    threading.Thread(target=ask_to_stop).start()
    assert supervisor.run() == 0


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_serve_answers_on_its_port_and_leaves_nothing_behind(database: str, tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = environment(database, tmp_path / "instance", PORT=str(port), WEB_CONCURRENCY="1")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "serve"]
    serving = subprocess.Popen(command, cwd=ROOT, env=variables, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: _listens(port), "the port is open")
        asked = ask("nobody_handles_this")
        until(lambda: row(asked).state == "failed", "the worker works beside it")
        serving.send_signal(signal.SIGTERM)
        serving.communicate(timeout=PATIENCE)
    finally:
        serving.kill()
    assert serving.returncode == 0
    assert not _listens(port)


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0
