"""Kiva: timing to the second, and an order rule that warns by product and rejects nothing."""

from __future__ import annotations

import csv
import gzip
import io
from fractions import Fraction

import pytest

from matchmaking.domain.conversion.timing import DurationSummary, days_between, summarise
from matchmaking.domain.statements.checks import order_by_product
from matchmaking.domain.statements.days import DayReader
from matchmaking.domain.statements.mapping import parse_mapping
from tests.real.sources import Read, data_file, known, mapping_named

pytestmark = pytest.mark.real
FILE = "kiva/kiva_sample.csv.gz"


@pytest.fixture
def rows() -> list[dict[str, str]]:
    """The raw rows."""
    with gzip.open(data_file(FILE)) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))


def as_published(summary: DurationSummary) -> dict[str, int | float]:
    """Rounded as the published answers are: mean to four decimals, p90 to two, the others not at all."""
    assert summary.mean is not None
    assert summary.p90 is not None
    plain = {name: getattr(summary, name) for name in ("median", "p25", "p75", "min", "max")}
    counts = {"n": summary.n, "negative": summary.negative, "zero": summary.zero}
    rounded = {"mean": float(round(summary.mean, 4)), "p90": float(round(summary.p90, 2))}
    return counts | rounded | {name: float(value) for name, value in plain.items()}


@pytest.mark.parametrize("end", ["disbursed", "funded"])
def test_days_to_the_second(end: str, rows: list[dict[str, str]]) -> None:
    reader = DayReader(("iso",))
    days: list[Fraction] = [
        days_between(reader.moment(row["posted_time"]), reader.moment(row[f"{end}_time"]))
        for row in rows
        if row[f"{end}_time"]
    ]
    published = known("kiva/known_answers.json")[f"days_posted_to_{end}"]
    assert as_published(summarise(days)) == pytest.approx(published, rel=1e-12)


def test_counts_and_sums(read: Read, rows: list[dict[str, str]]) -> None:
    published = known("kiva/known_answers.json")
    report, positions = read(data_file(FILE), "kiva")
    assert (report.rows, report.error_count) == (published["rows"], 0)
    assert len({position.lender for position in positions if position.lender}) == published["partners"]
    assert len({position.area_code for position in positions}) == published["countries"]
    assert len({position.product for position in positions}) == published["sectors"]
    assert sum(position.first_money_on is None for position in positions) == published["disbursed_time_missing"]
    assert sum(position.effective_on is None for position in positions) == published["funded_time_missing"]
    assert sum(position.original or 0 for position in positions) == published["sum_loan"] * 100
    funded = parse_mapping(mapping_named("kiva").source.replace('"loan_amount"', '"funded_amount"'))
    _, raised = read(data_file(FILE), funded)
    assert sum(position.original or 0 for position in raised) == published["sum_funded"] * 100
    short = sum((before.original or 0) > (got.original or 0) for before, got in zip(positions, raised, strict=True))
    assert short == published["not_fully_funded"]
    posted = sorted(row["posted_time"] for row in rows)
    assert [posted[0], posted[-1]] == published["posted"]


def test_money_before_posting_warns_by_product(read: Read, rows: list[dict[str, str]]) -> None:
    report, positions = read(data_file(FILE), "kiva")
    assert report.error_count == 0
    by_product = order_by_product(positions)
    assert sum(each.known for each in by_product) == 996
    whole_days = sum(row["disbursed_time"][:10] < row["posted_time"][:10] for row in rows if row["disbursed_time"])
    assert sum(each.broken for each in by_product) == whole_days
    to_the_second = sum(row["disbursed_time"] < row["posted_time"] for row in rows if row["disbursed_time"])
    assert to_the_second == known("kiva/known_answers.json")["disbursed_before_posted"]
    assert whole_days == to_the_second - 18, "eighteen were paid and posted on one day"
    assert all(each.usual for each in by_product), "in every sector it is the practice, not a slip"
