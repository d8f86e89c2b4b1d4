"""The evening's job keeps the reports, the office reads them from the store, the shell prints and checks them."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from bench.report_facts import LAST, Sizes
from config import Settings
from matchmaking.delivery.audits.case_audit import case_portfolio, kernel_audit
from matchmaking.domain.conversion.reconciling import HELD as KERNEL_HELD
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.columnar import Snapshots
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.oversight.reports import jobs
from matchmaking.oversight.reports.asked import Asked
from matchmaking.oversight.reports.commands import differing, reckoned
from matchmaking.oversight.reports.models import ReportRun
from matchmaking.oversight.reports.pages import LEAST, reports_page
from matchmaking.oversight.reports.texts import HELD, UNFOUNDED, UNREPORTED
from tests.delivery.cases_world import MILLION, World, counted, open_world
from tests.oversight.reports.reports_world import fill, refresh
from tests.web_fixtures import Browser, sign_in

AT = datetime(2026, 9, 30, 13, 50, tzinfo=UTC)


def evening(settings: Settings, on: date = LAST) -> dict[str, object]:
    return jobs.run(JobContext(as_of=on, at=AT + (on - LAST), settings=settings))


def test_the_classes_are_the_kernels_own_states(world: World, snapshots: Snapshots) -> None:
    fill(world, 3, Sizes(250, 700, repeated=0))
    refresh(snapshots)
    session = storage.session()
    audit = kernel_audit(case_portfolio(session, world.portfolio), as_of=LAST, known_on=LAST)
    expected: Counter[tuple[str, str]] = Counter()
    for ledger in audit.signings:
        for row in ledger.rows:
            state = HELD if row.state in KERNEL_HELD else row.state
            expected[row.disbursement.lender, state] += row.disbursement.amount.minor
    found = reckoned(snapshots, Asked.on(world.portfolio.id, LAST, LAST))["reconciled"]
    ours = {(row[0], row[1]): row[3] for row in found if row[1] not in (UNREPORTED, UNFOUNDED)}
    assert len({state for _, state in expected}) == 6
    assert ours == dict(expected)


def test_the_job_keeps_once_a_day_and_anew_when_facts_come(world: World, settings: Settings) -> None:
    paper = world.sign()
    world.pay(paper, MILLION)
    assert evening(settings)["kept"] == 1
    assert evening(settings)["kept"] == 0
    world.pay(paper, MILLION)
    assert evening(settings)["kept"] == 1
    runs = storage.session().query(ReportRun).order_by(ReportRun.id).all()
    paid = [reports_page(run.payload, "", "").total.paid_minor for run in runs]
    assert paid == [MILLION, 2 * MILLION]
    assert storage.session().query(TrailEvent).filter_by(tag="reports.kept").count() == 2


def test_the_office_reads_them_from_the_store(client: Browser, settings: Settings) -> None:
    world = open_world()
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    empty = client.get("/portfolios/city/reports")
    assert empty.status_code == 200 and "还没有算过" in empty.text
    fill(world, 2)
    evening(settings)
    with counted() as statements:
        page = client.get("/portfolios/city/reports").text
    assert len(statements) <= 3
    assert "演示银行07" in page and "三方一致" in page and "作废后仍有佐证" in page
    assert "汉滨区" in client.get("/portfolios/city/reports?by=area&grade=credit_line").text
    assert "2024-02" in client.get("/portfolios/city/reports?by=month").text
    assert "Three agree" in client.get("/portfolios/city/reports?lang=en").text
    assert client.get("/portfolios/nowhere/reports").status_code == 404
    assert client.get("/portfolios/city/reports?by=x&grade=y&unit=z").status_code == 200


def test_what_a_page_shows_adds_up_and_hides_small_groups(world: World, settings: Settings) -> None:
    fill(world, 4, Sizes(400, 800))
    evening(settings)
    payload = storage.session().query(ReportRun).one().payload
    pages = [reports_page(payload, "loan_contract", by) for by in ("lender", "month", "area")]
    assert len({(p.total.papers, p.total.signed_minor, p.total.paid_minor, p.total.in_full) for p in pages}) == 1
    assert all(row["papers"] >= LEAST for row in pages[0].waiting)
    assert len(pages[0].waiting) + pages[0].few == len(payload["waiting"])
    assert reports_page({"conversion": {}, "waiting": [], "reconciled": {}}, "", "").total.ppm is None


def test_a_wait_nobody_was_watched_for_is_not_told(world: World, settings: Settings) -> None:
    for number in range(LEAST):
        world.sign(f"W{number}", signed_on=LAST - timedelta(100))
    evening(settings)
    (row,) = storage.session().query(ReportRun).one().payload["waiting"]
    assert row["paid_ppm"] == [0, 0, None, None]


@pytest.mark.parametrize("name", ["conversion", "waiting", "reconciled"])
def test_the_shell_prints_and_checks_against_the_tables(app: Flask, name: str) -> None:
    world = open_world()
    fill(world, 6, Sizes(200, 400))
    asked = ["report", name, "--portfolio", "city", "--as-of", LAST.isoformat(), "--check"]
    done = app.test_cli_runner().invoke(args=[*asked, "--json"])
    assert done.exit_code == 0, done.output
    assert "逐项一致" in done.stderr and json.loads(done.stdout)
    told = app.test_cli_runner().invoke(args=[*asked, "--lang", "en"])
    assert "equal the SQL" in told.stderr and told.stdout.startswith("lender\t")
    for wrong in (["--portfolio", "nowhere"], ["--portfolio", "city", "--as-of", "yesterday"]):
        assert app.test_cli_runner().invoke(args=["report", name, *wrong]).exit_code == 2


def test_a_report_that_differs_is_named() -> None:
    rows = {"conversion": [("a", 1)], "waiting": [("a", 0.5)], "reconciled": []}
    assert differing(rows, rows) == []
    assert differing(rows | {"waiting": [("a", 0.5 + 1e-8)]}, rows) == ["waiting"]
    assert differing(rows | {"conversion": [("a", 2)], "reconciled": [("b", 1)]}, rows) == ["conversion", "reconciled"]
