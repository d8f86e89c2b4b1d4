"""``flask audit``: live, worded, nothing stored; exit 2 when there is no answer."""

from __future__ import annotations

import json
from datetime import date

import pytest
from flask import Flask

from config import Settings
from matchmaking.app import create_app
from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.foundation import storage
from matchmaking.rulebook import say
from tests.delivery.cases_world import JUNE, MILLION, World, morning

TODAY = date(2026, 9, 30)


@pytest.fixture
def app(settings: Settings, world: World) -> Flask:
    """The application on a portfolio with one paper, a third of it paid."""
    paper = world.sign(promised_on=date(2025, 5, 31))
    world.baseline(paper)
    world.pay(paper, MILLION)
    return create_app(settings)


def run(app: Flask, *words: str):
    return app.test_cli_runner().invoke(args=["audit", *words])


def test_json_is_the_snapshot_s_payload_and_nothing_is_stored(app: Flask, world: World):
    said = run(app, "--portfolio", "city", "--as-of", "2025-06-30", "--known-at", "2026-09-30", "--json")
    assert said.exit_code == 0, said.output
    answer = json.loads(said.output)
    assert answer["ledger"] == {"loan_contract": {"A2": MILLION, "U": 2 * MILLION}}
    storage.remove_session()
    assert storage.session().query(AuditSnapshot).count() == 0
    told = {"portfolio": world.portfolio, "as_of": JUNE, "known_on": TODAY, "at": morning(TODAY)}
    assert world.do(take_snapshot, **told).payload == answer


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_table_names_buckets_rates_and_whom_they_are_about(app: Flask, lang: str):
    said = run(app, "--portfolio", "city", "--as-of", "2025-06-30", "--lang", lang)
    assert said.exit_code == 0, said.output
    flat = " ".join(said.output.split())
    for part in (
        say("bucket_A2", lang),
        say("instrument_loan_contract", lang),
        "1,000,000.00",
        "33.33 %",
        "3,000,000.00",
    ):
        assert part in flat
    assert "(1)" in flat, "members of the cohort"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--portfolio", "nobody", "--as-of", "2025-06-30"), "portfolio_unknown"),
        (("--portfolio", "x\x00" * 400, "--as-of", "2025-06-30"), "portfolio_unknown"),
        (("--portfolio", "city", "--as-of", "2025-02-30"), "day_unreadable"),
        (("--portfolio", "city", "--as-of", "２０２５-06-30"), "day_unreadable"),
        (("--portfolio", "city", "--as-of", "today"), "day_unreadable"),
        (("--portfolio", "city", "--as-of", "2025-06-30", "--known-at", "30.6.2025"), "day_unreadable"),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_answer_ends_with_2_and_words(app: Flask, words: tuple[str, ...], code: str, lang: str):
    said = run(app, *words, "--lang", lang)
    assert said.exit_code == 2
    assert said.stdout == ""
    first = say(code, lang, text="§", code="§", known="§").partition("§")[0]
    assert said.stderr.startswith(first)
    assert "Traceback" not in said.output


def test_a_missing_option_is_said_by_name(app: Flask):
    said = run(app, "--portfolio", "city")
    assert said.exit_code == 2
    assert "--as-of" in said.output


def test_the_calendar_s_last_day_can_be_asked_for(app: Flask):
    said = run(app, "--portfolio", "city", "--as-of", "2025-06-30", "--known-at", "9999-12-31", "--json")
    assert said.exit_code == 0, said.output
    assert json.loads(said.output)["ledger"] == {"loan_contract": {"A2": MILLION, "U": 2 * MILLION}}
