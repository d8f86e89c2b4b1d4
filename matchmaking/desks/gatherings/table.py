"""Meetings in a table: of each what was signed by instrument, and what of the loan contracts is verified."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.desks.gatherings.pages import share
from matchmaking.desks.gatherings.queries import Told
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.market.events.models import Event


@dataclass(frozen=True, slots=True)
class EventLine:
    """One meeting. ``told``: instruments of the frozen cohort in the house's order; ``apart``: papers beside it."""

    event: Event
    told: Sequence[Told]
    apart: int

    @property
    def contract(self) -> Told | None:
        """The loan contracts, the only ones with a disbursement rate of their own."""
        return next((one for one in self.told if one.instrument == "loan_contract"), None)

    @property
    def ppm(self) -> int | None:
        """Verified money over signed of the loan contracts."""
        return share(self.contract) if self.contract else None


def event_rows(
    events: Mapping[str, Event], told: Mapping[str, Sequence[Told]], *, kind: str = "", until: date | None = None
) -> list[EventLine]:
    """Meetings up to ``until``, the latest first; one without papers is listed, too."""
    chosen = [
        event
        for event in events.values()
        if (not kind or event.kind == kind) and (until is None or event.held_on <= until)
    ]
    return [event_line(event, told.get(event.public_key, ())) for event in reversed(chosen)]


def event_line(event: Event, told: Sequence[Told]) -> EventLine:
    """One meeting's line from its papers by instrument and standing."""
    members = [one for one in told if one.standing == "member"]
    members.sort(key=lambda one: INSTRUMENTS.index(one.instrument) if one.instrument in INSTRUMENTS else 99)
    return EventLine(event, members, sum(one.papers for one in told if one.standing != "member"))
