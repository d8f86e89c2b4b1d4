"""Writing past the commands, for tests that need rows no command would make."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy.orm import Session

from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.storage.telling import forget

P = ParamSpec("P")
T = TypeVar("T")


def write_past_the_trail(fn: Callable[Concatenate[Session, P], T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run ``fn(session, …)`` in a unit of work that asks for no row in the trail."""

    def work(session: Session) -> T:
        result = fn(session, *args, **kwargs)
        session.flush()
        forget(session.connection())
        return result

    return run_in_unit_of_work(work)
