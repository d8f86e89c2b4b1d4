"""What the tests of accounts share: making people, signing in, reading back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.commands import Entry, Place, Seal

GOOD = "rain on the east bridge"
OTHER = "snow on the west mountain"
HOME = Place(hours=8, address="10.0.0.1", browser="Firefox")
SEAL = Seal("t" * 40)
MINUTE = timedelta(minutes=1)


def make(at: datetime, login: str = "zhangmin", **changes: Any) -> int:
    """An account of the city's finance office unless told otherwise."""
    fields: dict[str, Any] = {
        "name": "张敏",
        "role": "finance_office_city",
        "jurisdiction": "*",
        "password": GOOD,
        **changes,
    }
    return run_in_unit_of_work(commands.create_user, actor="test", login=login, at=at, **fields)


def enter(at: datetime, login: str = "zhangmin", password: str = GOOD, place: Place = HOME, demo: bool = True) -> str:
    """Sign in where no factor is asked for; the token."""
    entry = begin(at, login, password, place=place, demo=demo)
    assert entry.awaits == ""
    return entry.token


def begin(at: datetime, login: str = "zhangmin", password: str = GOOD, **how: Any) -> Entry:
    """Name and password; the token and what it still awaits."""
    told = {"place": HOME, "demo": True, "seal": SEAL, **how}
    return commands.sign_in(login=login, password=password, at=at, **told)


def refusal_of(at: datetime, login: str = "zhangmin", password: str = "a wrong password") -> tuple[str, dict[str, Any]]:
    """Code and parameters of the refusal of a sign-in that must not succeed."""
    try:
        enter(at, login, password)
    except Refusal as refusal:
        return refusal.reason.code, dict(refusal.reason.params)
    raise AssertionError("signed in")


def who(token: str, at: datetime, idle_minutes: int = 30, demo: bool = True) -> Viewer | None:
    """Whose session ``token`` is at ``at``."""
    storage.remove_session()
    found = queries.find_live_session(storage.session(), token=token, at=at, idle_minutes=idle_minutes, demo=demo)
    return found.viewer if found else None


def trail() -> list[TrailEvent]:
    """The trail from the beginning."""
    storage.remove_session()
    return list(storage.session().scalars(select(TrailEvent).order_by(TrailEvent.seq)))


def tags() -> list[str]:
    """Its tags."""
    return [event.tag for event in trail()]
