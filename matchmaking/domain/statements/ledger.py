"""The ledger of a portfolio known only from statements: where each signed amount went, adding up to the cent.

For one agreement with original S, disbursed D, cancelled C and undisbursed U as stated: SP min(D, max(S, 0)) · SO
D − SP · SC C · SW U · SD S − D − C − U (signed). Nothing is paid within an original below zero. Where the source states
no U, what is left of S after D and C is undisbursed: agreed is not paid. Where it states no D: SX when first money is
known, SN when not, the whole S.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.positions import Position

BUCKETS = ("SP", "SO", "SC", "SW", "SD", "SX", "SN")
"""In the order of display: paid within the original, over-disbursed, cancelled, undisbursed, statement difference,
paid but amount not stated, nothing stated."""

AGED = ("SW", "SN")
"""Buckets told by days since signing."""

AGE_BANDS = (30, 90, 180, 360)
"""Last days of the closed bands; the rulebook's ``age_band_*_days`` may replace them."""


@dataclass(slots=True)
class Bucket:
    """``minor``: sum in minor units. ``count``: agreements with any of their amount in it. ``ages``: band →
    (minor, count).
    """

    minor: int = 0
    count: int = 0
    ages: dict[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StatementLedger:
    """Signed agreements of one currency. The buckets add up to ``signed_minor``.

    ``signed``: agreements in it. ``without_original``: signed agreements whose amount is not stated; they are in no
    bucket.
    """

    currency: str | None
    signed: int
    signed_minor: int
    without_original: int
    buckets: Mapping[str, Bucket]

    @property
    def closes(self) -> bool:
        """Whether the buckets add up, to the minor unit."""
        return sum(bucket.minor for bucket in self.buckets.values()) == self.signed_minor


def shares(position: Position) -> dict[str, int]:
    """Bucket → minor units of one agreement; empty where its original amount is not stated. Adds up to the original."""
    original, disbursed = position.original, position.disbursed
    if original is None:
        return {}
    if disbursed is None:
        return {"SN" if position.first_money_on is None else "SX": original}
    cancelled = position.cancelled or 0
    rest = original - disbursed - cancelled
    undisbursed = max(0, rest) if position.undisbursed is None else position.undisbursed
    within = min(disbursed, max(original, 0))
    found = {
        "SP": within,
        "SO": disbursed - within,
        "SC": cancelled,
        "SW": undisbursed,
        "SD": rest - undisbursed,
    }
    return {bucket: minor for bucket, minor in found.items() if minor}


def ledger_of(positions: Iterable[Position], *, as_of: date, age_bands: tuple[int, ...] = AGE_BANDS) -> StatementLedger:
    """The ledger of the signed among ``positions`` on ``as_of``.

    Raises :class:`Refusal` ``statement_currencies`` when they are of several currencies.
    """
    buckets = {name: Bucket() for name in BUCKETS}
    for name in AGED:
        buckets[name].ages = {band_of(days, age_bands): (0, 0) for days in (*age_bands, age_bands[-1] + 1)}
    signed = total = without = 0
    currencies: set[str] = set()
    for position in positions:
        if position.signed_on is None:
            continue
        signed += 1
        currencies.add(position.currency)
        total += position.original or 0
        without += position.original is None
        band = band_of((as_of - position.signed_on).days, age_bands)
        for name, minor in shares(position).items():
            _add(buckets[name], minor, band)
    if len(currencies) > 1:
        raise Refusal(Reason("statement_currencies", {"currencies": ", ".join(sorted(currencies))}))
    return StatementLedger(next(iter(currencies), None), signed, total, without, buckets)


def band_of(days: int, age_bands: tuple[int, ...] = AGE_BANDS) -> str:
    """``0-30``, ``31-90`` … ``361+`` for ``days`` since signing (a signing after the day counts as 0)."""
    first = 0
    for last in age_bands:
        if days <= last:
            return f"{first}-{last}"
        first = last + 1
    return f"{first}+"


def _add(bucket: Bucket, minor: int, band: str) -> None:
    bucket.minor += minor
    bucket.count += 1
    if bucket.ages:
        held, count = bucket.ages[band]
        bucket.ages[band] = (held + minor, count + 1)
