"""Logs are JSON lines on stderr without secrets."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from matchmaking.foundation.logs import JsonHandler, setup_logs


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    root, before = logging.getLogger(), logging.getLogger().level
    setup_logs()
    setup_logs()
    yield
    for handler in [handler for handler in root.handlers if isinstance(handler, JsonHandler)]:
        root.removeHandler(handler)
    root.setLevel(before)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    captured = capsys.readouterr()
    assert captured.out == ""
    return [json.loads(line) for line in captured.err.splitlines()]


def test_one_line_of_json_for_each_event(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger("a").info("statement_taken_in", rows=8986, name="安康")
    logging.getLogger("b").warning("slow %s", "query")
    first, second = lines(capsys)
    assert (first["event"], first["rows"], first["name"], first["level"]) == (
        "statement_taken_in",
        8986,
        "安康",
        "info",
    )
    assert (second["event"], second["logger"], second["level"]) == ("slow query", "b", "warning")


@pytest.mark.parametrize(
    "key",
    ["password", "passwd", "db_password", "secret_key", "csrf_token", "Cookie", "Authorization", "otp", "id_card"],
)
def test_secrets_are_taken_out_at_any_depth(capsys: pytest.CaptureFixture[str], key: str) -> None:
    structlog.get_logger("a").info("seen", **{key: "hunter2", "inner": {"list": [{key: "hunter2"}], "kept": 1}})
    [line] = lines(capsys)
    assert "hunter2" not in json.dumps(line)
    assert line["inner"] == {"list": [{key: "***"}], "kept": 1}


def test_passwords_inside_addresses_and_tracebacks_are_taken_out(capsys: pytest.CaptureFixture[str]) -> None:
    address = "postgresql+psycopg://office:hunter2@db.example/x"
    structlog.get_logger("a").info("connect", url=address)
    try:
        raise RuntimeError(f"cannot reach {address}")
    except RuntimeError:
        structlog.get_logger("a").exception("failed")
    logging.getLogger("b").error("cannot reach %s", address)
    shown = lines(capsys)
    assert len(shown) == 3
    assert "hunter2" not in json.dumps(shown)
    assert "db.example" in json.dumps(shown)
