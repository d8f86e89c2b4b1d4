"""Reckoning live what fits a need on a day, with the policy in force; and what was kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import overload

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from matchmaking.domain.matching.catalogue import Need as Asked
from matchmaking.domain.matching.explain import Explanation, explain, missed, near_in
from matchmaking.domain.matching.kernel import match_batch
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.matching.schemes import Standing, standings
from matchmaking.market.matches.facts import pair_from
from matchmaking.market.matches.lenders import Lenders
from matchmaking.market.matches.models import RankingChoice, Recommendation
from matchmaking.market.matches.shelf import Shelf, shelf_on
from matchmaking.market.needs.facts import as_asked
from matchmaking.market.needs.models import Need
from matchmaking.market.policies.queries import policy_behind, policy_for
from matchmaking.market.products.queries import Offer
from matchmaking.registry.enterprises.queries import facts_of_organisation
from matchmaking.rulebook.matching import schemes

MOST_NEAR = 5


@dataclass(frozen=True, slots=True)
class Fit:
    """One product on offer and why it is where it is in the list."""

    offer: Offer
    why: Explanation


class Fits(Sequence[Fit]):
    """Products explained when they are looked at, not before: a page shows few of many. ``places`` on the shelf."""

    def __init__(self, places: NDArray[np.intp], explained: Callable[[int], Fit], shelf: Shelf) -> None:
        self._places, self._explained, self._shelf = places, explained, shelf

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Fit: ...
    @overload
    def __getitem__(self, place: slice) -> Fits: ...
    def __getitem__(self, place: int | slice) -> Fit | Fits:
        if isinstance(place, slice):
            return Fits(self._places[place], self._explained, self._shelf)
        return self._explained(int(self._places[place]))

    @property
    def offers(self) -> list[Offer]:
        """The products alone, in their order, without a word of why."""
        row = self._shelf.row
        return [row[place] for place in self._places.tolist()]

    @property
    def banks(self) -> list[str]:
        """Who sells them, in the order of the shelf."""
        return [self._shelf.banks[number] for number in np.unique(self._shelf.bank_of[self._places]).tolist()]

    def chosen(self, order: Sequence[int]) -> Fits:
        """Those at these places of this list, in this order."""
        return Fits(self._places[np.array(order, np.intp)], self._explained, self._shelf)


@dataclass(frozen=True, slots=True)
class Recommended:
    """``fits``: eligible products, best first, with their points alone; ``near``: those that fail one rule, the
    nearest first; ``others``: the rest by bank and name, both with what they fail alone; ``by_name``: every product
    in full, in no order but that of names, for a firm that wants no automated ranking. ``policy``: that of the day."""

    fits: Fits
    near: Sequence[Fit]
    others: Fits
    by_name: Fits
    policy: Policy
    on: date
    asked: Asked
    named: Callable[[str], Fit | None]
    """The product of that key, or None where it is not on offer."""
    schemes: Sequence[Standing] = ()
    """Every support scheme open on the day, and how the firm stands before it."""


def asked_of(session: Session, need: Need, on: date, lenders: Lenders | None = None) -> Asked | None:
    """The need with its firm as it was on ``on``, and how like cases came out by the records of all ``lenders``; None
    for a draft that lacks too much, or a firm without profile."""
    if need.amount_minor is None or need.term_months is None or not need.loan_kind:
        return None
    facts = facts_of_organisation(session, need.organisation_id, on)
    if facts is None:
        return None
    asked = as_asked(need, facts, on)
    return lenders.seen(asked) if lenders else asked


def recommend(session: Session, need: Need, on: date) -> Recommended | None:
    """What fits the need today, what nearly does, and what does not; None where the need lacks too much to say.

    Raises :class:`Refusal` where no policy or no LPR is in force.
    """
    shelf = shelf_on(session, on, need.currency)
    asked = asked_of(session, need, on, shelf.lenders)
    if asked is None:
        return None
    held, batch = policy_for(session, on), shelf.catalogue.meet([asked], on)
    found = match_batch(batch, held, per_need=max(len(shelf.offered), 1), per_product=0, pairs=False)
    near = near_in(batch, held, on, limit=MOST_NEAR, whole=False)
    products, offers = shelf.catalogue.products, shelf.offers

    def named(key: str) -> Fit | None:
        offered = shelf.offered.get(key)
        return None if offered is None else Fit(offers[key], explain(asked, offered, held, on))

    def explained(place: int) -> Fit:
        return Fit(shelf.row[place], explain(asked, products[place], held, on))

    def failing(place: int) -> Fit:
        return Fit(shelf.row[place], missed(asked, products[place], held, on))

    def scored(place: int) -> Fit:
        # the engine has judged it: every criterion passes
        return Fit(shelf.row[place], explain(asked, products[place], held, on, criteria=()))

    best, rest = found.need_best[0, : found.counts[0]].astype(np.intp), np.ones(len(products), np.bool_)
    rest[best] = False
    rest[[shelf.place[one.product] for one in near]] = False
    return Recommended(
        Fits(best, scored, shelf), [Fit(offers[one.product], one) for one in near],
        Fits(shelf.named[rest[shelf.named]], failing, shelf), Fits(shelf.named, explained, shelf), held, on,
        asked, named,
        standings(schemes(), asked, on),
    )  # fmt: skip


def wants_ranking(session: Session, organisation_id: int) -> bool:
    """Whether the firm takes automated ranking: its last word, or yes without one."""
    said = session.scalars(_last_word(), {"organisation": organisation_id}).first()
    return True if said is None else said


@cache
def _last_word() -> Select[tuple[bool]]:
    asked = select(RankingChoice.automated).where(RankingChoice.organisation_id == bindparam("organisation"))
    return asked.order_by(RankingChoice.id.desc()).limit(1)


def explained_again(kept: Recommendation) -> Explanation:
    """The explanation as it was given, from the kept inputs and the policy it names.

    ``ValueError`` where it does not come to the kept points: then code or policy was changed under it.
    """
    need, product = pair_from(kept.inputs)
    found = explain(need, product, policy_behind(kept, kept.policy_version), kept.on_day)
    if found.points != kept.points:
        raise ValueError(f"recommendation {kept.id} was {kept.points} and is now {found.points}")
    return found


def recommendation_of(session: Session, recommendation_id: int | None) -> Recommendation | None:
    """One kept recommendation, for slices that hold its id."""
    return None if recommendation_id is None else session.get(Recommendation, recommendation_id)
