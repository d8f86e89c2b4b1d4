"""Days as statements write them: declared patterns, ISO with a time, Excel serials, SAS day numbers.

Excel: https://support.microsoft.com (1900 system with its imaginary 1900-02-29, serial 60; 1904 system starts at 0).
SAS: days since 1960-01-01. Month names are English and fixed: a server's locale changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.amounts import to_half_width

NAMED_FORMATS = ("iso", "excel", "excel1904", "sas")
"""Formats with a name; every other format is a pattern of ``%Y %y %m %d %b %B %H %M %S``."""

EARLIEST, LATEST = date(1800, 1, 1), date(2200, 12, 31)
"""Days outside are a misread column."""

MAX_TEXT = 40
_REMEMBERED = 50_000
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FULL = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_NUMBER = {name: index % 12 + 1 for index, name in enumerate((*_MONTHS, *_FULL))}
_PIECES = {
    "Y": r"(?P<year>[0-9]{4})",
    "y": r"(?P<short>[0-9]{2})",
    "m": r"(?P<month>[0-9]{1,2})",
    "d": r"(?P<day>[0-9]{1,2})",
    "b": r"(?P<name>[A-Za-z]{3,9})",
    "B": r"(?P<name>[A-Za-z]{3,9})",
    "H": r"(?P<hour>[0-9]{1,2})",
    "M": r"(?P<minute>[0-9]{1,2})",
    "S": r"(?P<second>[0-9]{1,2})(?:\.[0-9]+)?",
}
_ISO = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"(?:[T ](?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_SERIAL = re.compile(r"([0-9]{1,7})(?:\.[0-9]{1,15})?")

Attempt = Callable[[str], datetime | None]


class DayText(str):
    """A day that a spreadsheet itself holds as a day, written ISO; read whatever formats are declared."""

    __slots__ = ()


class DayReader:
    """Reads days in the declared ``formats``, tried in order; ``pivot``: two-digit years below it are 20xx.

    Raises :class:`Refusal` ``mapping_day_format`` for a pattern it cannot use.
    """

    def __init__(self, formats: tuple[str, ...], pivot: int = 50) -> None:
        self.formats = formats
        self._attempts: tuple[Attempt, ...] = tuple(_attempt(name, pivot) for name in formats)
        self._seen: dict[str, date] = {}

    def read(self, text: str) -> date:
        """The day that ``text`` (not blank) names. Raises :class:`Refusal` with ``cell_day_unreadable``."""
        known = self._seen.get(text)
        if known is None:
            known = self.moment(text).date()
            if len(self._seen) < _REMEMBERED:
                self._seen[text] = known
        return known

    def moment(self, text: str) -> datetime:
        """The same with the time of day, as written (no zone); midnight where none is given."""
        if len(text) <= MAX_TEXT:
            plain = to_half_width(text).strip()
            attempts = (_iso,) if isinstance(text, DayText) else self._attempts
            for attempt in attempts:
                found = attempt(plain)
                if found is not None and EARLIEST <= found.date() <= LATEST:
                    return found
        raise Refusal(Reason("cell_day_unreadable", {"text": text[:MAX_TEXT], "formats": " / ".join(self.formats)}))


def _attempt(name: str, pivot: int) -> Attempt:
    if name == "iso":
        return _iso
    if name == "excel":
        return _excel
    if name == "excel1904":
        return lambda text: _serial(text, datetime(1904, 1, 1))  # noqa: DTZ001 a day of the file, no instant
    if name == "sas":
        return lambda text: _serial(text, datetime(1960, 1, 1))  # noqa: DTZ001 a day of the file, no instant
    pattern = _compiled(name)
    return lambda text: _matched(pattern.fullmatch(text), pivot)


def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"%(.)", pattern)
    wrong = len(pieces) < 2 or any(code not in _PIECES for code in pieces[1::2])
    if not wrong:
        try:
            compiled = re.compile("".join(_parts(pieces)))
        except re.error:  # a piece named twice
            wrong = True
        else:
            names = compiled.groupindex.keys()
            wrong = not ({"year", "short"} & names and {"month", "name"} & names and "day" in names)
    if wrong:
        raise Refusal(Reason("mapping_day_format", {"format": pattern}))
    return compiled


def _parts(pieces: list[str]) -> list[str]:
    """Regular expressions of the literals (even places) and pieces (odd); pieces that touch have two digits each."""
    last = len(pieces) - 1
    parts = []
    for at, piece in enumerate(pieces):
        touching = at % 2 and ((at > 1 and not pieces[at - 1]) or (at + 1 < last and not pieces[at + 1]))
        part = _PIECES[piece] if at % 2 else re.escape(piece)
        parts.append(part.replace("{1,2}", "{2}") if touching else part)
    return parts


def _iso(text: str) -> datetime | None:
    return _matched(_ISO.fullmatch(text), 50)


def _matched(match: re.Match[str] | None, pivot: int) -> datetime | None:
    if match is None:
        return None
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    month = _MONTH_NUMBER.get(found["name"].lower(), 0) if "name" in found else int(found["month"])
    year = int(found["year"]) if "year" in found else _century(int(found["short"]), pivot)
    hour, minute, second = (int(found.get(part, "0")) for part in ("hour", "minute", "second"))
    try:
        return datetime(year, month, int(found["day"]), hour, minute, second)  # noqa: DTZ001 a day of the file, no instant
    except ValueError:
        return None


def _century(short: int, pivot: int) -> int:
    return short + (2000 if short < pivot else 1900)


def _serial(text: str, epoch: datetime) -> datetime | None:
    match = _SERIAL.fullmatch(text)
    return None if match is None or int(match[1]) > 200_000 else epoch + timedelta(days=int(match[1]))


def _excel(text: str) -> datetime | None:
    found = _serial(text, datetime(1899, 12, 30))  # noqa: DTZ001 a day of the file, no instant
    leap = datetime(1900, 2, 28)  # noqa: DTZ001
    if found is None or found > leap:
        return found
    # Before the imaginary 1900-02-29 (serial 60) the count runs one day behind; serial 0 and 60 name no day.
    number = (found - datetime(1899, 12, 30)).days  # noqa: DTZ001
    return None if number in (0, 60) else found + timedelta(days=1)
