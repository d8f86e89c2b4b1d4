"""The kernel's audit as the JSON that is printed, stored and read by pages. Amounts are integer minor units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from matchmaking.delivery.audits.facts import cohort_json, reason_json
from matchmaking.domain.conversion.audit import CaseAudit, EventTally, Tally
from matchmaking.domain.conversion.instruments import AMOUNTLESS, INSTRUMENTS
from matchmaking.domain.conversion.ledgers import BucketRow, GradeLedger
from matchmaking.domain.conversion.measures import Measure, NeedMet


def case_payload(audit: CaseAudit, bands: tuple[str, ...]) -> dict[str, Any]:
    """Everything but the portfolio, the days and the findings, which the caller adds. ``bands``: youngest first."""
    grades = [_grade(grade) for grade in audit.grades if grade.currency]
    tallies = (*audit.months, *(tally for event in audit.events for tally in event.signed))
    cohorts = (*audit.cohorts, *(m.cohort for m in audit.measures), *(tally.cohort for tally in tallies))
    headline = _headline(audit)
    return {
        "statement": None,
        "bands": list(bands),
        "grades": grades,
        "ledger": {g["grade"]: {r["bucket"]: r["amount_minor"] for r in g["buckets"]} for g in grades},
        "headline_grade": headline,
        "headline_money": "verified",
        "measures": [_measure(measure) for measure in audit.measures],
        "cohorts": {cohort.digest: cohort_json(cohort) for cohort in cohorts},
        "cohort": next((cohort_json(c) for c in audit.cohorts if c.instrument == headline), None),
        "prior_stock": _apart(audit.pre_event, headline),
        "late": _apart(audit.late, headline),
        "events": [_event(event) for event in audit.events],
        "months": [_month(tally) for tally in audit.months],
        "needs": [_need(need) for need in audit.needs],
        "status_counts": dict(sorted(Counter(ledger.stage for ledger in audit.signings).items())),
        "memo": _memo(audit),
    }


def _headline(audit: CaseAudit) -> str:
    """The firmest grade with anything in it; contracts where nothing was signed."""
    held = {grade.instrument for grade in audit.grades}
    return next((instrument for instrument in INSTRUMENTS if instrument in held), INSTRUMENTS[0])


def _grade(grade: GradeLedger) -> dict[str, Any]:
    return {
        "grade": grade.instrument,
        "currency": grade.currency,
        "amountless": grade.instrument in AMOUNTLESS,
        "signed_minor": grade.signed.minor,
        "excess_minor": grade.excess.minor,
        "count": grade.count,
        "buckets": [_bucket(row) for row in grade.rows if row.count],
    }


def _bucket(row: BucketRow) -> dict[str, Any]:
    return {
        "bucket": row.bucket,
        "amount_minor": row.amount.minor,
        "verified_minor": row.verified.minor,
        "count": row.count,
        "bands": [amount.minor for _, amount in row.bands],
    }


def _measure(measure: Measure) -> dict[str, Any]:
    passport = measure.passport
    return {
        "code": measure.code,
        "kind": measure.kind,
        "grade": measure.instrument,
        "currency": measure.currency,
        "numerator": measure.numerator.value,
        "denominator": measure.denominator.value,
        "ppm": measure.ppm,
        "not_applicable": reason_json(measure.reason),
        "cohort": measure.cohort.digest,
        "passport": {
            "words": passport.words,
            "formula": passport.formula,
            "predicate": passport.predicate,
            "exclusions": [reason_json(reason) for reason in passport.exclusions],
            "coverage_ppm": passport.coverage.ppm,
            "lenders": passport.coverage.lenders,
            "lenders_reported": passport.coverage.reported,
            "provisional": passport.provisional,
        },
    }


def _apart(grades: Iterable[GradeLedger], headline: str) -> dict[str, Any]:
    """What stands apart, by grade; ``amount_minor`` is the headline grade's, since grades are never added."""
    held = list(grades)
    return {
        "count": sum(grade.count for grade in held),
        "amount_minor": sum(grade.signed.minor for grade in held if grade.instrument == headline),
        "grades": [_grade(grade) for grade in held],
    }


def _event(event: EventTally) -> dict[str, Any]:
    return {
        "event": event.event,
        "signed": {tally.cohort.instrument: tally.signed.minor for tally in event.signed},
        "pre_event": {grade.instrument: grade.signed.minor for grade in event.pre_event},
        "late": {grade.instrument: grade.signed.minor for grade in event.late},
    }


def _month(tally: Tally) -> dict[str, Any]:
    return {
        "month": tally.cohort.predicate.partition(":")[2],
        "grade": tally.cohort.instrument,
        "signed_minor": tally.signed.minor,
        "count": tally.count,
        "cohort": tally.cohort.digest,
    }


def _need(need: NeedMet) -> dict[str, Any]:
    return {
        "key": need.need.key,
        "firm": need.need.firm,
        "amount_minor": need.need.amount.minor,
        "verified_gross_minor": need.verified_gross.minor,
        "verified_net_new_minor": need.verified_net_new.minor,
        "met_minor": need.met.minor,
        "ppm": need.ppm,
    }


def _memo(audit: CaseAudit) -> dict[str, Any]:
    """Figures that stand beside the ledger and in no sum of it."""
    revolving = [ledger for ledger in audit.signings if ledger.signing.revolving]
    return {
        "cumulative_draws": {ledger.signing.key: ledger.cumulative.minor for ledger in revolving},
        "excess": {ledger.signing.key: ledger.excess.minor for ledger in audit.signings if ledger.excess},
        "unplaced": list(audit.unplaced),
    }
