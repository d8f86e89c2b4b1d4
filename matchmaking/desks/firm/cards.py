"""One card per need: how far it has come, like a parcel; what comes next, in one sentence; whom to ask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaking.desks.firm.coming import Next, next_of
from matchmaking.desks.firm.queries import At, Standing
from matchmaking.desks.firm.way import Step, way_of
from matchmaking.desks.thread.deeds import Deed
from matchmaking.desks.thread.paper_sums import PaperSum, paper_sums
from matchmaking.foundation.web.charts import apportion
from matchmaking.market.needs.models import Need

ADVANCE = ("claimed", "sent", "accepted", "diligence", "deciding", "approved", "signed")
"""States of a referral that stands, the furthest last."""
METER = 480
"""Width of a meter in its own units."""
PARTS = (
    ("confirmed", "bk-a1", ""),
    ("disputed", "bk-a4", "p-a4"),
    ("asked", "bk-a2", "p-a2"),
    ("left", "bk-w4", ""),
    ("ended", "bk-c2", ""),
)
"""Parts of what was signed, in the order of the bar: name, fill, texture. Words: ``home_meter_<name>``."""


@dataclass(frozen=True, slots=True)
class MeterPart:
    """A stretch of the bar, ``x`` and ``width`` in units of :data:`METER`; ``amount`` is minor units."""

    name: str
    css: str
    texture: str
    x: int
    width: int
    amount: int


@dataclass(frozen=True, slots=True)
class Meter:
    """One signed paper as a bar that adds up to what was signed."""

    paper: PaperSum
    parts: Sequence[MeterPart]


@dataclass(frozen=True, slots=True)
class Card:
    """Everything the page shows of one need. ``contact``: the bank that holds it now, or None: then ask the bureau."""

    need: Need
    meters: Sequence[Meter]
    next: Next
    way: Sequence[Step]
    contact: At | None


def card_of(standing: Standing, deeds: Sequence[Deed]) -> Card:
    """The card of one need from its deeds."""
    sums = paper_sums(deeds)
    live = sorted((at for at in standing.banks if at.live), key=_advance)
    return Card(
        need=standing.need,
        meters=[meter_of(one) for one in sums],
        next=next_of(standing, live, sums, deeds),
        way=way_of(standing, sums, deeds),
        contact=live[-1] if live else None,
    )


def meter_of(paper: PaperSum) -> Meter:
    """The bar of one paper; parts of nothing are left out."""
    amounts = [getattr(paper, name) for name, _css, _texture in PARTS]
    parts, x = [], 0
    for (name, css, texture), amount, width in zip(PARTS, amounts, apportion(amounts, METER, 6), strict=True):
        if amount:
            parts.append(MeterPart(name, css, texture, x, width, amount))
        x += width
    return Meter(paper, parts)


def _advance(at: At) -> tuple[int, int, int]:
    return (ADVANCE.index(at.referral.state), -at.referral.due_on.toordinal(), -at.referral.id)
