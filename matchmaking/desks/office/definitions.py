"""口径: every measure and bucket with its words, formula and exclusions, and every dated number behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaking.domain.conversion.measures import MEASURES
from matchmaking.domain.parameters import DatedValue, Parameter
from matchmaking.foundation.web.looks import FAMILY_ORDER, LOOKS
from matchmaking.foundation.web.words import language, w, w_or
from matchmaking.oversight.passports.told import passport_of
from matchmaking.oversight.samples.models import AuditSample
from matchmaking.rulebook import parameters

STATEMENT_MEASURES = ("with_money_count_rate", "with_money_amount_rate", "with_money_amount_capped_rate")
SHOWN_PARAMETERS = (
    "promise_cap_days",
    "net_new_settle_days",
    "net_new_peak_days",
    "confirmation_unanswered_days",
    "match_day_tolerance_days",
    "match_amount_tolerance_minor",
    "age_band_1_days",
    "age_band_2_days",
    "age_band_3_days",
    "age_band_4_days",
    "cohort_freeze_workdays",
    "finding_reply_workdays",
    "sample_attempts",
)


@dataclass(frozen=True, slots=True)
class MeasureEntry:
    """One measure as the page explains it."""

    code: str
    name: str
    formula: str
    exclusions: str
    source: str
    statement: bool


@dataclass(frozen=True, slots=True)
class BucketGroup:
    """Buckets of one family, of cases or of statements."""

    family: str
    statement: bool
    buckets: Sequence[str]


@dataclass(frozen=True, slots=True)
class NumberEntry:
    """A number in a rule, with the value in force and every value it ever had."""

    name: str
    unit: str
    now: DatedValue
    values: Sequence[DatedValue]


def measure_entries() -> list[MeasureEntry]:
    """Every measure, those of cases first."""
    return [_entry(code) for code in (*MEASURES, *STATEMENT_MEASURES)]


def _entry(code: str) -> MeasureEntry:
    parts = ("", "_formula", "_exclusions", "_source")
    name, formula, exclusions, source = (w(f"measure_{code}{part}") for part in parts)
    return MeasureEntry(code, name, formula, exclusions, source, code in STATEMENT_MEASURES)


def measure_entry(code: str) -> MeasureEntry | None:
    """One measure; None where there is none of that name."""
    return _entry(code) if code in (*MEASURES, *STATEMENT_MEASURES) else None


def worked_examples(
    payload: Mapping[str, Any], code: str, closed: Mapping[str, AuditSample]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """The measure with the audit's own figures, by grade and kind, each with its passport."""
    found = [measure for measure in payload["measures"] if measure["code"] == code]
    return [(measure, passport_of(payload, measure, closed.get(code))) for measure in found]


def bucket_groups() -> list[BucketGroup]:
    """Every bucket in the order of the screen."""
    groups = []
    for statement in (False, True):
        for family in FAMILY_ORDER:
            held = [code for code, look in LOOKS.items() if look.family == family and code.startswith("S") == statement]
            if held:
                groups.append(BucketGroup(family, statement, held))
    return groups


def number_entries(day: date, known: Mapping[str, Parameter] | None = None) -> list[NumberEntry]:
    """The numbers of the conversion rules with what holds on ``day``."""
    table = parameters() if known is None else known
    found = []
    for name in SHOWN_PARAMETERS:
        if name in table:
            parameter = table[name]
            held = [value for value in parameter.values if value.since <= day] or list(parameter.values[:1])
            found.append(NumberEntry(w_or(f"parameter_{name}", name), parameter.unit, held[-1], parameter.values))
    return found


def document_words(document: str) -> str:
    """A document's half in this page's language: they are written ``中文 / English``."""
    chinese, _, english = document.partition(" / ")
    return english if language() == "en" and english else chinese
