"""One product of the bank against the open market: who fits, who just misses, which rule is in the way, what if."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.desks.whatif.guarded import OPEN_LINES, Shut, distance, on_the_steps, shut, told
from matchmaking.domain.matching.catalogue import Product as Offered
from matchmaking.domain.matching.criteria import CRITERIA
from matchmaking.domain.matching.explain import Explanation, PointLine, explain
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.kernel import Match, match
from matchmaking.domain.matching.lines import FULL
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.matching.whatif.one_product import Near, ProductGaps, Trial, product_gaps, trial
from matchmaking.domain.matching.whatif.relaxing import relaxed_to
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.matches.open_market import Demand, declined_ranking, open_demand
from matchmaking.market.matches.shelf import offered_of, shelf_on
from matchmaking.market.needs.models import Need
from matchmaking.market.policies.queries import policy_for
from matchmaking.market.products.queries import Offer
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import seen_by
from matchmaking.registry.organisations.models import Organisation

CHIEF = 3
"""Reasons in a line."""


@dataclass(frozen=True, slots=True)
class Against:
    """One product in force with the market of the day. ``ranked``: keys of needs whose firms take part in ranking."""

    offer: Offer
    offered: Offered
    demand: Demand
    gaps: ProductGaps
    ranked: frozenset[str]
    sent: Mapping[str, str]
    """Key of a need → the bank's own referral of it."""
    on: date
    policy: Policy

    @property
    def apart(self) -> int:
        """How many needs are of firms that want no automated ranking; they are counted and never listed."""
        return len(self.demand.standing) - len(self.ranked)

    def tried(self, code: str, to: str) -> Trial:
        """The rule ``code`` at another value. Raises what ``relaxed_to`` and ``on_the_steps`` raise."""
        criterion = next(one for one in CRITERIA if one.code == code)
        changed = relaxed_to(criterion, self.offered, to)
        on_the_steps(criterion, self.offered, changed)
        return trial(self.demand.needs, self.offered, changed, self.on, firms=self.demand.firms)


@dataclass(frozen=True, slots=True)
class Scored:
    """A line of points in whole numbers; the wholes add up to the degree of fit."""

    line: PointLine
    points: int
    full: int


@dataclass(frozen=True, slots=True)
class Fitting:
    """A need that fits, without its firm: its place in the order, its points, and which lines decide."""

    place: int
    need: Shut
    why: Explanation
    lines: tuple[Scored, ...]
    """Those that are scored, in the order of the bar."""

    @property
    def short(self) -> tuple[str, ...]:
        """The two lines on which most points are lost, the most first; fewer where less than two lose any."""
        lost = sorted(self.lines, key=lambda each: each.points - each.full)
        return tuple(each.line.line for each in lost[:2] if each.points < each.full)

    @property
    def chief(self) -> list[str]:
        """The lines that decide and whose inputs are open, in words: those that lose, then those that make most."""
        lost = [each for each in self.lines if each.line.line in self.short]
        made = sorted((each for each in self.lines if each not in lost), key=lambda each: -each.points)
        kept = [*lost, *made][:CHIEF]
        return [told(each.line.reason) for each in self.lines if each in kept and each.line.line in OPEN_LINES]


@dataclass(frozen=True, slots=True)
class Missing:
    """A need that fails exactly one rule: which, and by how little."""

    place: int
    need: Shut
    rule: str
    distance: str
    steps: int | None


def against(session: Session, viewer: Viewer, offer: Offer, on: date) -> Against:
    """The product with the whole city's open needs; ten SQL statements, however many needs; more where the shelf is
    made anew."""
    shelf = shelf_on(session, on, offer.terms.currency)
    offered = shelf.offered.get(offer.product.public_key) or offered_of(offer, on, lenders=shelf.lenders)
    demand = open_demand(session, on, currency=offer.terms.currency, lenders=shelf.lenders)
    declined = declined_ranking(session)
    ranked = frozenset(key for key, one in demand.standing.items() if one.need.organisation_id not in declined)
    gaps = product_gaps(demand.needs, offered, on, firms=demand.firms)
    return Against(offer, offered, demand, gaps, ranked, _sent(session, viewer), on, policy_for(session, on))


def order_of(found: Against) -> list[Match]:
    """Needs that fit, best first, of firms that take part in ranking."""
    needs = [one.asked for key, one in found.demand.standing.items() if key in found.ranked]
    if not needs:
        return []
    made = match(needs, Catalogue([found.offered]), found.policy, found.on, per_need=1, per_product=len(needs))
    return list(made.of_product(0))


def fitting(found: Against, some: Sequence[tuple[int, Match]]) -> list[Fitting]:
    """Those of the page, explained."""
    made = []
    for place, one in some:
        standing = found.demand.standing[one.need]
        why = explain(standing.asked, found.offered, found.policy, found.on)
        made.append(Fitting(place, shut(standing, found.sent.get(one.need, "")), why, _scored(why)))
    return made


def near_of(found: Against, code: str = "") -> list[Near]:
    """Needs that fail exactly one rule, that one or any, of firms that take part in ranking; the nearest first."""
    return [near for near in found.gaps.near(found.on, code) if near.need.key in found.ranked]


def missing(found: Against, some: Sequence[tuple[int, Near]]) -> list[Missing]:
    """Those of the page, in words."""
    standing, sent = found.demand.standing, found.sent
    return [
        Missing(
            place, shut(standing[near.need.key], sent.get(near.need.key, "")), near.verdict.criterion, distance(near),
            near.steps,
        )
        for place, near in some
    ]  # fmt: skip


def _scored(why: Explanation) -> tuple[Scored, ...]:
    whole = zip(why.lines, why.whole_points(), strict=True)
    return tuple(Scored(line, points, line.full // FULL) for line, points in whole if line.full)


def _sent(session: Session, viewer: Viewer) -> Mapping[str, str]:
    asked = (
        select(Need.public_key, Referral.public_key)
        .join(Referral, Referral.need_id == Need.id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(seen_by(viewer))
    )
    return {row[0]: row[1] for row in session.execute(asked.order_by(Referral.id))}
