"""Typed reading of a mapping's TOML: every wrong entry becomes a reason that names its place; nothing is guessed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Any

from matchmaking.domain.reasons import Reason, Refusal


class Table:
    """One TOML table under its dotted ``path``; wrong entries are collected in ``wrong`` so that all are told at
    once.
    """

    def __init__(self, content: Mapping[str, Any], path: str, wrong: list[Reason]) -> None:
        self.content = content
        self.path = path
        self.wrong = wrong
        self.asked: set[str] = set()

    def where(self, key: str) -> str:
        """The dotted place of ``key``."""
        return f"{self.path}.{key}" if self.path else key

    def table(self, key: str) -> Table:
        """The table ``key``, empty where absent."""
        found = self._get(key, dict, "table")
        return Table({} if found is None else found, self.where(key), self.wrong)

    def text(self, key: str, default: str = "", *, required: bool = False, choices: Iterable[str] = ()) -> str:
        """A string; with ``choices``, one of them."""
        found = self._get(key, str, "text", required=required)
        allowed = tuple(choices)
        if found is not None and allowed and found not in allowed:
            self.complain("mapping_choice", key, value=str(found)[:40], allowed=", ".join(allowed))
        return default if found is None else str(found)

    def whole(self, key: str, default: int | None, low: int, high: int) -> int | None:
        """An integer from ``low`` to ``high``."""
        found = self._get(key, int, "integer")
        if found is None:
            return default
        if not low <= found <= high:
            self.complain("mapping_choice", key, value=str(found)[:40], allowed=f"{low} … {high}")
            return default
        return int(found)

    def flag(self, key: str) -> bool:
        """True or false; false where absent."""
        return bool(self._get(key, bool, "true / false"))

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A string or a list of strings."""
        found = self._get(key, (str, list), "text / list")
        if found is None:
            return default
        listed = [found] if isinstance(found, str) else found
        if not all(isinstance(item, str) and item for item in listed):
            self.complain("mapping_type", key, expected="text / list")
            return default
        return tuple(listed)

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Every entry of this table as a list of header aliases."""
        found = {key: self.texts(key) for key in self.content}
        for key, aliases in found.items():
            if not aliases:
                self.complain("mapping_missing", key)
        return found

    def words(self) -> dict[str, str]:
        """Every entry of this table as a string."""
        return {key: self.text(key) for key in self.content}

    def complain(self, code: str, key: str, **params: str | int) -> None:
        """Note that the entry ``key`` is wrong."""
        self.wrong.append(Reason(code, {"where": self.where(key), **params}))

    def finish(self, known: Iterable[str] = ()) -> None:
        """Complain of every entry that nobody asked for, naming the nearest entry that exists."""
        names = sorted({*self.asked, *known})
        for key in self.content:
            if key not in names:
                near = difflib.get_close_matches(key, names, n=1, cutoff=0)
                self.complain("mapping_unknown", key, nearest=near[0] if near else "—")

    def _get(self, key: str, kind: type | tuple[type, ...], expected: str, *, required: bool = False) -> Any:
        self.asked.add(key)
        found = self.content.get(key)
        if found is None:
            if required:
                self.complain("mapping_missing", key)
            return None
        if not isinstance(found, kind) or (kind is int and isinstance(found, bool)):
            self.complain("mapping_type", key, expected=expected)
            return None
        return found


def refuse_if(wrong: list[Reason]) -> None:
    """Raise one :class:`Refusal` with all that is wrong, if anything is."""
    if wrong:
        raise Refusal(*wrong)
