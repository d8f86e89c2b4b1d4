"""SBA 7(a): the national sample's published figures, and the California file's SAS days."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date, timedelta

import pytest

from matchmaking.domain.statements.answers import answers_of, json_text
from matchmaking.domain.statements.checks import Circumstances, all_findings
from matchmaking.domain.statements.days import DayReader
from matchmaking.domain.statements.ledger import ledger_of
from tests.real.sources import Read, data_file, known, mapping_named

pytestmark = pytest.mark.real
DAY = date(2014, 12, 31)


def test_every_published_figure(read: Read) -> None:
    published = known("sba/known_answers.json")
    mapping = mapping_named("sba-sample")
    report, positions = read(data_file("sba/sba_sample.csv.gz"), mapping)
    assert report.error_count == 0
    answers = json.loads(json_text(answers_of(positions, Circumstances(DAY, mapping.revolving))))
    assert {name: answers[name] for name in published} == published


def test_a_rate_above_one_hundred_is_explained(read: Read) -> None:
    mapping = mapping_named("sba-sample")
    _, positions = read(data_file("sba/sba_sample.csv.gz"), mapping)
    now = Circumstances(DAY, mapping.revolving)
    answers = json.loads(json_text(answers_of(positions, now)))
    assert answers["conversion_amount_pct"] > 100 > answers["conversion_amount_capped_pct"]
    assert answers["sum_over_disbursed"] == 35_365_672
    over = [finding for finding in all_findings(positions, now) if finding.code == "disbursed_gt_original"]
    assert (len(over), sum(finding.explained is not None for finding in over)) == (693, 603)
    assert ledger_of(positions, as_of=DAY).closes


def test_both_forms_of_day_stand_in_the_file_and_are_read() -> None:
    mapping = mapping_named("sba-sample")
    reader = DayReader(mapping.day_formats, mapping.pivot)
    with gzip.open(data_file("sba/sba_sample.csv.gz")) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))
    charged_off = [reader.read(row["ChgOffDate"]) for row in rows if row["ChgOffDate"]]
    assert (len(charged_off), min(charged_off).year, max(charged_off).year) == (901, 1988, 2014)
    assert any("/" in row["ApprovalDate"] for row in rows)


def test_california_in_sas_days(read: Read) -> None:
    report, positions = read(data_file("sba/sba_california_case.csv.gz"), "sba-california")
    assert (report.rows, report.error_count) == (2_088, 0)
    with gzip.open(data_file("sba/sba_california_case.csv.gz")) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, "utf-8")))
    for row, position in zip(rows, positions, strict=True):
        assert position.signed_on == date(1960, 1, 1) + timedelta(days=int(row["ApprovalDate"]))
        fiscal = position.signed_on.year + (position.signed_on.month >= 10)
        assert abs(fiscal - int(row["ApprovalFY"])) <= 1, "the file's own fiscal year agrees with the epoch"
