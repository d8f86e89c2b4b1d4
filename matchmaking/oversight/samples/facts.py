"""What may be sampled: the frozen list behind a headline figure, read from an audit's snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.domain.conversion.sampling import FrozenList
from matchmaking.domain.reasons import Reason, Refusal

MEASURE_OF: Mapping[tuple[str, bool], str] = {
    ("verified", False): "contract_disbursement_rate",
    ("reported", False): "bank_reported_disbursement_rate",
    ("reported", True): "with_money_amount_rate",
}
"""Money and whether only statements speak → the headline figure that the sample is about."""
CONFIDENCES = (800_000, 900_000, 950_000, 990_000)
TOLERABLES = (20_000, 50_000, 100_000, 150_000, 200_000)
"""Shares of the list's money that would still be tolerable, parts per million."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a sample is drawn from: the list, the measure it stands behind, and members without such money."""

    snapshot_id: int
    grade: str
    money: str
    currency: str
    listed: FrozenList
    measure: Mapping[str, Any]
    without_money: int


def frame_of(session: Session, snapshot: AuditSnapshot, grade: str, money: str) -> Frame:
    """The frame of one grade of one audit; two SQL statements.

    Raises :class:`Refusal` ``sample_no_measure`` where the audit has no such headline figure: nothing of the grade was
    signed, or only statements speak and nobody has verified anything.
    """
    measure = measure_of(snapshot.payload, grade, money)
    if measure is None:
        raise Refusal(
            Reason("sample_no_measure", {"grade_word": f"instrument_{grade}", "money_word": f"sample_{money}"})
        )
    amount = AuditRow.verified_minor if money == "verified" else AuditRow.paid_minor
    held = (AuditRow.snapshot_id == snapshot.id, AuditRow.grade == grade, AuditRow.standing == "member")
    rows = session.execute(select(AuditRow.public_key, amount).where(*held, amount > 0)).tuples().all()
    members = session.scalar(select(func.count()).where(*held)) or 0
    listed = FrozenList.of((key, int(minor or 0)) for key, minor in rows)
    return Frame(
        snapshot.id, grade, money, measure.get("currency") or "CNY", listed, measure, members - len(listed.rows)
    )


def measure_of(payload: Mapping[str, Any], grade: str, money: str) -> Mapping[str, Any] | None:
    """The headline figure by amount that a sample of ``money`` stands beside."""
    code = MEASURE_OF.get((money, bool(payload.get("statement"))))
    found = (m for m in payload["measures"] if (m["code"], m["kind"], m["grade"]) == (code, "amount", grade))
    return next(found, None)


def choices_of(payload: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(grade, money) pairs that can be sampled."""
    grades = dict.fromkeys(measure["grade"] for measure in payload["measures"])
    return [
        (grade, money) for grade in grades for money in ("verified", "reported") if measure_of(payload, grade, money)
    ]
