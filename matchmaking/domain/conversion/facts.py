"""Facts of a portfolio of cases, and which of them a pair of days lets through.

Every fact has a public ``key``, the day it concerns and ``recorded_on``, the Shanghai day on which our records
learned of it. Two kinds are told apart by ``WORLD``:

* **Facts of the world** (a signing, a value day, a repayment, a condition met, an exit …) count when they had happened
  by ``as_of`` and were recorded by ``known_at``.
* **Facts of knowledge** (voids, confirmations, third-party lines, verdicts, bank reports) speak *about* a fact of the
  world. They count when recorded by ``known_at`` alone: a verdict of July corrects what we say of June, it does not
  happen in June.

Facts are appended and never rewritten. A :class:`Void` takes back any fact but a signing, a need, an event, a verdict
or another void: a signing leaves a denominator through a verdict only (K0), never because somebody took it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.conversion.knowledge_facts import (
    DISTINCT,
    DUPLICATE_SIGNING,
    FLAG_DISMISSED,
    FLAG_UPHELD,
    FOR_BANK,
    FOR_FIRM,
    NOT_RECEIVED,
    RIGHT,
    SIGNING_STANDS,
    VERDICTS,
    WRONG,
    BankReport,
    Confirmation,
    ThirdPartyLine,
    Verdict,
    Void,
)
from matchmaking.domain.conversion.world_facts import (
    ACCEPTANCE,
    AGREED_CUT,
    BANK,
    BANK_ENDS,
    BOTH,
    FIRM,
    FIRM_GIVES_UP,
    GUARANTOR,
    LOAN,
    NEW,
    OTHER_FORM,
    PERMIT,
    RENEWAL,
    UNKNOWN,
    Baseline,
    Condition,
    ConditionMet,
    Control,
    Disbursement,
    Drawable,
    DrawRequest,
    Event,
    Exit,
    Need,
    OpeningBalance,
    Repayment,
    Signing,
)

__all__ = [
    "ACCEPTANCE",
    "AGREED_CUT",
    "BANK",
    "BANK_ENDS",
    "BOTH",
    "BankReport",
    "Baseline",
    "Condition",
    "ConditionMet",
    "Confirmation",
    "Control",
    "DISTINCT",
    "DUPLICATE_SIGNING",
    "Disbursement",
    "DrawRequest",
    "Drawable",
    "Event",
    "Exit",
    "FIRM",
    "FIRM_GIVES_UP",
    "FLAG_DISMISSED",
    "FLAG_UPHELD",
    "FOR_BANK",
    "FOR_FIRM",
    "Fact",
    "GUARANTOR",
    "KnowledgeFact",
    "LOAN",
    "NEW",
    "NOT_RECEIVED",
    "NOT_VOIDABLE",
    "Need",
    "OTHER_FORM",
    "OpeningBalance",
    "PERMIT",
    "Portfolio",
    "RENEWAL",
    "RIGHT",
    "Repayment",
    "SIGNING_STANDS",
    "Signing",
    "ThirdPartyLine",
    "UNKNOWN",
    "VERDICTS",
    "Verdict",
    "Void",
    "WRONG",
    "WorldFact",
    "let_through",
]

WorldFact = (
    Event
    | Need
    | Control
    | Signing
    | Baseline
    | OpeningBalance
    | Disbursement
    | Repayment
    | Condition
    | ConditionMet
    | Drawable
    | DrawRequest
    | Exit
)
KnowledgeFact = Void | Confirmation | ThirdPartyLine | Verdict | BankReport
Fact = WorldFact | KnowledgeFact

NOT_VOIDABLE = (Signing, Need, Event, Verdict, Void)
"""What no void takes back."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """All facts of one portfolio, in any order. ``currency`` is what empty sums are in."""

    key: str
    facts: tuple[Fact, ...]
    currency: str = "CNY"


def let_through(facts: Iterable[Fact], *, as_of: date, known_at: date) -> list[Fact]:
    """The facts that the two days let through, as the module's words say."""
    return [fact for fact in facts if fact.recorded_on <= known_at and _happened(fact, as_of)]


def _happened(fact: Fact, as_of: date) -> bool:
    if isinstance(fact, KnowledgeFact):
        return True
    return fact.day <= as_of
