"""What stands on a slip: sums and lines of one bank and month, as plain JSON with a digest."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import Confirmation, Disbursement

STANDS, REPEATS, VOIDED = "stands", "repeats", "voided"
"""A report that counts; one held apart as told twice; one that the bank took back."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A report with its paper, whether it was voided, and the firm's last answer."""

    disbursement: Disbursement
    agreement: Agreement
    voided: bool
    answer: Confirmation | None

    @property
    def state(self) -> str:
        """Of :data:`STANDS`, :data:`REPEATS`, :data:`VOIDED`."""
        if self.voided:
            return VOIDED
        return REPEATS if self.disbursement.repeats_id is not None else STANDS


def figures_of(
    papers: Iterable[Agreement], reports: Iterable[Reported], voided_minor: int, voided_count: int
) -> dict[str, Any]:
    """The slip's sums and lines. ``papers``: signed in the month; ``reports``: money of the month;
    ``voided…``: reports taken back in the month, whichever month their money was of.
    """
    signed: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for paper in papers:
        signed[paper.instrument][0] += 1
        signed[paper.instrument][1] += paper.amount_minor or 0
    told = list(reports)
    standing = [one for one in told if one.state == STANDS]
    again = [one for one in standing if one.disbursement.revision > 1]
    right = [one for one in standing if one.answer is not None and one.answer.answer == "right"]
    return {
        "signed": {grade: {"count": held[0], "minor": held[1]} for grade, held in sorted(signed.items())},
        "reported": _sum(standing),
        "corrected": _sum(again),
        "voided": {"count": voided_count, "minor": voided_minor},
        "confirmed": _sum(right),
        "unanswered": _sum([one for one in standing if one.answer is None]),
        "disputed": _sum([one for one in standing if one.answer is not None and one.answer.answer != "right"]),
        "lines": [_line(one) for one in told],
    }


def _sum(reports: list[Reported]) -> dict[str, int]:
    return {"count": len(reports), "minor": sum(one.disbursement.amount_minor for one in reports)}


def _line(one: Reported) -> dict[str, Any]:
    paid, answer = one.disbursement, one.answer
    return {
        "key": paid.public_key, "iou": paid.iou_no, "firm": one.agreement.firm, "branch": paid.branch,
        "paper": one.agreement.public_key, "minor": paid.amount_minor, "value_on": paid.value_on.isoformat(),
        "revision": paid.revision, "state": one.state, "answer": answer.answer if answer else None,
        "firm_minor": answer.amount_minor if answer else None,
    }  # fmt: skip


def digest_of(lender: str, month: str, figures: Mapping[str, Any]) -> str:
    """SHA-256 of the figures in canonical JSON: the same figures, the same digest."""
    told = {"lender": lender, "month": month, "figures": figures}
    return hashlib.sha256(
        json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()
