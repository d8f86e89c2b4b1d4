"""One case of an invented portfolio: short ways to write its facts. Its bank's name begins with the case's name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.detectors import DepositSeen
from matchmaking.domain.money import Money

YEAR = date(2025, 1, 1)
AS_OF = date(2026, 6, 30)
"""The day on which planted portfolios are looked at."""
WAN = 10_000
"""Yuan in one 万元."""
APART = "·"


@dataclass
class Plot:
    """The facts of one case. Amounts are yuan."""

    name: str
    rng: Random
    facts: list[f.Fact] = field(default_factory=list)
    sales: dict[str, Money] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)
    deposits: list[DepositSeen] = field(default_factory=list)

    def key(self, kind: str) -> str:
        """A new key."""
        return f"{self.name}{APART}{kind}{len(self.facts) + len(self.deposits)}"

    @property
    def bank(self) -> str:
        """The case's own bank."""
        return f"{self.name}{APART}行"

    @property
    def firm(self) -> str:
        """The case's first firm."""
        return f"{self.name}{APART}企业"

    def amount(self, low: int = 50, high: int = 900) -> int:
        """Some whole 万元, in yuan."""
        return self.rng.randint(low, high) * WAN

    def day(self) -> date:
        """Some day from which half a year on either side is on the books."""
        return YEAR + timedelta(days=self.rng.randint(200, 330))

    def sign(self, amount: int, on: date, **more: Any) -> f.Signing:
        """A loan contract declared new."""
        told: dict[str, Any] = {
            "firm": self.firm, "lender": self.bank, "branch": "支行", "instrument": "loan_contract", "declared": "new",
            "recorded_on": on,
        } | more  # fmt: skip
        signing = f.Signing(self.key("S"), amount=Money.of(amount), signed_on=on, **told)
        self.facts.append(signing)
        return signing

    def owed(self, signing: f.Signing, balance: int) -> None:
        """What the firm owed the bank on the signing day."""
        self.facts.append(
            f.Baseline(self.key("B"), signing.key, Money.of(balance), signing.signed_on, signing.signed_on)
        )

    def pay(self, signing: f.Signing, amount: int, on: date, **more: Any) -> f.Disbursement:
        """A 借据, confirmed by the firm the next day unless ``heard`` is given as None or as its own figure."""
        heard = more.pop("heard", amount)
        key = self.key("D")
        told: dict[str, Any] = {"iou_no": key, "recorded_on": on, "reported_on": on} | more
        paid = f.Disbursement(
            key, signing.key, lender=signing.lender, branch=signing.branch, amount=Money.of(amount), value_on=on, **told
        )
        self.facts.append(paid)
        if heard is not None:
            answer = f.RIGHT if heard == amount else f.WRONG
            told_on = on + timedelta(days=1)
            self.facts.append(f.Confirmation(self.key("F"), key, answer, told_on, told_on, Money.of(heard)))
        return paid

    def repay(self, amount: int, on: date, paid: f.Disbursement | None = None) -> None:
        """Principal paid back, on a 借据 here or on an older loan."""
        told: dict[str, Any] = {"iou_no": "旧"} if paid is None else {"signing": paid.signing, "disbursement": paid.key}
        self.facts.append(f.Repayment(self.key("R"), self.firm, self.bank, Money.of(amount), on, on, **told))

    def event(self, on: date) -> str:
        """A meeting."""
        key = self.key("E")
        self.facts.append(f.Event(key, on, on, on + timedelta(days=5)))
        return key

    def need(self, amount: int, on: date) -> str:
        """What the firm asked for."""
        key = self.key("N")
        self.facts.append(f.Need(key, self.firm, Money.of(amount), on, on))
        return key

    def void(self, fact: f.Fact, on: date) -> None:
        """A fact taken back."""
        self.facts.append(f.Void(self.key("V"), fact.key, on, on, "更正"))

    def deposit(self, amount: int, on: date, *, by_firm: bool) -> None:
        """A deposit of the firm at the bank, on a statement."""
        self.deposits.append(DepositSeen(self.key("P"), self.firm, self.bank, Money.of(amount), on, by_firm))


def later(day: date, days: int) -> date:
    """``days`` after ``day``."""
    return day + timedelta(days=days)
