"""Real data beside the project; every test here skips, saying so, where it is absent."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from matchmaking.domain.statements.mapping import Mapping
from matchmaking.domain.statements.positions import Position
from matchmaking.foundation.sandbox import ReadReport, positions_in, read_statement
from tests.real.sources import Read, mapping_named


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read a file with a mapping (by name, or given); the report and all its positions."""

    def _read(path: Path, mapping: str | Mapping, as_of: date | None = None) -> tuple[ReadReport, list[Position]]:
        declared = mapping_named(mapping) if isinstance(mapping, str) else mapping
        report = read_statement(path, declared, out=tmp_path / "positions.jsonl", as_of=as_of)
        return report, list(positions_in(report.out))

    return _read
