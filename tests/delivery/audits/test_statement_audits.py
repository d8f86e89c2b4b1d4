"""The audit of statements: buckets that add up, unknown before the first one, changes from one to the next."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.delivery.audits.commands import reckon, take_snapshot
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.audits.printed import print_audit
from matchmaking.delivery.audits.queries import OpenedAudit, RowFilter, agreement_rows, latest_snapshot
from matchmaking.delivery.audits.sheets import agreement_sheet
from matchmaking.delivery.audits.statement_payload import plain
from matchmaking.domain.money import per_million
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook import explain
from tests.delivery.cases_world import counted, morning, viewer
from tests.delivery.statements.statement_world import DECEMBER, MILLION, NOVEMBER, Loan, full, take

TODAY = date(2026, 9, 30)
LOANS = [
    Loan("part"),
    Loan("over", disbursed=11 * MILLION, undisbursed=0),
    Loan("gap", disbursed=1 * MILLION, undisbursed=2 * MILLION, cancelled=3 * MILLION),
    Loan("none", disbursed=0, undisbursed=10 * MILLION, last=None),
    Loan("unsigned", signed=None, disbursed=0, undisbursed=10 * MILLION, last=None, status="Approved"),
]


@pytest.fixture
def agency(database: str) -> str:
    """A portfolio with one statement of November."""
    take(full(LOANS), at=morning(TODAY))
    storage.remove_session()
    return database


def agency_portfolio() -> Portfolio:
    found = portfolio_by_code(storage.session(), "agency")
    assert found is not None
    return found


def opened(as_of: date | None = None) -> OpenedAudit:
    storage.remove_session()
    found = latest_snapshot(storage.session(), viewer(), "agency", as_of, today=TODAY)
    assert found is not None
    return found


def snapshot_of(as_of: date) -> AuditSnapshot:
    told = {"portfolio": agency_portfolio(), "as_of": as_of, "known_on": TODAY, "at": morning(TODAY)}
    return run_in_unit_of_work(take_snapshot, actor="test", **told)


def test_the_ledger_adds_up_and_names_what_lies_beyond(agency: str):
    (grade,) = opened().payload["grades"]
    held = {row["bucket"]: row["amount_minor"] for row in grade["buckets"]}
    assert held == {
        "SP": (6 + 10 + 1) * MILLION, "SO": MILLION, "SC": 3 * MILLION, "SW": (4 + 2 + 10) * MILLION,
        "SD": (-1 + 4) * MILLION,
    }  # fmt: skip
    assert sum(held.values()) == grade["signed_minor"] == 40 * MILLION
    assert (grade["count"], grade["excess_minor"]) == (4, MILLION)


def test_every_statement_behind_the_figures_is_named(agency: str, capsys: pytest.CaptureFixture[str]):
    payload = opened().payload
    other = payload["statement"] | {"public_key": "agency:other-series:2020-11-30"}
    print_audit(payload | {"statement": other, "statements": [payload["statement"], other]}, "zh")
    said = capsys.readouterr().out
    assert payload["statement"]["public_key"] in said
    assert other["public_key"] in said


def test_rates_are_printed_uncapped_with_the_capped_one_beside(agency: str):
    rates = {measure["code"]: measure for measure in opened().payload["measures"]}
    assert rates["with_money_count_rate"]["ppm"] == per_million(3, 4)
    assert rates["with_money_amount_rate"]["ppm"] == per_million(18, 40)
    assert rates["with_money_amount_rate"]["over_minor"] == MILLION
    assert rates["with_money_amount_capped_rate"]["ppm"] == per_million(17, 40)
    assert opened().payload["headline_money"] == "with_money"


def test_before_the_first_statement_the_answer_is_unknown_and_not_zero(agency: str):
    for days in ({"as_of": date(2020, 11, 29), "known_on": TODAY}, {"as_of": NOVEMBER, "known_on": date(2026, 9, 29)}):
        with pytest.raises(Refusal) as found:
            reckon(storage.session(), agency_portfolio(), **days)
        assert found.value.reason.code == "unknown_before_first_statement"
        assert "{" not in explain(found.value.reason, "en")


def test_the_list_opens_what_the_payload_counts(agency: str):
    page = opened()
    rows = {
        name: [r.row.external_id for r in agreement_rows(storage.session(), viewer(), page.snapshot, wanted).rows]
        for name, wanted in {
            "unsigned": RowFilter(signed=False),
            "paid": RowFilter(signed=True, paid=True, sort="key", descending=False),
            "over": RowFilter(bucket="SO"),
            "excess": RowFilter(finding="disbursed_gt_original"),
            "status": RowFilter(status="Approved"),
            "difference": RowFilter(finding="statement_difference", sort="key", descending=False),
        }.items()
    }
    assert rows == {
        "unsigned": ["unsigned"], "paid": ["gap", "over", "part"], "over": ["over"], "excess": ["over"],
        "status": ["unsigned"], "difference": ["gap", "over"],
    }  # fmt: skip
    assert page.payload["findings"]["disbursed_gt_original"] == page.payload["anomalies"]["disbursed_gt_original"] == 1


def test_a_statement_agreement_s_sheet_goes_back_to_file_and_line(agency: str):
    changed = [*LOANS[1:], Loan("part", disbursed=7 * MILLION, undisbursed=3 * MILLION)]
    take(full(changed, DECEMBER), DECEMBER, at=morning(TODAY), name="december.csv")
    page = opened()
    assert page.as_of == DECEMBER
    key = next(
        r.row.public_key
        for r in agreement_rows(storage.session(), viewer(), page.snapshot, RowFilter(search="part")).rows
    )
    sheet = agreement_sheet(storage.session(), viewer(), page.snapshot, key)
    first, second = sheet.claims
    assert (first.statement.file_name, first.position.line, first.change) == ("statement.csv", 2, None)
    assert (second.statement.file_name, second.position.line) == ("december.csv", 6)
    assert {k: v for k, v in second.change.items() if v} == {"disbursed": MILLION, "undisbursed": -MILLION}
    assert [m.params["file"] for m in sheet.timeline if m.kind == "statement"] == ["statement.csv", "december.csv"]
    assert {link.subject for link in sheet.evidence} == {f"statement:{c.statement.public_key}" for c in sheet.claims}
    november = opened(NOVEMBER).snapshot
    sheet = agreement_sheet(storage.session(), viewer(), november, key)
    assert len(sheet.claims) == 1


def test_a_corrected_statement_strikes_the_earlier_one_through(agency: str):
    take(full([Loan("part", disbursed=5 * MILLION, undisbursed=5 * MILLION), *LOANS[1:]]), at=morning(TODAY))
    page = opened()
    key = next(
        r.row.public_key
        for r in agreement_rows(storage.session(), viewer(), page.snapshot, RowFilter(search="part")).rows
    )
    sheet = agreement_sheet(storage.session(), viewer(), page.snapshot, key)
    assert [claim.standing for claim in sheet.claims] == [False, True]
    assert sheet.row.paid_minor == 5 * MILLION


def test_a_later_day_reads_the_standing_statement_with_older_papers(agency: str):
    later = snapshot_of(date(2021, 6, 30))
    assert later.payload["statement"]["as_of"] == NOVEMBER.isoformat()
    assert later.payload["ledger"] == opened(NOVEMBER).payload["ledger"]


def test_reckoning_statements_takes_few_statements(agency: str):
    portfolio = agency_portfolio()
    with counted() as sent:
        reckon(storage.session(), portfolio, as_of=NOVEMBER, known_on=TODAY)
    assert len(sent) <= 5


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**17), max_value=10**17))
def test_exact_answers_never_lose_a_digit(number: Decimal):
    told = json.loads(json.dumps(plain(number)), parse_float=Decimal)
    assert Decimal(told) == number
