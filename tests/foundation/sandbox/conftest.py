"""Readers of bytes for the sandbox's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.mapping import parse_mapping
from matchmaking.foundation.sandbox import Limits, ReadReport, read_statement
from tests.foundation.sandbox.tables import TOML, Read


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Write ``content`` to a file and read it; ``extra`` TOML goes before the columns."""

    def _read(content: bytes, *, extra: str = "", limits: Limits | None = None, **others: object) -> ReadReport:
        path = tmp_path / "statement.bin"
        path.write_bytes(content)
        mapping = parse_mapping(TOML.replace("[columns]", extra + "\n[columns]"))
        return read_statement(path, mapping, out=tmp_path / "out.jsonl", limits=limits, **others)  # type: ignore[arg-type]

    return _read


@pytest.fixture
def refused(read: Read, tmp_path: Path) -> Callable[..., list[str]]:
    """The codes with which the reading of ``content`` is refused; nothing of it may be left."""

    def _refused(content: bytes, **others: object) -> list[str]:
        with pytest.raises(Refusal) as refusal:
            read(content, **others)
        assert not (tmp_path / "out.jsonl").exists()
        return [reason.code for reason in refusal.value.reasons]

    return _refused
