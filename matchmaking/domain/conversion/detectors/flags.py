"""What a detector hands over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.conversion.facts import Baseline, Disbursement, Need, Repayment, Signing
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason

Told = dict[str, str | int | None]
"""Parameters of the words."""


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One fact a flag rests on: what it is (words ``exhibit_<kind>``), its public key, its day, its amount."""

    kind: str
    key: str
    day: date | None = None
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Flag:
    """One thing that a detector saw.

    ``signings``: keys of all papers it is about. ``at_stake``: those whose money leaves the numerator if the flag is
    upheld; empty where what was seen takes nothing back from real money (digits, bunching, a dominating project).
    ``lender`` is the bank that may reply. ``about`` tells apart what one detector sees twice of the same papers (a
    借据, a quarter); it is part of the key.
    """

    code: str
    lender: str
    saw: Reason
    exhibits: tuple[Exhibit, ...]
    signings: tuple[str, ...] = ()
    at_stake: tuple[str, ...] = ()
    firms: tuple[str, ...] = ()
    event: str | None = None
    amount: Money | None = None
    about: str = ""

    @property
    def key(self) -> str:
        """Stable over days and runs: the same thing seen again has the same key. ``d4:`` and 24 hexadecimal digits."""
        said = "\n".join((self.code, self.lender, self.event or "", self.about, *sorted(self.signings)))
        return f"{self.code}:{hashlib.sha256(said.encode()).hexdigest()[:24]}"


def of_signing(signing: Signing) -> Exhibit:
    """The paper, as signed."""
    return Exhibit("signing", signing.key, signing.signed_on, signing.amount)


def of_need(need: Need) -> Exhibit:
    """What was asked for."""
    return Exhibit("need", need.key, need.declared_on, need.amount)


def of_payment(paid: Disbursement) -> Exhibit:
    """A 借据 by its value day."""
    return Exhibit("disbursement", paid.key, paid.value_on, paid.amount)


def of_repayment(back: Repayment) -> Exhibit:
    """Principal paid back."""
    return Exhibit("repayment", back.key, back.paid_on, back.amount)


def of_baseline(baseline: Baseline) -> Exhibit:
    """What was owed on the signing day's morning."""
    return Exhibit("baseline", baseline.key, baseline.on, baseline.balance)
