"""Handing in a statement: a mistake costs no second upload, a second click adds nothing, a hostile file gets words."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs
from werkzeug.test import TestResponse

from config import Settings
from matchmaking import schedule
from matchmaking.delivery.statements.models import Statement
from matchmaking.domain.reasons import Reason
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.files import EvidenceFile, path_of
from matchmaking.foundation.jobs import Task, run_one_task
from matchmaking.foundation.trail import TrailEvent
from matchmaking.rulebook import explain
from tests.databases import crowd, look_at_rows
from tests.delivery.statements.statement_world import (
    DECEMBER,
    FULL,
    NOVEMBER,
    as_csv,
    changed,
    counts,
    full,
    loans,
    statements_sent,
    table,
    take,
)
from tests.fingerprints import fingerprints
from tests.foundation.sandbox.workbooks import header_row, raw_workbook, text_cell, zipped
from tests.web_fixtures import Browser, sign_in

assert schedule.JOBS  # registers the tasks
CHOICES = {"mapping": "ibrd", "portfolio": "agency", "as_of": "2020-11-30", "key": "k" * 32}


def hand_in(client: Browser, content: bytes, name: str = "statement.csv", **choices: Any) -> TestResponse:
    """Send the upload form."""
    data = CHOICES | {"file": (io.BytesIO(content), name)} | choices
    return client.submit("/statements/new", data, content_type="multipart/form-data")


def previewed(client: Browser, settings: Settings, content: bytes, **choices: Any) -> str:
    """Send the form, let the worker preview it; the preview's address."""
    answer = hand_in(client, content, **choices)
    assert answer.status_code == 303, answer.text
    run_one_task(settings)
    storage.remove_session()
    return str(answer.location)


def taken_in(client: Browser, settings: Settings, content: bytes, **choices: Any) -> TestResponse:
    """The whole way; the result page."""
    address = previewed(client, settings, content, **choices)
    answer = client.submit(address + "/confirm")
    assert answer.status_code == 303
    run_one_task(settings)
    storage.remove_session()
    return client.get(answer.location)


@pytest.fixture
def office(client: Browser) -> Browser:
    """The city's finance office, signed in."""
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    return client


def test_from_the_file_to_the_days_audit(office: Browser, settings: Settings) -> None:
    held = loans(30)
    asked = hand_in(office, full(held))
    assert asked.status_code == 303
    waiting = office.get(asked.location)
    assert 'http-equiv="refresh"' in waiting.text
    assert "已排队" in waiting.text
    run_one_task(settings)
    preview = office.get(asked.location)
    assert 'http-equiv="refresh"' not in preview.text
    for words in ("30 行都读懂了", "尚未入账", "将新建组合“agency”", "Loan Number", "某某0号公司", "确认入账"):
        assert words in preview.text
    assert counts()["statement"] == 0
    answer = office.submit(asked.location + "/confirm")
    run_one_task(settings)
    result = office.get(answer.location)
    assert "已入账" in result.text
    assert "/statements/agency:ibrd-statement-of-loans:2020-11-30" in result.text
    assert counts()["statement_position"] == 30


def test_a_preview_changes_nothing_but_its_own_task(office: Browser, settings: Settings) -> None:
    taken_in(office, settings, full(loans(5)))
    hand_in(office, full(loans(9), DECEMBER), as_of="2020-12-31")
    before = fingerprints(storage.engine(), but_for_reading=True)
    run_one_task(settings)
    after = fingerprints(storage.engine(), but_for_reading=True)
    assert {name for name in after if after[name] != before[name]} == {"task"}


def test_a_preview_tells_what_would_change(office: Browser, settings: Settings) -> None:
    held = loans(6)
    taken_in(office, settings, full(held))
    later = changed(held, 2, disbursed=held[2].disbursed + 200_000_000)[1:]
    address = previewed(office, settings, full(later, DECEMBER), as_of="2020-12-31")
    told = storage.session().scalars(select(Task).order_by(Task.id.desc())).first()
    assert told is not None
    assert (told.result or {})["comparison"]["counts"]["vanished"] == 1
    page = office.get(address).text
    assert "与 2020-11-30 的对账单相比" in page
    assert "期末" in page


