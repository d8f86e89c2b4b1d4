"""The hard criteria, each declared once: form fields, mask, words with distance, what-if.

To add one: declare it in the file it belongs to and in that file's ``CRITERIA``, give it words, test it. What nobody
asks the firm yet is declared with it (``asks``): the need form shows it and keeps the answer. A fact that nobody has
given (``None``) never passes a rule that asks for it: the verdict is ``unknown`` and says what to fill in. A wish not
stated (rate ceiling) asks nothing.
"""

from __future__ import annotations

from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.between import Between
from matchmaking.domain.matching.criteria import asked, backing, firm
from matchmaking.domain.matching.criteria.shown import WAN, percent, wan
from matchmaking.domain.matching.priorities import PRIORITY_FIELDS
from matchmaking.domain.matching.rules import Field

__all__ = ["ASKS", "CRITERIA", "FIELDS", "WAN", "Criterion", "asks_of", "fields_of", "percent", "wan"]

Criterion = Between | Among


def fields_of(criteria: tuple[Criterion, ...]) -> tuple[Field, ...]:
    """The fields of the product form that these criteria declare."""
    return tuple(field for criterion in criteria for field in criterion.fields)


def asks_of(criteria: tuple[Criterion, ...]) -> tuple[Field, ...]:
    """The questions of the need form that these criteria declare."""
    return tuple(field for criterion in criteria for field in criterion.asks)


CRITERIA: tuple[Criterion, ...] = (*asked.CRITERIA, *backing.CRITERIA, *firm.CRITERIA)
"""Every hard criterion, in the order of the explanation: what is asked for, what stands behind it, who asks."""
FIELDS: tuple[Field, ...] = (*fields_of(CRITERIA), *PRIORITY_FIELDS)
"""Every field of the product form, in its order; the last admit nobody and shut nobody out."""
ASKS: tuple[Field, ...] = asks_of(CRITERIA)
"""Every optional question of the need form, in its order."""
