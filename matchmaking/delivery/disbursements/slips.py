"""A slip of 10⁴ in a reported amount: 元 typed for 万元, seen beside what is left of the signing (P11)."""

from __future__ import annotations

from matchmaking.domain.money import UNITS, plain_amount
from matchmaking.domain.reasons import Reason


def unit_doubt(amount_minor: int, left_minor: int) -> Reason | None:
    """The reason to ask again, with both readings written out; None where the amount looks right.

    An amount that would fit ten thousand times over was probably typed in yuan where 万元 was meant. The other slip
    needs no question: it is more than what is left and refused.
    """
    other = amount_minor * UNITS["wan"]
    if amount_minor <= 0 or other > left_minor:
        return None
    shown = {"yuan": plain_amount(amount_minor), "other": plain_amount(other, "wan"), "left": plain_amount(left_minor)}
    return Reason("report_unit_doubt", {**shown})
