"""Disbursements and conditions of one case, from its facts and the kernel's reckoning kept in its row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from matchmaking.delivery.audits.facts import reason_of
from matchmaking.delivery.audits.sheet_parts import Answer, ConditionSheet, DisbursementSheet
from matchmaking.domain.conversion import facts as f


def disbursements(known: Iterable[f.Fact], detail: Mapping[str, Any] | None) -> list[DisbursementSheet]:
    """Every 借据 with what each party says of it, in order of value day; voided ones too."""
    told = list(known)
    reckoned = {row["key"]: row for row in (detail or {}).get("disbursements", ())}
    reports = sorted((x for x in told if isinstance(x, f.Disbursement)), key=lambda x: (x.value_on, x.key))
    return [_disbursement(report, told, reckoned.get(report.key, {})) for report in reports]


def _disbursement(report: f.Disbursement, told: Sequence[f.Fact], row: Mapping[str, Any]) -> DisbursementSheet:
    void = next((x for x in told if isinstance(x, f.Void) and x.fact == report.key), None)
    return DisbursementSheet(
        key=report.key,
        iou_no=report.iou_no,
        branch=report.branch,
        amount_minor=report.amount.minor,
        value_on=report.value_on,
        reported_on=report.reported_on,
        known_on=report.recorded_on,
        payee=report.payee,
        form=report.form,
        state=row.get("state", "voided" if void else "one"),
        counted_minor=row.get("counted", 0),
        verified_minor=row.get("verified", 0),
        disputed_minor=row.get("disputed", 0),
        parties=tuple(row.get("parties", ())),
        reasons=tuple(reason for item in row.get("reasons", ()) if (reason := reason_of(item)) is not None),
        buckets=tuple(row.get("buckets", ())),
        same_as=row.get("same_as"),
        firm=[_firm(x) for x in told if isinstance(x, f.Confirmation) and x.disbursement == report.key],
        third=[_third(x) for x in told if isinstance(x, f.ThirdPartyLine) and x.disbursement == report.key],
        verdicts=[_verdict(x) for x in told if isinstance(x, f.Verdict) and x.subject == report.key],
        voided_on=void.voided_on if void else None,
        void_reason=void.reason if void else "",
    )


def _firm(word: f.Confirmation) -> Answer:
    amount = None if word.amount is None else word.amount.minor
    return Answer(word.key, word.answer, amount, word.answered_on, word.recorded_on, word.device_shared)


def _third(line: f.ThirdPartyLine) -> Answer:
    return Answer(line.key, line.source, line.amount.minor, line.value_on, line.recorded_on)


def _verdict(verdict: f.Verdict) -> Answer:
    amount = None if verdict.amount is None else verdict.amount.minor
    return Answer(verdict.key, verdict.kind, amount, verdict.decided_on, verdict.recorded_on, document=verdict.document)


def conditions(known: Iterable[f.Fact], as_of: date) -> list[ConditionSheet]:
    """Conditions of payment, the earliest due first."""
    told = list(known)
    met = {x.condition: x.met_on for x in told if isinstance(x, f.ConditionMet)}
    found = [_condition(x, met.get(x.key), as_of) for x in told if isinstance(x, f.Condition)]
    return sorted(found, key=lambda one: (one.due_on or date.max, one.set_on, one.key))


def _condition(fact: f.Condition, met_on: date | None, as_of: date) -> ConditionSheet:
    late = 0 if met_on is not None or fact.due_on is None else max(0, (as_of - fact.due_on).days)
    return ConditionSheet(fact.key, fact.holder, fact.words, fact.set_on, fact.due_on, met_on, late)
