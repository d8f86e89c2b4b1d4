"""What every detector looks at: the book of two days, its ledgers, and what stands beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

from matchmaking.domain.conversion.ageing import Ageing, SigningLedger
from matchmaking.domain.conversion.casebook import Casebook
from matchmaking.domain.conversion.detectors.sidelights import NO_SIDELIGHTS, Sidelights, firm_id
from matchmaking.domain.conversion.detectors.thresholds import Thresholds
from matchmaking.domain.conversion.facts import Control, Disbursement, Portfolio, Signing
from matchmaking.domain.conversion.instruments import AMOUNTLESS
from matchmaking.domain.conversion.paid import Account, Treasury
from matchmaking.domain.conversion.parameters import ConversionParameters


@dataclass(frozen=True)
class Scene:
    """A portfolio on two days. Papers that a verdict merged (K0) are seen by no detector: they count nowhere."""

    book: Casebook
    treasury: Treasury
    parameters: ConversionParameters
    thresholds: Thresholds
    sidelights: Sidelights = NO_SIDELIGHTS

    @classmethod
    def open(
        cls,
        portfolio: Portfolio,
        *,
        as_of: date,
        known_at: date,
        parameters: ConversionParameters,
        thresholds: Thresholds,
        sidelights: Sidelights = NO_SIDELIGHTS,
    ) -> Scene:
        """The scene of ``portfolio``; refuses what the audit refuses."""
        book = Casebook.open(portfolio, as_of=as_of, known_at=known_at)
        return cls(book, Treasury(book, parameters), parameters, thresholds, sidelights)

    @cached_property
    def signings(self) -> tuple[Signing, ...]:
        """Papers with an amount that no verdict merged, by key."""
        held = self.book.signings.values()
        return tuple(s for s in held if s.instrument not in AMOUNTLESS and self.book.duplicate(s.key) is None)

    @cached_property
    def ledgers(self) -> dict[str, SigningLedger]:
        """Ledgers by signing."""
        ageing = Ageing(self.book, self.treasury, self.parameters)
        return {signing.key: ageing.ledger(signing) for signing in self.signings}

    def account(self, signing: Signing) -> Account:
        """What was paid under it and paid back."""
        return self.treasury.accounts[signing.key]

    def paid(self, signing: Signing) -> Iterator[Disbursement]:
        """Its 借据 that count."""
        return (row.disbursement for row in self.account(signing).rows if row.counted)

    def papers_by(self, *names: str) -> dict[tuple[str, ...], list[Signing]]:
        """Papers grouped by attributes, earliest first."""
        found: dict[tuple[str, ...], list[Signing]] = defaultdict(list)
        for signing in sorted(self.signings, key=lambda s: (s.signed_on, s.key)):
            found[tuple(getattr(signing, name) or "" for name in names)].append(signing)
        return found

    @cached_property
    def _controls(self) -> dict[str, str]:
        return {control.firm: control.person for control in self.book.all(Control)}

    def person(self, signing: Signing) -> str | None:
        """Who controls its firm, where that is known with consent."""
        known = firm_id(signing)
        return self.sidelights.persons.get(known) or self._controls.get(known) or self._controls.get(signing.firm)


def near(one: date, other: date, days: int) -> bool:
    """Whether two days lie at most ``days`` apart."""
    return abs((one - other).days) <= days


def quarter_end(day: date) -> date:
    """The last day of the quarter that ``day`` lies in: the days on which banks report."""
    month = (day.month + 2) // 3 * 3
    following = date(day.year + (month == 12), 1 if month == 12 else month + 1, 1)
    return following - timedelta(days=1)
