"""The only way to write: idempotency key, conditional update, fact, trail and outbox in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from matchmaking.foundation.storage.engine import begin_statement, session
from matchmaking.foundation.storage.telling import refuse_untold

P = ParamSpec("P")
T = TypeVar("T")

RETRIED = {"40001", "40P01", "55P03"}
"""PostgreSQL's serialization failure, deadlock and lock timeout: safe to run again from the start."""

ATTEMPTS = 3


class DirtySession(RuntimeError):
    """Something was added or changed outside a unit of work; it is refused, not silently rolled back."""


def run_in_unit_of_work(fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``fn(session, …)`` in one write transaction and commit; up to three attempts on PostgreSQL's lock errors.

    ``fn`` must take all it needs as arguments and do nothing outside the database (files are written before, notices
    go through the outbox). Raises :class:`DirtySession` when the thread's session holds unwritten changes or is
    already inside a unit of work, and :class:`~matchmaking.foundation.storage.telling.Untold` when ``fn`` changed a
    table and left no row in the trail; whatever ``fn`` raises is raised again after a rollback.
    """
    current = session()
    _refuse_dirty(current)
    current.rollback()
    for attempt in range(1, ATTEMPTS + 1):
        token = begin_statement.set("BEGIN IMMEDIATE")
        current.info["unit_of_work"] = True
        try:
            result = fn(current, *args, **kwargs)
            refuse_untold(current)
            current.commit()
        except DBAPIError as error:
            current.rollback()
            if attempt == ATTEMPTS or getattr(error.orig, "sqlstate", None) not in RETRIED:
                raise
        except BaseException:
            current.rollback()
            raise
        else:
            return result
        finally:
            current.info.pop("unit_of_work", None)
            begin_statement.reset(token)
    raise AssertionError("unreachable")


def _refuse_dirty(current: Session) -> None:
    if current.info.get("unit_of_work"):
        raise DirtySession("a unit of work is already open in this thread")
    if current.new or current.dirty or current.deleted:
        raise DirtySession("the session holds changes made outside a unit of work")
