"""Facts of the world: what happened, on the day it happened. See ``facts`` for which of them a pair of days lets
through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from matchmaking.domain.conversion.fact_checks import not_negative, one_of
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.domain.money import Money

NEW, RENEWAL, UNKNOWN = "new", "renewal", "unknown"
"""What a signing declares: 新增, 续贷/置换, or nothing yet."""

LOAN, ACCEPTANCE, OTHER_FORM = "loan", "acceptance", "other"
"""Form of credit. Only on-balance-sheet loan principal counts; acceptances (银承) and other forms never."""

FIRM, GUARANTOR, BANK, PERMIT = "firm", "guarantor", "bank", "permit"
"""Who holds a condition: W1, W2, W3 (approval or quota), W4 (title or permit)."""

FIRM_GIVES_UP, BANK_ENDS, AGREED_CUT = "firm_gives_up", "bank_ends", "agreed_cut"
"""Exits: C1 by the firm itself, C2 by the bank with a reason, C3 agreed by both."""

BOTH = "both"
"""Said by firm and bank together, the only voice an agreed cut has."""


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
    ``firm_key``: who the firm is, where that is known beside its name; here and in what else names a firm.
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
    firm_key: str | None = None
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        one_of(self.instrument, INSTRUMENTS)
        one_of(self.declared, (NEW, RENEWAL, UNKNOWN))
        not_negative(self.amount)

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
        not_negative(self.balance)

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
    firm_key: str | None = None
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        not_negative(self.balance)

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
        one_of(self.form, (LOAN, ACCEPTANCE, OTHER_FORM))
        not_negative(self.amount)

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
    firm_key: str | None = None
    WORLD: ClassVar[bool] = True

    def __post_init__(self) -> None:
        not_negative(self.amount)

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
        one_of(self.holder, (FIRM, GUARANTOR, BANK, PERMIT))

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
        one_of(self.kind, (FIRM_GIVES_UP, BANK_ENDS, AGREED_CUT))
        one_of(self.by, (FIRM, BANK, BOTH))

    @property
    def day(self) -> date:
        """The day it took effect."""
        return self.happened_on
