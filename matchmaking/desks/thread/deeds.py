"""Everything that was ever done about some needs, read in one SQL statement.

Each table of the thread gives rows of one shape, a :class:`Deed`. A fact that was taken back later carries when and why
with it; the fact itself stays.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Date, Select, String, cast, literal, null, select, union_all
from sqlalchemy.orm import Session

from matchmaking.desks.thread import money, steps
from matchmaking.foundation.storage import Instant
from matchmaking.market.needs.models import Need


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done or told. ``source`` names its kind, ``place`` the referral, decision, paper or agreement.

    ``on`` is the day it happened, None where that is the day it was recorded; ``known_at`` the instant our records
    learned of it. ``about`` is the public key of the fact it speaks of. ``amount_minor`` is minor units of
    ``currency``. ``taken_at`` and ``taken_words``: when and why it was taken back; None while it stands.
    """

    source: str
    need_id: int
    place: int | None
    key: str
    about: str
    on: date | None
    known_at: datetime
    action: str
    role: str
    actor: str
    words: str
    amount_minor: int | None
    currency: str
    code: str
    party: str
    due_on: date | None
    taken_on: date | None
    taken_at: datetime | None
    taken_words: str


def _text() -> Any:
    return literal("", String)


BLANK: Mapping[str, Callable[[], Any]] = {
    "source": _text,
    "need_id": lambda: Need.id,
    "place": lambda: cast(null(), BigInteger),
    "key": _text,
    "about": _text,
    "on": lambda: cast(null(), Date),
    "known_at": lambda: cast(null(), Instant),
    "action": _text,
    "role": _text,
    "actor": _text,
    "words": _text,
    "amount_minor": lambda: cast(null(), BigInteger),
    "currency": _text,
    "code": _text,
    "party": _text,
    "due_on": lambda: cast(null(), Date),
    "taken_on": lambda: cast(null(), Date),
    "taken_at": lambda: cast(null(), Instant),
    "taken_words": _text,
}
"""Columns of a deed, in order, each with what stands there where a table says nothing."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which deeds. ``needs``: id → public key. ``referrals``: id → public key of those whose deeds are read; None for
    all of these needs. ``sources``: names of :data:`SOURCES`."""

    needs: Mapping[int, str]
    sources: Collection[str]
    referrals: Mapping[int, str] | None = None


SOURCES = (*steps.READINGS, *money.READINGS)
"""Every kind of deed, in the order in which deeds of one instant are told."""
STEPS, MONEY = frozenset(steps.READINGS), frozenset(money.READINGS)


def deeds_of(session: Session, scope: Scope) -> list[Deed]:
    """The deeds of ``scope`` in the order in which our records learned of them; one SQL statement."""
    if not scope.needs or (scope.referrals is not None and not scope.referrals):
        return []
    mine = money.mine_of(scope)
    parts = [_shaped(name, read(scope)) for name, read in steps.READINGS.items() if name in scope.sources]
    parts += [_shaped(name, read(mine)) for name, read in money.READINGS.items() if name in scope.sources]
    found = [Deed(*row) for row in session.execute(union_all(*parts))]
    order = {name: place for place, name in enumerate(SOURCES)}
    return sorted(found, key=lambda deed: (deed.known_at, order[deed.source], deed.key))


def _shaped(name: str, told: steps.Told) -> Select[Any]:
    given = {"source": literal(name, String), **told.columns}
    if not set(given) <= set(BLANK):
        raise KeyError(f"a deed has no {', '.join(sorted(set(given) - set(BLANK)))}")
    columns = [(given[column] if column in given else blank()).label(column) for column, blank in BLANK.items()]
    return told.joined(select(*columns).select_from(told.table))
