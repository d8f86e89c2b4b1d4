"""Reckoning live what fits a need on a day, with the policy in force; and what was kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from matchmaking.domain.matching.catalogue import Need as Asked
from matchmaking.domain.matching.catalogue import Product as Offered
from matchmaking.domain.matching.explain import Explanation, explain, near_misses
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.matching.schemes import Standing, standings
from matchmaking.domain.money import Money
from matchmaking.market.matches.facts import pair_from
from matchmaking.market.matches.lenders import Lenders, lenders_on
from matchmaking.market.matches.models import RankingChoice, Recommendation
from matchmaking.market.needs.facts import as_asked
from matchmaking.market.needs.models import Need
from matchmaking.market.policies.queries import policy_for, policy_kept
from matchmaking.market.products.facts import as_offered
from matchmaking.market.products.queries import Offer, offers_on
from matchmaking.market.products.quota import taken_of
from matchmaking.registry.enterprises.queries import enterprise_of_organisation, firm_facts
from matchmaking.rulebook.matching import schemes

MOST_SHOWN, MOST_NEAR = 20, 5


@dataclass(frozen=True, slots=True)
class Fit:
    """One product on offer and why it is where it is in the list."""

    offer: Offer
    why: Explanation


@dataclass(frozen=True, slots=True)
class Recommended:
    """``fits``: eligible products, best first; ``near``: those that fail one rule, the nearest first; ``others``: the
    rest by bank and name. ``policy`` is the one of the day."""

    fits: Sequence[Fit]
    near: Sequence[Fit]
    others: Sequence[Fit]
    policy: Policy
    on: date
    asked: Asked
    schemes: Sequence[Standing] = ()
    """Every support scheme open on the day, and how the firm stands before it."""

    @property
    def by_name(self) -> list[Fit]:
        """Every product, in no order but that of names: for a firm that wants no automated ranking."""
        everything = (*self.fits, *self.near, *self.others)
        return sorted(
            everything, key=lambda fit: (fit.offer.bank, fit.offer.product.name, fit.offer.product.public_key)
        )


def asked_of(session: Session, need: Need, on: date, lenders: Lenders | None = None) -> Asked | None:
    """The need with its firm as it was on ``on``, and how like cases came out by the records of all ``lenders``; None
    for a draft that lacks too much, or a firm without profile."""
    if need.amount_minor is None or need.term_months is None or not need.loan_kind:
        return None
    firm = enterprise_of_organisation(session, need.organisation_id)
    facts = firm_facts(session, enterprise_ids=[firm.id], on=on).get(firm.id) if firm else None
    if facts is None:
        return None
    asked = as_asked(need, facts, on)
    return replace(asked, like_mean_ppm=lenders.mean_ppm(asked.size_class)) if lenders else asked


def offered_of(offer: Offer, on: date, taken_minor: int = 0, lenders: Lenders | None = None) -> Offered:
    """A version in force as matching reads it; of its quota is left what approved lines have not taken. Without
    ``lenders`` nothing is known of branches and records."""
    terms = offer.terms
    left = None if terms.quota_minor is None else Money(max(terms.quota_minor - taken_minor, 0), terms.currency)
    found = as_offered(offer.product, offer.version, terms, lender=offer.bank, on=on, quota_left=left)
    if lenders is None:
        return found
    return replace(found, places=lenders.places(offer), city=lenders.city(offer), records=lenders.record(offer))


def recommend(session: Session, need: Need, on: date) -> Recommended | None:
    """What fits the need today, what nearly does, and what does not; None where the need lacks too much to say.

    Raises :class:`Refusal` where no policy or no LPR is in force.
    """
    lenders = lenders_on(session, on, need.currency)
    asked = asked_of(session, need, on, lenders)
    if asked is None:
        return None
    offers = {offer.product.public_key: offer for offer in offers_on(session, on)}
    taken = taken_of(session, [offer.product.id for offer in offers.values()])
    offered = {
        key: offered_of(offer, on, taken.get(offer.product.id, 0), lenders)
        for key, offer in offers.items()
        if offer.terms.currency == need.currency
    }
    held, catalogue = policy_for(session, on), Catalogue(list(offered.values()))
    best = match([asked], catalogue, held, on, per_need=MOST_SHOWN, per_product=1).of_need(0) if offered else ()
    near = near_misses([asked], catalogue, held, on, limit=MOST_NEAR) if offered else ()
    fits = [Fit(offers[one.product], explain(asked, offered[one.product], held, on)) for one in best]
    nearly = [Fit(offers[one.product], one) for one in near]
    told = {fit.offer.product.public_key for fit in (*fits, *nearly)}
    rest = [Fit(offers[key], explain(asked, offered[key], held, on)) for key in offered if key not in told]
    rest.sort(key=lambda fit: (fit.offer.bank, fit.offer.product.name, fit.offer.product.public_key))
    return Recommended(fits, nearly, rest, held, on, asked, standings(schemes(), asked, on))


def wants_ranking(session: Session, organisation_id: int) -> bool:
    """Whether the firm takes automated ranking: its last word, or yes without one."""
    asked = select(RankingChoice.automated).where(RankingChoice.organisation_id == organisation_id)
    said = session.scalars(asked.order_by(RankingChoice.id.desc()).limit(1)).first()
    return True if said is None else said


def explained_again(kept: Recommendation) -> Explanation:
    """The explanation as it was given, from the kept inputs and the policy it names.

    ``ValueError`` where it does not come to the kept points: then code or policy was changed under it.
    """
    need, product = pair_from(kept.inputs)
    found = explain(need, product, policy_kept(_session_of(kept), kept.policy_version), kept.on_day)
    if found.points != kept.points:
        raise ValueError(f"recommendation {kept.id} was {kept.points} and is now {found.points}")
    return found


def _session_of(kept: Recommendation) -> Session:
    session = object_session(kept)
    if session is None:
        raise ValueError("a recommendation is explained within its session")
    return session


def recommendation_of(session: Session, recommendation_id: int | None) -> Recommendation | None:
    """One kept recommendation, for slices that hold its id."""
    return None if recommendation_id is None else session.get(Recommendation, recommendation_id)
