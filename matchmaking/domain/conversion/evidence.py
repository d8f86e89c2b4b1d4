"""What speaks about one disbursement, and which reports are of one payment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from matchmaking.domain.conversion.facts import (
    DISTINCT,
    FOR_BANK,
    FOR_FIRM,
    RIGHT,
    Confirmation,
    Disbursement,
    ThirdPartyLine,
    Verdict,
    Void,
)
from matchmaking.domain.money import Money


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one disbursement besides the bank's report."""

    confirmations: tuple[Confirmation, ...] = ()
    lines: tuple[ThirdPartyLine, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    voids: tuple[Void, ...] = ()

    def joined(self, other: Evidence) -> Evidence:
        """Both, for two reports of one payment."""
        return Evidence(
            self.confirmations + other.confirmations,
            self.lines + other.lines,
            self.verdicts + other.verdicts,
            self.voids,
        )

    @property
    def word(self) -> Confirmation | None:
        """The firm's last answer. A *right* from a shared device is no answer until a call-back repeats it."""
        heard = [c for c in self.confirmations if not (c.device_shared and c.answer == RIGHT)]
        return max(heard, key=lambda c: (c.answered_on, c.key), default=None)

    @property
    def verdict(self) -> Verdict | None:
        """The last verdict for a side."""
        sided = [v for v in self.verdicts if v.kind in (FOR_BANK, FOR_FIRM)]
        return max(sided, key=lambda v: (v.decided_on, v.key), default=None)

    @property
    def distinct(self) -> bool:
        """Whether a verdict says that this report is a payment of its own."""
        return any(verdict.kind == DISTINCT for verdict in self.verdicts)


NOTHING = Evidence()
"""Silence."""


@dataclass(slots=True)
class Slot:
    """Reports of what looks like one payment: at most one from each branch."""

    reports: list[Disbursement] = field(default_factory=list)


def same_payments(reports: Sequence[Disbursement], evidence: Mapping[str, Evidence]) -> list[Slot]:
    """Reports grouped by payment: same lender, amount and value day, another branch.

    The n-th report of every branch shares a slot, confirmed ones first, so that the order of arrival decides which
    report is held and never how much money is counted.
    """
    groups: dict[tuple[str, Money, date], dict[str, list[Disbursement]]] = defaultdict(lambda: defaultdict(list))
    slots: list[Slot] = []
    for report in reports:
        if evidence.get(report.key, NOTHING).distinct:
            slots.append(Slot([report]))
        else:
            groups[report.lender, report.amount, report.value_on][report.branch].append(report)
    for branches in groups.values():
        lines = [
            sorted(line, key=lambda r: (not confirmed_report(r, evidence), r.recorded_on, r.key))
            for line in branches.values()
        ]
        for place in range(max(map(len, lines))):
            slots.append(Slot([line[place] for line in lines if place < len(line)]))
    return slots


def confirmed_report(report: Disbursement, evidence: Mapping[str, Evidence]) -> bool:
    """Whether the firm's last word on ``report`` itself is *right*."""
    word = evidence.get(report.key, NOTHING).word
    return word is not None and word.answer == RIGHT
