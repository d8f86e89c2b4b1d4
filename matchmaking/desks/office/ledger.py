"""One grade's ledger as its page shows it: families, buckets, shares, and the bar drawn from them.

Subtotals come from amounts, never from rounded shares. All is read off a snapshot's payload; nothing is reckoned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matchmaking.domain.money import per_million
from matchmaking.foundation.web.charts import Bar, Part, Style, draw_bar
from matchmaking.foundation.web.figures import amount_text, pct
from matchmaking.foundation.web.looks import (
    CLOSED,
    DIFFERENCE,
    FAMILY_ORDER,
    LOOKS,
    MERGED,
    NOT_PAID,
    ORDER,
    PAID,
    UNEXPLAINED,
    WAITING,
)
from matchmaking.foundation.web.words import bucket_name, family_name, w_or

CONTRACTS = ("loan_contract", "credit_line")
CASE_BUCKETS = tuple(code for code in ORDER if not code.startswith("S"))
STATEMENT_BUCKETS = ("SP", "SO", "SW", "SC", "SX", "SN", "SD")
BANDS = ("0-30", "31-90", "91-180", "181-360", "361+")
"""Age since signing in days; their words are ``band_…``."""


@dataclass(frozen=True, slots=True)
class BucketLine:
    """One bucket of a grade. ``share`` is ppm of the signed amount; ``bands`` amounts by age since signing."""

    bucket: str
    amount: int
    verified: int
    count: int
    share: int | None
    bands: tuple[int, ...]

    @property
    def family(self) -> str:
        """The family it belongs to."""
        return LOOKS[self.bucket].family


@dataclass(frozen=True, slots=True)
class Family:
    """Buckets of one family; ``amount`` and ``verified`` are sums of theirs."""

    name: str
    lines: tuple[BucketLine, ...]
    share: int | None

    @property
    def amount(self) -> int:
        """Sum of its buckets."""
        return sum(line.amount for line in self.lines)

    @property
    def verified(self) -> int:
        """Sum of the verified parts."""
        return sum(line.verified for line in self.lines)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of one grade: every line, in screen order, adding up to ``signed``."""

    grade: str
    signed: int
    count: int
    lines: tuple[BucketLine, ...]

    @property
    def families(self) -> tuple[Family, ...]:
        """Families in screen order; one without lines is left out."""
        found = []
        for name in FAMILY_ORDER:
            lines = tuple(line for line in self.lines if line.family == name)
            if lines:
                found.append(Family(name, lines, _share(sum(line.amount for line in lines), self.signed)))
        return tuple(found)

    def amount(self, *buckets: str) -> int:
        """What stands in the named buckets."""
        return sum(line.amount for line in self.lines if line.bucket in buckets)

    def family(self, name: str) -> int:
        """What stands in one family."""
        return sum(line.amount for line in self.lines if line.family == name)

    @property
    def verified(self) -> int:
        """Behind which two independent parties stand."""
        return sum(line.verified for line in self.lines)

    @property
    def paid(self) -> int:
        """Money left, by any source."""
        return self.family(PAID)

    @property
    def unexplained(self) -> int:
        """U."""
        return self.family(UNEXPLAINED)

    @property
    def difference(self) -> int:
        """A statement's own disagreement, signed; 0 where it has none."""
        return self.family(DIFFERENCE)

    @property
    def total(self) -> int:
        """Sum of all lines; equals ``signed`` or the snapshot is broken."""
        return sum(line.amount for line in self.lines)

    @property
    def from_statements(self) -> bool:
        """Whether the buckets are those of statements."""
        return any(line.bucket.startswith("S") for line in self.lines)

    @property
    def not_paid(self) -> tuple[BucketLine, ...]:
        """Lines of money that has not come."""
        return tuple(line for line in self.lines if line.bucket in NOT_PAID and line.amount)


def read_ledger(grade: Mapping[str, Any]) -> Ledger:
    """The ledger of one entry of the payload's ``grades``; buckets it does not name are nil."""
    signed = int(grade["signed_minor"] or 0)
    given = {bucket["bucket"]: bucket for bucket in grade["buckets"]}
    statement = any(code.startswith("S") for code in given)
    lines = []
    for code in STATEMENT_BUCKETS if statement else _case_buckets(str(grade["grade"]), given):
        bucket = given.get(code, {})
        amount = int(bucket.get("amount_minor", 0))
        bands = tuple(int(part) for part in bucket.get("bands", ())) or (0,) * len(BANDS)
        verified, count = int(bucket.get("verified_minor", 0)), int(bucket.get("count", 0))
        lines.append(BucketLine(code, amount, verified, count, _share(amount, signed), bands))
    return Ledger(str(grade["grade"]), signed, int(grade["count"]), tuple(lines))


def _case_buckets(grade: str, given: Mapping[str, Any]) -> tuple[str, ...]:
    # K1 exists for papers of intent only; elsewhere its row would be noise
    used = grade not in CONTRACTS or given.get("K1", {}).get("count")
    return tuple(code for code in CASE_BUCKETS if code != "K1" or used)


def _share(amount: int, signed: int) -> int | None:
    return per_million(amount, signed) if signed > 0 else None


@dataclass(frozen=True, slots=True)
class Bars:
    """The same bar for a desk and for a phone."""

    wide: Bar
    narrow: Bar


def bars(ledger: Ledger, unit: str, address: Mapping[str, str]) -> Bars:
    """Draw ``ledger``; ``address`` leads from a bucket to its agreements."""
    parts = [_part(line, unit, address.get(line.bucket, "")) for line in ledger.lines if line.amount > 0]
    statement = ledger.from_statements
    brackets = {family.name: _bracket(family, unit, statement) for family in ledger.families if family.amount > 0}
    return Bars(
        draw_bar(parts, Style(width=1276, brackets=brackets), whole=ledger.signed),
        draw_bar(parts, Style(width=326, height=52, gap=10, names=False, size=12), whole=ledger.signed),
    )


def small_bar(lines: tuple[BucketLine, ...], signed: int, unit: str) -> Bars:
    """The bar of one agreement."""
    parts = [_part(line, unit, "") for line in lines if line.amount > 0]
    return Bars(
        draw_bar(parts, Style(width=1276, height=48), whole=signed),
        draw_bar(parts, Style(width=326, height=40, gap=10, names=False, size=12), whole=signed),
    )


def _part(line: BucketLine, unit: str, url: str) -> Part:
    look = LOOKS[line.bucket]
    return Part(
        code=line.bucket,
        css=look.css,
        amount=line.amount,
        lines=(f"{line.bucket} {bucket_name(line.bucket)}", amount_text(line.amount, unit)),
        family=look.family,
        verified=line.verified,
        texture=look.texture,
        ink=look.ink,
        plate=look.plate,
        short=w_or(f"bucket_{line.bucket}_short", ""),
        url=url,
    )


def _bracket(family: Family, unit: str, statement: bool) -> tuple[str, str]:
    figure = f"{amount_text(family.amount, unit)}　{pct(family.share)} %"
    if family.name in (CLOSED, MERGED, UNEXPLAINED, DIFFERENCE):
        figure = f"{pct(family.share)} %"
    return family_name(family.name, statement=statement), figure


__all__ = ["BANDS", "WAITING", "Bars", "BucketLine", "Family", "Ledger", "bars", "read_ledger", "small_bar"]
