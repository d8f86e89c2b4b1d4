"""Facts of knowledge: what somebody says about a fact of the world. They count from the day our records learned of
them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from matchmaking.domain.conversion.fact_checks import one_of
from matchmaking.domain.money import Money

RIGHT, WRONG, NOT_RECEIVED = "right", "wrong", "not_received"
"""What a firm answers when asked whether the money came (N16). Silence is no answer."""

FOR_BANK, FOR_FIRM = "for_bank", "for_firm"
"""Verdicts on a conflict over one disbursement."""
DISTINCT = "distinct"
"""Verdict on one disbursement: two reports that look alike are two payments."""
DUPLICATE_SIGNING, SIGNING_STANDS = "duplicate_signing", "signing_stands"
"""Verdicts on a signing: it duplicates ``other`` (K0), or it does not after all."""
FLAG_UPHELD, FLAG_DISMISSED = "flag_upheld", "flag_dismissed"
"""Verdicts on a signing after the bank's reply: an inflation flag stands (out of the numerator), or not."""
VERDICTS = (FOR_BANK, FOR_FIRM, DISTINCT, DUPLICATE_SIGNING, SIGNING_STANDS, FLAG_UPHELD, FLAG_DISMISSED)


@dataclass(frozen=True, slots=True)
class Void:
    """Takes back the fact with key ``fact``, with its reason; see the module's words for what cannot be taken back."""

    key: str
    fact: str
    voided_on: date
    recorded_on: date
    reason: str = ""
    WORLD: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The firm's answer about one disbursement; of several answers the one it gave last holds.

    ``amount`` and ``received_on`` are the firm's own figures where it gave any. ``device_shared``: the answer came from
    a device that others answered from too; a *right* from such a device waits for a call-back and verifies nothing.
    """

    key: str
    disbursement: str
    answer: str
    answered_on: date
    recorded_on: date
    amount: Money | None = None
    received_on: date | None = None
    device_shared: bool = False
    WORLD: ClassVar[bool] = False

    def __post_init__(self) -> None:
        one_of(self.answer, (RIGHT, WRONG, NOT_RECEIVED))


@dataclass(frozen=True, slots=True)
class ThirdPartyLine:
    """A line on a statement that ``source`` supplied about one disbursement; ignored when ``source`` is its lender."""

    key: str
    disbursement: str
    source: str
    amount: Money
    value_on: date
    recorded_on: date
    WORLD: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The office's finding on a disbursement or a signing (``subject``), after reply; the last one given holds.

    ``other`` names the signing that a duplicate repeats. ``amount`` overrides the figure of the side that won.
    """

    key: str
    subject: str
    kind: str
    decided_on: date
    recorded_on: date
    other: str | None = None
    amount: Money | None = None
    document: str = ""
    WORLD: ClassVar[bool] = False

    def __post_init__(self) -> None:
        one_of(self.kind, VERDICTS)


@dataclass(frozen=True, slots=True)
class BankReport:
    """``lender`` has reported everything up to ``through``; ``zero`` says it declared that nothing was paid (F24)."""

    key: str
    lender: str
    through: date
    recorded_on: date
    zero: bool = False
    WORLD: ClassVar[bool] = False