@pytest.mark.parametrize("day", [NOVEMBER, DECEMBER])
def test_a_file_that_lacks_most_of_the_series_is_questioned(office: Browser, settings: Settings, day: date) -> None:
    """The wrong file looks like a statement in which nearly everything vanished; a few gone are everyday."""
    held = loans(6)
    taken_in(office, settings, full(held))
    doubt = "一半以上在这份里消失（5 件）"
    few = previewed(office, settings, full(held[:1], day), as_of=day.isoformat())
    assert doubt in office.get(few).text
    most = previewed(office, settings, full(held[:5], day), as_of=day.isoformat(), key="m" * 32)
    assert "一半以上在这份里消失" not in office.get(most).text


def test_row_errors_are_told_with_line_column_and_how_to_mend_them(office: Browser, settings: Settings) -> None:
    rows = table(FULL, loans(80), NOVEMBER)
    for row in rows[5:70]:
        row[9] = "一百万"
    address = previewed(office, settings, as_csv(rows))
    page = office.get(address).text
    assert "有 65 处读不懂" in page
    assert "Original Principal Amount" in page
    assert "另有 15 处未列出" in page
    assert "确认入账" not in page
    refused = office.submit(address + "/confirm")
    assert refused.status_code == 409
    assert counts()["statement"] == 0


def test_after_an_error_file_and_choices_are_kept(office: Browser, settings: Settings) -> None:
    rows = table(FULL, loans(3), NOVEMBER)
    rows[1][9] = "x"
    address = previewed(office, settings, as_csv(rows), name="十一月.csv")
    again = re.search(r'href="(/statements/new\?again=[0-9a-f]{64})"', office.get(address).text)
    assert again
    page = office.get(again[1]).text
    assert "十一月.csv" in page
    assert 'value="2020-11-30"' in page
    held = re.search(r'name="held" type="hidden" value="([^"]+)"', page)
    assert held
    data = CHOICES | {"held": held[1], "as_of": "2020-12-31", "key": "z" * 32}
    answer = office.submit("/statements/new", data, content_type="multipart/form-data")
    assert answer.status_code == 303


def test_a_wrong_choice_does_not_cost_a_second_upload(office: Browser) -> None:
    refused = hand_in(office, full(loans(2)), as_of="2020-02-30", mapping="nope", portfolio="Über")
    assert refused.status_code == 422
    held = re.search(r'name="held" type="hidden" value="([^"]+)"', refused.text)
    assert held
    data = CHOICES | {"held": held[1]}
    assert office.submit("/statements/new", data, content_type="multipart/form-data").status_code == 303


