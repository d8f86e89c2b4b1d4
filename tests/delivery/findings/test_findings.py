"""待核实事项: listed with filters in three statements, shown with their evidence, answered by rows of their own."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from matchmaking.delivery.findings.commands import NewFinding, add_findings, answer_finding
from matchmaking.delivery.findings.models import Finding, FindingAnswer
from matchmaking.delivery.findings.queries import Wanted, finding_counts, finding_list, finding_sheet
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent
from tests.databases import crowd
from tests.delivery.statements.statement_world import (
    MILLION,
    NOVEMBER,
    Loan,
    changed,
    full,
    loans,
    statements_sent,
    take,
)
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser, sign_in

OFFICE = Viewer(1, "office_city", "张敏", Role.FINANCE_OFFICE_CITY, "*", 1)
COUNTY = Viewer(2, "office_county", "李强", Role.FINANCE_OFFICE_COUNTY, "610902", 2)
REASON = "已与借款人核对合同原件，属录入笔误"
ODD = [
    Loan("OVER", original=10 * MILLION, disbursed=11 * MILLION, undisbursed=-MILLION),
    Loan("NEVER", disbursed=0, undisbursed=10 * MILLION, closing=NOVEMBER - timedelta(days=9), last=None),
    Loan("LATE", closing=NOVEMBER - timedelta(days=9), last=NOVEMBER - timedelta(days=2)),
]


@pytest.fixture
def seen(database: str, now: datetime) -> list[Finding]:
    """Four findings of three odd loans among ten."""
    take(full([*loans(7), *ODD]), at=now)
    found = list(storage.session().scalars(select(Finding).order_by(Finding.code)))
    storage.remove_session()
    return found


def _codes(**filters: object) -> list[str]:
    rows, total = finding_list(storage.session(), OFFICE, Wanted(**filters), limit=50)  # type: ignore[arg-type]
    assert total == len(rows)
    return [row.finding.code for row in rows]


def _answer(finding: Finding, kind: str, at: datetime, words: str = REASON) -> None:
    run_in_unit_of_work(answer_finding, actor="user:x", finding_id=finding.id, kind=kind, words=words, at=at)


ALL = ["disbursed_gt_original", "last_disbursement_after_closing", "negative_undisbursed"]
ALL += ["signed_closed_before_asof_zero_disbursed"]


def test_the_list_has_its_filters(seen: list[Finding], now: datetime) -> None:
    assert _codes() == ALL
    assert _codes(code="negative_undisbursed") == ["negative_undisbursed"]
    assert _codes(as_of=NOVEMBER) == ALL
    assert _codes(as_of=NOVEMBER - timedelta(days=1)) == []
    assert _codes(portfolio="agency") == ALL
    assert _codes(portfolio="other") == []
    assert _codes(agreement="agency:ibrd-statement-of-loans:LATE") == ["last_disbursement_after_closing"]
    assert finding_counts(storage.session(), OFFICE, Wanted(code="negative_undisbursed")) == dict.fromkeys(ALL, 1)


def test_states_follow_the_last_answer(seen: list[Finding], now: datetime) -> None:
    _answer(seen[0], "explained", now)
    _answer(seen[1], "explained", now)
    _answer(seen[1], "closed", now + timedelta(hours=1))
    assert _codes(state="open") == ALL[2:]
    assert _codes(state="explained") == ALL[:1]
    assert _codes(state="closed") == ALL[1:2]
    sheet = finding_sheet(storage.session(), OFFICE, seen[1].id)
    assert sheet is not None
    assert [(each.kind, each.words, each.actor) for each in sheet.answers] == [
        ("explained", REASON, "user:x"),
        ("closed", REASON, "user:x"),
    ]


def test_a_corrected_statement_overtakes_its_findings(seen: list[Finding], now: datetime) -> None:
    _answer(seen[0], "closed", now)
    mended = changed([*loans(7), *ODD], 9, last=NOVEMBER - timedelta(days=20))
    take(full(mended), at=now + timedelta(days=1))
    assert _codes() == [code for code in ALL if code != "last_disbursement_after_closing"]
    assert _codes(state="overtaken") == ALL
    assert _codes(state="closed") == []


def test_evidence_names_file_line_and_figures(seen: list[Finding]) -> None:
    sheet = finding_sheet(storage.session(), OFFICE, seen[0].id)
    assert sheet is not None
    assert sheet.statement is not None
    assert sheet.position is not None
    assert (sheet.position.line, sheet.position.disbursed_minor) == (9, 11 * MILLION)
    assert len(sheet.statement.file_sha256) == 64


def test_another_jurisdiction_sees_none(seen: list[Finding]) -> None:
    assert finding_list(storage.session(), COUNTY, Wanted(), limit=5) == ([], 0)
    assert finding_counts(storage.session(), COUNTY, Wanted()) == {}
    assert finding_sheet(storage.session(), COUNTY, seen[0].id) is None


def test_the_same_thing_seen_again_adds_nothing(seen: list[Finding], now: datetime) -> None:
    again = [NewFinding(seen[0].key, "x", NOVEMBER, None, {}), NewFinding("a-new-key", "x", NOVEMBER, None, {})]
    added = write_past_the_trail(add_findings, portfolio_id=1, statement_id=None, found=again, at=now)
    assert added == 1
    kept = storage.session().scalars(select(Finding).where(Finding.key == seen[0].key)).one()
    assert kept.code == seen[0].code


def test_answers_are_kept_with_the_trail_and_closed_is_closed(seen: list[Finding], now: datetime) -> None:
    _answer(seen[0], "closed", now)
    last = storage.session().scalars(select(TrailEvent).order_by(TrailEvent.seq.desc())).first()
    assert last is not None
    assert (last.tag, last.subject, last.actor) == ("finding.closed", f"finding:{seen[0].id}", "user:x")
    storage.remove_session()
    with pytest.raises(Refusal) as refused:
        _answer(seen[0], "explained", now)
    assert refused.value.reason.code == "finding_closed"


@pytest.mark.parametrize(
    ("words", "code"),
    [("已核实", "finding_words_short"), ("　 \n" * 20, "finding_words_short"), ("长" * 1_001, "finding_words_long")],
)
def test_a_reason_says_something(seen: list[Finding], now: datetime, words: str, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        _answer(seen[0], "closed", now, words)
    assert refused.value.reason.code == code
    assert storage.session().scalars(select(FindingAnswer)).all() == []


def test_no_such_finding_is_refused(database: str, now: datetime) -> None:
    with pytest.raises(Refusal) as refused:
        run_in_unit_of_work(answer_finding, actor="a", finding_id=7, kind="closed", words=REASON, at=now)
    assert refused.value.reason.code == "finding_gone"


def test_findings_and_answers_are_never_changed(seen: list[Finding], now: datetime) -> None:
    _answer(seen[0], "explained", now)
    for table in (Finding.__table__, FindingAnswer.__table__):
        with storage.engine().connect() as connection, pytest.raises(DatabaseError):
            connection.execute(table.delete())


@pytest.fixture
def office(client: Browser) -> Browser:
    """The city's finance office, signed in."""
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    return client


