"""What is told of each signed paper of a need: signed, reported by the bank, and said to have come by the firm.

Three sums that are never one figure, and papers that are never added to each other: agreed is not paid.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from matchmaking.desks.thread.deeds import Deed

PRINCIPAL = "loan"


@dataclass(slots=True)
class PaperSum:
    """One signed paper, amounts in minor units. ``asked``: reports on which the firm has said nothing yet."""

    agreement: Deed
    reported: int = 0
    confirmed: int = 0
    disputed: int = 0
    asked: int = 0
    ended: int = 0
    conditions: list[Deed] = field(default_factory=list)
    """Conditions of payment that are still open, the earliest due first."""

    @property
    def signed(self) -> int:
        """What both signed; a later cut never rewrites it."""
        return self.agreement.amount_minor or 0

    @property
    def left(self) -> int:
        """Signed, not reported as paid and not ended; never below zero."""
        return max(self.signed - self.reported - self.ended, 0)


def paper_sums(deeds: Sequence[Deed]) -> list[PaperSum]:
    """One sum per signed paper, the earliest first. A report that repeats another one's money counts only after a
    verdict that it is a payment of its own."""
    sums = {deed.place: PaperSum(deed) for deed in deeds if deed.source == "agreement"}
    answers = last_answers(deeds)
    own = {deed.about for deed in deeds if deed.source == "verdict" and deed.code == "distinct"}
    met = {deed.about for deed in deeds if deed.source == "condition_met" and deed.taken_at is None}
    for deed in deeds:
        one = sums.get(deed.place)
        if one is None or deed.taken_at is not None:
            continue
        if deed.source == "disbursement" and deed.code == PRINCIPAL and (not deed.about or deed.key in own):
            _count(one, deed, answers)
        elif deed.source == "condition" and deed.key not in met:
            one.conditions.append(deed)
    for one in sums.values():
        _end(one, deeds)
        one.conditions.sort(key=lambda deed: (deed.due_on is None, deed.due_on or deed.on))
    return list(sums.values())


def last_answers(deeds: Iterable[Deed]) -> dict[str, Deed]:
    """Report → the firm's last answer that stands."""
    return {deed.about: deed for deed in deeds if deed.source == "confirmation" and deed.taken_at is None}


def _count(one: PaperSum, deed: Deed, answers: dict[str, Deed]) -> None:
    amount, answer = deed.amount_minor or 0, answers.get(deed.key)
    one.reported += amount
    if answer is None:
        one.asked += amount
    elif answer.code == "right":
        one.confirmed += amount
    else:
        one.disputed += amount


def _end(one: PaperSum, deeds: Iterable[Deed]) -> None:
    for deed in deeds:
        if deed.source == "agreement_exit" and deed.place == one.agreement.place and deed.taken_at is None:
            # an exit without an amount ends all that is left
            one.ended += one.left if deed.amount_minor is None else min(deed.amount_minor, one.left)