def test_another_persons_kept_file_cannot_be_used(office: Browser) -> None:
    page = hand_in(office, full(loans(2)), as_of="").text
    held = re.search(r'name="held" type="hidden" value="([^"]+)"', page)
    assert held
    sign_in(office, Role.OPERATOR)
    data = CHOICES | {"held": held[1]}
    refused = office.submit("/statements/new", data, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert "请选择对账单文件" in refused.text


def test_a_second_click_queues_nothing_twice(office: Browser, settings: Settings) -> None:
    content = full(loans(4))
    first, second = hand_in(office, content), hand_in(office, content)
    assert first.location == second.location
    run_one_task(settings)
    storage.remove_session()
    once, twice = (office.submit(first.location + "/confirm") for _ in range(2))
    assert once.location == twice.location
    assert len(storage.session().scalars(select(Task.id)).all()) == 2
    tags = storage.session().scalars(select(TrailEvent.tag)).all()
    assert list(tags).count("statement.preview_asked") == 1


def test_a_day_still_to_come_is_refused_before_anything_is_queued(office: Browser) -> None:
    today = clock.today()
    tomorrow = (today + timedelta(days=1)).isoformat()
    answer = hand_in(office, full(loans(2)), as_of=tomorrow)
    assert answer.status_code == 422
    told = explain(Reason("day_not_yet", {"day": tomorrow, "today": today.isoformat()}))
    assert told in answer.text
    assert storage.session().scalars(select(Task)).all() == []
    assert "statement.csv" in answer.text, "the file is kept"


def test_other_choices_with_the_same_page_are_another_preview(office: Browser) -> None:
    content = full(loans(4))
    assert hand_in(office, content).location != hand_in(office, content, as_of="2020-12-31").location


def test_the_same_statement_again_is_said_before_and_after(office: Browser, settings: Settings) -> None:
    taken_in(office, settings, full(loans(4)))
    address = previewed(office, settings, full(loans(4)), key="y" * 32, name="again.csv")
    assert "与同日已入账的一份内容相同" in office.get(address).text
    answer = office.submit(address + "/confirm")
    run_one_task(settings)
    assert "未新增任何记录" in office.get(answer.location).text
    assert counts()["statement"] == 1


def test_a_mapping_changed_since_the_preview_is_not_used(
    office: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = previewed(office, settings, full(loans(4)))
    answer = office.submit(address + "/confirm")
    task = storage.session().scalars(select(Task).where(Task.kind == "statement.import")).one()
    storage.remove_session()
    from matchmaking.delivery.audits.intake import jobs
    from matchmaking.delivery.statements.catalogue import Catalogued, mapping_named

    monkeypatch.setattr(jobs, "mapping_named", lambda name: Catalogued(mapping_named(name).mapping, "0" * 64))
    run_one_task(settings)
    page = office.get(answer.location).text
    assert "读表约定“ibrd”已改动" in page
    assert task.params["mapping"] == "ibrd"
    assert counts()["statement"] == 0


FAR = raw_workbook(header_row() + f'<row r="1048576">{text_cell("XFD1048576", "far")}</row>')
HOSTILE = {
    "nothing": b"",
    "binary": bytes(range(256)) * 40,
    "pdf": b"%PDF-1.7\n1 0 obj\n",
    "program": b"\x7fELF\x02\x01\x01" + b"\0" * 100,
    "far cell": FAR,
    "zip of a csv": zipped({"a.csv": "x"}),
    "gzip cut short": b"\x1f\x8b\x08\x00" + b"\x00" * 6 + b"\x03",
    "mixed encodings": full(loans(3)) + "L9,汉滨区某某公司\n".encode("gb18030") + "汉滨".encode(),
    "open quote": full(loans(3)) + b'x,"L9',
    "million columns": b"," * 1_000_000 + b"\n",
    "exponent": full(loans(2)).replace(b",AFRICA,", b",AFRICA,", 1).replace(b"3000000.00", b"1e999999"),
    "wrong header": full(loans(2)).replace(b"Loan Number", b"Number of loan"),
    "markup": full(loans(1)).replace("某某0号公司".encode(), b"<script>alert(1)</script>"),
}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_words_and_never_a_fault(name: str, office: Browser, settings: Settings) -> None:
    answer = hand_in(office, HOSTILE[name], name="<b>\u202excel.exe")
    if answer.status_code == 303:
        while run_one_task(settings):
            storage.remove_session()
        answer = office.get(answer.location)
    assert answer.status_code in (200, 422)
    assert "<script>alert" not in answer.text
    assert "<b>" not in re.sub(r"<b>[^<]*</b>", "", answer.text)
    assert "task_broke" not in answer.text
    assert counts()["statement"] == 0


def test_the_list_and_a_statement_take_three_statements_however_many_there_are(office: Browser, now: datetime) -> None:
    for number in range(3):
        take(full(loans(4 + number), DECEMBER.replace(day=number + 1)), DECEMBER.replace(day=number + 1), at=now)
    storage.remove_session()
    for address in (
        "/statements",
        "/portfolios/agency/statements",
        "/statements/agency:ibrd-statement-of-loans:2020-12-02",
    ):
        office.get(address)
        with statements_sent() as sent:
            assert office.get(address).status_code == 200
        assert len(sent) <= 3, sent


def test_the_list_pages_ten_thousand_statements_with_as_few(office: Browser, now: datetime) -> None:
    take(full(loans(2)), at=now)
    pattern = storage.session().scalars(select(Statement)).one()
    columns = {c.name: getattr(pattern, c.name) for c in Statement.__table__.columns if c.name != "id"}
    # a hundred of one series and day: more corrections than anybody sends
    told = ({"public_key": f"{pattern.public_key}:{n}", "series": f"series-{n % 100}"} for n in range(crowd(10_000)))
    rows = [columns | one for one in told]
    storage.remove_session()
    with storage.engine().begin() as connection:
        connection.execute(Statement.__table__.insert(), rows)
        look_at_rows(connection)
    with statements_sent() as sent:
        page = office.get(f"/statements?page={crowd(10_000) // 50 - 1}")
    assert page.status_code == 200
    assert f"{crowd(10_000) + 1:,}" in page.text
    assert len(sent) <= 3
    assert office.get("/statements?page=9999").status_code == 303


def test_one_statement_shows_bridge_lists_and_source(office: Browser, now: datetime) -> None:
    held = loans(5)
    take(full(held), at=now)
    came = take(full(changed(held, 1, disbursed=held[1].disbursed - 500), DECEMBER), DECEMBER, at=now)
    storage.remove_session()
    page = office.get(f"/statements/{came.statement}?kind=decreased&unit=yuan").text
    for words in ("与 2020-11-30 的对账单相比", "L00001", "期初", "SHA-256", "statement.csv"):
        assert words in page
    assert office.get(f"/statements/{came.statement}?kind=vanished").status_code == 200
    assert office.get(f"/statements/{came.statement}?kind=drop+table&page=-1&unit=x").status_code == 200


def test_the_source_file_is_an_attachment_and_its_reading_is_logged(office: Browser, now: datetime) -> None:
    content = full(loans(2))
    came = take(content, at=now, name="十一月\u202e.csv")
    storage.remove_session()
    with capture_logs() as logged:
        answer = office.get(f"/statements/{came.statement}/file")
    read = [line for line in logged if line["event"] == "evidence_read"]
    assert [(line["viewer"], line["statement"]) for line in read] == [("office_city", came.statement)]
    assert answer.data == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_a_county_may_not_see_is_not_there(client: Browser, now: datetime) -> None:
    came = take(full(loans(2)), at=now)
    sign_in(client, Role.FINANCE_OFFICE_COUNTY)
    for address in (
        "/statements",
        "/statements/new",
        f"/statements/{came.statement}",
        f"/statements/{came.statement}/file",
    ):
        assert client.get(address).status_code == 404
    sign_in(client, Role.OPERATOR)
    assert client.get("/statements").status_code == 200
    assert client.get(f"/statements/{came.statement}/file").status_code == 404


@pytest.mark.parametrize("key", ["0" * 64, "x" * 64, "a:b", "~" * 10, "%00", "9" * 300])
def test_addresses_that_name_nothing(key: str, office: Browser) -> None:
    for address in (f"/statements/tasks/{key}", f"/statements/{key}", f"/statements/{key}/file"):
        assert office.get(address).status_code in (400, 404)


def test_the_kept_file_is_remembered_before_the_worker_reads_it(office: Browser) -> None:
    hand_in(office, full(loans(1)))
    kept = storage.session().scalars(select(EvidenceFile)).one()
    assert path_of(kept.sha256).is_file()


@pytest.mark.parametrize("path", ["/statements", "/statements/new", "/findings"])
def test_pages_speak_english_too(path: str, office: Browser) -> None:
    assert office.get(path + "?lang=en").status_code == 200
