"""``flask user …``."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from matchmaking.foundation import clock
from tests.registry.accounts.world import GOOD, OTHER, enter, make, refusal_of, tags, who


@pytest.fixture
def shell(app: Flask) -> FlaskCliRunner:
    """The shell."""
    return app.test_cli_runner()


def create(shell: FlaskCliRunner, *more: str, password: str = GOOD) -> object:
    """``flask user create zhangmin``."""
    args = ["user", "create", "ZhangMin", "--name", "张敏", "--role", "finance_office_city", "--password-stdin", *more]
    return shell.invoke(args=args, input=password + "\n")


def test_an_account_is_made_listed_changed_and_shut(shell: FlaskCliRunner) -> None:
    made = create(shell)
    assert made.exit_code == 0 and "zhangmin" in made.output and GOOD not in made.output  # type: ignore[attr-defined]
    assert shell.invoke(args=["user", "list"]).output == "zhangmin\t张敏\tfinance_office_city\t*\t\n"
    token = enter(clock.now())
    changed = shell.invoke(args=["user", "password", "zhangmin", "--password-stdin"], input=OTHER + "\n")
    assert changed.exit_code == 0
    assert who(token, clock.now()) is None
    token = enter(clock.now(), password=OTHER)
    args = ["user", "role", "zhangmin", "finance_office_county", "--jurisdiction", "610902"]
    assert shell.invoke(args=args).exit_code == 0
    assert who(token, clock.now()) is None
    assert shell.invoke(args=["user", "shut", "zhangmin"]).exit_code == 0
    assert shell.invoke(args=["user", "list"]).output.endswith("\tshut\n")
    assert refusal_of(clock.now(), password=OTHER)[0] == "sign_in_failed"


def test_a_refusal_is_said_in_both_languages(shell: FlaskCliRunner) -> None:
    refused = create(shell, password="short")
    assert refused.exit_code == 1  # type: ignore[attr-defined]
    assert "至少要 12 个" in refused.output and "at least 12" in refused.output  # type: ignore[attr-defined]
    county = create(shell, "--role", "finance_office_county")
    assert county.exit_code == 1 and "县区代码" in county.output  # type: ignore[attr-defined]


def test_a_lock_is_lifted(shell: FlaskCliRunner, now: datetime) -> None:
    make(now)
    assert "was not locked" in shell.invoke(args=["user", "unlock", "zhangmin"]).output
    for _ in range(5):
        refusal_of(clock.now())
    assert "unlocked" in shell.invoke(args=["user", "unlock", "zhangmin"]).output
    enter(clock.now())
    assert "account.unlocked" in tags()


@pytest.mark.parametrize("command", ["unlock", "shut"])
def test_an_unknown_name_is_an_error_in_words(shell: FlaskCliRunner, command: str) -> None:
    answer = shell.invoke(args=["user", command, "nobody"])
    assert answer.exit_code == 1 and "没有登录名" in answer.output


def test_the_password_is_asked_for_twice_without_echo(shell: FlaskCliRunner) -> None:
    args = ["user", "create", "zhangmin", "--name", "张敏", "--role", "operator"]
    answer = shell.invoke(args=args, input=f"{GOOD}\n{GOOD}\n")
    assert answer.exit_code == 0 and GOOD not in answer.output
