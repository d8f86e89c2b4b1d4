"""The IBRD statement of 2020-11-30: every published figure, exactly."""

from __future__ import annotations

import csv
import gzip
import io
import json
from dataclasses import replace
from datetime import date

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.answers import answers_of, json_text
from matchmaking.domain.statements.checks import Circumstances, all_findings
from matchmaking.domain.statements.ledger import ledger_of
from matchmaking.domain.statements.positions import Position
from tests.real.sources import Read, data_file, known, mapping_named

pytestmark = pytest.mark.real
DAY = date(2020, 11, 30)


@pytest.fixture
def positions(read: Read) -> list[Position]:
    """All 8,986 positions."""
    report, found = read(data_file("ibrd/ibrd_2020-11-30.csv.gz"), "ibrd", DAY)
    assert (report.rows, report.error_count, report.as_of) == (8_986, 0, DAY)
    return found


def test_every_published_figure(positions: list[Position]) -> None:
    published = known("ibrd/known_answers.json")[mapping_named("ibrd").answers_under]
    answers = json.loads(json_text(answers_of(positions, Circumstances(DAY))))
    assert {name: answers[name] for name in published} == published


def test_findings_are_the_anomalies_one_by_one(positions: list[Position]) -> None:
    published = known("ibrd/known_answers.json")["dev_truths"]["anomalies"]
    findings = list(all_findings(positions, Circumstances(DAY)))
    counted = {code: sum(finding.code == code for finding in findings) for code in published}
    assert counted == published
    assert sum(finding.code == "statement_difference" for finding in findings) == 1_307
    assert len({(finding.code, finding.external_id) for finding in findings}) == len(findings)


def test_the_ledger_adds_up_to_the_cent(positions: list[Position]) -> None:
    ledger = ledger_of(positions, as_of=DAY)
    signed = [position for position in positions if position.signed_on]
    assert (ledger.signed, ledger.without_original) == (8_850, 0)
    assert ledger.signed_minor == sum(position.original or 0 for position in signed)
    assert sum(bucket.minor for bucket in ledger.buckets.values()) == ledger.signed_minor
    paid = ledger.buckets["SP"].minor + ledger.buckets["SO"].minor
    assert paid == sum(position.disbursed or 0 for position in signed)
    assert sum(minor for minor, _ in ledger.buckets["SW"].ages.values()) == ledger.buckets["SW"].minor


def test_float_dust_is_zero_cents(positions: list[Position]) -> None:
    with gzip.open(data_file("ibrd/ibrd_2020-11-30.csv.gz")) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))
    dust = {row["Loan Number"] for row in rows if "E-" in row["Disbursed Amount"]}
    above = sum(float(row["Disbursed Amount"]) > 0 for row in rows if row["Agreement Signing Date"])
    assert above == 8_252, "a test on the raw number counts dust as money"
    assert {position.disbursed for position in positions if position.external_id in dust} == {0}


def test_another_day_is_refused(read: Read) -> None:
    with pytest.raises(Refusal) as refused:
        read(data_file("ibrd/ibrd_2020-11-30.csv.gz"), "ibrd", date(2020, 12, 31))
    assert refused.value.reason.code == "table_as_of_differs"


def test_the_order_of_rows_changes_no_answer(positions: list[Position]) -> None:
    now = Circumstances(DAY)
    backwards = [replace(position, line=0) for position in reversed(positions)]
    assert json_text(answers_of(backwards, now)) == json_text(answers_of(positions, now))
