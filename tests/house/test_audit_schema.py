"""``docs/audit.schema.json`` describes what ``flask audit --json`` prints, for cases and for statements."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import create_engine, text

from matchmaking.delivery.audits.facts import SCHEMA as NAME
from matchmaking.domain.conversion.buckets import ON_SCREEN
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.domain.statements.ledger import BUCKETS
from tests.house.running import flask
from tests.house.tree import ROOT

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "audit.schema.json").read_text("utf-8"))
COMMON = {"End of Period": "2020-11-30", "Region": "R", "Country Code": "AA", "Country": "A", "Loan Type": "FSL"}
AMOUNTS = ("Original Principal Amount", "Cancelled Amount", "Undisbursed Amount", "Disbursed Amount", "Repaid to IBRD")
DAYS = ("Agreement Signing Date", "Board Approval Date", "Effective Date (Most Recent)", "Closed Date (Most Recent)",
        "Last Disbursement Date")  # fmt: skip


def line(key: str, status: str, amounts: str, days: str) -> dict[str, str]:
    """One row of a small statement in IBRD's layout."""
    figures = dict(zip(AMOUNTS, amounts.split(), strict=True)) | dict(zip(DAYS, days.split(","), strict=True))
    return (
        COMMON
        | {"Loan Number": key, "Borrower": f"Firm {key}", "Loan Status": status, "Interest Rate": "4.25"}
        | figures
    )


def validate(answer: dict[str, Any]) -> list[str]:
    """Every fault of ``answer``, with its place."""
    found = Draft202012Validator(SCHEMA, format_checker=Draft202012Validator.FORMAT_CHECKER).iter_errors(answer)
    return [f"{error.json_path}: {error.message[:200]}" for error in found]


def add_up(answer: dict[str, Any]) -> None:
    """What a schema cannot say: each grade's buckets add up to what was signed, and the two forms agree."""
    assert answer["grades"]
    for grade in answer["grades"]:
        assert sum(row["amount_minor"] for row in grade["buckets"]) == grade["signed_minor"]
        assert {row["bucket"]: row["amount_minor"] for row in grade["buckets"]} == answer["ledger"][grade["grade"]]
        for row in grade["buckets"]:
            assert len(row["bands"]) in (0, len(answer["bands"]))
    assert all(measure["cohort"] in answer["cohorts"] for measure in answer["measures"])


def test_the_schema_is_one_and_knows_every_grade_and_bucket() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema"]["const"] == NAME
    assert SCHEMA["$defs"]["grade"]["enum"] == list(INSTRUMENTS)
    assert SCHEMA["$defs"]["bucket"]["enum"] == [*ON_SCREEN, *BUCKETS]


@pytest.fixture
def sqlite(tmp_path: Path) -> str:
    """A migrated database."""
    url = f"sqlite:///{tmp_path / 'audited.sqlite3'}"
    flask("db", "upgrade", instance=tmp_path, url=url)
    return url


def test_the_demo_is_as_described(sqlite: str, tmp_path: Path) -> None:
    flask("seed", "--small", instance=tmp_path, url=sqlite)
    with create_engine(sqlite).connect() as connection:
        query = "SELECT code, default_as_of FROM portfolio WHERE kind = 'cases' AND default_as_of IS NOT NULL"
        portfolios = connection.execute(text(query)).all()
    assert portfolios
    for code, day in portfolios:
        printed = flask("audit", "--portfolio", code, "--as-of", day, "--json", instance=tmp_path, url=sqlite)
        answer = json.loads(printed.stdout)
        assert validate(answer) == []
        add_up(answer)


def test_a_statement_is_as_described(sqlite: str, tmp_path: Path) -> None:
    rows = [
        line("X1", "Repaying", "100 0 0 120.50 5", "2010-01-05,2010-01-01,2010-02-01,2015-01-01,2014-05-05"),
        line("X2", "Approved", "40.10 1 39.1 0 0", ",2020-01-01,,,"),
        line("X3", "Signed", "7 1 5 0 0", "2020-05-01,,,,"),
    ]
    source = tmp_path / "statement.csv"
    with source.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    days = ("--portfolio", "agency", "--as-of", "2020-11-30")
    flask("statement", "import", str(source), "--mapping", "ibrd", *days, instance=tmp_path, url=sqlite)
    answer = json.loads(flask("audit", *days, "--json", instance=tmp_path, url=sqlite).stdout)
    assert validate(answer) == []
    add_up(answer)
    assert answer["dev_truths"]["signed"] == answer["signed"] == 2
    assert answer["ledger"] == {
        "loan_contract": {"SP": 10_000, "SO": 2_050, "SC": 100, "SW": 500, "SD": 100 - 2_050}
    }, "10,700 signed: X1 over-drawn by 20.50, X3 one unit short"


@pytest.mark.parametrize(
    ("path", "value"),
    [("as_of", "30 Nov"), ("headline_money", "both"), ("grades", [{}]), ("ledger", {"loan_contract": {"Z9": 1}})],
)
def test_the_schema_refuses_what_is_not_one(path: str, value: object) -> None:
    assert any(f"$.{path}" in fault for fault in validate({path: value}))
