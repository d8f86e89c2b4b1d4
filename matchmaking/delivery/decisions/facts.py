"""A decision's terms as typed and kept, and the case that it decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.domain.money import Money
from matchmaking.domain.pricing import Quote, annual_rate
from matchmaking.rulebook.reference import lpr, spread_bounds

HOLDERS = ("firm", "guarantor", "bank", "permit")


@dataclass(frozen=True, slots=True)
class Case:
    """What is decided on: one need of one firm at one branch of a bank, by the key of its referral."""

    referral_key: str
    need_key: str
    need_minor: int
    firm_id: int
    bank_id: int
    product: str = ""


@dataclass(frozen=True, slots=True)
class LineTold:
    """Terms of a line. Nothing has to be there: drafts are saved as far as they go.

    ``conditions``: (holder, words), the holder one of :data:`HOLDERS`; ``spread_bp`` over (or under) the LPR.
    """

    line: Money | None = None
    term_months: int | None = None
    expires_on: date | None = None
    lpr_tenor: str = ""
    spread_bp: int | None = None
    revolving: bool = False
    conditions: tuple[tuple[str, str], ...] = ()

    def quote(self, on: date) -> Quote | None:
        """The yearly rate on ``on``; None while tenor or spread is open. Raises what ``annual_rate`` raises."""
        if not self.lpr_tenor or self.spread_bp is None:
            return None
        return annual_rate(lpr(), self.lpr_tenor, on, self.spread_bp, spread_bounds(on))

    def columns(self, on: date) -> dict[str, Any]:
        """As the table keeps them, the rate reckoned on ``on``."""
        quote = self.quote(on)
        return {
            "line_minor": self.line.minor if self.line else None,
            "term_months": self.term_months,
            "expires_on": self.expires_on,
            "lpr_tenor": self.lpr_tenor,
            "lpr_on": quote.fixing.day if quote else None,
            "spread_bp": self.spread_bp,
            "rate_ppm": quote.rate_ppm if quote else None,
            "revolving": self.revolving,
            "conditions": {"items": [{"holder": holder, "words": words} for holder, words in self.conditions]},
        }

    def plain(self) -> dict[str, Any]:
        """As JSON keeps them."""
        return {
            "line_minor": self.line.minor if self.line else None,
            "term_months": self.term_months,
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
            "lpr_tenor": self.lpr_tenor,
            "spread_bp": self.spread_bp,
            "revolving": self.revolving,
            "conditions": [list(one) for one in self.conditions],
        }


def terms_of(decision: CreditDecision) -> LineTold:
    """The present terms."""
    return LineTold(
        line=None if decision.line_minor is None else Money(decision.line_minor, decision.currency),
        term_months=decision.term_months,
        expires_on=decision.expires_on,
        lpr_tenor=decision.lpr_tenor,
        spread_bp=decision.spread_bp,
        revolving=decision.revolving,
        conditions=tuple((one["holder"], one["words"]) for one in decision.conditions["items"]),
    )
