"""A measure with its passport, and every quantity of an audit with the cohort it belongs to, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaking.domain.conversion.cohorts import Cohort, Quantity
from matchmaking.oversight.samples.models import AuditSample
from matchmaking.rulebook.edition import VERSION, rules_digest

SIDES = ("numerator", "denominator")


@dataclass(frozen=True, slots=True)
class Figure:
    """A quantity under its name, ``<grade>.<measure>.<kind>.<side>``; ``members`` counts the cohort."""

    name: str
    quantity: Quantity
    members: int


def passport_of(
    payload: Mapping[str, Any], measure: Mapping[str, Any], sample: AuditSample | None = None
) -> dict[str, Any]:
    """What is printed with a figure; ``sample`` is said only of the very figure it was drawn behind."""
    cohort = payload["cohorts"].get(measure["cohort"], {})
    members = cohort.get("members", 0)
    return {
        "digest": measure["cohort"],
        "members": members if isinstance(members, int) else len(members),
        "predicate": cohort.get("predicate", ""),
        "frozen_on": cohort.get("frozen_on"),
        "as_of": payload["as_of"],
        "known_at": payload["known_at"],
        "confidence": confidence_of(payload, measure, sample),
        "version": VERSION,
        "rules": rules_digest(),
        **(measure.get("passport") or {}),
    }


def confidence_of(
    payload: Mapping[str, Any], measure: Mapping[str, Any], sample: AuditSample | None
) -> dict[str, Any] | None:
    """What a closed sample says of this figure; None where nothing was drawn behind it, on these days."""
    if sample is None or sample.result is None or measure["kind"] != "amount":
        return None
    same = (sample.measure["code"], sample.cohort_digest, sample.known_on.isoformat())
    if same != (measure["code"], measure["cohort"], payload["known_at"]):
        return None
    wanted = ("found_minor", "likely_minor", "upper_minor", "floor_ppm")
    return {"sample": sample.public_key, "ppm": sample.confidence_ppm, **{name: sample.result[name] for name in wanted}}


def measure_json(
    payload: Mapping[str, Any], measure: Mapping[str, Any], sample: AuditSample | None = None
) -> dict[str, Any]:
    """A measure for others to read: no figure without numerator, denominator, cohort and both days."""
    names = ("code", "kind", "grade", "currency", "numerator", "denominator", "ppm", "not_applicable")
    told = {name: measure.get(name) for name in names}
    days = {"as_of": payload["as_of"], "known_at": payload["known_at"]}
    return {**told, "cohort": measure["cohort"], **days, "passport": passport_of(payload, measure, sample)}


def figures_of(payload: Mapping[str, Any]) -> dict[str, Figure]:
    """Every quantity of the audit by its name; cohorts that only live in hashes are rebuilt as the audit told them."""
    found: dict[str, Figure] = {}
    for measure in payload["measures"]:
        cohort = _cohort(payload, measure)
        known = date.fromisoformat(payload["known_at"])
        members = passport_of(payload, measure)["members"]
        for side in SIDES:
            name = f"{measure['grade']}.{measure['code']}.{measure['kind']}.{side}"
            quantity = Quantity(cohort, f"{measure['code']}.{side}", measure["kind"], measure[side], known)
            found[name] = Figure(name, quantity, members)
    return found


def _cohort(payload: Mapping[str, Any], measure: Mapping[str, Any]) -> Cohort:
    told = payload["cohorts"].get(measure["cohort"], {})
    frozen = told.get("frozen_on")
    return Cohort(
        predicate=told.get("predicate", ""),
        instrument=measure["grade"],
        currency=measure.get("currency") or payload["portfolio"]["currency"],
        portfolio=payload["portfolio"]["code"],
        frozen_on=date.fromisoformat(frozen) if frozen else None,
        as_of=date.fromisoformat(payload["as_of"]),
        members=(),
        digest=measure["cohort"],
    )


def cohort_json(figure: Figure) -> dict[str, Any]:
    """Whom a quantity is about, with the quantity."""
    quantity, cohort = figure.quantity, figure.quantity.cohort
    return {
        "name": figure.name,
        "value": quantity.value,
        "kind": quantity.kind,
        "portfolio": cohort.portfolio,
        "currency": cohort.currency,
        "predicate": cohort.predicate,
        "cohort": cohort.digest,
        "members": figure.members,
        "as_of": cohort.as_of.isoformat(),
        "known_at": quantity.known_at.isoformat(),
    }
