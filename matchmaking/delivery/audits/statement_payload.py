"""What statements say as the JSON that is printed, stored and read by pages, with the known-answer keys on top."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from matchmaking.delivery.audits.facts import cohort_json, reason_json
from matchmaking.delivery.statements.models import Statement
from matchmaking.domain.conversion.cohorts import Cohort
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.domain.money import per_million
from matchmaking.domain.reasons import Reason
from matchmaking.domain.statements.answers import Answer
from matchmaking.domain.statements.ledger import BUCKETS, band_of
from matchmaking.domain.statements.positions import Position
from matchmaking.registry.portfolios.models import Portfolio

COUNT_RATE, AMOUNT_RATE, CAPPED_RATE = (
    "with_money_count_rate",
    "with_money_amount_rate",
    "with_money_amount_capped_rate",
)
"""By count; by amount, uncapped with the over-disbursed part named; and each agreement up to its original beside it."""


@dataclass(slots=True)
class _Bucket:
    amount: int = 0
    count: int = 0
    bands: list[int] = field(default_factory=list)


@dataclass(slots=True)
class _Grade:
    """One grade of signed agreements; amounts in minor units. ``stated``: how many state what was disbursed."""

    count: int = 0
    signed: int = 0
    without_original: int = 0
    paid: int = 0
    stated: int = 0
    keys: list[str] = field(default_factory=list)
    buckets: dict[str, _Bucket] = field(default_factory=lambda: defaultdict(_Bucket))


class StatementTally:
    """Adds up positions by grade; grades are never added."""

    def __init__(self, portfolio: Portfolio, as_of: date, age_bands: tuple[int, ...]) -> None:
        self.portfolio = portfolio
        self.as_of = as_of
        self.bands = [band_of(days, age_bands) for days in (*age_bands, age_bands[-1] + 1)]
        self._grades: dict[str, _Grade] = defaultdict(_Grade)

    def add(self, key: str, says: Position, row: Mapping[str, Any]) -> None:
        """Count one position; ``row`` holds its grade, band and shares. One without a signing day is in no ledger."""
        if not row["grade"]:
            return
        grade = self._grades[row["grade"]]
        grade.count += 1
        grade.keys.append(key)
        grade.signed += says.original or 0
        grade.without_original += says.original is None
        grade.paid += bool(row["paid"])
        grade.stated += says.disbursed is not None
        for name, minor in row["buckets"].items():
            bucket = grade.buckets[name]
            bucket.amount += minor
            bucket.count += 1
            bucket.bands = bucket.bands or [0] * len(self.bands)
            bucket.bands[row["band"]] += minor

    @property
    def grades(self) -> list[tuple[str, _Grade]]:
        """Grades firmest first."""
        return [(name, self._grades[name]) for name in INSTRUMENTS if name in self._grades]

    def cohort(self, name: str) -> Cohort:
        """The signed agreements of one grade, by public key."""
        return Cohort.of(
            self._grades[name].keys,
            predicate="portfolio signed",
            instrument=name,
            currency=self.portfolio.currency,
            portfolio=self.portfolio.code,
            frozen_on=None,
            as_of=self.as_of,
        )


PUBLISHED = (
    "rows",
    "signed",
    "unsigned",
    "signed_with_disbursed_gt0",
    "conversion_count_pct",
    "conversion_amount_pct",
    "status_counts",
    "anomalies",
)
"""Answers repeated under a mapping's ``answers_under``: the keys, no more and no fewer, of the published answers."""


def statement_payload(
    tally: StatementTally, statements: Sequence[Statement], answers: Mapping[str, Answer], answers_under: str | None
) -> dict[str, Any]:
    """Everything but the portfolio, the days and the findings, which the caller adds."""
    grades = [_grade(tally, name, grade) for name, grade in tally.grades]
    cohorts = {name: tally.cohort(name) for name, _ in tally.grades}
    told = {key: plain(value) for key, value in answers.items()}
    notices = [reason_json(notice) for statement in statements for notice in notices_of(statement)]
    payload: dict[str, Any] = {
        "statement": _statement(statements[-1]),
        "statements": [_statement(statement) for statement in statements],
        "notices": notices,
        "bands": tally.bands,
        "grades": grades,
        "ledger": {g["grade"]: {r["bucket"]: r["amount_minor"] for r in g["buckets"]} for g in grades},
        "headline_grade": grades[0]["grade"] if grades else "loan_contract",
        "headline_money": "with_money",
        "measures": [m for name, grade in tally.grades for m in _measures(cohorts[name], grade, notices)],
        "cohorts": {cohort.digest: cohort_json(cohort) for cohort in cohorts.values()},
        "cohort": next((cohort_json(cohort) for cohort in cohorts.values()), None),
        "prior_stock": {"count": 0, "amount_minor": 0, "grades": []},
        "late": {"count": 0, "amount_minor": 0, "grades": []},
        "events": [],
        "months": [],
        "needs": [],
        "memo": {"without_original": {name: grade.without_original for name, grade in tally.grades}},
    }
    nested = {answers_under: {key: told[key] for key in PUBLISHED}} if answers_under else {}
    return payload | told | nested


