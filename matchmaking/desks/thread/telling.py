"""Deeds as lines of a story: which of them a reader is told, under which title, with what beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from matchmaking.desks.thread.deeds import Deed
from matchmaking.desks.thread.queries import BUREAU, FIRM, OFFICE
from matchmaking.foundation.clock import business_day

Declines = Mapping[tuple[int | None, datetime], Deed]
"""(referral, instant) → the coded reason that a bank gave then."""
LATE_DAYS = 31
"""Our records learning of something later than this is marked."""
GOVERNMENT = (BUREAU, OFFICE)
CONSEQUENCES = {
    "need": {"sign", "refer", "reopen", "restore", "claim"},
    "referral": {"submit", "return", "approve", "refuse", "sign", "undo", "undo_accepted"},
    "turn": {"stop", "restart"},
    "paper": {"countersign"},
}
"""Steps that another line of the same moment tells already."""
NO_OTHER_LINE = {"sign", "submit"}
"""Referral steps that only a reader without agreements is told."""
INSIDE = {
    "decision": {"start", "amend", "submit", "return", "discard"},
    "paper": {"start", "draft", "amend", "discard"},
    "referral": {"assign"},
}
"""The bank's own work, which it need not show the firm or the bureau."""

LOOKS: Mapping[str, tuple[str, str]] = {
    "need": ("file", "act"),
    "referral": ("bank", "act"),
    "decline": ("void", "bad"),
    "turn": ("wait", "wait"),
    "decision": ("pen", "act"),
    "paper": ("pen", "act"),
    "agreement": ("pen", "act"),
    "baseline": ("file", "mute"),
    "condition": ("wait", "wait"),
    "condition_met": ("ok", "ok"),
    "drawable_mark": ("next", "wait"),
    "draw_request": ("next", "wait"),
    "agreement_exit": ("void", "mute"),
    "cut_proposal": ("wait", "wait"),
    "cut_answer": ("file", "mute"),
    "disbursement": ("one", "wait"),
    "confirmation": ("ok", "ok"),
    "third_party_line": ("two", "ok"),
    "verdict": ("two", "ok"),
    "repayment": ("redo", "mute"),
}
"""Kind of deed → (shape, colour): shape and word carry the meaning, colour comes last."""
BY_BANK = ("agreement", "baseline", "condition", "condition_met", "drawable_mark", "cut_proposal", "disbursement",
           "repayment")  # fmt: skip
BY_FIRM = ("draw_request", "confirmation")
ENDS = {"decline", "refuse", "terminate", "withdraw", "take_elsewhere", "recall", "lapse", "merge", "expire", "revoke",
        "turn_down", "discard", "return"}  # fmt: skip
GOES_ON = {"verify", "accept", "approve", "answer", "resume"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``title`` and ``reason`` are codes of words (``reason`` may be empty); ``words`` are a person's own."""

    deed: Deed
    on: date
    known_on: date
    title: str
    reason: str
    words: str
    shape: str
    kind: str
    taken_on: date | None = None
    """The day on which it was taken back; None while it stands."""

    @property
    def side(self) -> str:
        """Whose word a fact without a role is: a code of words, or empty."""
        if self.deed.source in BY_BANK:
            return "side_bank"
        return "side_firm" if self.deed.source in BY_FIRM else "side_office" if self.deed.source == "verdict" else ""

    @property
    def late(self) -> bool:
        """Our records learned of it long after it happened."""
        return (self.known_on - self.on).days > LATE_DAYS

    @property
    def void(self) -> bool:
        """It was taken back later."""
        return self.taken_on is not None


def tell(deeds: Iterable[Deed], reader: str, *, group_of: Callable[[str], str]) -> list[Line]:
    """The story for ``reader``, the earliest day first, within a day in the order in which it became known.

    ``group_of`` gives the first level of a coded reason; government readers see no other.
    """
    told = list(deeds)
    declines = {(deed.place, deed.known_at): deed for deed in told if deed.source == "decline"}
    shown = [deed for deed in told if _is_told(deed, reader, declines)]
    lines = [_line(_without_price(deed, reader), reader, declines, group_of) for deed in shown]
    return sorted(lines, key=lambda line: (line.on, line.deed.known_at))


def _without_price(deed: Deed, reader: str) -> Deed:
    """The bureau reads that a bank decided, not how much it would lend."""
    if reader != BUREAU or deed.source == "need":
        return deed
    return replace(deed, amount_minor=None, due_on=None)


def _is_told(deed: Deed, reader: str, declines: Declines) -> bool:
    if deed.source == "decline":
        return False  # its step of the same instant carries it
    if deed.action in CONSEQUENCES.get(deed.source, ()):
        return reader == BUREAU and deed.source == "referral" and deed.action in NO_OTHER_LINE
    return not (reader in (FIRM, BUREAU) and deed.action in INSIDE.get(deed.source, ()))


def _line(deed: Deed, reader: str, declines: Declines, group_of: Callable[[str], str]) -> Line:
    known_on = business_day(deed.known_at)
    shape, kind = LOOKS[deed.source]
    if deed.action in ENDS:
        shape, kind = "void", "mute"
    elif deed.action in GOES_ON:
        shape, kind = "ok", "ok"
    if deed.source == "confirmation" and deed.code != "right":
        shape, kind = "clash", "bad"
    taken_on = _taken_on(deed, declines)
    if taken_on is not None:
        shape, kind = "void", "mute"
    reason, words = _why(deed, reader, declines, group_of)
    return Line(deed, deed.on or known_on, known_on, title_of(deed), reason, words, shape, kind, taken_on)


def _taken_on(deed: Deed, declines: Declines) -> date | None:
    closed = declines.get((deed.place, deed.known_at)) if deed.source == "referral" else None
    taken_at = deed.taken_at if closed is None else closed.taken_at
    return None if taken_at is None else deed.taken_on or business_day(taken_at)


def title_of(deed: Deed) -> str:
    """The code of a deed's words."""
    if not deed.action:
        return f"deed_{deed.source}" if deed.source.startswith("cut") else f"moment_{deed.source}"
    lifecycle = {"paper": "signing"}.get(deed.source, deed.source)
    return f"done_{lifecycle}_{deed.action}"


def _why(deed: Deed, reader: str, declines: Declines, group_of: Callable[[str], str]) -> tuple[str, str]:
    """The coded reason and a person's own words, as far as ``reader`` may read them."""
    government = reader in GOVERNMENT
    closed = declines.get((deed.place, deed.known_at)) if deed.source == "referral" else None
    if closed is not None:
        return (f"decline_group_{closed.about}", "") if government else (f"decline_{closed.code}", closed.words)
    if deed.source == "decision" and deed.code:
        return (f"decline_group_{group_of(deed.code)}", "") if government else (f"decline_{deed.code}", deed.words)
    if deed.source in ("decision", "paper", "referral", "turn") and government:
        # a bank's words about a firm stay between the two
        return (f"turn_reason_{deed.code}" if deed.source == "turn" and deed.code else ""), ""
    if deed.source == "turn" and deed.code:
        return f"turn_reason_{deed.code}", deed.words
    return "", deed.words
