"""Matching the whole market, and keeping a run with what it read."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.domain.matching import engine
from matchmaking.domain.matching.kernel import PER_NEED, Matches, match
from matchmaking.foundation.storage import insert_rows, table_of
from matchmaking.foundation.trail import record
from matchmaking.market.matches.facts import digest_of, need_facts, product_facts
from matchmaking.market.matches.models import MatchInput, MatchResult, MatchRun
from matchmaking.market.matches.runs.queries import Reading, last_run_like

AT_ONCE = 500
WORTH_COMPILING = 5 * 10**7
"""From so many pairs, compiling the engine pays for itself."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A reading matched. ``needs``, ``products``: facts of each; ``digests`` of both, in that order."""

    reading: Reading
    found: Matches
    engine: str
    cpu_ms: int
    needs: Sequence[dict[str, Any]]
    products: Sequence[dict[str, Any]]
    digests: Sequence[str]

    @property
    def digest(self) -> str:
        """SHA-256 over every digest, needs and products each in order."""
        mine, theirs = self.digests[: len(self.needs)], self.digests[len(self.needs) :]
        return hashlib.sha256("\n".join([*sorted(mine), "", *sorted(theirs)]).encode()).hexdigest()


def reckon(
    reading: Reading, *, name: str = "", executor: engine.Executor = engine.NUMPY, per_need: int = PER_NEED
) -> Reckoned:
    """Match what was read. ``name`` of the engine for the record; empty takes NumPy, or Numba where that pays."""
    asked, offered = [need for _, need in reading.needs], [product for _, product in reading.products]
    if not name:
        name = executor = engine.NUMBA if len(asked) * len(offered) >= WORTH_COMPILING else engine.NUMPY
    held, began = reading.policy, time.process_time()
    found = match(asked, offered, held, reading.on, per_need=per_need, executor=executor, pairs=False)
    spent = round((time.process_time() - began) * 1000)
    needs, products = [need_facts(need) for need in asked], [product_facts(product) for product in offered]
    digests = [digest_of(facts) for facts in (*needs, *products)]
    return Reckoned(reading, found, name, spent, needs, products, digests)


def keep_run(
    session: Session, *, actor: str, done: Reckoned, at: datetime, again: bool = True
) -> tuple[MatchRun, bool]:
    """The run on record with its results, and whether it is new; ``again`` False returns the latest like it instead."""
    reading, found = done.reading, done.found
    like = None if again else last_run_like(session, reading, found.policy_version, done.digest)
    if like is not None:
        return like, False
    ids = _inputs(session, done, at)
    mine, theirs = ids[: len(done.needs)], ids[len(done.needs) :]
    run = MatchRun(
        on_day=reading.on, policy_version=found.policy_version, currency=reading.currency, engine=done.engine,
        needs=len(mine), products=len(theirs), eligible_pairs=found.eligible_count,
        unserved=int((found.counts == 0).sum()), per_need=found.need_best.shape[1], cpu_ms=done.cpu_ms,
        read=_read(reading, mine, theirs), read_digest=done.digest, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(run)
    session.flush()
    insert_rows(session, MatchResult, _results(run, done, mine, theirs))
    told = {name: getattr(run, name) for name in ("needs", "products", "eligible_pairs", "unserved", "engine")}
    payload = {**told, "day": reading.on.isoformat(), "policy": run.policy_version, "read": run.read_digest}
    record(session, actor=actor, tag="match.run", subject=f"match-run:{run.id}", payload=payload, at=at)
    return run, True


def _read(reading: Reading, mine: Sequence[int], theirs: Sequence[int]) -> dict[str, Any]:
    return {
        "needs": [[need.id, need.version, one] for (need, _), one in zip(reading.needs, mine, strict=True)],
        "products": [[offer.version.id, one] for (offer, _), one in zip(reading.products, theirs, strict=True)],
    }


def _results(run: MatchRun, done: Reckoned, mine: Sequence[int], theirs: Sequence[int]) -> Iterator[dict[str, Any]]:
    place = {product.key: nth for nth, (_, product) in enumerate(done.reading.products)}
    for nth, (need, _) in enumerate(done.reading.needs):
        for rank, one in enumerate(done.found.of_need(nth), 1):
            product = place[one.product]
            yield {
                "run_id": run.id, "need_id": need.id, "need_version": need.version, "rank": rank, "points": one.points,
                "product_version_id": done.reading.products[product][0].version.id,
                "need_input_id": mine[nth], "product_input_id": theirs[product],
            }  # fmt: skip


def _inputs(session: Session, done: Reckoned, at: datetime) -> list[int]:
    """The id of the facts of every need and product; those not kept before are kept now."""
    facts = dict(zip(done.digests, (*done.needs, *done.products), strict=True))
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    known: dict[str, int] = {}
    digests = sorted(facts)
    for start in range(0, len(digests), AT_ONCE):
        some = digests[start : start + AT_ONCE]
        asked = select(MatchInput.digest, MatchInput.id).where(MatchInput.digest.in_(some))
        there = {row.digest: row.id for row in session.execute(asked)}
        fresh = [{"digest": one, "facts": facts[one], "recorded_at": at} for one in some if one not in there]
        if fresh:
            # another run may be keeping the same facts
            put = dialect.insert(table_of(MatchInput)).on_conflict_do_nothing(index_elements=["digest"])
            session.execute(put, fresh)
            there = {row.digest: row.id for row in session.execute(asked)}
        known |= there
    return [known[one] for one in done.digests]
