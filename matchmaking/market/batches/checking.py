"""Rows of a list before they are taken: who each firm is, and what speaks against it. Nothing is half-taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.amount_guard import amount_doubt
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.market.batches.facts import MemberTold
from matchmaking.market.batches.models import Batch
from matchmaking.market.batches.queries import positions_taken
from matchmaking.market.needs.models import Need
from matchmaking.market.needs.shortfalls import guard_bounds
from matchmaking.registry.enterprises.models import Enterprise, EnterpriseProfile
from matchmaking.registry.enterprises.queries import current_profile
from matchmaking.registry.organisations.models import Organisation

AT_ONCE = 500
"""Codes asked for in one statement; both engines bound the number of parameters."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A row with the firm it names. ``faults`` keep it out; ``doubt`` asks whether the unit slipped."""

    told: MemberTold
    organisation: Organisation | None
    faults: tuple[Reason, ...]
    doubt: Reason | None = None

    @property
    def good(self) -> bool:
        """Whether it may be taken as it stands."""
        return not self.faults and (self.doubt is None or self.told.confirmed)


def check_rows(
    session: Session, batch: Batch, rows: Sequence[MemberTold], *, on: date, jurisdiction: str = EVERYWHERE
) -> list[Checked]:
    """Every row judged against the registry, the list and the other rows, in their order; codes are canonical.

    Two SQL statements for five hundred rows, and one more where needs are named.
    """
    known = _known(session, [row.uscc for row in rows], on)
    owners = _owners(session, [row.need_key for row in rows if row.need_key])
    taken = dict(positions_taken(session, batch.id))
    start, found = len(taken), []
    for told in rows:
        row = known.get(told.uscc)
        if row is None:
            found.append(Checked(told, None, (Reason("batch_firm_unknown", {"code": told.uscc}),)))
            continue
        organisation, revenue = row
        faults = tuple(_faults(told, organisation, taken, owners, jurisdiction))
        taken.setdefault(organisation.id, start := start + 1)
        found.append(Checked(told, organisation, faults, amount_doubt(told.asked, revenue, guard_bounds(on))))
    return found


def _faults(
    told: MemberTold, firm: Organisation, taken: dict[int, int], owners: dict[str, int], jurisdiction: str
) -> Iterator[Reason]:
    if firm.id in taken:
        yield Reason("batch_firm_twice", {"firm": firm.name, "position": taken[firm.id]})
    if not firm.active:
        yield Reason("batch_firm_closed", {"firm": firm.name})
    if jurisdiction not in (EVERYWHERE, firm.area_code):
        yield Reason("batch_firm_elsewhere", {"firm": firm.name})
    if told.name and told.name != firm.name:
        yield Reason("batch_name_differs", {"code": told.uscc, "known": firm.name, "given": told.name[:80]})
    if told.need_key and owners.get(told.need_key) != firm.id:
        yield Reason("batch_need_of_other")


def _known(session: Session, codes: Sequence[str], on: date) -> dict[str, tuple[Organisation, Money | None]]:
    """Canonical code → the firm and its yearly revenue on ``on``."""
    found: dict[str, tuple[Organisation, Money | None]] = {}
    for start in range(0, len(codes), AT_ONCE):
        asked: Any = (
            select(Enterprise.uscc, Organisation, EnterpriseProfile.revenue_minor)
            .join(Organisation, Organisation.id == Enterprise.organisation_id)
            .outerjoin(EnterpriseProfile, current_profile(on))
            .where(Enterprise.uscc.in_(codes[start : start + AT_ONCE]))
        )
        for uscc, organisation, revenue in session.execute(asked):
            found[uscc] = (organisation, None if revenue is None else Money(revenue))
    return found


def _owners(session: Session, keys: Sequence[str]) -> dict[str, int]:
    if not keys:
        return {}
    asked = select(Need.public_key, Need.organisation_id).where(Need.public_key.in_(keys))
    return {row[0]: row[1] for row in session.execute(asked)}
