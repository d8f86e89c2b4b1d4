"""Beside the ledger: the same grade by bank and by county, and who has not reported. Read, never reckoned."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.delivery.disbursements.monthly import MISSING, Month, ReportingPosition, reporting_positions
from matchmaking.delivery.findings.largest import Pressing, largest_open
from matchmaking.desks.office.setting import Setting
from matchmaking.domain.conversion.buckets import U
from matchmaking.domain.pinyin import in_pinyin_order
from matchmaking.foundation.access.viewer import Viewer

FEWEST = 5
"""Papers under which nothing is said of a bank beyond its own figures: 件数不足，不评."""


@dataclass(frozen=True, slots=True)
class Share:
    """One bank's or county's part of a grade; amounts in minor units."""

    name: str
    count: int
    signed_minor: int
    verified_minor: int
    unexplained_minor: int

    @property
    def too_few(self) -> bool:
        """Whether its papers are too few to say anything of it."""
        return self.count < FEWEST


@dataclass(frozen=True, slots=True)
class Reporting:
    """Who has reported the last full month. ``missing`` banks are named, with what they signed."""

    month: Month
    reported: int
    zero: int
    missing: Sequence[ReportingPosition]

    @property
    def missing_minor(self) -> int:
        """Contracts signed with banks that have not reported."""
        return sum(one.signed_minor for one in self.missing)


@dataclass(frozen=True, slots=True)
class Tables:
    """What stands below the ledger of a portfolio of cases."""

    banks: Sequence[Share]
    areas: Sequence[Share]
    reporting: Reporting | None
    pressing: Sequence[Pressing]


def tables_of(session: Session, viewer: Viewer, setting: Setting, snapshot: AuditSnapshot, grade: str) -> Tables:
    """Four SQL statements, whatever the number of agreements."""
    shares = _shares(session, snapshot, grade)
    return Tables(
        banks=shares_by(shares, 0),
        areas=shares_by(shares, 1),
        reporting=_reporting(session, viewer, setting),
        pressing=largest_open(session, viewer, setting.portfolio, until=setting.as_of, on=setting.known_on),
    )


def areas_of(session: Session, snapshot: AuditSnapshot, grade: str) -> list[Share]:
    """The grade by county; one SQL statement."""
    return shares_by(_shares(session, snapshot, grade), 1)


def _shares(session: Session, snapshot: AuditSnapshot, grade: str) -> list[tuple[tuple[str, str], Share]]:
    return shares_of(session, snapshot.id, (AuditRow.lender, AuditRow.area_name), AuditRow.grade == grade)


def shares_of(
    session: Session, snapshot: int, names: tuple[Any, Any], *which: ColumnElement[bool]
) -> list[tuple[tuple[str, str], Share]]:
    """Members of the ledger of ``snapshot`` (id) among ``which`` rows, by two columns; conditions may be on the
    agreement too. One SQL statement; a paper counts once, however many pieces of it are unexplained."""
    row = AuditRow
    piece = (
        select(AuditLine.agreement_id, func.sum(AuditLine.amount_minor).label("minor"))
        .where(AuditLine.snapshot_id == snapshot, AuditLine.bucket == U)
        .group_by(AuditLine.agreement_id)
        .subquery()
    )
    asked = (
        select(
            *names, func.count(), func.coalesce(func.sum(row.signed_minor), 0),
            func.coalesce(func.sum(row.verified_minor), 0), func.coalesce(func.sum(piece.c.minor), 0),
        )
        .join(Agreement, Agreement.id == row.agreement_id)
        .outerjoin(piece, piece.c.agreement_id == row.agreement_id)
        .where(row.snapshot_id == snapshot, row.standing == "member", *which)
        .group_by(*names)
    )  # fmt: skip
    return [
        ((one or "", other or ""), Share("", *(int(count) for count in counts)))
        for one, other, *counts in session.execute(asked)
    ]


def shares_by(shares: Iterable[tuple[tuple[str, str], Share]], place: int) -> list[Share]:
    """Shares added up by one of their two names, in order of that name."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for names, one in shares:
        held = (one.count, one.signed_minor, one.verified_minor, one.unexplained_minor)
        sums[names[place]] = [a + b for a, b in zip(sums[names[place]], held, strict=True)]
    return [Share(name, *sums[name]) for name in sorted(sums, key=in_pinyin_order)]


def _reporting(session: Session, viewer: Viewer, setting: Setting) -> Reporting | None:
    month = Month.of(setting.as_of)
    month = month if month.last == setting.as_of else month.before
    found = reporting_positions(session, viewer, setting.portfolio, month)
    if not found:
        return None
    missing = sorted((one for one in found if one.state == MISSING), key=lambda one: in_pinyin_order(one.lender))
    zero = sum(one.state == "zero" for one in found)
    return Reporting(month, len(found) - len(missing) - zero, zero, missing)
