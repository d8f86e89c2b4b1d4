"""``flask organisation …`` and accounts that work for one."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from tests.registry.accounts.world import GOOD


@pytest.fixture
def shell(app: Flask) -> FlaskCliRunner:
    """The shell."""
    return app.test_cli_runner()


def run(shell: FlaskCliRunner, *args: str, code: int = 0, typed: str | None = None) -> str:
    """One command, which must end with ``code``; its output."""
    done = shell.invoke(args=list(args), input=typed)
    assert done.exit_code == code, done.output
    return done.output


def test_a_bank_with_a_branch_is_made_listed_renamed_and_closed(shell: FlaskCliRunner) -> None:
    assert "ak-bank" in run(shell, "organisation", "create", "bank", "安康银行", "--key", "ak-bank")
    run(
        shell, "organisation", "branch", "ak-bank", "汉滨支行", "--area", "610902", "--zone", "gaoxin", "--key", "ak-hb"
    )
    run(shell, "organisation", "rename", "ak-hb", "高新支行", "--day", "2026-09-30", "--reason", "迁址")
    lines = run(shell, "organisation", "list", "--kind", "bank").splitlines()
    assert lines == [
        "ak-bank\t安康银行\tbank\thead\t*\t\t",
        "  ak-hb\t高新支行\tbank\tbranch\t610902\tgaoxin\t",
    ]
    refused = run(shell, "organisation", "close", "ak-bank", "--day", "2026-09-30", "--reason", "撤并", code=1)
    assert "1 个未关闭的机构" in refused and "1 open branches" in refused
    run(shell, "organisation", "close", "ak-hb", "--day", "2026-09-30", "--reason", "撤并")
    assert run(shell, "organisation", "list").splitlines()[1].endswith("closed")


def test_a_refusal_is_said_in_two_languages(shell: FlaskCliRunner) -> None:
    said = run(shell, "organisation", "branch", "absent", "支行", code=1)
    assert "没有编号为“absent”的单位" in said and "There is no organisation" in said


def test_an_officer_is_made_moved_and_shut_out_with_the_branch(shell: FlaskCliRunner) -> None:
    for key, name in (("ak-bank", "安康银行"), ("xy-bank", "旬阳银行")):
        run(shell, "organisation", "create", "bank", name, "--key", key)
    made = ["user", "create", "zhao", "--name", "赵亮", "--role", "bank_officer", "--password-stdin"]
    assert "所属单位" in run(shell, *made, typed=GOOD + "\n", code=1)
    assert "没有编号" in run(shell, *made, "--organisation", "absent", typed=GOOD + "\n", code=1)
    run(shell, *made, "--organisation", "ak-bank", typed=GOOD + "\n")
    assert "moved" in run(shell, "user", "move", "zhao", "xy-bank")
    run(shell, "organisation", "create", "bureau", "工信局", "--key", "gxj")
    assert "与角色不符" in run(shell, "user", "move", "zhao", "gxj", code=1)
