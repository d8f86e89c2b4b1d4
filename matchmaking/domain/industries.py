"""GB/T 4754-2017 industries: sections (a letter), divisions (two digits) and classes (four digits)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from matchmaking.domain.reasons import Reason, Refusal


@dataclass(frozen=True, slots=True)
class Industry:
    """``code`` a letter, two or four digits; ``section`` its letter; ``name`` as the standard prints it; ``english``
    a translation, a class's own or its division's."""

    code: str
    name: str
    section: str
    english: str = ""

    def called(self, language: str) -> str:
        """Its name in ``zh`` or ``en``."""
        return self.english if language == "en" and self.english else self.name


@dataclass(frozen=True, slots=True)
class IndustryTable:
    """``entries`` by code, in the standard's order."""

    entries: Mapping[str, Industry]

    def find(self, typed: str) -> Industry:
        """The industry of ``0164``, ``A0164``, ``A01`` or ``A``. A :class:`Refusal` ``industry_unknown`` for others."""
        text = typed.strip().upper()
        letter, digits = (text[:1], text[1:]) if text[:1].isalpha() else ("", text)
        found = self.entries.get(digits or letter)
        if found is None or letter not in ("", found.section):
            raise Refusal(Reason("industry_unknown", {"typed": text[:20]}))
        return found

    def divisions(self) -> Mapping[str, tuple[str, ...]]:
        """Two-digit codes by section letter."""
        letters = (code for code in self.entries if len(code) == 1)
        return {letter: tuple(i.code for i in self._within(letter) if len(i.code) == 2) for letter in letters}

    def classes(self, division: str) -> tuple[Industry, ...]:
        """The four-digit classes of a division."""
        return tuple(i for i in self.entries.values() if len(i.code) == 4 and i.code.startswith(division))

    def _within(self, section: str) -> tuple[Industry, ...]:
        return tuple(i for i in self.entries.values() if i.section == section)
