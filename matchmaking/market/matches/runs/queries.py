"""Reading the whole market on a day; runs that were kept, and their results explained again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from matchmaking.domain.matching.catalogue import Need as Asked
from matchmaking.domain.matching.catalogue import Product as Offered
from matchmaking.domain.matching.explain import Explanation, explain
from matchmaking.domain.matching.policy import Policy
from matchmaking.market.matches.facts import pair_from
from matchmaking.market.matches.models import MatchInput, MatchResult, MatchRun
from matchmaking.market.matches.shelf import shelf_on
from matchmaking.market.needs.facts import as_asked
from matchmaking.market.needs.models import Need
from matchmaking.market.policies.queries import policy_behind, policy_for
from matchmaking.market.products.queries import Offer
from matchmaking.registry.enterprises.queries import firm_facts

WAITING = ("posted", "verified", "listed")
"""States of needs that a run matches: told, and not yet with a bank."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Both sides on a day, in one currency: rows beside what matching reads of them."""

    on: date
    currency: str
    needs: Sequence[tuple[Need, Asked]]
    products: Sequence[tuple[Offer, Offered]]
    policy: Policy


@dataclass(frozen=True, slots=True)
class Kept:
    """One result of a run with the facts of both sides."""

    run: MatchRun
    result: MatchResult
    need: dict[str, object]
    product: dict[str, object]


def read_market(session: Session, on: date, currency: str = "CNY") -> Reading:
    """Every complete need that waits and every product on offer; nine SQL statements however many.

    Raises :class:`Refusal` where no policy or no LPR is in force.
    """
    shelf = shelf_on(session, on, currency)
    firms = {facts.organisation_id: facts for facts in firm_facts(session, on=on).values()}
    asked = select(Need).where(Need.state.in_(WAITING), Need.currency == currency).order_by(Need.id)
    needs = [
        (need, shelf.lenders.seen(as_asked(need, firms[need.organisation_id], on)))
        for need in session.scalars(asked)
        if need.amount_minor is not None and need.term_months is not None and need.organisation_id in firms
    ]
    products = [(offer, shelf.offered[key]) for key, offer in shelf.offers.items()]
    return Reading(on, currency, needs, products, policy_for(session, on))


def run_list(session: Session, *, limit: int, offset: int = 0) -> tuple[list[MatchRun], int]:
    """Runs, the latest first, and how many there are; one SQL statement."""
    asked = select(MatchRun, func.count().over().label("total")).order_by(MatchRun.id.desc())
    rows = session.execute(asked.limit(limit).offset(offset)).all()
    return [row.MatchRun for row in rows], rows[0].total if rows else 0


def run_named(session: Session, run_id: int) -> MatchRun | None:
    """One run, or None."""
    return session.get(MatchRun, run_id)


def last_run_like(session: Session, reading: Reading, policy_version: str, digest: str) -> MatchRun | None:
    """The latest run of that day that read the same facts by the same policy, or None."""
    asked = select(MatchRun).where(
        MatchRun.on_day == reading.on, MatchRun.policy_version == policy_version, MatchRun.read_digest == digest,
        MatchRun.currency == reading.currency,
    )  # fmt: skip
    return session.scalars(asked.order_by(MatchRun.id.desc()).limit(1)).first()


def points_spread(session: Session, run_id: int) -> dict[int, int]:
    """Tenth of the scale (0 … 10) → how many needs have their best product there; one SQL statement."""
    tenth = (MatchResult.points // 10_000).label("tenth")
    asked = select(tenth, func.count().label("many")).where(MatchResult.run_id == run_id, MatchResult.rank == 1)
    return {row.tenth: row.many for row in session.execute(asked.group_by(tenth))}


def kept_results(session: Session, run_id: int, *, need_id: int | None = None, limit: int = 100) -> list[Kept]:
    """Results of a run with the facts they were reckoned from, by need and rank; one SQL statement."""
    mine, theirs = aliased(MatchInput), aliased(MatchInput)
    asked = (
        select(MatchRun, MatchResult, mine.facts.label("need"), theirs.facts.label("product"))
        .join(MatchResult, MatchResult.run_id == MatchRun.id)
        .join(mine, mine.id == MatchResult.need_input_id)
        .join(theirs, theirs.id == MatchResult.product_input_id)
        .where(MatchRun.id == run_id)
        .order_by(MatchResult.need_id, MatchResult.rank)
        .limit(limit)
    )
    if need_id is not None:
        asked = asked.where(MatchResult.need_id == need_id)
    return [Kept(row.MatchRun, row.MatchResult, row.need, row.product) for row in session.execute(asked)]


def explained_again(kept: Kept) -> Explanation:
    """The explanation of a result as the run had it, from the kept facts and the policy the run names.

    ``ValueError`` where it does not come to the kept points: then code or policy was changed under it.
    """
    need, product = pair_from({"need": kept.need, "product": kept.product})
    found = explain(need, product, policy_behind(kept.run, kept.run.policy_version), kept.run.on_day)
    if found.points != kept.result.points or not found.eligible:
        raise ValueError(f"result {kept.result.id} was {kept.result.points} and is now {found.points}")
    return found
