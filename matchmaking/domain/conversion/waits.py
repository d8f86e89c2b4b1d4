"""From signing to first and to full money, as one audit saw each paper: how long, and what ended the wait.

Asked of contracts, whose paper promises a loan; intents wait for a contract instead. Two readings stand apart and are
never mixed: ``told`` believes any source that money left, ``verified`` asks for two independent parties, and leaves out
a paper whose flag was upheld. Whoever still waits on the audit's day is cut off there, not dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.conversion.ageing import SigningLedger
from matchmaking.domain.conversion.facts import Exit, Fact, Signing
from matchmaking.domain.conversion.instruments import CONTRACTS
from matchmaking.domain.conversion.survival import Outcome

PAID, ENDED, GIVEN_UP, CUT, LAPSED, CONVERTED = "paid", "ended", "given_up", "cut", "lapsed", "converted"
"""What ends the wait for money: it came, C2, C1, C3, C4, or a line that passed into a loan contract (K1)."""
CAUSES = (PAID, ENDED, GIVEN_UP, CUT, LAPSED, CONVERTED)
CLOSING = {b.C1: GIVEN_UP, b.C2: ENDED, b.C3: CUT, b.C4: LAPSED, b.K1: CONVERTED}

FIRST, FULL = "first", "full"
TOLD, VERIFIED = "told", "verified"


@dataclass(frozen=True, slots=True)
class Waited:
    """One paper's wait."""

    signing: Signing
    outcome: Outcome


def waits_for_money(
    ledgers: Iterable[SigningLedger], facts: Mapping[str, Fact], *, upto: str, money: str, as_of: date
) -> Iterator[Waited]:
    """How long each contract waited for its first money (``upto`` first) or for all of it (full).

    ``money``: told or verified. ``facts``: by key, what ``ledgers`` stand on. Left out: what is no contract, a paper
    merged by a verdict, one over nothing, and of ``full`` revolving lines, which are drawn as needed.
    """
    for ledger in ledgers:
        signing = ledger.signing
        if not asked(ledger) or (upto == FULL and signing.revolving):
            continue
        reached = _reached(ledger, ledger.original.minor if upto == FULL else 1, money)
        on, cause = (reached, PAID) if reached else _closed(ledger, facts, upto, money)
        waited = max(0, ((on or as_of) - signing.signed_on).days)
        yield Waited(signing, Outcome(waited, cause))


def asked(ledger: SigningLedger) -> bool:
    """Whether a paper promises money that can be waited for."""
    merged = any(line.bucket == b.K0 for line in ledger.lines)
    return ledger.signing.instrument in CONTRACTS and ledger.original.minor > 0 and not merged


def _reached(ledger: SigningLedger, wanted: int, money: str) -> date | None:
    """The value day on which what was paid came to ``wanted`` minor units."""
    if money == VERIFIED and ledger.flagged:
        return None
    total = 0
    for row in ledger.rows:
        total += (row.verified if money == VERIFIED else row.counted).minor
        if total >= wanted:
            return row.disbursement.value_on
    return None


def _closed(ledger: SigningLedger, facts: Mapping[str, Fact], upto: str, money: str) -> tuple[date | None, str | None]:
    """When and how the wait ended without the money; nothing and nothing while it may still come."""
    left = ledger.amount(*b.WAITING, b.U).minor
    # money on the bank's word alone may be verified yet, so its wait goes on
    unsure = money == VERIFIED and ledger.with_money.minor > ledger.verified.minor
    if left or unsure or (upto == FIRST and ledger.with_money.minor):
        return None, None
    ends = [
        (day, CLOSING[line.bucket])
        for line in ledger.lines
        if line.bucket in CLOSING and (day := _day_of(ledger.signing, line, facts)) is not None
    ]
    return max(ends, default=(None, None))


def _day_of(signing: Signing, line: b.Line, facts: Mapping[str, Fact]) -> date | None:
    """The day on which a closing line took effect."""
    if line.bucket == b.C4:
        return None if signing.available_until is None else signing.available_until + timedelta(days=1)
    told = [facts[key] for key in line.facts if key in facts]
    days = [fact.happened_on if isinstance(fact, Exit) else fact.signed_on for fact in told
            if isinstance(fact, Exit | Signing)]  # fmt: skip
    return max(days, default=None)
