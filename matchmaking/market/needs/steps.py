"""Where a need stands on its way to the money, as a row of steps; and who does what next, as one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.market.needs.models import Need, NeedEvent
from matchmaking.rulebook import number, workdays

STEPS = ("post", "verify", "refer", "sign", "close")
"""Actions that bring a need forward. Words: ``need_step_<action>``."""
REACHED = {
    "draft": 0, "returned": 0, "discarded": 0, "posted": 1, "verified": 2, "listed": 2, "referred": 3, "contracted": 4,
    "closed": 5,
}  # fmt: skip
"""How many steps are behind in a state."""
ENDED = ("discarded", "withdrawn", "expired", "merged")


@dataclass(frozen=True, slots=True)
class Step:
    """``look``: done, now, todo, or off where the way ended. ``words``: what somebody said with it."""

    code: str
    look: str
    on: date | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Next:
    """What happens next (``lead``), what the reader does meanwhile (``more``)."""

    lead: Reason
    more: Reason


def steps_of(need: Need, events: Sequence[NeedEvent]) -> list[Step]:
    """The whole way: what is done with its day, where it stands, and what is still to come."""
    last = {event.action: event for event in events}
    if need.state in ENDED:
        return [*_behind(need, _before(events), last), _end(need, last)]
    reached = REACHED[need.state]
    coming = [Step(f"need_step_{code}", "todo") for code in STEPS[reached + 1 :]]
    here = [] if reached == len(STEPS) else [_here(need, STEPS[reached], last)]
    return [*_behind(need, reached, last), *here, *coming]


def _behind(need: Need, count: int, last: dict[str, NeedEvent]) -> list[Step]:
    # the day it was posted on is a fact of its own; of the other steps we know when they were told
    days = {code: _day(last.get(code)) for code in STEPS} | {"post": need.posted_on}
    return [Step(f"need_step_{code}", "done", days[code]) for code in STEPS[:count]]


def _here(need: Need, code: str, last: dict[str, NeedEvent]) -> Step:
    sent_back = last.get("return") if need.state == "returned" else None
    if sent_back is not None:
        return Step("state_need_returned", "now", _day(sent_back), sent_back.words)
    return Step("state_need_draft" if need.state == "draft" else f"need_step_{code}", "now")


def _end(need: Need, last: dict[str, NeedEvent]) -> Step:
    event = max(last.values(), key=lambda each: each.number, default=None)
    return Step(f"state_need_{need.state}", "off", _day(event), event.words if event else "")


def _before(events: Sequence[NeedEvent]) -> int:
    return REACHED.get(events[-1].before, 0) if events else 0


def _day(event: NeedEvent | None) -> date | None:
    return None if event is None else business_day(event.recorded_at)


def next_of(need: Need) -> Next:
    """One sentence on what happens next and one on what the firm does meanwhile."""
    due = due_on(need) if need.state == "posted" else None
    if due is not None:
        return Next(Reason("need_next_posted_by", {"day": due.isoformat()}), Reason("need_meanwhile_posted"))
    drafted_for = "_bureau" if need.state == "draft" and need.entered_by == "bureau" else ""
    return Next(Reason(f"need_next_{need.state}{drafted_for}"), Reason(f"need_meanwhile_{need.state}"))


def due_on(need: Need) -> date | None:
    """By when the bureau says something; None where the workdays of that time are not announced yet."""
    if need.posted_on is None:
        return None
    try:
        return workdays().add(need.posted_on, number("need_verify_workdays", need.posted_on))
    except Refusal:
        return None
