"""Areas are scheme-tagged: GB/T 2260 codes for China, other schemes for imported portfolios."""

from __future__ import annotations

from dataclasses import dataclass

GB2260 = "gb2260"


@dataclass(frozen=True, slots=True)
class Area:
    """A place as a source names it: ``scheme`` (``gb2260``, ``world-bank-country`` …), ``code`` in it, ``name``."""

    scheme: str
    code: str
    name: str
