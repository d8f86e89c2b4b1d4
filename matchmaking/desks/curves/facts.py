"""The waits that are told, what ends each of them, and by what they are told apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from matchmaking.domain.conversion.shown_curves import MARKS, SOON
from matchmaking.domain.conversion.survival import Outcome
from matchmaking.domain.conversion.waits import CAUSES, FIRST, FULL, PAID, TOLD, VERIFIED

ACCEPTED, APPROVED = "accepted", "approved"
DECLINED, REFUSED, STOPPED, WITHDRAWN, EXPIRED, MERGED = (
    "declined", "refused", "stopped", "withdrawn", "expired", "merged",
)  # fmt: skip
ALL, BANK, PRODUCT, GRADE, EVENT, AREA = "all", "bank", "product", "grade", "event", "area"


@dataclass(frozen=True, slots=True)
class Wait:
    """One kind of wait. ``causes``: what ends it, the outcome waited for first; ``by``: how it is told apart.

    ``tab`` names the page's tab; waits of one tab are readings of one question. ``own``: in workdays on which the bank
    itself had the turn, else in calendar days. ``source``: the ``papers`` of a portfolio of cases,
    the ``market`` of the city, or a ``statement``.
    """

    code: str
    tab: str
    causes: tuple[str, ...]
    by: tuple[str, ...]
    own: bool = False
    upto: str = ""
    money: str = ""
    source: str = "papers"

    @property
    def main(self) -> str:
        """The outcome waited for."""
        return self.causes[0]

    @property
    def marks(self) -> tuple[int, ...]:
        """Days on which its curves are told."""
        return MARKS if self.money else (*SOON, *MARKS)


_NEED = (ACCEPTED, WITHDRAWN, EXPIRED, MERGED)
_SENT = (ACCEPTED, DECLINED, WITHDRAWN, EXPIRED, MERGED)
_DECIDED = (APPROVED, REFUSED, STOPPED, WITHDRAWN, MERGED)
_OF_BANK, _OF_PAPER = (ALL, BANK, PRODUCT), (ALL, BANK, PRODUCT, GRADE, EVENT)
PAPERS, THE_MARKET, STATEMENT = "papers", "market", "statement"

WAITS: Mapping[str, Wait] = {
    wait.code: wait
    for wait in (
        Wait("sign_first_verified", "sign_first", CAUSES, _OF_PAPER, upto=FIRST, money=VERIFIED),
        Wait("sign_first_told", "sign_first", CAUSES, _OF_PAPER, upto=FIRST, money=TOLD),
        Wait("sign_full_verified", "sign_full", CAUSES, _OF_PAPER, upto=FULL, money=VERIFIED),
        Wait("sign_full_told", "sign_full", CAUSES, _OF_PAPER, upto=FULL, money=TOLD),
        Wait("need_accept", "need_accept", _NEED, (ALL, AREA), source=THE_MARKET),
        Wait("sent_accept", "sent_accept", _SENT, _OF_BANK, source=THE_MARKET),
        Wait("sent_accept_own", "sent_accept", _SENT, _OF_BANK, own=True, source=THE_MARKET),
        Wait("accept_decision", "accept_decision", _DECIDED, _OF_BANK, source=THE_MARKET),
        Wait("accept_decision_own", "accept_decision", _DECIDED, _OF_BANK, own=True, source=THE_MARKET),
        Wait("statement_first", "statement_first", (PAID,), (ALL, PRODUCT, BANK, AREA), money=TOLD, source=STATEMENT),
    )
}
"""Every wait by its code, in the order of the page."""
MONEY, MARKET = (tuple(wait for wait in WAITS.values() if wait.source == one) for one in (PAPERS, THE_MARKET))
CITY = "city"
"""The portfolio whose market is this platform's own: only there needs and referrals are known."""


def waits_of(kind: str, code: str) -> tuple[Wait, ...]:
    """What is waited for in a portfolio of ``kind`` with ``code``, in the order of the page."""
    known = {STATEMENT} if kind == "statement" else {PAPERS, THE_MARKET} if code == CITY else {PAPERS}
    return tuple(wait for wait in WAITS.values() if wait.source in known)


@dataclass(frozen=True, slots=True)
class Case:
    """One wait that began: public ``key`` of the paper, referral or need, and its groups (by what → key, name)."""

    key: str
    outcome: Outcome
    groups: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cases:
    """All that waited, and how many stand apart: why → number."""

    cases: tuple[Case, ...]
    apart: Mapping[str, int] = field(default_factory=dict)
