"""What goes into a plan and what comes out of it; how much a pair is worth; the hash of a frozen plan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from matchmaking.domain.money import Money

YUAN = 100
"""Fen. Plans are reckoned in whole yuan: amounts rounded up, quotas down, so that no quota is passed by rounding."""
FULL = 100_000
"""Full degree of fit, in thousandths of a point."""
MILLION = 1_000_000
MILLI, POINT = 1_000, 10_000
"""A point of a plan is 10,000 yuan at full fit; prices are kept in thousandths of one."""
FIRST_LOAN, MICRO, COUNTY = "first_loan", "micro", "county"
GROUPS = (MICRO, FIRST_LOAN, COUNTY)
"""Whom a fairness floor protects: micro firms, firms without a loan so far, the firms of each county."""

Line = tuple[str, str, int, int]
"""Public key of the need, of the product, number of its version, amount in minor units."""


def worth_of(amount: Money, points: int) -> int:
    """What a pair is worth to the plan, in whole yuan: the amount times the degree of fit.

    The one place that values a pair; a measured chance that money follows may take the degree's place here.
    """
    return amount.minor * points // (FULL * YUAN)


def digest_of(lines: Iterable[Line]) -> str:
    """The hash by which a frozen plan is known again, 64 hexadecimal digits.

    Each chosen pair is one line ``<need> TAB <product> TAB <version> TAB <amount in fen>``; lines are sorted by their
    bytes, ended by a line feed each, joined and hashed as UTF-8 with SHA-256, as the hash of a list is.
    """
    written = sorted(f"{need}\t{product}\t{version}\t{minor}".encode() for need, product, version, minor in lines)
    return sha256(b"".join(line + b"\n" for line in written)).hexdigest()


@dataclass(frozen=True, slots=True)
class Applicant:
    """A firm of the list. ``need_key`` is None where it has no posted need that is open; ``barred`` says why it cannot
    be matched (``models.UNPLACED``), empty where it can."""

    position: int
    firm: str
    area_code: str
    asked_minor: int
    need_key: str | None = None
    amount: Money | None = None
    micro: bool = False
    first_loan: bool = False
    barred: str = ""


@dataclass(frozen=True, slots=True)
class Offering:
    """A product version in force. ``quota_minor``: what is left of its quota on the day; None keeps none."""

    product_id: int
    product_key: str
    version_id: int
    version: int
    bank_id: int
    quota_minor: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """An eligible pair, by places in the applicants and the offerings."""

    applicant: int
    offering: int
    points: int


@dataclass(frozen=True, slots=True)
class Question:
    """Everything that a run reads, on a day under a policy. ``shares``: kind of floor → ppm of a group's firms that
    have a candidate."""

    on: date
    policy_version: str
    applicants: tuple[Applicant, ...]
    offerings: tuple[Offering, ...]
    candidates: tuple[Candidate, ...]
    count_most: int
    per_need: int
    shares: dict[str, int]
    pinned: frozenset[tuple[str, int]] = frozenset()
    """(need, product id)."""
    forbidden: frozenset[tuple[str, int]] = frozenset()


@dataclass(frozen=True, slots=True)
class Floor:
    """A fairness floor: recommendations that a group's firms have to get at least, and got."""

    kind: str
    area: str
    firms: int
    least: int
    got: int

    def plain(self) -> dict[str, str | int]:
        """As JSON keeps it."""
        return {"kind": self.kind, "area": self.area, "firms": self.firms, "least": self.least, "got": self.got}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run found. ``chosen``: places of candidates; ``unplaced``: place of an applicant → why; prices per
    offering in thousandths of a point, as ``models.AllocationPrice`` keeps them."""

    chosen: tuple[int, ...]
    unplaced: dict[int, str]
    per_wan: tuple[int, ...]
    per_firm: tuple[int, ...]
    floors: tuple[Floor, ...]
    value: int
    bound: int
    bound_by: str
    placed: int
    placed_most: int
    candidates: int = field(default=0)
    """Applicants with at least one candidate."""
