"""Lists of past loans in files: the declared layouts by name, and their rows from CSV, plain or gzip."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from matchmaking.domain.matching.learning.layout import Layout, parse_layout
from matchmaking.domain.matching.learning.loans import Loans, read_loans
from matchmaking.domain.reasons import Reason, Refusal

FOLDER = Path(__file__).parent / "layouts"
LONGEST_LAYOUT = 100_000


@cache
def layout_names() -> tuple[str, ...]:
    """Names of the layouts that come with the house."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


def layout_at(name_or_path: str) -> Layout:
    """A layout of the house by name, or the TOML file at a path. For the command line only."""
    path = Path(name_or_path)
    if path.suffix == ".toml" and path.is_file() and path.stat().st_size <= LONGEST_LAYOUT:
        return parse_layout(path.read_text("utf-8"))
    if name_or_path not in layout_names():
        raise Refusal(Reason("rank_layout_unknown", {"name": name_or_path[:60], "known": ", ".join(layout_names())}))
    return parse_layout((FOLDER / f"{name_or_path}.toml").read_text("utf-8"))


def loans_in(file: str, layout: Layout, *, with_lender: bool) -> Loans:
    """Every loan of a ``.csv`` or ``.csv.gz``. :class:`Refusal` names the row and the column that cannot be read."""
    try:
        with _opened(file) as text:
            return read_loans(csv.DictReader(text, strict=True), layout, with_lender=with_lender)
    except (OSError, EOFError, UnicodeDecodeError, zlib.error, csv.Error) as wrong:
        detail = getattr(wrong, "strerror", None) or str(wrong)
        raise Refusal(Reason("rank_file_unreadable", {"name": Path(file).name[:80], "detail": detail[:120]})) from None


@contextmanager
def _opened(file: str) -> Iterator[IO[str]]:
    with Path(file).open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        with io.TextIOWrapper(gzip.open(raw) if packed else raw, "utf-8-sig", newline="") as text:
            yield text


@contextmanager
def written(file: str) -> Iterator[IO[str]]:
    """A CSV to write, gzip where its name says so; it takes its name only when it is whole."""
    target = Path(file)
    part = target.with_name(f"{target.name}.part")
    try:
        with part.open("wb") as raw:
            packed = gzip.GzipFile("", "wb", fileobj=raw, mtime=0) if target.suffix == ".gz" else None
            with io.TextIOWrapper(packed or raw, "utf-8", newline="") as text:
                yield text
        part.replace(target)
    except OSError as wrong:
        detail = (wrong.strerror or str(wrong))[:120]
        raise Refusal(Reason("rank_file_unreadable", {"name": target.name[:80], "detail": detail})) from None
    finally:
        part.unlink(missing_ok=True)
