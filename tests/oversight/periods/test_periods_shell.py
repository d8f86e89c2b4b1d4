"""``flask period``: closing in two names, the list, restating, and verifying that finds an altered figure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from matchmaking.delivery.disbursements.hearing import confirm_receipt, give_verdict
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts.commands import create_user
from matchmaking.registry.portfolios.commands import create_portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code
from tests.delivery.cases_world import APRIL, MILLION, World, morning
from tests.web_fixtures import PASSWORD

FOURTH, FIFTH = date(2025, 7, 4), date(2025, 7, 5)


@pytest.fixture
def city(app: Flask) -> Iterator[World]:
    """Golden case 4 before the verdict, and two people of the office and one of a bank."""
    with time_machine.travel(morning(FOURTH), tick=True):
        told = {"title_zh": "某市", "title_en": "A city", "kind": "cases", "currency": "CNY", "jurisdiction": "*"}
        run_in_unit_of_work(create_portfolio, actor="test", code="city", at=morning(date(2025, 1, 2)), **told)
        for login, role in (
            ("zhou.min", Role.FINANCE_OFFICE_CITY),
            ("li.qiang", Role.FINANCE_OFFICE_CITY),
            ("bureau.op", Role.BUREAU_OFFICER),
        ):
            person = {"login": login, "name": login, "role": role.value, "jurisdiction": "*", "password": PASSWORD}
            run_in_unit_of_work(create_user, actor="test", organisation_id=None, at=morning(FOURTH), **person)
        found = portfolio_by_code(storage.session(), "city")
        assert found is not None
        storage.session().expunge_all()
        yield World(found)


def shell(app: Flask, *words: str) -> Result:
    storage.remove_session()
    return app.test_cli_runner().invoke(args=["period", *words, "--portfolio", "city"])


def close(app: Flask, maker: str = "zhou.min", checker: str = "li.qiang", month: str = "2025-06") -> Result:
    return shell(app, "close", "--month", month, "--maker", maker, "--checker", checker)


def test_a_month_is_closed_listed_restated_and_verified(app: Flask, city: World):
    paper = city.sign()
    city.baseline(paper)
    paid = city.pay(paper, 3 * MILLION)
    said = {"answer": "wrong", "answered_on": APRIL, "amount_minor": 2_400_000_00}
    city.do(confirm_receipt, disbursement=paid, at=morning(APRIL), **said)
    closed = close(app)
    assert closed.exit_code == 0, closed.output
    digest = closed.output.split()[-1]
    assert len(digest) == 64
    city.do(
        give_verdict, subject=paid, kind="for_bank", decided_on=FOURTH, document="裁〔2025〕1号", at=morning(FOURTH)
    )
    waiting = shell(app, "verify")
    assert waiting.exit_code == 0 and "还有 2 处差额没有列为更正" in waiting.output
    assert shell(app, "restate").output == "2025-06  #1\n"
    assert shell(app, "restate").output == "2025-06  —\n"
    listed = shell(app, "list", "--lang", "en").output
    assert f"2025-06  Closed  2025-07-03  {digest}" in listed
    assert (
        "Loan contract: 3,000,000.00 / 3,000,000.00 / 0.00 | 0.00 / 0.00 / 3,000,000.00"
        " | 3,000,000.00 / 3,000,000.00 / 3,000,000.00"
    ) in listed
    verified = shell(app, "verify", "--lang", "en")
    assert verified.exit_code == 0 and "the same hash" in verified.output and "add up" in verified.output


def test_verify_finds_a_fact_slipped_in_behind_the_close(app: Flask, city: World):
    paper = city.sign()
    city.pay(paper, MILLION)
    assert close(app).exit_code == 0
    city.sign(signed_on=date(2025, 6, 2))
    found = shell(app, "verify")
    assert found.exit_code == 1
    assert "按当时所知的事实重算，散列不一致" in found.output and "冻结的数与结账时的散列一致" in found.output


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_verify_finds_an_altered_figure(app: Flask, city: World):
    city.pay(city.sign(), MILLION)
    assert close(app).exit_code == 0
    with storage.engine().begin() as connection:
        for (name,) in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            if name.endswith("_audit_line"):
                connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit_line SET amount_minor = amount_minor + 1"))
    found = shell(app, "verify", "--month", "2025-06")
    assert found.exit_code == 1 and "有人改过保存的数" in found.output


def test_refusals_are_said_in_words_and_end_with_2(app: Flask, city: World):
    for answer, words in (
        (close(app, checker="zhou.min"), "这一步要由另一位同事来办"),
        (close(app, checker="bureau.op"), "“bureau.op”不能结账"),
        (close(app, maker="nobody"), "“nobody”不能结账"),
        (close(app, month="2025-07"), "最早 2025-08-04"),
        (shell(app, "verify", "--month", "2025-06"), "2025-06 还没有结账"),
    ):
        assert (answer.exit_code, words in answer.output) == (2, True), answer.output
