"""The one doorway for writes: refuses what it would lose, rolls back whole, retries what may be retried."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from functools import partial

import pytest
from sqlalchemy import Table, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from config import ROOT
from matchmaking.foundation.storage import DirtySession, remove_session, run_in_unit_of_work, session
from matchmaking.foundation.storage.unit_of_work import ATTEMPTS
from tests.conftest import NOON
from tests.foundation.racing import race
from tests.past import write_past_the_trail


def amounts(quota: Table) -> list[int]:
    remove_session()
    return list(session().scalars(select(quota.c.amount).order_by(quota.c.id)))


def take(current: Session, quota: Table, much: int = 1) -> bool:
    """A conditional update: takes only what is there."""
    statement = update(quota).where(quota.c.id == 1, quota.c.amount >= much).values(amount=quota.c.amount - much)
    return current.execute(statement.returning(quota.c.id)).first() is not None


def test_what_it_returns_is_committed(quota: Table) -> None:
    assert write_past_the_trail(take, quota, much=30) is True
    assert amounts(quota) == [70, 100]


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_whatever_is_raised_rolls_everything_back(quota: Table, error: BaseException) -> None:
    def half_way(current: Session) -> None:
        take(current, quota)
        raise error

    with pytest.raises(type(error)):
        run_in_unit_of_work(half_way)
    assert amounts(quota) == [100, 100]
    assert write_past_the_trail(take, quota), "the session is usable again"


def test_a_broken_constraint_is_raised_and_rolled_back(quota: Table) -> None:
    def too_much(current: Session) -> None:
        current.execute(update(quota).where(quota.c.id == 2).values(amount=1))
        current.execute(update(quota).where(quota.c.id == 1).values(amount=-1))

    with pytest.raises(IntegrityError):
        run_in_unit_of_work(too_much)
    assert amounts(quota) == [100, 100]


def test_a_dirty_session_is_refused_and_not_lost(database: str) -> None:
    from matchmaking.foundation.files import EvidenceFile

    pending = EvidenceFile(sha256="a" * 64, size=1, kind="text", at=NOON)
    session().add(pending)
    with pytest.raises(DirtySession, match="outside"):
        run_in_unit_of_work(lambda current: None)
    assert pending in session().new
    session().rollback()


def test_a_unit_of_work_inside_another_is_refused(quota: Table) -> None:
    def outer(current: Session) -> None:
        take(current, quota)
        write_past_the_trail(take, quota)

    with pytest.raises(DirtySession, match="already"):
        run_in_unit_of_work(outer)
    assert amounts(quota) == [100, 100]


def test_twenty_threads_never_lose_an_update(quota: Table) -> None:
    def read_then_write(current: Session) -> bool:
        left = current.scalar(select(quota.c.amount).where(quota.c.id == 1).with_for_update())
        if not left:
            return False
        current.execute(update(quota).where(quota.c.id == 1).values(amount=left - 1))
        return True

    def ten_times() -> int:
        return sum(write_past_the_trail(read_then_write) for _ in range(10))

    taken = race([ten_times] * 20)
    assert sum(taken) == 100, "200 asked, 100 were there"
    assert amounts(quota)[0] == 0


# SQLite has one writer: nothing can deadlock there
on_postgresql = pytest.mark.parametrize("engine_name", ["postgresql"])


def crosswise(quota: Table, first: int, second: int, meet: threading.Barrier, tries: list[int]) -> None:
    """Lock two rows in a given order, meeting the other in between on the first try."""

    def lock_both(current: Session) -> None:
        tries.append(first)
        current.execute(update(quota).where(quota.c.id == first).values(amount=quota.c.amount - 1))
        if tries.count(first) == 1:
            meet.wait(10)
        current.execute(update(quota).where(quota.c.id == second).values(amount=quota.c.amount - 1))

    write_past_the_trail(lock_both)


@on_postgresql
def test_a_real_deadlock_is_retried_and_both_succeed(quota: Table) -> None:
    meet, tries = threading.Barrier(2), list[int]()
    outcomes = race([partial(crosswise, quota, a, b, meet, tries) for a, b in ((1, 2), (2, 1))])
    assert outcomes == [None, None]
    # who was turned away may be back before the other woke, and they meet again
    assert len(tries) >= 3, "one of them ran twice"
    assert amounts(quota) == [98, 98]


@on_postgresql
def test_a_real_serialization_failure_is_retried(quota: Table) -> None:
    meet, tries = threading.Barrier(2), list[int]()

    def read_then_write(name: int) -> None:
        def change(current: Session) -> None:
            current.connection(execution_options={"isolation_level": "SERIALIZABLE"})
            tries.append(name)
            left = current.scalar(select(quota.c.amount).where(quota.c.id == 1)) or 0
            if tries.count(name) == 1:
                meet.wait(10)
            current.execute(update(quota).where(quota.c.id == 1).values(amount=left - 1))

        write_past_the_trail(change)

    assert race([partial(read_then_write, 1), partial(read_then_write, 2)]) == [None, None]
    assert amounts(quota)[0] == 98
    assert len(tries) == 3


@on_postgresql
def test_retrying_ends(quota: Table) -> None:
    from sqlalchemy import text

    tries = []

    def always_fails(current: Session) -> None:
        tries.append(1)
        current.execute(text("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(OperationalError, match="again"):
        run_in_unit_of_work(always_fails)
    assert len(tries) == ATTEMPTS


def test_other_errors_are_not_retried(quota: Table) -> None:
    tries = []

    def fails(current: Session) -> None:
        tries.append(1)
        current.execute(update(quota).values(amount=-1))

    with pytest.raises(IntegrityError):
        run_in_unit_of_work(fails)
    assert len(tries) == 1


DIES = """
import os, signal, sys
from sqlalchemy import text
from matchmaking.foundation import storage
storage.bind_engine(sys.argv[1])
def half_way(session):
    session.execute(text("UPDATE quota SET amount = 1"))
    os.kill(os.getpid(), signal.SIGKILL)
storage.run_in_unit_of_work(half_way)
"""


def test_a_process_killed_inside_leaves_nothing(quota: Table, database: str) -> None:
    ended = subprocess.run([sys.executable, "-c", DIES, database], cwd=ROOT, env=os.environ, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    assert amounts(quota) == [100, 100]
    assert write_past_the_trail(take, quota), "and no lock behind"
