"""A small mapping and a reader of bytes for the sandbox's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.mapping import parse_mapping
from matchmaking.foundation.sandbox import Limits, ReadReport, read_statement

TOML = """
name = "a-bank"
series = "a-bank-ledger"
[title]
zh = "甲银行台账"
en = "A bank's ledger"
[columns]
external_id = "编号"
firm = "企业"
signed_on = "签约日"
original = "签约额"
disbursed = "已放款"
[dates]
formats = ["iso"]
[amounts]
currency = "CNY"
"""

HEADER = "编号,企业,签约日,签约额,已放款\n"
GOOD = HEADER + "A,某某茶业,2025-03-20,300,180.5\nB,𠮷野玩具,2025-03-21,100,0\n"

Read = Callable[..., ReadReport]


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
