"""Keeping a recommendation that somebody acts on, and a firm's word on automated ranking."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.domain.matching.explain import explain
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.trail import record
from matchmaking.market.matches.facts import digest_of, inputs_of
from matchmaking.market.matches.lenders import lenders_on
from matchmaking.market.matches.models import RankingChoice, Recommendation
from matchmaking.market.matches.queries import asked_of
from matchmaking.market.matches.shelf import offered_of
from matchmaking.market.needs.models import Need
from matchmaking.market.policies.queries import policy_for
from matchmaking.market.products.queries import Offer
from matchmaking.market.products.quota import taken_of
from matchmaking.registry.organisations.models import Organisation


def keep_recommendation(
    session: Session, *, actor: str, need: Need, offer: Offer, on: date, at: datetime
) -> Recommendation:
    """What matching says of the pair on ``on``, kept with every fact it read. The referral that follows records it.

    Raises :class:`Refusal` ``match_need_incomplete`` for a need that lacks too much.
    """
    lenders = lenders_on(session, on, need.currency)
    asked = asked_of(session, need, on, lenders)
    if asked is None:
        raise Refusal(Reason("match_need_incomplete"))
    taken = taken_of(session, [offer.product.id]).get(offer.product.id, 0)
    offered, held = offered_of(offer, on, taken, lenders), policy_for(session, on)
    found, inputs = explain(asked, offered, held, on), inputs_of(asked, offered)
    lines = [{"line": line.line, "points": line.points, "full": line.full} for line in found.lines]
    kept = Recommendation(
        need_id=need.id, need_version=need.version, product_version_id=offer.version.id, policy_version=held.version,
        on_day=on, eligible=found.eligible, points=found.points, lines={"lines": lines}, inputs=inputs,
        inputs_digest=digest_of(inputs), recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(kept)
    session.flush()
    return kept


def choose_ranking(
    session: Session, *, actor: str, organisation: Organisation, automated: bool, at: datetime
) -> RankingChoice:
    """The firm says whether it takes automated ranking (N22)."""
    said = RankingChoice(organisation_id=organisation.id, automated=automated, recorded_at=at, recorded_by=actor)
    session.add(said)
    session.flush()
    subject = f"organisation:{organisation.public_key}"
    record(session, actor=actor, tag="ranking.chosen", subject=subject, payload={"automated": automated}, at=at)
    return said
