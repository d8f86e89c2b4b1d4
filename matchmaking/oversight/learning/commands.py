"""Fitting the city's weights on audited money, and proposing them. Nothing here takes anything into force."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.domain.matching.learning.measures import Measured
from matchmaking.domain.matching.learning.proposing import Proposal, proposal
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.policies.commands import propose
from matchmaking.market.policies.models import PolicyVersion
from matchmaking.oversight.learning.choices import Told, choices_of
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import matching as rulebook

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights fitted for a portfolio beside the hand-set policy of a day, with what they stand on."""

    hand: Policy
    found: Proposal
    told: Told

    @property
    def evidence(self) -> dict[str, Any]:
        """As it is kept and shown; figures in millionths."""
        found, told = self.found, self.told
        return {
            "as_of": told.as_of.isoformat(),
            "since": found.since.isoformat(),
            "until": found.until.isoformat(),
            "verified": told.verified,
            "from_needs": told.from_needs,
            "choices": found.choices,
            "split": found.split.isoformat(),
            "learned": found.learned,
            "tried": found.tried,
            "hand": {"version": self.hand.version, "weights": dict(self.hand.weights)},
            "ways": {way: _figures(figures) for way, figures in found.ways.items()},
            "gain": _figures(found.gain),
        }


def fit(session: Session, portfolio: Portfolio, on: date) -> Fitted:
    """Reads only. Raises :class:`Refusal` ``policy_no_audit`` or ``policy_too_few``."""
    hand = rulebook.policy(on)
    told = choices_of(session, portfolio, hand)
    return Fitted(hand, proposal(told.choices, hand), told)


def propose_fit(session: Session, *, actor: str, portfolio: Portfolio, on: date, at: datetime) -> PolicyVersion:
    """Fit and propose; the same choices beside the same card give the proposal that stands already.

    Raises :class:`Refusal` ``policy_same`` where the loans tell nothing against the hand-set weights."""
    fitted = fit(session, portfolio, on)
    if dict(fitted.found.weights) == dict(fitted.hand.weights):
        raise Refusal(Reason("policy_same", {"choices": fitted.found.choices, "version": fitted.hand.version}))
    evidence = {"portfolio": portfolio.code, **fitted.evidence}
    weights, digest = fitted.found.weights, fitted.told.digest
    return propose(
        session, actor=actor, base=fitted.hand, weights=weights, evidence=evidence, digest=digest, at=at, on=on
    )


def _figures(told: Mapping[str, Measured]) -> dict[str, list[int]]:
    """Name → value, low, high in millionths: JSON of both engines is the same to the byte."""
    return {name: [round(number * MILLION) for number in (one.value, one.low, one.high)] for name, one in told.items()}
