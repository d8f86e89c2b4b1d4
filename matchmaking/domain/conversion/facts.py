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
from typing import ClassVar

from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.domain.money import Money

NEW, RENEWAL, UNKNOWN = "new", "renewal", "unknown"
"""What a signing declares: 新增, 续贷/置换, or nothing yet."""

RIGHT, WRONG, NOT_RECEIVED = "right", "wrong", "not_received"
"""What a firm answers when asked whether the money came (N16). Silence is no answer."""

LOAN, ACCEPTANCE, OTHER_FORM = "loan", "acceptance", "other"
"""Form of credit. Only on-balance-sheet loan principal counts; acceptances (银承) and other forms never."""

FIRM, GUARANTOR, BANK, PERMIT = "firm", "guarantor", "bank", "permit"
"""Who holds a condition: W1, W2, W3 (approval or quota), W4 (title or permit)."""

FIRM_GIVES_UP, BANK_ENDS, AGREED_CUT = "firm_gives_up", "bank_ends", "agreed_cut"
"""Exits: C1 by the firm itself, C2 by the bank with a reason, C3 agreed by both."""

BOTH = "both"
"""Said by firm and bank together, the only voice an agreed cut has."""

FOR_BANK, FOR_FIRM = "for_bank", "for_firm"
"""Verdicts on a conflict over one disbursement."""
DISTINCT = "distinct"
"""Verdict on one disbursement: two reports that look alike are two payments."""
DUPLICATE_SIGNING, SIGNING_STANDS = "duplicate_signing", "signing_stands"
"""Verdicts on a signing: it duplicates ``other`` (K0), or it does not after all."""
FLAG_UPHELD, FLAG_DISMISSED = "flag_upheld", "flag_dismissed"
"""Verdicts on a signing after the bank's reply: an inflation flag stands (out of the numerator), or not."""


@dataclass(frozen=True, slots=True)
class Event:
    """对接会. ``frozen_on``: the day its sign-in sheet froze (three workdays after, computed by the caller)."""

    key: str
    held_on: date
    recorded_on: date
    frozen_on: date | None = None
    WORLD: ClassVar[bool] = True

    @property
    def day(self) -> date:
        """The day of the event, its first if it ran for several."""
        return self.held_on


@dataclass(frozen=True, slots=True)
class Need:
    """What a firm asked for."""

    key: str
    firm: str
    amount: Money
    declared_on: date
    recorded_on: date
    WORLD: ClassVar[bool] = True

    @property
    def day(self) -> date:
        """The day the firm declared it."""
        return self.declared_on


@dataclass(frozen=True, slots=True)
class Control:
    """Consented knowledge that ``firm`` is controlled by ``person``; balances of one person's firms are read
    together.
    """

    key: str
    firm: str
    person: str
    since: date
    recorded_on: date
    WORLD: ClassVar[bool] = True

    @property
    def day(self) -> date:
        """The day from which the link is known to hold."""
        return self.since


@dataclass(frozen=True, slots=True)
class Signing:
    """A signed paper, as signed: ``amount`` is the original S, which no later cut rewrites.

    ``lender`` is the legal person, ``branch`` the one that signed and gets the credit. ``promised_on`` is the agreed
    day of payment; ``by_plan`` marks a project drawn by plan (no cap on the promised day). ``available_until``: the
    last day of the availability period. ``supersedes``: key of the intent this paper follows.
    """

    key: str
    firm: str
    lender: str
    branch: str
    instrument: str
    amount: Money
    signed_on: date
    recorded_on: date
    declared: str = UNKNOWN
    revolving: bool = False
    promised_on: date | None = None
    by_plan: bool = False
    available_until: date | None = None
    supersedes: str | None = None
    need: str | None = None
    event: str | None = None
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _one_of(self.instrument, INSTRUMENTS)
        _one_of(self.declared, (NEW, RENEWAL, UNKNOWN))
        _not_negative(self.amount)

    @property
    def day(self) -> date:
        """The day on the paper."""
        return self.signed_on


@dataclass(frozen=True, slots=True)
class Baseline:
    """基期余额 (B22): what the firm owed that bank when the signing day began, and its old 借据.

    Of several baselines of one signing that nobody voided, the highest holds.
    """

    key: str
    signing: str
    balance: Money
    on: date
    recorded_on: date
    ious: tuple[str, ...] = ()
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _not_negative(self.balance)

    @property
    def day(self) -> date:
        """The day on whose morning the balance was owed."""
        return self.on


