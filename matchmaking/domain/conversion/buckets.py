"""The buckets of the ageing ledger (N7), and the waterfall that gives every yuan to exactly one of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matchmaking.domain.conversion.facts import BANK, FIRM, GUARANTOR, PERMIT
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason

K0, K1 = "K0", "K1"
A1, A2, A3, A4, A5 = "A1", "A2", "A3", "A4", "A5"
C1, C2, C3, C4 = "C1", "C2", "C3", "C4"
W0, W1, W2, W3, W4, W5, W6 = "W0", "W1", "W2", "W3", "W4", "W5", "W6"
U = "U"

WATERFALL = (K0, K1, A4, A5, A3, A1, A2, C1, C2, C3, C4, W6, W1, W2, W3, W4, W5, W0, U)
"""Order of judgement: the first rule that matches takes the yuan."""

ON_SCREEN = (A1, A2, A3, A4, A5, W6, W1, W2, W3, W4, W5, W0, C1, C2, C3, C4, K0, K1, U)
"""Order of display."""

PAID = frozenset({A1, A2, A3, A4, A5})
"""Money left, by any source: 已放款（银行报送口径）."""
WAITING = frozenset({W0, W1, W2, W3, W4, W5, W6})
CLOSED = frozenset({C1, C2, C3, C4})
MERGED = frozenset({K0, K1})
FAMILIES = {"paid": PAID, "waiting": WAITING, "closed": CLOSED, "merged": MERGED, "unexplained": frozenset({U})}
"""已放款, 在途有说法, 已了结, 归并与转出, 没有说法."""

HOLDERS = {FIRM: W1, GUARANTOR: W2, BANK: W3, PERMIT: W4}
"""The bucket of an open condition by who holds it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One allocation: ``amount`` of a signing stands in ``bucket`` because of ``reason``, on the word of ``facts``
    (keys).

    ``verified`` is the part of a paid bucket that two independent parties stand behind.
    """

    bucket: str
    amount: Money
    verified: Money
    reason: Reason
    facts: tuple[str, ...] = ()


class Waterfall:
    """Gives ``total`` minor units away, bucket by bucket; the lines always add up to it after :meth:`settle`."""

    def __init__(self, total: Money) -> None:
        self.rest = total.minor
        self.currency = total.currency
        self._lines: list[Line] = []

    def take(
        self, bucket: str, wanted: int | None, reason: Reason, facts: Iterable[str] = (), *, verified: int = 0
    ) -> int:
        """Up to ``wanted`` minor units (all that is left, when None) into ``bucket``; returns what it got."""
        amount = self.rest if wanted is None else max(0, min(self.rest, wanted))
        if amount:
            self.rest -= amount
            money, sure = Money(amount, self.currency), Money(min(verified, amount), self.currency)
            self._lines.append(Line(bucket, money, sure, reason, tuple(facts)))
        return amount

    def settle(self, reason: Reason) -> tuple[Line, ...]:
        """The rest into U, and all lines, one per bucket, in the order of the waterfall."""
        self.take(U, None, reason)
        return tuple(sorted(self._lines, key=lambda line: WATERFALL.index(line.bucket)))
