"""What stands on the market on a day, as matching reads it: open needs with their firms, and products on offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from matchmaking.domain.matching.catalogue import Need as Asked
from matchmaking.domain.matching.catalogue import Product as Offered
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.market.matches.lenders import Lenders
from matchmaking.market.matches.models import RankingChoice
from matchmaking.market.matches.shelf import shelf_on
from matchmaking.market.needs.facts import as_asked
from matchmaking.market.needs.models import Need
from matchmaking.market.products.queries import Offer
from matchmaking.registry.enterprises.facts import FirmFacts
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import firm_facts

STANDING = ("verified", "listed", "referred")
"""States of a need that the bureau has verified and that has no contract yet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One open need: the row, its firm on the day, and what matching reads of both."""

    need: Need
    firm: FirmFacts
    asked: Asked


@dataclass(frozen=True, slots=True)
class Demand:
    """The open needs of one currency on a day, by public key in the order of the keys."""

    standing: Mapping[str, Standing]
    on: date

    @property
    def needs(self) -> Sequence[Asked]:
        """As matching reads them."""
        return [one.asked for one in self.standing.values()]

    @property
    def firms(self) -> Mapping[str, str]:
        """Key of a need → key of its firm."""
        return {key: one.firm.public_key for key, one in self.standing.items()}


@dataclass(frozen=True, slots=True)
class Supply:
    """The products of one currency on offer on a day, by public key; ``offers`` the rows, ``offered`` as matching
    reads them."""

    offers: Mapping[str, Offer]
    offered: Mapping[str, Offered]


def open_demand(
    session: Session, on: date, *, area: str = EVERYWHERE, currency: str = "CNY", lenders: Lenders | None = None
) -> Demand:
    """Needs that stand on ``on``, of the whole city or of one county; five SQL statements, however many.

    For jobs, commands and pages that have asked whom they are for. A firm without a profile on that day is left out.
    """
    wanted = select(Need, Enterprise.id).join(Enterprise, Enterprise.organisation_id == Need.organisation_id)
    wanted = wanted.where(
        Need.state.in_(STANDING), Need.currency == currency, or_(Need.expires_on.is_(None), Need.expires_on >= on)
    )
    if area != EVERYWHERE:
        wanted = wanted.where(Need.area_code == area)
    rows = session.execute(wanted.order_by(Need.public_key)).all()
    facts = firm_facts(session, enterprise_ids={row[1] for row in rows}, on=on)
    found = [(need, facts[firm]) for need, firm in rows if firm in facts]
    seen = lenders.seen if lenders else lambda asked: asked
    return Demand({need.public_key: Standing(need, firm, seen(as_asked(need, firm, on))) for need, firm in found}, on)


def open_supply(session: Session, on: date, *, currency: str = "CNY") -> Supply:
    """Products on offer on ``on``; at most five SQL statements. :class:`Refusal` where no LPR is in force."""
    shelf = shelf_on(session, on, currency)
    return Supply(shelf.offers, shelf.offered)


def declined_ranking(session: Session) -> frozenset[int]:
    """Organisations whose last word was that they want no automated ranking; one SQL statement."""
    last = select(func.max(RankingChoice.id)).group_by(RankingChoice.organisation_id)
    asked = select(RankingChoice.organisation_id).where(RankingChoice.id.in_(last), RankingChoice.automated.is_(False))
    return frozenset(session.scalars(asked))
