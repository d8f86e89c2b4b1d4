"""Which cells of a public table may be shown: not the small ones, and not those in which one party stands out.

No totals are published beside cells: a total less its other cells would give away the one that is withheld.
"""

from __future__ import annotations

from dataclasses import dataclass

SMALL, DOMINATED = "small", "dominated"
"""Why a cell is withheld. Words: ``public_withheld_<reason>``."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What was counted before anything is withheld; amounts are minor units.

    ``largest_firm`` and ``largest_bank``: what the largest of each signed.
    """

    papers: int
    firms: int
    signed: int
    paid: int
    verified: int
    largest_firm: int
    largest_bank: int
    largest_paid: int = 0
    """The most that one firm or bank has of ``paid``; the next of ``verified``. One paid alone would be read off."""
    largest_verified: int = 0


def withheld(cell: Cell, *, least: int, most_percent: int) -> str:
    """Why ``cell`` may not be published, or empty: fewer papers or firms than ``least``, or one firm or bank with more
    than ``most_percent`` of what was signed, of what was paid, or of what is verified."""
    if min(cell.papers, cell.firms) < least:
        return SMALL
    shares = (
        (max(cell.largest_firm, cell.largest_bank), cell.signed),
        (cell.largest_paid, cell.paid),
        (cell.largest_verified, cell.verified),
    )
    return DOMINATED if any(largest * 100 > most_percent * whole for largest, whole in shares) else ""
