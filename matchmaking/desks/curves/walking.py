"""A need's or a referral's acts, walked up to a day: when the wait began, what ended it, and whose days they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.desks.curves import facts as f
from matchmaking.domain.conversion.survival import Outcome
from matchmaking.domain.periods import WorkdayCalendar
from matchmaking.domain.turns import BANK, Step, days_of_each

SENT, NEED, DECISION = "sent", "need", "decision"
ENDS = {
    "sent": {
        "accept": f.ACCEPTED, "decline": f.DECLINED, "withdraw": f.WITHDRAWN, "take_elsewhere": f.WITHDRAWN,
        "recall": f.WITHDRAWN, "lapse": f.EXPIRED, "merge": f.MERGED,
    },
    "decision": {
        "approve": f.APPROVED, "refuse": f.REFUSED, "decline": f.STOPPED, "terminate": f.STOPPED,
        "withdraw": f.WITHDRAWN, "take_elsewhere": f.WITHDRAWN, "merge": f.MERGED,
    },
    "need": {"withdraw": f.WITHDRAWN, "discard": f.WITHDRAWN, "expire": f.EXPIRED, "merge": f.MERGED,
             "close": f.WITHDRAWN},
}  # fmt: skip
"""Of which wait → which act ends it → as what."""
BEGINS = {"sent": ("send",), "decision": ("accept", "choose"), "need": ("post",)}
TAKEN_BACK = ("undo", "undo_accepted")


@dataclass(frozen=True, slots=True)
class Act:
    """Something that was done on a business day."""

    day: date
    action: str


@dataclass(frozen=True, slots=True)
class Spell:
    """From ``start`` to ``end``; ``cause`` None: still waiting on ``end``."""

    start: date
    end: date
    cause: str | None

    @property
    def outcome(self) -> Outcome:
        """In calendar days."""
        return Outcome((self.end - self.start).days, self.cause)

    def own(self, steps: Sequence[Step], calendar: WorkdayCalendar) -> Outcome:
        """In workdays on which the bank had the turn.

        ``steps``: whose turn it became, from the beginning of the referral on. Raises what the calendar raises for a
        year it does not hold.
        """
        held = [step for step in steps if step.day <= self.start]
        turn = held[-1].turn if held else BANK
        walked = [Step(self.start, turn), *(step for step in steps if self.start < step.day <= self.end)]
        return Outcome(days_of_each(walked, self.end, calendar)[BANK], self.cause)


def walk(acts: Iterable[Act], kind: str, until: date) -> Spell | None:
    """The wait of ``kind`` that ``acts`` (in their order) tell of; None where it never began by ``until``.

    A decline that was taken back ended nothing. An act after the end changes nothing.
    """
    start: date | None = None
    end: tuple[date, str] | None = None
    for act in acts:
        if act.day > until:
            break
        if start is None:
            start = act.day if act.action in BEGINS[kind] else None
        elif end is not None and act.action in TAKEN_BACK:
            end = None
        elif end is None and act.action in ENDS[kind]:
            end = act.day, ENDS[kind][act.action]
    if start is None:
        return None
    return Spell(start, end[0], end[1]) if end else Spell(start, until, None)
