"""``flask statement import``: what it prints, and that it ends with 2 and all errors in words when it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.delivery.statements.statement_world import (
    DECEMBER,
    FULL,
    NOVEMBER,
    as_csv,
    changed,
    counts,
    full,
    loans,
    table,
)

MAPPING = Path(__file__).parents[3] / "matchmaking/delivery/statements/mappings/ibrd.toml"


@pytest.fixture
def run(app: Flask, tmp_path: Path):
    """Import ``content``; further arguments replace the usual ones."""

    def _run(content: bytes, *flags: str, **options: str) -> Result:
        path = tmp_path / "statement.csv"
        path.write_bytes(content)
        chosen = {"mapping": "ibrd", "portfolio": "agency", "as-of": "2020-11-30"} | options
        arguments = [part for name, value in chosen.items() for part in (f"--{name}", value)]
        return app.test_cli_runner().invoke(args=["statement", "import", str(path), *flags, *arguments])

    return _run


def test_it_says_what_came_of_it(run) -> None:
    result = run(full(loans(12)), **{"title-zh": "某机构", "title-en": "Some agency"})
    assert result.exit_code == 0, result.output
    assert "已入账：组合 agency" in result.output
    assert "12 行" in result.output
    assert counts()["statement_position"] == 12


def test_it_says_that_nothing_is_new(run) -> None:
    run(full(loans(12)))
    result = run(full(loans(12)), lang="en")
    assert result.exit_code == 0
    assert "nothing was added" in result.output


def test_it_prints_the_bridge(run) -> None:
    held = loans(6)
    run(full(held))
    later = changed(held, 0, disbursed=held[0].disbursed + 1)[:5]
    result = run(full(later, DECEMBER), **{"as-of": "2020-12-31", "lang": "en"})
    assert result.exit_code == 0
    assert "Compared with the statement of 2020-11-30" in result.output
    assert "disbursed: opening " in result.output
    assert "+ corrected 0.01 −" in result.output


def test_row_errors_are_printed_with_their_place_and_the_rest_counted(run) -> None:
    rows = table(FULL, loans(80), NOVEMBER)
    for row in rows[11:71]:
        row[9] = "多"
    result = run(as_csv(rows))
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert "60" in lines[0]
    assert "第 12 行，列“Original Principal Amount”" in lines[1]
    assert len(lines) == 1 + 50 + 1
    assert "另有 10 处" in lines[-1]
    assert counts()["statement"] == 0


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        (b"%PDF-1.7\n", {}, "pdf"),
        (b"", {}, "空"),
        (b"a,b\n1,2\n", {}, "Loan Number"),
        (full(loans(1)), {"mapping": "nope"}, "ibrd-millions"),
        (full(loans(1)), {"mapping": "/no/such.toml"}, "such.toml"),
        (full(loans(1)), {"portfolio": "Not A Code"}, "Not A Code"),
        (full(loans(1)), {"as-of": "2020-12-31"}, "2020-12-31"),
    ],
    ids=["pdf", "empty", "headers", "mapping", "path", "code", "day"],
)
def test_a_refusal_ends_with_2_and_words(run, content: bytes, options: dict[str, str], words: str) -> None:
    result = run(content, **options)
    assert result.exit_code == 2
    assert words in result.output
    assert set(counts().values()) == {0}


@pytest.mark.parametrize("day", ["2020-02-30", "30.11.2020", "２０２０-11-30", "today"])
def test_a_day_that_is_none_is_refused(run, day: str) -> None:
    result = run(full(loans(1)), **{"as-of": day})
    assert result.exit_code == 2
    assert "YYYY-MM-DD" in result.output
    assert set(counts().values()) == {0}


@pytest.mark.parametrize("option", ["portfolio", "title-zh", "title-en"])
def test_half_a_character_from_the_shell_is_refused(run, option: str) -> None:
    result = run(full(loans(1)), **{option: "a\udcff"})
    assert result.exit_code == 2
    assert "cannot be kept" in result.output
    assert set(counts().values()) == {0}


def test_a_mapping_may_be_a_file(run, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(MAPPING.read_text("utf-8").replace('name = "ibrd"', 'name = "own"'), "utf-8")
    result = run(full(loans(2)), mapping=str(own))
    assert result.exit_code == 0, result.output


def test_a_statement_sent_to_anothers_portfolio_is_refused(run, tmp_path: Path) -> None:
    """Taken in by mistake it would be summed with somebody else's for good; meant so, it says it."""
    run(full(loans(3)))
    astray = tmp_path / "other.toml"
    astray.write_text(MAPPING.read_text("utf-8").replace("ibrd-statement-of-loans", "other-loans", 1), "utf-8")
    refused = run(full(loans(3)), mapping=str(astray))
    assert refused.exit_code == 2
    assert "--another-series" in refused.output
    assert counts()["statement"] == 1
    meant = run(full(loans(3)), "--another-series", mapping=str(astray))
    assert meant.exit_code == 0, meant.output
    assert counts()["statement"] == 2


def test_mappings_are_listed(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["statement", "mappings", "--lang", "en"])
    assert result.exit_code == 0
    assert "ibrd\tibrd-statement-of-loans\tWorld Bank IBRD Statement of Loans\n" in result.output
