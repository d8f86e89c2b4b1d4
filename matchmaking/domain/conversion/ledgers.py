"""Ledgers of grades: the signings of one grade and one currency, added up bucket by bucket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matchmaking.domain.conversion.ageing import SigningLedger
from matchmaking.domain.conversion.buckets import ON_SCREEN
from matchmaking.domain.money import Money


@dataclass(frozen=True, slots=True)
class BucketRow:
    """One bucket of a grade. ``count`` signings have money in it (counts do not add up); ``bands`` are (age band,
    amount).
    """

    bucket: str
    amount: Money
    verified: Money
    count: int
    bands: tuple[tuple[str, Money], ...]


@dataclass(frozen=True, slots=True)
class GradeLedger:
    """The ledger of one grade. ``rows`` hold every bucket, in screen order, and add up to ``signed`` exactly."""

    instrument: str
    currency: str
    signed: Money
    count: int
    rows: tuple[BucketRow, ...]
    excess: Money

    def row(self, bucket: str) -> BucketRow:
        """The row of ``bucket``."""
        return next(row for row in self.rows if row.bucket == bucket)

    def amount(self, *names: str) -> Money:
        """What stands in the named buckets together."""
        return Money.total((row.amount for row in self.rows if row.bucket in names), self.currency)

    def verified(self, *names: str) -> Money:
        """The verified part of the named buckets together."""
        return Money.total((row.verified for row in self.rows if row.bucket in names), self.currency)


def grade_ledger(
    instrument: str, currency: str, ledgers: Iterable[SigningLedger], bands: tuple[str, ...]
) -> GradeLedger:
    """``ledgers`` of one grade and currency added up; ``bands`` are all age bands, youngest first."""
    held = list(ledgers)
    amounts = {bucket: dict.fromkeys(bands, 0) for bucket in ON_SCREEN}
    verified = dict.fromkeys(ON_SCREEN, 0)
    counts = dict.fromkeys(ON_SCREEN, 0)
    for ledger in held:
        for line in ledger.lines:
            amounts[line.bucket][ledger.age_band] += line.amount.minor
            verified[line.bucket] += line.verified.minor
            counts[line.bucket] += 1
    rows = tuple(
        BucketRow(
            bucket,
            Money(sum(amounts[bucket].values()), currency),
            Money(verified[bucket], currency),
            counts[bucket],
            tuple((band, Money(amount, currency)) for band, amount in amounts[bucket].items()),
        )
        for bucket in ON_SCREEN
    )
    signed = Money(sum(ledger.original.minor for ledger in held), currency)
    excess = Money(sum(ledger.excess.minor for ledger in held), currency)
    return GradeLedger(instrument, currency, signed, len(held), rows, excess)
