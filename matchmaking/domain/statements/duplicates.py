"""The same key twice in one statement: refused unless the mapping declares otherwise; nothing is lost in silence."""

from __future__ import annotations

from dataclasses import replace

from matchmaking.domain.reasons import Reason
from matchmaking.domain.statements.positions import Position, RowError


class Duplicates:
    """Remembers the keys of one statement. ``policy``: ``refuse``, ``keep_first``, or ``identical`` (say the same:
    one).
    """

    def __init__(self, policy: str) -> None:
        self.policy = policy
        self._first: dict[str, Position] = {}
        self._lines: dict[str, int] = {}

    def admit(self, position: Position) -> Position | list[RowError] | None:
        """The position, or None when it is passed over as a repetition, or the error that it repeats another row's
        key.
        """
        key = position.external_id
        first = self._lines.setdefault(key, position.line)
        if first == position.line:
            if self.policy == "identical":
                self._first[key] = position
            return position
        if self.policy == "keep_first":
            return None
        if self.policy == "identical" and replace(position, line=first) == self._first[key]:
            return None
        return [RowError(position.line, "", Reason("row_duplicate_key", {"key": key, "first_line": first}))]
