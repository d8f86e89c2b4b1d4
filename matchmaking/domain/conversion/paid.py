"""What was paid under one signing: gross, verified, disputed and net-new, from reconciled disbursements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from matchmaking.domain.conversion.casebook import Casebook
from matchmaking.domain.conversion.facts import Signing
from matchmaking.domain.conversion.netting import (
    Allotted,
    Anchor,
    Balances,
    Draw,
    Movement,
    NetNew,
    Payback,
    allot,
    balances,
    net_new,
    peak_drawn,
)
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.conversion.reconciling import Reconciliation, reconcile_signing


@dataclass(frozen=True, slots=True)
class Account:
    """The counted draws of one signing and what was paid back on them."""

    signing: Signing
    rows: tuple[Reconciliation, ...]
    draws: tuple[Draw, ...]
    allotted: Allotted

    @property
    def disputed(self) -> frozenset[str]:
        """Keys of draws in dispute."""
        return frozenset(row.disbursement.key for row in self.rows if row.disputed)

    @property
    def settled(self) -> frozenset[str]:
        """Keys of counted draws not in dispute."""
        return frozenset(row.disbursement.key for row in self.rows if row.settled)

    @property
    def verified(self) -> frozenset[str]:
        """Keys of draws that two independent parties stand behind."""
        return frozenset(row.disbursement.key for row in self.rows if row.verified)

    def amount(self, keys: frozenset[str]) -> int:
        """Minor units of the draws in ``keys``: their sum, or on a revolving line their highest simultaneous
        balance.
        """
        if self.signing.revolving:
            return peak_drawn(self.draws, self.allotted.pieces, keys)
        return sum(draw.amount for draw in self.draws if draw.key in keys)

    def movements(self, *, without: frozenset[str] = frozenset()) -> list[Movement]:
        """Changes of principal at the lender; draws in ``without`` and what was paid back on them left out."""
        lender = self.signing.lender
        paid = [Movement(draw.day, lender, draw.amount) for draw in self.draws if draw.key not in without]
        back = [Movement(day, lender, -sum_) for key, day, sum_ in self.allotted.pieces if key not in without]
        return paid + back + [Movement(day, lender, -sum_) for day, sum_ in self.allotted.left_over]


@dataclass(frozen=True, slots=True)
class Paid:
    """Minor units. ``gross`` (G) and ``verified`` (V ≤ G) are not in dispute; ``cumulative`` is every counted draw.

    ``net`` is None where no baseline is known or nothing undisputed was paid.
    """

    disputed: int
    gross: int
    verified: int
    cumulative: int
    net: NetNew | None


class Treasury:
    """Accounts of every signing and balances of every borrower, built once and read per signing."""

    def __init__(self, book: Casebook, parameters: ConversionParameters) -> None:
        self._book = book
        self._parameters = parameters
        self.accounts = {key: self._account(signing) for key, signing in book.signings.items()}
        self._accounts_of: dict[tuple[str, str], list[Account]] = defaultdict(list)
        for account in self.accounts.values():
            self._accounts_of[self._purse(account.signing)].append(account)
        self._loose = self._older_loans()
        self._balances: dict[tuple[str, str], Balances] = {}

    def paid(self, signing: Signing) -> Paid:
        """What was paid under ``signing``."""
        account = self.accounts[signing.key]
        gross = account.amount(account.settled)
        verified = min(gross, account.amount(account.verified))
        cumulative = sum(draw.amount for draw in account.draws)
        disputed = account.amount(account.disputed)
        return Paid(disputed, gross, verified, cumulative, self._net(account, gross))

    def _account(self, signing: Signing) -> Account:
        book = self._book
        reports = book.reports.get(signing.key, ())
        rows = reconcile_signing(reports, book.evidence, known_at=book.known_at, parameters=self._parameters)
        draws = tuple(Draw(r.disbursement.key, r.disbursement.value_on, r.counted.minor) for r in rows if r.counted)
        paybacks = [
            Payback(r.key, r.paid_on, r.amount.minor, r.disbursement)
            for r in book.repayments.get(signing.key, ())
            if r.amount.currency == signing.amount.currency
        ]
        return Account(signing, rows, draws, allot(draws, paybacks))

    def _purse(self, signing: Signing) -> tuple[str, str]:
        return self._book.borrower(signing.firm, signing.firm_key), signing.amount.currency

    def _older_loans(self) -> Mapping[tuple[str, str], list[Movement]]:
        """Repayments of loans that no signing here stands for."""
        found: dict[tuple[str, str], list[Movement]] = defaultdict(list)
        for signing, repayments in self._book.repayments.items():
            if signing not in self._book.signings:
                for fact in repayments:
                    purse = self._book.borrower(fact.firm, fact.firm_key), fact.amount.currency
                    found[purse].append(Movement(fact.paid_on, fact.lender, -fact.amount.minor))
        return found

    def _net(self, account: Account, gross: int) -> NetNew | None:
        signing = account.signing
        days = [draw.day for draw in account.draws if draw.key in account.settled]
        if not days or signing.key not in self._book.baselines:
            return None
        return net_new(
            gross,
            min(days),
            max(days),
            self._owed(account),
            as_of=self._book.as_of,
            known_at=self._book.known_at,
            parameters=self._parameters,
        )

    def _owed(self, account: Account) -> Balances:
        """The borrower's balances without this signing's own disputed draws."""
        purse = self._purse(account.signing)
        if account.disputed:
            return self._reckon(purse, account)
        if purse not in self._balances:
            self._balances[purse] = self._reckon(purse, None)
        return self._balances[purse]

    def _reckon(self, purse: tuple[str, str], special: Account | None) -> Balances:
        movements = list(self._loose.get(purse, ()))
        anchors = [
            Anchor(fact.on, fact.lender, fact.balance.minor)
            for fact in self._book.openings.get(purse[0], ())
            if fact.balance.currency == purse[1]
        ]
        for account in self._accounts_of[purse]:
            key = account.signing.key
            if self._book.duplicate(key) is None:
                movements += account.movements(without=account.disputed if account is special else frozenset())
            if key in self._book.baselines:
                baseline = self._book.baselines[key]
                anchors.append(Anchor(baseline.on, account.signing.lender, baseline.balance.minor))
        return balances(movements, anchors)
