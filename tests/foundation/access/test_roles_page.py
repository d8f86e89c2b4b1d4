"""The printed matrix is the one in code."""

from __future__ import annotations

from flask import Flask

from config import ROOT
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import MATRIX, Role, as_markdown


def test_the_page_in_docs_is_what_the_code_says() -> None:
    written = (ROOT / "docs" / "roles.md").read_text("utf-8")
    assert written == as_markdown(), "run: flask roles > docs/roles.md"


def test_every_cell_is_printed() -> None:
    rows = [line for line in as_markdown().splitlines() if "`" in line and line.startswith("|")]
    assert len(rows) == len(Permission)
    for permission, row in zip(Permission, rows, strict=True):
        cells = [cell.strip() for cell in row.strip("|").split("|")][1:]
        assert cells == ["✓" if permission in MATRIX[role] else "" for role in Role]


def test_the_command_prints_it(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["roles"]).output == as_markdown()