@dataclass(frozen=True, slots=True)
class OpeningBalance:
    """What ``firm`` owed ``lender`` when ``on`` began, known otherwise than through a signing."""

    key: str
    firm: str
    lender: str
    balance: Money
    on: date
    recorded_on: date
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _not_negative(self.balance)

    @property
    def day(self) -> date:
        """The day on whose morning the balance was owed."""
        return self.on


@dataclass(frozen=True, slots=True)
class Disbursement:
    """One 借据 as a bank reported it. ``branch`` is the one that reported, ``payee`` whom a 受托支付 went to.

    ``reported_on``: the day on the bank's report. ``request``: key of the draw request it answers, where known.
    """

    key: str
    signing: str
    iou_no: str
    lender: str
    branch: str
    amount: Money
    value_on: date
    reported_on: date
    recorded_on: date
    payee: str | None = None
    form: str = LOAN
    request: str | None = None
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _one_of(self.form, (LOAN, ACCEPTANCE, OTHER_FORM))
        _not_negative(self.amount)

    @property
    def day(self) -> date:
        """The value day."""
        return self.value_on


@dataclass(frozen=True, slots=True)
class Repayment:
    """Principal paid back to ``lender``: on ``disbursement`` if named, else on ``signing``, else on an older loan."""

    key: str
    firm: str
    lender: str
    amount: Money
    paid_on: date
    recorded_on: date
    signing: str | None = None
    disbursement: str | None = None
    iou_no: str | None = None
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _not_negative(self.amount)

    @property
    def day(self) -> date:
        """The day it was paid."""
        return self.paid_on


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of payment (N15), held by firm, guarantor, bank or the office that issues a title or permit."""

    key: str
    signing: str
    holder: str
    words: str
    set_on: date
    recorded_on: date
    due_on: date | None = None
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _one_of(self.holder, (FIRM, GUARANTOR, BANK, PERMIT))

    @property
    def day(self) -> date:
        """The day it was set."""
        return self.set_on


@dataclass(frozen=True, slots=True)
class ConditionMet:
    """The condition ``condition`` was met."""

    key: str
    condition: str
    met_on: date
    recorded_on: date
    WORLD: ClassVar[bool] = True

    @property
    def day(self) -> date:
        """The day it was met."""
        return self.met_on


@dataclass(frozen=True, slots=True)
class Drawable:
    """The bank marks ``amount`` (all that is left, when None) as drawable; the latest mark holds."""

    key: str
    signing: str
    marked_on: date
    recorded_on: date
    amount: Money | None = None
    WORLD: ClassVar[bool] = True

    @property
    def day(self) -> date:
        """The day of the mark."""
        return self.marked_on


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """The firm asked for ``amount``; recorded where the request differs from what was paid."""

    key: str
    signing: str
    amount: Money
    asked_on: date
    recorded_on: date
    WORLD: ClassVar[bool] = True

    @property
    def day(self) -> date:
        """The day it was asked for."""
        return self.asked_on


@dataclass(frozen=True, slots=True)
class Exit:
    """An end to ``amount`` (all that is left, when None). ``by`` is who told *us*: firm, bank or both.

    C1 takes the firm's own word only; C2 the bank's with a ``reason``; C3 the word of both.
    """

    key: str
    signing: str
    kind: str
    by: str
    happened_on: date
    recorded_on: date
    amount: Money | None = None
    reason: str = ""
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        _one_of(self.kind, (FIRM_GIVES_UP, BANK_ENDS, AGREED_CUT))
        _one_of(self.by, (FIRM, BANK, BOTH))

    @property
    def day(self) -> date:
        """The day it took effect."""
        return self.happened_on


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
        _one_of(self.answer, (RIGHT, WRONG, NOT_RECEIVED))


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
        _one_of(self.kind, VERDICTS)


@dataclass(frozen=True, slots=True)
class BankReport:
    """``lender`` has reported everything up to ``through``; ``zero`` says it declared that nothing was paid (F24)."""

    key: str
    lender: str
    through: date
    recorded_on: date
    zero: bool = False
    WORLD: ClassVar[bool] = False


VERDICTS = (FOR_BANK, FOR_FIRM, DISTINCT, DUPLICATE_SIGNING, SIGNING_STANDS, FLAG_UPHELD, FLAG_DISMISSED)

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


def _one_of(value: str, allowed: Iterable[str]) -> None:
    if value not in allowed:
        raise ValueError(f"{value!r} is not one of {', '.join(allowed)}")


def _not_negative(amount: Money) -> None:
    if amount.minor < 0:
        raise ValueError("a fact's amount is not negative; a later fact takes back an earlier one")
