"""Where the real data is: ``../shared/data``, or the folder that ``SHARED_DATA`` names."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from matchmaking.domain.statements.mapping import Mapping, parse_mapping
from matchmaking.domain.statements.positions import Position
from matchmaking.foundation.sandbox import ReadReport

ROOT = Path(__file__).resolve().parents[2]
MAPPINGS = ROOT / "matchmaking/delivery/statements/mappings"
DATA = Path(os.environ.get("SHARED_DATA") or ROOT.parent / "shared" / "data")

Read = Callable[..., tuple[ReadReport, list[Position]]]


def mapping_named(name: str) -> Mapping:
    """A shipped mapping."""
    return parse_mapping((MAPPINGS / f"{name}.toml").read_text("utf-8"))


def data_file(name: str) -> Path:
    """A file of the real data; skips, saying which is missing."""
    path = DATA / name
    if not path.exists():
        pytest.skip(f"real data absent: {path} (set SHARED_DATA to its folder)")
    return path


def known(name: str) -> Any:
    """A JSON file of published answers."""
    return json.loads(data_file(name).read_text("utf-8"))