def plain(answer: Answer) -> Any:
    """An answer as JSON values. An exact decimal becomes a number where a double holds every digit of it, else text."""
    if isinstance(answer, Decimal):
        number = float(answer)
        return number if Decimal(repr(number)) == answer else f"{answer:f}"
    if isinstance(answer, Mapping):
        return {key: plain(value) for key, value in answer.items()}
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return [plain(value) for value in answer]
    return answer


def notices_of(statement: Statement) -> list[Reason]:
    """What is said beside the headline: how many signed agreements this statement left out and originals it lowered.

    One for each statement it was compared with when it was taken in; none where nothing was taken back.
    """
    told = statement.comparison or {}
    corrects = told.get("corrects") or {}
    parts = (
        ("statement_takes_back", told.get("against"), told.get("counts")),
        ("correction_takes_back", corrects, corrects.get("counts")),
    )
    found = [_takes_back(code, against, counts) for code, against, counts in parts if against and counts]
    return [notice for notice in found if notice is not None]


def _takes_back(code: str, against: Mapping[str, Any], counts: Mapping[str, int]) -> Reason | None:
    """None where nothing was; statements taken in before this was counted say nothing of it."""
    vanished, lowered = counts.get("vanished_signed", 0), counts.get("lowered", 0)
    if not (vanished or lowered):
        return None
    return Reason(code, {"day": against["as_of"], "vanished": vanished, "lowered": lowered})


def _statement(statement: Statement) -> dict[str, Any]:
    return {
        "public_key": statement.public_key,
        "as_of": statement.as_of.isoformat(),
        "series": statement.series,
        "rows": statement.rows,
        "mapping": statement.mapping,
        "file_sha256": statement.file_sha256,
        "file_name": statement.file_name,
    }


def _grade(tally: StatementTally, name: str, grade: _Grade) -> dict[str, Any]:
    return {
        "grade": name,
        "currency": tally.portfolio.currency,
        "amountless": False,
        "signed_minor": grade.signed,
        "excess_minor": grade.buckets["SO"].amount if "SO" in grade.buckets else 0,
        "count": grade.count,
        "buckets": [
            {
                "bucket": bucket,
                "amount_minor": held.amount,
                "verified_minor": 0,
                "count": held.count,
                "bands": held.bands,
            }
            for bucket in BUCKETS
            if (held := grade.buckets.get(bucket)) is not None
        ],
    }


def _measures(cohort: Cohort, grade: _Grade, notices: Sequence[Any]) -> list[dict[str, Any]]:
    within = grade.buckets["SP"].amount if "SP" in grade.buckets else 0
    over = grade.buckets["SO"].amount if "SO" in grade.buckets else 0
    made = [_measure(cohort, COUNT_RATE, "count", grade.paid, grade.count, None, over)]
    silent = None if grade.stated else Reason("amounts_not_stated", {"count": grade.count})
    for code, numerator in ((AMOUNT_RATE, within + over), (CAPPED_RATE, within)):
        made.append(_measure(cohort, code, "amount", numerator, grade.signed, silent, over))
    for measure in made:
        measure["passport"]["exclusions"] = list(notices)
    return made


def _measure(
    cohort: Cohort, code: str, kind: str, numerator: int, denominator: int, silent: Reason | None, over: int
) -> dict[str, Any]:
    why = silent or (None if denominator > 0 else Reason("rate_not_applicable", {"cohort": cohort.name}))
    return {
        "code": code,
        "kind": kind,
        "grade": cohort.instrument,
        "currency": cohort.currency,
        "numerator": numerator,
        "denominator": denominator,
        "ppm": None if why else per_million(numerator, denominator),
        "not_applicable": reason_json(why),
        "cohort": cohort.digest,
        "over_minor": over if kind == "amount" else None,
        "passport": {
            "words": f"measure_{code}",
            "formula": f"measure_{code}_formula",
            "predicate": cohort.predicate,
            "exclusions": [],
            "coverage_ppm": None,
            "lenders": None,
            "lenders_reported": None,
            "provisional": False,
        },
    }
