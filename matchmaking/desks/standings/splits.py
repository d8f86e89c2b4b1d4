"""The same contracts, split: one cohort, one measure, one table per question (F14, F21, N31)."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.desks.standings.facts import CUTS
from matchmaking.desks.standings.models import BankCase, BankStanding
from matchmaking.domain.chains import NO_CHAIN
from matchmaking.domain.conversion.banks.cases import FACTORS, UNTOLD
from matchmaking.domain.money import per_million
from matchmaking.domain.pinyin import in_pinyin_order
from matchmaking.rulebook.reference import chain_table, divisions

WAYS = (*FACTORS, *CUTS)
BY_NAME = ("area",)
"""Ways whose levels are names as they are, not codes with words."""
APART = (NO_CHAIN, UNTOLD)
"""Levels that are no group of their own: they come after the others."""


@dataclass(frozen=True, slots=True)
class Part:
    """One level. ``ppm``: verified over signed; None under the fewest cases that a rate is said of."""

    level: str
    count: int
    signed_minor: int
    verified_minor: int
    ppm: int | None
    share_ppm: int
    """Its part of everything signed in the cohort."""


@dataclass(frozen=True, slots=True)
class Member:
    """One contract behind a figure."""

    key: str
    firm: str
    lender: str
    signed_minor: int
    verified_minor: int


@dataclass(frozen=True, slots=True)
class Split:
    """A way of splitting one cohort. ``digest``: of its members' public keys; the parts add up to the cohort.

    ``members``: the contracts of the level asked for, the most unpaid first.
    """

    way: str
    parts: Sequence[Part]
    count: int
    signed_minor: int
    verified_minor: int
    digest: str
    members: Sequence[Member] = ()

    def share_of(self, level: str) -> int | None:
        """Part of what was signed that has ``level``, among contracts of which it is known; None where of none."""
        known = sum(part.signed_minor for part in self.parts if part.level != UNTOLD)
        own = sum(part.signed_minor for part in self.parts if part.level == level)
        return per_million(own, known) if known else None


def level_names(way: str, day: date, language: str) -> dict[str, str]:
    """Level → its name, of ways whose levels stand in a table of the rulebook: zones, and the chains of ``day``."""
    if way == "park":
        return {zone.code: zone.en if language == "en" else zone.zh for zone in divisions().zones}
    return {one.code: one.name(language) for one in chain_table(day).chains} if way == "chain" else {}


def split(
    session: Session, snapshot: AuditSnapshot | None, way: str, fewest: int, names: Mapping[str, str] | None = None,
    level_asked: str = "",
) -> Split:  # fmt: skip
    """The loan contracts due in ``snapshot`` by ``way``, levels in the order of the sound of their ``names``; one SQL
    statement, none without a snapshot.
    """
    members: list[str] = []
    behind: list[Member] = []
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    if snapshot is not None:
        row = and_(AuditRow.snapshot_id == snapshot.id, AuditRow.agreement_id == BankCase.agreement_id)
        asked = (
            select(BankCase, AuditRow.public_key, AuditRow.external_id, AuditRow.firm, AuditRow.lender)
            .join(BankStanding, BankStanding.id == BankCase.standing_id)
            .join(AuditRow, row)
            .where(BankStanding.snapshot_id == snapshot.id)
        )
        for case, key, number, firm, lender in session.execute(asked).tuples():
            members.append(key)
            held = (1, case.signed_minor, min(case.verified_minor, case.signed_minor))
            level = str(case.kind.get(way, UNTOLD))
            if level == level_asked:
                behind.append(Member(key, firm or number, lender or "", *held[1:]))
            sums[level] = [a + b for a, b in zip(sums[level], held, strict=True)]
    signed = sum(held[1] for held in sums.values())
    parts = [
        Part(
            level,
            held[0],
            held[1],
            held[2],
            per_million(held[2], held[1]) if held[0] >= fewest else None,
            per_million(held[1], signed),
        )
        for level, held in sorted(sums.items(), key=lambda one: _place(one[0], names or {}))
    ]
    digest = hashlib.sha256("\n".join(sorted(members)).encode()).hexdigest()
    behind.sort(key=lambda one: (one.verified_minor - one.signed_minor, one.key))
    return Split(way, parts, len(members), signed, sum(part.verified_minor for part in parts), digest, behind)


def _place(level: str, names: Mapping[str, str]) -> tuple[int, tuple[bytes, str]]:
    return (APART.index(level) + 1 if level in APART else 0), in_pinyin_order(names.get(level, level))