def test_pages_show_what_was_seen_why_it_may_be_innocent_and_the_way_to_the_file(
    office: Browser, seen: list[Finding]
) -> None:
    listed = office.get("/portfolios/agency/findings?code=disbursed_gt_original").text
    assert "累计放款超过签约额" in listed or "OVER" in listed
    page = office.get(f"/findings/{seen[0].id}").text
    for words in ("看到什么", "也可能没有问题", "第 9 行", "statement.csv", "OVER", "还没有人答复"):
        assert words in page
    assert f"/statements/agency:ibrd-statement-of-loans:{NOVEMBER}/file" in page


@pytest.mark.parametrize("number", [10, 10_000])
def test_the_list_takes_three_statements_however_long_it_is(
    office: Browser, seen: list[Finding], now: datetime, number: int
) -> None:
    many = (NewFinding(f"k{at}", "negative_undisbursed", NOVEMBER, None, {"why": None}) for at in range(crowd(number)))
    write_past_the_trail(add_findings, portfolio_id=1, statement_id=None, found=many, at=now)
    storage.remove_session()
    for address in ("/findings", "/findings?code=negative_undisbursed&state=open&page=1", f"/findings/{seen[0].id}"):
        with statements_sent() as sent:
            assert office.get(address).status_code == 200
        assert len(sent) <= 3, sent


def test_answering_on_the_page(office: Browser, seen: list[Finding]) -> None:
    address = f"/findings/{seen[0].id}/answer"
    short = office.submit(address, {"words": "嗯", "kind": "closed", "key": "k" * 32})
    assert short.status_code == 422
    assert "至少写 10 个字" in short.text
    data = {"words": REASON, "kind": "explained", "key": "k" * 32}
    assert office.submit(address, data).status_code == 303
    assert office.submit(address, data).status_code == 303
    page = office.get(f"/findings/{seen[0].id}").text
    assert page.count(REASON) == 1
    other = office.submit(address, data | {"words": REASON + "。", "key": "k" * 32})
    assert other.status_code == 422
    assert office.submit(address, data | {"kind": "closed", "key": "m" * 32}).status_code == 303
    assert office.submit(address, data | {"key": "n" * 32}).status_code == 409
    assert office.submit(address, data | {"kind": "deleted", "key": "o" * 32}).status_code == 422
    assert 'name="words"' not in office.get(f"/findings/{seen[0].id}").text


def test_a_county_reads_but_does_not_answer(client: Browser, seen: list[Finding]) -> None:
    sign_in(client, Role.FINANCE_OFFICE_COUNTY)
    assert client.get("/findings").status_code == 200
    assert client.get(f"/findings/{seen[0].id}").status_code == 404
    assert client.submit(f"/findings/{seen[0].id}/answer", {"words": REASON, "kind": "closed"}).status_code == 404


@pytest.mark.parametrize(
    "query", ["as_of=2020-02-30", "as_of=x", "state=x", "code=%3Cb%3E", "page=0", "page=zz", "agreement=x"]
)
def test_odd_filters_are_no_fault(office: Browser, seen: list[Finding], query: str) -> None:
    assert office.get(f"/findings?{query}").status_code == 200
