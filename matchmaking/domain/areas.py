"""Areas are scheme-tagged: GB/T 2260 codes for China, other schemes for imported portfolios."""

from __future__ import annotations

from dataclasses import dataclass

GB2260 = "gb2260"


@dataclass(frozen=True, slots=True)
class Area:
    """A place as a source names it: ``scheme`` (``gb2260``, ``world-bank-country`` …), ``code`` in it, ``name``.

    A code says nothing without its scheme and is refused (``ValueError``); a name alone is a place of no scheme.
    """

    scheme: str
    code: str
    name: str

    def __post_init__(self) -> None:
        if self.code and not self.scheme:
            raise ValueError(f"area code {self.code!r} without the scheme it belongs to")

    def __str__(self) -> str:
        coded = f"{self.scheme} {self.code}" if self.code else ""
        return f"{self.name} · {coded}" if self.name and coded else self.name or coded
