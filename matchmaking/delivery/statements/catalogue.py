"""The declared mappings: those that come with the house by name, or any TOML file given on the command line."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.fields import Mapping
from matchmaking.domain.statements.mapping import parse_mapping

FOLDER = Path(__file__).parent / "mappings"
LONGEST_FILE = 100_000
"""Bytes of a mapping file; a longer one is no mapping."""


@dataclass(frozen=True, slots=True)
class Catalogued:
    """A mapping with the SHA-256 of the very text it was read from."""

    mapping: Mapping
    sha256: str


@cache
def names() -> tuple[str, ...]:
    """Names of the mappings that come with the house, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def mapping_named(name: str) -> Catalogued:
    """A mapping of the house. Refuses with ``mapping_unknown_name``, naming those there are."""
    if name not in names():
        raise Refusal(Reason("mapping_unknown_name", {"name": name[:60], "known": ", ".join(names())}))
    return _read(FOLDER / f"{name}.toml")


def mapping_at(name_or_path: str) -> Catalogued:
    """The same, or the TOML file at a path. For the command line only: a page never names a path."""
    path = Path(name_or_path)
    if path.suffix != ".toml":
        return mapping_named(name_or_path)
    if not path.is_file() or path.stat().st_size > LONGEST_FILE:
        raise Refusal(Reason("mapping_file_missing", {"path": name_or_path[-80:]}))
    return _read(path)


def all_mappings() -> list[Mapping]:
    """Every mapping of the house, in order of name."""
    return [mapping_named(name).mapping for name in names()]


@cache
def _read(path: Path) -> Catalogued:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise Refusal(Reason("mapping_not_toml", {"detail": "UTF-8"})) from None
    return Catalogued(parse_mapping(text), hashlib.sha256(text.encode()).hexdigest())
