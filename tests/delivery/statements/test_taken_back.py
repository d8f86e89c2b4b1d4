"""A later statement that leaves out signed agreements or lowers originals is asked about, at the headline too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaking.delivery.audits.commands import reckon
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.findings.queries import Wanted, finding_list
from matchmaking.domain.reasons import Reason
from matchmaking.domain.statements.checks import ANOMALIES, codes
from matchmaking.domain.statements.slips import LOWERED, SLIPS, VANISHED
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.clock import business_day
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook import explain
from tests.delivery.statements.statement_world import (
    DECEMBER,
    JANUARY,
    MILLION,
    NOVEMBER,
    Loan,
    changed,
    counts,
    full,
    loans,
    summary,
    take,
)
from tests.web_fixtures import Browser, sign_in

pytestmark = pytest.mark.usefixtures("database")
OFFICE = Viewer(1, "office_city", "张敏", Role.FINANCE_OFFICE_CITY, "*", 1)
UNSIGNED = Loan("DRAFT", signed=None, disbursed=0, undisbursed=10 * MILLION, last=None)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    storage.remove_session()


def lowered(held: list[Loan], at: int, by: int = MILLION) -> list[Loan]:
    """``held`` with one original and what is left of it lowered."""
    return changed(held, at, original=held[at].original - by, undisbursed=held[at].undisbursed - by)


def asked(statement: str) -> list[tuple[str, str]]:
    """(code, id) of what was taken back, asked of one statement."""
    wanted = select(Finding).where(Finding.code.in_(SLIPS)).order_by(Finding.key)
    found = storage.session().scalars(wanted).all()
    keys = [finding.key.removeprefix(f"{statement}:") for finding in found if finding.key.startswith(f"{statement}:")]
    return [(code, key) for code, _, key in (key.partition(":") for key in keys) if code in SLIPS]


def audited(now: datetime, day: Any = DECEMBER) -> dict[str, Any]:
    """The payload as known today."""
    storage.remove_session()
    portfolio = portfolio_by_code(storage.session(), "agency")
    assert portfolio is not None
    return reckon(storage.session(), portfolio, as_of=day, known_on=business_day(now)).payload


@pytest.fixture
def december(now: datetime) -> str:
    """A November of eight loans and a draft; a December that lacks two and the draft, and lowers one."""
    held = loans(8)
    take(full([*held, UNSIGNED]), at=now)
    return take(full(lowered(held, 0)[:6], DECEMBER), DECEMBER, at=now).statement


def test_what_is_taken_back_is_asked_of_the_new_statement(december: str) -> None:
    assert asked(december) == [(LOWERED, "L00000"), (VANISHED, "L00006"), (VANISHED, "L00007")]
    rows, total = finding_list(storage.session(), OFFICE, Wanted(code=VANISHED, as_of=DECEMBER), limit=9)
    assert total == 2
    row = rows[0]
    assert (row.external_id, row.statement_key, row.state) == ("L00006", december, "open")
    assert row.finding.params["why"]["params"] == {
        "since": "2020-11-30",
        "as_of": "2020-12-31",
        "original": "9,000,000.06",
        "disbursed": "3,500,000.42",
        "currency": "USD",
    }
    assert row.finding.params["against"]["as_of"] == "2020-11-30"


def test_the_audit_counts_them_and_says_so_beside_the_headline(december: str, now: datetime) -> None:
    payload = audited(now)
    assert {code: payload["findings"][code] for code in SLIPS} == {VANISHED: 2, LOWERED: 1}
    assert {code: payload["further_findings"][code] for code in SLIPS} == {VANISHED: 2, LOWERED: 1}
    assert list(payload["anomalies"]) == list(codes(ANOMALIES))
    notice = {"code": "statement_takes_back", "params": {"day": "2020-11-30", "vanished": 2, "lowered": 1}}
    assert payload["notices"] == [notice]
    assert all(measure["passport"]["exclusions"] == [notice] for measure in payload["measures"])
    assert payload["rows"] == 6, "the figures stay as stated"
    assert payload["grades"][0]["signed_minor"] == sum(loan.original for loan in lowered(loans(8), 0)[:6])


def test_a_first_statement_and_one_that_takes_nothing_back_say_nothing(now: datetime) -> None:
    held = loans(5)
    take(full(held), at=now)
    first = audited(now, NOVEMBER)
    assert (first["notices"], set(SLIPS) & first["further_findings"].keys()) == ([], set())
    came = take(full([*held, Loan("NEW")], DECEMBER), DECEMBER, at=now)
    assert asked(came.statement) == []
    assert audited(now)["notices"] == []


def test_rounding_lowers_nothing(now: datetime) -> None:
    held = [Loan("A", original=10 * MILLION + 499_999, undisbursed=4 * MILLION + 499_999), *loans(3)]
    take(full(held), at=now)
    came = take(summary(held, DECEMBER), DECEMBER, at=now, mapping="ibrd-millions")
    assert asked(came.statement) == []


def test_a_correction_is_compared_with_what_it_corrects_and_with_the_month_before(now: datetime) -> None:
    held = loans(6)
    take(full(held), at=now)
    first = take(full([*held[1:], Loan("NEW")], DECEMBER), DECEMBER, at=now)
    assert asked(first.statement) == [(VANISHED, "L00000")]
    second = take(full(lowered(held, 3)[2:], DECEMBER), DECEMBER, at=now + timedelta(hours=1))
    expected = [(LOWERED, "L00003"), (VANISHED, "L00000"), (VANISHED, "L00001"), (VANISHED, "NEW")]
    assert asked(second.statement) == expected, "one question for an agreement, whichever statement had it"
    told = [(notice["code"], notice["params"]) for notice in audited(now)["notices"]]
    assert told == [
        ("statement_takes_back", {"day": "2020-11-30", "vanished": 2, "lowered": 1}),
        ("correction_takes_back", {"day": "2020-12-31", "vanished": 2, "lowered": 1}),
    ]
    found, _ = finding_list(storage.session(), OFFICE, Wanted(code=VANISHED), limit=9)
    assert {row.statement_key for row in found} == {second.statement}, "the corrected one's questions are overtaken"


def test_a_correction_of_a_first_statement_is_compared_with_it(now: datetime) -> None:
    take(full(loans(4)), at=now)
    came = take(full(loans(3)), at=now)
    assert asked(came.statement) == [(VANISHED, "L00003")]
    assert [notice["code"] for notice in audited(now, NOVEMBER)["notices"]] == ["correction_takes_back"]


def test_the_same_file_again_asks_nothing_twice(december: str, now: datetime) -> None:
    before = counts()["finding"]
    assert not take(full(lowered(loans(8), 0)[:6], DECEMBER), DECEMBER, at=now).new
    assert counts()["finding"] == before


def test_what_comes_back_is_no_question_to_the_statement_after(december: str, now: datetime) -> None:
    came = take(full(loans(8), JANUARY), JANUARY, at=now)
    assert asked(came.statement) == []
    assert audited(now, JANUARY)["notices"] == []
    assert audited(now)["notices"] != []


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "消失 2 件、签约额调低 1 件"), ("en", "2 signed agreements left out")]
)
def test_the_shell_says_it(app: Flask, december: str, lang: str, words: str) -> None:
    call = ["audit", "--portfolio", "agency", "--as-of", "2020-12-31"]
    said = app.test_cli_runner().invoke(args=[*call, "--lang", lang])
    assert said.exit_code == 0, said.output
    assert words in said.output
    answer = json.loads(app.test_cli_runner().invoke(args=[*call, "--json"]).output)
    assert answer["notices"][0]["params"]["vanished"] == 2


def test_thousands_are_told_apart() -> None:
    said = explain(Reason("statement_takes_back", {"day": "2020-11-30", "vanished": 661, "lowered": 4_611}))
    assert said == "较 2020-11-30 的对账单：消失 661 件、签约额调低 4,611 件（见待核实事项）。"


def test_pages_say_it_and_lead_to_the_questions(client: Browser, december: str) -> None:
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    page = client.get("/portfolios/agency?as_of=2020-12-31")
    assert page.status_code == 200
    assert "较 2020-11-30 的对账单：消失 2 件、签约额调低 1 件" in page.text
    panel = page.text.split('id="findings-t"')[1]
    address = f"/portfolios/agency/findings?code={VANISHED}&amp;as_of=2020-12-31"
    assert address in panel
    assert f"finding={LOWERED}" in panel
    listed = client.get(address.replace("&amp;", "&"))
    assert "L00006" in listed.text
    assert "L00007" in listed.text
    gone = storage.session().scalars(select(Finding).where(Finding.code == VANISHED)).first()
    assert gone is not None
    sheet = client.get(f"/findings/{gone.id}")
    for words in ("其中没有这一件", "所比的对账单", "可能已结清", "agency:ibrd-statement-of-loans:2020-11-30"):
        assert words in sheet.text
    assert "第 None 行" not in sheet.text
    assert "其中已签约而消失" in client.get(f"/statements/{december}").text
