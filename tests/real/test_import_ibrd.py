"""The IBRD statement through the command line into the database, and out again to the last published digit."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.intake import CameOf, import_file
from matchmaking.delivery.audits.models import AuditLine, AuditSnapshot
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.statements import lists
from matchmaking.delivery.statements.catalogue import mapping_named
from matchmaking.delivery.statements.commands import Wanted
from matchmaking.delivery.statements.models import Statement, StatementPosition
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.files import keep
from tests.databases import SERVED_BEFORE_A_RELEASE
from tests.real import test_statement_pairs as pairs
from tests.real.sources import data_file, known
from tests.web_fixtures import Browser, sign_in

pytestmark = pytest.mark.real
FILE = "ibrd/ibrd_2020-11-30.csv.gz"
OFFICE = Viewer(1, "office_city", "张敏", Role.FINANCE_OFFICE_CITY, "*", 1)
rows = pairs.rows


def take(path: Path, mapping: str, day: date, at: datetime) -> CameOf:
    """Keep a file and take it in."""
    with path.open("rb") as stream:
        kept = keep(stream, name=path.name)
    came = import_file(kept, actor="test", catalogued=mapping_named(mapping), wanted=Wanted("ibrd"), as_of=day, at=at)
    storage.remove_session()
    return came


def test_the_command_line_answers_to_the_last_digit_and_every_finding_can_be_opened(
    app: Flask, client: Browser
) -> None:
    published = known("ibrd/known_answers.json")
    choices = ["--mapping", "ibrd", "--portfolio", "ibrd", "--as-of", "2020-11-30"]
    done = app.test_cli_runner().invoke(args=["statement", "import", str(data_file(FILE)), *choices])
    assert done.exit_code == 0, done.output
    told = app.test_cli_runner().invoke(args=["audit", "--portfolio", "ibrd", "--as-of", "2020-11-30", "--json"])
    assert told.exit_code == 0, told.output
    answers = json.loads(told.stdout)
    assert answers["dev_truths"] == published["dev_truths"]
    assert {name: answers[name] for name in published["dev_truths"]} == published["dev_truths"]

    session = storage.session()
    found = dict(session.execute(select(Finding.code, func.count()).group_by(Finding.code)).tuples().all())
    anomalies = published["dev_truths"]["anomalies"]
    assert {code: found.get(code, 0) for code in anomalies} == anomalies
    one_of_each = session.scalars(select(func.min(Finding.id)).group_by(Finding.code)).all()
    (ledger,) = answers["grades"]
    snapshot = session.scalars(select(AuditSnapshot)).one()
    kept = session.scalar(select(func.sum(AuditLine.amount_minor)).where(AuditLine.snapshot_id == snapshot.id))
    assert kept == ledger["signed_minor"] == sum(bucket["amount_minor"] for bucket in ledger["buckets"])
    assert snapshot.payload["dev_truths"] == published["dev_truths"]
    storage.remove_session()
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    for number in one_of_each:
        page = client.get(f"/findings/{number}")
        assert page.status_code == 200
        assert "ibrd_2020-11-30.csv.gz" in page.text


LAYOUTS = ((pairs.same_layout, "ibrd"), (pairs.in_millions, "ibrd-millions"))


# both engines take 9,000 rows in the test above; three statements more only before a release
@SERVED_BEFORE_A_RELEASE
def test_the_same_again_and_a_month_later_in_both_layouts(
    rows: list[pairs.Row], database: str, tmp_path: Path, now: datetime
) -> None:
    take(data_file(FILE), "ibrd", pairs.DAY, now)
    for made, mapping in LAYOUTS:
        assert not take(made(rows, tmp_path / mapping), mapping, pairs.DAY, now).new
    later, told = pairs.later_month(rows)
    came = take(pairs.same_layout(later, tmp_path / "later"), "ibrd", pairs.LATER, now)
    assert came.new
    assert not take(pairs.in_millions(later, tmp_path / "rounded"), "ibrd-millions", pairs.LATER, now).new
    session = storage.session()
    assert session.scalars(select(Statement.rows).order_by(Statement.as_of)).all() == [8_986, len(later)]
    assert session.scalar(select(func.count()).select_from(Agreement)) == 8_986 + 7
    assert_lists(came, told)
    assert_bridges(came)


def assert_lists(came: CameOf, told: dict[str, list[str]]) -> None:
    """What the page lists is what was done to the rows."""
    session = storage.session()
    sheet = lists.statement_sheet(session, OFFICE, came.statement)
    assert sheet is not None
    listed = {
        kind: {row.external_id for row in lists.changes(session, sheet, kind, limit=10_000)} for kind in lists.KINDS
    }
    assert listed == {
        "added": set(told["added"]),
        "changed": set(told["raised"] + told["decreased"]),
        "decreased": set(told["decreased"]),
        "vanished": set(told["vanished"]),
        "reworded": set(),
    }


def assert_bridges(came: CameOf) -> None:
    """Every bridge adds up to the cent and ends at the sum of what is kept."""
    assert came.comparison is not None
    bridges = {bridge["measure"]: bridge for bridge in came.comparison["bridges"]}
    latest = select(func.max(StatementPosition.statement_id)).scalar_subquery()
    sums = select(*(func.sum(getattr(StatementPosition, f"{name}_minor")).label(name) for name in bridges))
    closing = storage.session().execute(sums.where(StatementPosition.statement_id == latest)).mappings().one()
    for name, bridge in bridges.items():
        assert bridge["opening"] + bridge["new"] + bridge["corrected"] - bridge["fallen"] == bridge["closing"]
        assert closing[name] == bridge["closing"]
    assert bridges["disbursed"]["corrected"] == 40 * 123_456_789
