"""A kept file read in the sandbox to a spool that lives as long as the reading is used."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from matchmaking.delivery.statements.catalogue import Catalogued
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.fields import Mapping
from matchmaking.domain.statements.headers import plain_header
from matchmaking.domain.statements.positions import RowError
from matchmaking.foundation.files import open_file, path_of
from matchmaking.foundation.jobs import TaskContext
from matchmaking.foundation.sandbox import ReadReport, read_statement

ACCEPTED = ("text", "gz", "xlsx", "ods", "ole", "zip")
"""Kinds of files a statement may come in; what they really hold is for the sandbox to find out."""

OnProgress = Callable[[int, int | None], None]


class RowsRefused(Refusal):
    """The file was read, but ``error_count`` things in its rows are wrong; ``errors`` tells the first of them."""

    def __init__(self, errors: Sequence[RowError], error_count: int) -> None:
        super().__init__(Reason("statement_rows_wrong", {"count": error_count}))
        self.errors, self.error_count = tuple(errors), error_count


@contextmanager
def reading(
    sha256: str, catalogued: Catalogued, *, as_of: date, on_progress: OnProgress | None = None
) -> Iterator[ReadReport]:
    """The kept file ``sha256`` as the mapping reads it for the day ``as_of``; its spool is gone after the block.

    Raises :class:`Refusal` when the file as a whole cannot be read; row errors stand in the report.
    """
    open_file(sha256).close()
    with tempfile.TemporaryDirectory(prefix="statement-") as folder:
        spool = Path(folder) / "positions.jsonl"
        yield read_statement(path_of(sha256), catalogued.mapping, out=spool, as_of=as_of, on_progress=on_progress)


def refuse_row_errors(report: ReadReport) -> None:
    """Raise :class:`RowsRefused` unless every row was understood: a statement is taken in whole or not at all."""
    if report.error_count:
        raise RowsRefused(report.errors, report.error_count)


def recognised(mapping: Mapping, headers: Sequence[str]) -> list[tuple[str, str]]:
    """(field, header it was found under) for every column the mapping recognises in ``headers``."""
    plain = {plain_header(header): header for header in reversed(headers)}
    found = []
    stated = (*mapping.key_columns.items(), *mapping.columns.items(), ("as_of", mapping.as_of_column))
    for name, aliases in stated:
        header = next((plain[plain_header(alias)] for alias in aliases if plain_header(alias) in plain), None)
        if header is not None:
            found.append((name, header))
    return found


def stated_fields(mapping: Mapping, headers: Sequence[str]) -> frozenset[str]:
    """The fields that a file with these headers states: its recognised columns and the mapping's constants."""
    return frozenset(name for name, _ in recognised(mapping, headers)) | frozenset(mapping.constants)


def progress_into(context: TaskContext) -> OnProgress:
    """Progress of a reading as progress of a task."""
    return lambda done, total: context.progress(done, max(done, total or 0))
