"""Tasks: created once per key, claimed once, progress kept, refusals told, lost workers survived."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from config import Settings
from matchmaking.domain.reasons import Reason, Refusal
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
from matchmaking.foundation.storage import KeyReused, remove_session, run_in_unit_of_work, session


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Handlers registered by a test leave with it."""
    before = dict(TASKS)
    yield
    TASKS.clear()
    TASKS.update(before)


def ask(now: datetime, kind: str = "count", key: str | None = None, **params: Any) -> int:
    return run_in_unit_of_work(create_task, kind=kind, params=params, actor="user:1", at=now, key=key).id


def row(task_id: int) -> Task:
    remove_session()
    return session().get_one(Task, task_id)


def test_a_task_runs_to_its_result(settings: Settings, now: datetime) -> None:
    @register_task("count")
    def count(context: TaskContext) -> dict[str, Any]:
        context.progress(1, 2)
        context.progress(2, 2)
        return {"sum": sum(context.params["numbers"]), "by": context.actor}

    asked = ask(now, numbers=[1, 2, 3])
    ended = run_one_task(settings)
    assert ended is not None
    assert (ended.id, ended.state, ended.result) == (asked, "done", {"sum": 6, "by": "user:1"})
    assert (ended.progress_done, ended.progress_total, ended.attempts) == (2, 2, 1)
    assert run_one_task(settings) is None


def test_progress_is_seen_by_others_while_it_runs(settings: Settings, now: datetime) -> None:
    seen: list[tuple[str, int, int]] = []

    @register_task("count")
    def count(context: TaskContext) -> dict[str, Any]:
        context.progress(3, 9)
        look = threading.Thread(target=_look, args=(context.task_id, seen))
        look.start()
        look.join()
        return {}

    ask(now)
    run_one_task(settings)
    assert seen == [("running", 3, 9)]


def _look(task_id: int, seen: list[tuple[str, int, int]]) -> None:
    task = session().get_one(Task, task_id)
    seen.append((task.state, task.progress_done, task.progress_total))
    remove_session()


def test_a_refusal_is_kept_with_all_its_reasons(settings: Settings, now: datetime) -> None:
    reasons = (Reason("file_empty"), Reason("file_too_big", {"limit": 20}))

    @register_task("count")
    def count(context: TaskContext) -> dict[str, Any]:
        raise Refusal(*reasons)

    ask(now)
    ended = run_one_task(settings)
    assert ended is not None
    assert ended.state == "failed"
    assert tuple(reasons_of(ended.note)) == reasons


@pytest.mark.parametrize("broken", [ZeroDivisionError, "unstorable"])
def test_a_mistake_in_a_handler_fails_its_task_only(settings: Settings, now: datetime, broken: Any) -> None:
    @register_task("count")
    def count(context: TaskContext) -> dict[str, Any]:
        if broken == "unstorable":
            return {"a": object()}
        raise broken

    first, second = ask(now), ask(now)
    assert (run_one_task(settings) or 0) and row(first).state == "failed"
    assert reasons_of(row(first).note) == [Reason("task_broke", {"task": first})]
    assert row(second).state == "queued"


def test_an_unknown_kind_says_so(settings: Settings, now: datetime) -> None:
    asked = ask(now, kind="nobody_knows")
    run_one_task(settings)
    assert reasons_of(row(asked).note) == [Reason("task_unknown", {"kind": "nobody_knows"})]


def test_what_a_failed_handler_wrote_is_rolled_back(settings: Settings, now: datetime) -> None:
    @register_task("count")
    def count(context: TaskContext) -> dict[str, Any]:
        def write_then_break(current: Any) -> None:
            create_task(current, kind="child", params={}, actor="user:1", at=now)
            raise RuntimeError("half-way")

        run_in_unit_of_work(write_then_break)
        return {}

    ask(now)
    run_one_task(settings)
    assert [task.kind for task in session().query(Task)] == ["count"]


def test_the_same_key_is_one_task(database: str, now: datetime) -> None:
    assert ask(now, key="upload-1", a=1) == ask(now, key="upload-1", a=1)
    assert ask(now, key="upload-2", a=1) != ask(now, key="upload-1", a=1)
    with pytest.raises(KeyReused):
        ask(now, key="upload-1", a=2)


def test_a_kind_has_one_handler() -> None:
    register_task("count")(lambda context: {})
    with pytest.raises(ValueError, match="count"):
        register_task("count")(lambda context: {"other": 1})


def test_ten_workers_share_a_queue_without_doubling(settings: Settings, now: datetime) -> None:
    ran: list[int] = []

    @register_task("count")
    def count(context: TaskContext) -> dict[str, Any]:
        ran.append(context.task_id)
        return {}

    asked = [ask(now) for _ in range(20)]
    threads = [threading.Thread(target=_drain, args=(settings,)) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == asked
    assert {row(task).state for task in asked} == {"done"}


def _drain(settings: Settings) -> None:
    while run_one_task(settings) is not None:
        pass
    remove_session()


def test_a_lost_worker_is_forgiven_once(database: str, now: datetime) -> None:
    asked = ask(now)
    later = now + queue.LEASE + timedelta(seconds=1)
    first = run_in_unit_of_work(queue.claim_task, token="a", at=now)
    assert first is not None
    assert run_in_unit_of_work(queue.claim_task, token="b", at=now + queue.LEASE) is None, "the lease still holds"
    second = run_in_unit_of_work(queue.claim_task, token="b", at=later)
    assert second is not None
    assert (second.id, second.attempts, second.token) == (asked, 2, "b")
    assert not run_in_unit_of_work(queue.finish, task_id=asked, token="a", at=later, result={}), (
        "the first lost its claim"
    )
    assert run_in_unit_of_work(queue.claim_task, token="c", at=later + queue.LEASE + timedelta(seconds=1)) is None
    assert row(asked).state == "failed"
    assert reasons_of(row(asked).note) == [Reason("task_interrupted", {"attempts": 2})]


def test_a_worker_asked_to_stop_returns_its_task(settings: Settings, now: datetime) -> None:
    stop = threading.Event()

    @register_task("count")
    def count(context: TaskContext) -> dict[str, Any]:
        stop.set()
        context.progress(1, 2)
        raise AssertionError("unreachable")

    asked = ask(now)
    run_one_task(settings, stop=stop)
    assert (row(asked).state, row(asked).attempts, row(asked).finished_at) == ("queued", 0, None)
