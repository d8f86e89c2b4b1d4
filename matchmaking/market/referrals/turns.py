"""Whose turn it is: the coded reasons for a clock that stands, and the split of days as a page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.turns import BANK, FIRM, HOLDERS, PAUSED, Step, days_of_each
from matchmaking.foundation.files import EvidenceLink
from matchmaking.market.referrals.models import Referral, ReferralTurn
from matchmaking.rulebook import workdays

ASKED = ("papers", "clarify", "visit", "return_consent")
"""Why the bank asks the firm; words ``turn_reason_<code>``."""
AWAITED = ("guarantor", "registration", "appraisal", "permit", "credit_bureau", "other_third")
"""Which third party is awaited."""
TURNABLE = ("sent", "accepted", "diligence", "deciding", "approved")
"""States of a referral in which the turn can pass to somebody else."""


@dataclass(frozen=True, slots=True)
class Turned:
    """One step of the clock. ``words`` and ``files`` are left out where the reader may not see them yet."""

    turn: ReferralTurn
    words: str
    files: Sequence[EvidenceLink]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose turn, since when; holder → workdays so far (None where the calendar holds no such year).

    ``asked`` is what the bank wants of the firm just now, or None.
    """

    turn: str
    since: date
    days: dict[str, int] | None
    steps: Sequence[Turned]
    asked: Turned | None

    @property
    def stands(self) -> bool:
        """Whether the bank's clock stands."""
        return self.turn in PAUSED


def standing_of(referral: Referral, steps: Sequence[Turned], on: date) -> Standing:
    """How the clock of a referral stands on ``on``, from its steps in their order."""
    walked = [Step(referral.sent_on, BANK), *(Step(one.turn.on_day, one.turn.after) for one in steps)]
    try:
        days: dict[str, int] | None = dict(days_of_each(walked, max(on, walked[-1].day), workdays()))
    except Refusal:
        days = None
    asked = steps[-1] if steps and referral.turn == FIRM else None
    return Standing(referral.turn, referral.turn_on or referral.sent_on, days, steps, asked)


def subject_of_turn(referral: Referral, number: int) -> str:
    """Under which subject the files of one step are kept."""
    return f"turn:{referral.public_key}:{number}"


__all__ = ["ASKED", "AWAITED", "HOLDERS", "TURNABLE", "Standing", "Turned", "standing_of", "subject_of_turn"]
