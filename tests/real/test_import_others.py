"""IFC and SBA by mapping files alone: imported, audited, and their published answers reproduced from the database."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaking.delivery.statements.models import StatementPosition
from matchmaking.foundation import storage
from tests.databases import SERVED_BEFORE_A_RELEASE
from tests.real.sources import data_file, known

pytestmark = pytest.mark.real


def imported(app: Flask, name: str, mapping: str, day: str) -> dict[str, object]:
    """Take a file in and give its audit."""
    runner = app.test_cli_runner()
    choices = ["--mapping", mapping, "--portfolio", mapping, "--as-of", day]
    done = runner.invoke(args=["statement", "import", str(data_file(name)), *choices])
    assert done.exit_code == 0, done.output
    told = runner.invoke(args=["audit", "--portfolio", mapping, "--as-of", day, "--json"])
    assert told.exit_code == 0, told.output
    answers: dict[str, object] = json.loads(told.stdout)
    return answers


@SERVED_BEFORE_A_RELEASE
def test_the_sba_sample_to_the_last_digit(app: Flask) -> None:
    answers = imported(app, "sba/sba_sample.csv.gz", "sba-sample", "2014-12-31")
    published = known("sba/known_answers.json")
    assert {name: answers[name] for name in published} == published


@SERVED_BEFORE_A_RELEASE
def test_the_california_case_with_its_sas_days(app: Flask) -> None:
    answers = imported(app, "sba/sba_california_case.csv.gz", "sba-california", "2014-12-31")
    assert answers["rows"] == 2_088


def test_ifc_states_first_money_and_no_amounts_disbursed(app: Flask) -> None:
    answers = imported(app, "ifc/ifc_2006_2013.csv.gz", "ifc", "2025-04-17")
    assert answers["rows"] == 1_987
    with storage.engine().connect() as connection:
        stated = connection.execute(select(func.count(StatementPosition.disbursed_minor))).scalar()
        named = connection.execute(select(func.count()).where(StatementPosition.firm.like("%&amp;%"))).scalar()
    assert (stated, named) == (0, 0)
    ledgers = answers["grades"]
    assert isinstance(ledgers, list)
    held = {bucket["bucket"] for ledger in ledgers for bucket in ledger["buckets"] if bucket["amount_minor"]}
    assert held == {"SX", "SN"}
    for ledger in ledgers:
        assert sum(bucket["amount_minor"] for bucket in ledger["buckets"]) == ledger["signed_minor"]
