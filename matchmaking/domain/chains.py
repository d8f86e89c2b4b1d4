"""Industrial chains (产业链): which chain a GB/T 4754 code stands in, by a declared table with a day and a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

NO_CHAIN = "none"
"""未归链: the firm's industry is known and stands in no chain of the table."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain and the beginnings of the codes that stand in it, two to four digits."""

    code: str
    zh: str
    en: str
    prefixes: tuple[str, ...]

    def name(self, language: str) -> str:
        """In ``zh`` or ``en``."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class ChainTable:
    """The chains from ``since`` on. A prefix stands in one chain only (``ValueError``): no code has two chains."""

    since: date
    document: str
    verified: bool
    chains: tuple[Chain, ...]
    _by_prefix: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        found: dict[str, str] = {}
        for chain in self.chains:
            for prefix in chain.prefixes:
                if not (prefix.isascii() and prefix.isdigit() and 2 <= len(prefix) <= 4):
                    raise ValueError(f"{prefix!r} is no beginning of a code of GB/T 4754")
                if prefix in found:
                    raise ValueError(f"{prefix} stands in {found[prefix]} and in {chain.code}")
                found[prefix] = chain.code
        codes = [chain.code for chain in self.chains]
        if len(set(codes)) < len(codes) or NO_CHAIN in codes:
            raise ValueError(f"chains need codes of their own: {codes}")
        object.__setattr__(self, "_by_prefix", found)

    def of(self, industry_code: str) -> str:
        """The chain of ``0164`` or ``A0164`` by the longest prefix; :data:`NO_CHAIN` where none fits."""
        digits = industry_code[1:] if industry_code[:1].isalpha() else industry_code
        held = (self._by_prefix.get(digits[:length]) for length in range(len(digits), 1, -1))
        return next((code for code in held if code), NO_CHAIN)
