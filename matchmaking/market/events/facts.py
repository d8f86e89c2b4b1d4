"""What is told of a meeting and of those who signed in, and the hash over a frozen sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from matchmaking.rulebook import number, workdays


@dataclass(frozen=True, slots=True)
class EventTold:
    """A meeting as it is recorded. ``area_code``: the county it was for, ``*`` for the whole city."""

    kind: str
    number: str
    name: str
    held_on: date
    place: str
    area_code: str


def freezes_on(held_on: date) -> date:
    """The last day on which the sheet of a meeting takes names: some workdays (parameter) after ``held_on``.

    Raises :class:`Refusal` ``workdays_unknown`` for a year whose holidays are not announced.
    """
    return workdays().add(held_on, number("cohort_freeze_workdays", held_on))


def sheet_sha256(lines: Iterable[tuple[str, str]]) -> str:
    """The hash by which a frozen sheet is known again, over (side, public key) of everybody on it.

    Lines ``<side> TAB <public key>``, sorted by their bytes, ended by a line feed each, hashed as UTF-8 with SHA-256.
    """
    written = sorted(f"{side}\t{key}".encode() for side, key in lines)
    return sha256(b"".join(line + b"\n" for line in written)).hexdigest()
