"""Reading what a bureau's day begins with: referrals whose bank is late, firms by area and state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.domain.turns import BANK
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals.clock import IN_HAND
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import seen_by
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import STATES
from matchmaking.registry.enterprises.queries import seen_by as firms_seen_by
from matchmaking.registry.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class LateReferral:
    """A referral whose bank owes an answer since ``due_on``, or, after accepting, a decision."""

    referral: Referral
    need_key: str
    firm: str
    bank: str


@dataclass(frozen=True, slots=True)
class AreaFirms:
    """Firms of one county by state."""

    area_code: str
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All of them, closed ones too."""
        return sum(self.counts.values())


def late_referrals(session: Session, viewer: Viewer, *, on: date, limit: int) -> tuple[list[LateReferral], int]:
    """Referrals of the viewer's jurisdiction beyond their clock on ``on``, the longest late first, and how many there
    are; one SQL statement. While firm or third party has the turn the bank's clock stands and nobody is late."""
    due = case((Referral.state == "sent", Referral.due_on), else_=Referral.decide_by)
    late = or_(
        and_(Referral.state == "sent", Referral.due_on < on),
        and_(Referral.state.in_(IN_HAND), Referral.decide_by < on),
    )
    firm = aliased(Organisation)
    asked = (
        select(Referral, Need.public_key, firm.name, Organisation.name, func.count().over())
        .join(Need, Need.id == Referral.need_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .join(firm, firm.id == Need.organisation_id)
        .where(seen_by(viewer), late, Referral.turn == BANK)
    )
    rows = session.execute(asked.order_by(due, Referral.id).limit(limit)).all()
    return [LateReferral(*row[:4]) for row in rows], rows[0][4] if rows else 0


def firms_by_area(session: Session, viewer: Viewer) -> list[AreaFirms]:
    """Firms the viewer may see, by county and state, in order of the counties' codes; one SQL statement."""
    asked = (
        select(Organisation.area_code, Enterprise.state, func.count())
        .select_from(Enterprise)
        .join(Organisation, Organisation.id == Enterprise.organisation_id)
        .where(firms_seen_by(viewer))
        .group_by(Organisation.area_code, Enterprise.state)
    )
    found: dict[str, dict[str, int]] = {}
    for area, state, count in session.execute(asked):
        found.setdefault(area, dict.fromkeys(STATES, 0))[state] = count
    return [AreaFirms(area, found[area]) for area in sorted(found)]
