"""The header line of a file: which column is meant, and which header is nearest to one that is missing."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from matchmaking.domain.reasons import Reason
from matchmaking.domain.statements.amounts import to_half_width

MAX_HEADER = 200
"""Characters of a header that are kept."""

MAX_COMPARED = 100
"""Headers, and characters of each, among which the nearest to a missing one is looked for."""

ALIKE = 500
"""Likeness, in thousandths, from which a header is offered as the one that was meant."""


_SPACE = re.compile(r"\s+")


def plain_header(text: str) -> str:
    """A header as it is compared: half-width, without spaces or line breaks, case folded."""
    return _SPACE.sub("", to_half_width(text)).casefold()


def _shown(header: str) -> str:
    """A header in one line, without what cannot be shown."""
    text = _SPACE.sub(" ", header[:MAX_HEADER]).strip()
    return "".join(character for character in text if character.isprintable())


class Headers:
    """The headers of one file. What cannot be found is collected in ``wrong``, so that all is told at once."""

    def __init__(self, headers: Sequence[str]) -> None:
        self.names = tuple(_shown(header) for header in headers)
        self.wrong: list[Reason] = []
        self._plain = [plain_header(name) for name in self.names]

    def find(self, field: str, aliases: Sequence[str], *, needed: bool) -> int | None:
        """0-based column of the first alias that stands in the file; None, with a reason where ``needed``, if none
        does.
        """
        for alias in aliases:
            places = [at for at, header in enumerate(self._plain) if header == plain_header(alias)]
            if len(places) > 1:
                letters = ", ".join(_letter(place) for place in places)
                self.wrong.append(Reason("header_twice", {"header": alias, "columns": letters}))
            if places:
                return places[0]
        if needed:
            expected = " / ".join(aliases)
            nearest = self._nearest(aliases)
            self.wrong.append(Reason("header_missing", {"field": field, "expected": expected, "nearest": nearest}))
        return None

    def _nearest(self, aliases: Sequence[str]) -> str:
        wanted = [plain_header(alias)[:MAX_COMPARED] for alias in aliases]
        scored = [
            (max(_likeness(plain[:MAX_COMPARED], alias) for alias in wanted), -at)
            for at, plain in enumerate(self._plain[:MAX_COMPARED])
            if plain
        ]
        likeness, at = max(scored, default=(0, 0))
        return self.names[-at][:80] if likeness >= ALIKE else "—"


def _likeness(left: str, right: str) -> int:
    """Thousandths of shared text; a whole number, since the domain holds no floats."""
    blocks = difflib.SequenceMatcher(None, left, right).get_matching_blocks()
    return 2_000 * sum(block.size for block in blocks) // max(1, len(left) + len(right))


def _letter(place: int) -> str:
    """The spreadsheet's letters of a 0-based column: 0 → A, 27 → AB."""
    text, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        text = chr(65 + rest) + text
    return text
