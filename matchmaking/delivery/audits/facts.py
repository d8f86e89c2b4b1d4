"""What an audit hands over to be stored or printed, and reasons as plain JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from matchmaking.domain.conversion.cohorts import Cohort
from matchmaking.domain.reasons import Reason

SCHEMA = "audit/1"
"""Name of the payload's shape, published as ``docs/audit.schema.json``."""

BANDS = 5
"""Age bands since signing: 0–30, 31–90, 91–180, 181–360, over 360 days."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """An audit: ``payload`` is what ``flask audit --json`` prints; ``rows`` and ``lines`` are columns of
    :class:`AuditRow` and :class:`AuditLine` without their snapshot.
    """

    payload: dict[str, Any]
    rows: list[dict[str, Any]]
    lines: list[dict[str, Any]]


def reason_json(reason: Reason | None, facts: tuple[str, ...] = ()) -> dict[str, Any] | None:
    """``{"code", "params"}``, with the keys of the facts it stands on where there are any."""
    if reason is None:
        return None
    told: dict[str, Any] = {"code": reason.code, "params": dict(reason.params)}
    return told | {"facts": list(facts)} if facts else told


def reason_of(stored: dict[str, Any] | None) -> Reason | None:
    """The inverse of :func:`reason_json`."""
    return None if stored is None else Reason(stored["code"], stored["params"])


def searchable(*words: str | None) -> str:
    """What a search looks in: the words case-folded, apart by spaces."""
    return " ".join(word for word in words if word).casefold()


def cohort_json(cohort: Cohort) -> dict[str, Any]:
    """A cohort as a passport shows it; its members are counted, their keys are in the digest."""
    return {
        "digest": cohort.digest,
        "predicate": cohort.predicate,
        "instrument": cohort.instrument,
        "currency": cohort.currency,
        "portfolio": cohort.portfolio,
        "as_of": cohort.as_of.isoformat(),
        "frozen_on": None if cohort.frozen_on is None else cohort.frozen_on.isoformat(),
        "members": len(cohort.members),
    }
