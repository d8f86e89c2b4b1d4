"""One row of a statement → what it says of one agreement, or what is wrong with it, in words with its place."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.amounts import AmountReader, read_rate
from matchmaking.domain.statements.cells import MAX_TEXT, read_text
from matchmaking.domain.statements.days import DayReader
from matchmaking.domain.statements.declared import refuse_if
from matchmaking.domain.statements.fields import AMOUNT_FIELDS, DAY_FIELDS, TEXT_FIELDS
from matchmaking.domain.statements.fields import Mapping as Declaration
from matchmaking.domain.statements.headers import Headers


@dataclass(frozen=True, slots=True)
class Position:
    """What a statement says of one agreement on its day.

    Amounts are minor units of ``currency``; ``None`` is *not stated*, never zero. ``rate_ppm``: interest rate in parts
    per million. ``line``: 1-based line of the source. Days of money: ``first_money_on``, ``last_money_on``.
    """

    external_id: str
    line: int = 0
    firm: str | None = None
    lender: str | None = None
    branch: str | None = None
    area_code: str | None = None
    area_name: str | None = None
    product: str | None = None
    instrument: str | None = None
    status: str | None = None
    approved_on: date | None = None
    signed_on: date | None = None
    effective_on: date | None = None
    closing_on: date | None = None
    first_money_on: date | None = None
    last_money_on: date | None = None
    original: int | None = None
    cancelled: int | None = None
    undisbursed: int | None = None
    disbursed: int | None = None
    repaid: int | None = None
    currency: str = "CNY"
    rate_ppm: int | None = None


@dataclass(frozen=True, slots=True)
class RowError:
    """One thing wrong: 1-based ``line`` of the file, ``column`` (its header, or empty for the whole row) and why."""

    line: int
    column: str
    reason: Reason


_NAMES = tuple(entry.name for entry in fields(Position))


def to_record(position: Position) -> dict[str, Any]:
    """Plain values for a JSON line; days as ISO texts."""
    record = {name: getattr(position, name) for name in _NAMES}
    for name in DAY_FIELDS:
        if record[name] is not None:
            record[name] = record[name].isoformat()
    return record


def from_record(record: Mapping[str, Any]) -> Position:
    """The inverse of :func:`to_record`."""
    days = {name: date.fromisoformat(record[name]) for name in DAY_FIELDS if record.get(name) is not None}
    return Position(**{**record, **days})


Step = tuple[str, int, str, Callable[[str], Any]]


class RowReader:
    """A mapping bound to the headers of one file; reads its rows.

    ``as_of``: the day the statement is declared for; rows that state another day are errors. ``stated_as_of`` holds
    the day of the first row that states one; ``absent`` the declared fields whose column the file lacks (the required
    ones and ``disbursed`` may not: money paid is never unknown because of a misspelt header). Raises :class:`Refusal`
    ``header_missing`` (naming the nearest header) or ``header_twice``.
    """

    def __init__(self, mapping: Declaration, headers: Sequence[str], as_of: date | None = None) -> None:
        self.mapping = mapping
        self.as_of = as_of
        self.stated_as_of: date | None = None
        self._days = DayReader(mapping.day_formats, mapping.pivot)
        self._amounts = AmountReader(mapping.unit, mapping.thousands, mapping.decimal)
        found = Headers(headers)
        self.headers = found.names
        self._key = [found.find(name, aliases, needed=True) for name, aliases in mapping.key_columns.items()]
        self._steps = self._plan(found)
        self._as_of_at = found.find("as_of", mapping.as_of_column, needed=True) if mapping.as_of_column else None
        refuse_if(found.wrong)
        self.absent = tuple(sorted(mapping.columns.keys() - {name for name, *_ in self._steps}))
        self._needed = (*sorted(mapping.required), "currency")
        self._constants = {**mapping.constants, "currency": mapping.currency or mapping.constants.get("currency")}

    def read(self, cells: Sequence[str], line: int) -> Position | list[RowError]:
        """The position that ``cells`` (as many as the headers) state, or everything wrong with the row.

        Raises :class:`Refusal` ``table_as_of_differs`` when the file's first row is of another day than declared.
        """
        if len(cells) != len(self.headers):
            code = "row_short" if len(cells) < len(self.headers) else "row_long"
            return [RowError(line, "", Reason(code, {"cells": len(cells), "columns": len(self.headers)}))]
        found: dict[str, Any] = {name: value for name, value in self._constants.items() if value is not None}
        errors: list[RowError] = []
        blanks = self.mapping.blanks
        for name, at, header, read in self._steps:
            raw = cells[at]
            bare = raw.strip()
            if not bare or bare in blanks:
                continue
            try:
                value = read(raw)
            except Refusal as refusal:
                errors.append(RowError(line, header, refusal.reason))
                continue
            if value != "":
                found[name] = value
        self._read_key(cells, line, found, errors)
        self._check(cells, line, found, errors)
        return errors or Position(line=line, **found)

    def _plan(self, found: Headers) -> list[Step]:
        steps = []
        for name, aliases in self.mapping.columns.items():
            at = found.find(name, aliases, needed=name in self.mapping.required or name == "disbursed")
            if at is not None:
                steps.append((name, at, self.headers[at], self._reader(name)))
        return steps

    def _reader(self, name: str) -> Callable[[str], Any]:
        if name in AMOUNT_FIELDS:
            return self._amounts.read
        if name in DAY_FIELDS:
            return self._days.read
        if name == "rate_ppm":
            unit = self.mapping.ppm_per_unit
            return lambda raw: read_rate(raw, unit)
        return self._text_reader(name)

    def _text_reader(self, name: str) -> Callable[[str], str]:
        entities, limit = self.mapping.entities, TEXT_FIELDS.get(name, MAX_TEXT)
        kept = self.mapping.values.get(name, {})
        return lambda raw: kept.get(text := read_text(raw, entities=entities, limit=limit), text)

    def _read_key(self, cells: Sequence[str], line: int, found: dict[str, Any], errors: list[RowError]) -> None:
        if not self._key:
            return
        parts = []
        for at in self._key:
            if at is not None:
                try:
                    parts.append(read_text(cells[at], entities=self.mapping.entities, limit=TEXT_FIELDS["external_id"]))
                except Refusal as refusal:
                    errors.append(RowError(line, self.headers[at], refusal.reason))
        key, limit = "|".join(parts), TEXT_FIELDS["external_id"]
        if len(key) > limit:
            params = {"length": len(key), "limit": limit}
            errors.append(RowError(line, self._header_of("external_id"), Reason("cell_text_too_long", params)))
        elif len(parts) == len(self._key) and all(parts):
            found["external_id"] = key

    def _check(self, cells: Sequence[str], line: int, found: dict[str, Any], errors: list[RowError]) -> None:
        told = {error.column for error in errors}
        if self.mapping.blank_amounts == "zero":
            for name in AMOUNT_FIELDS:
                if name in self.mapping.columns:
                    found.setdefault(name, 0)
        for name in self._needed:
            header = self._header_of(name)
            if found.get(name) is None and header not in told:
                errors.append(RowError(line, header, Reason("cell_required", {"field": name})))
        currency = found.get("currency")
        if currency is not None and not re.fullmatch(r"[A-Z]{3}", currency):
            errors.append(RowError(line, self._header_of("currency"), Reason("cell_currency", {"text": currency[:20]})))
        if self._as_of_at is not None:
            self._check_as_of(cells[self._as_of_at], line, errors)

    def _check_as_of(self, raw: str, line: int, errors: list[RowError]) -> None:
        header = self.headers[self._as_of_at or 0]
        if not raw.strip():
            errors.append(RowError(line, header, Reason("cell_required", {"field": "as_of"})))
            return
        try:
            stated = self._days.read(raw)
        except Refusal as refusal:
            errors.append(RowError(line, header, refusal.reason))
            return
        first = self.stated_as_of is None
        self.stated_as_of = self.stated_as_of or stated
        expected = self.as_of or self.stated_as_of
        if stated != expected and self.mapping.as_of_difference == "refuse":
            params = {"stated": stated.isoformat(), "declared": expected.isoformat()}
            if first:
                raise Refusal(Reason("table_as_of_differs", params))
            errors.append(RowError(line, header, Reason("cell_as_of_differs", params)))

    def _header_of(self, name: str) -> str:
        if name == "external_id" and self._key:
            return self.headers[self._key[0] or 0]
        return next((header for field, _, header, _ in self._steps if field == name), "")


def read_position(
    row: Mapping[str, str], mapping: Declaration, line: int, as_of: date | None = None
) -> Position | list[RowError]:
    """One row given as header → cell. For many rows bind a :class:`RowReader` once."""
    return RowReader(mapping, list(row), as_of).read(list(row.values()), line)
