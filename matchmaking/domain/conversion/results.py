"""What an audit says: ledgers, measures, cohorts, events, months and needs on two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from matchmaking.domain.conversion.ageing import SigningLedger
from matchmaking.domain.conversion.cohorts import Cohort, Scope
from matchmaking.domain.conversion.ledgers import GradeLedger
from matchmaking.domain.conversion.measures import Coverage, Measure, NeedMet
from matchmaking.domain.conversion.reconciling import Reconciliation
from matchmaking.domain.money import Money


@dataclass(frozen=True, slots=True)
class Tally:
    """Papers of one grade that belong to an event or a month: the cohort and what was signed in it."""

    cohort: Cohort
    signed: Money
    count: int


@dataclass(frozen=True, slots=True)
class EventTally:
    """One event: what was signed at it by grade, and what only claims to have been (会前存量, 补录)."""

    event: str
    signed: tuple[Tally, ...]
    pre_event: tuple[GradeLedger, ...]
    late: tuple[GradeLedger, ...]


@dataclass(frozen=True, slots=True)
class CaseAudit:
    """Everything an audit says. ``signings`` holds the ledgers of members, then of what stands apart, each by key.

    ``grades``: one ledger per grade and currency of the members; grades are never added. ``pre_event`` and ``late``:
    ledgers of what stands apart. ``rows``: every disbursement reconciled. ``unplaced``: keys of disbursements whose
    signing is not known.
    """

    portfolio: str
    scope: Scope
    as_of: date
    known_at: date
    signings: tuple[SigningLedger, ...]
    apart: tuple[SigningLedger, ...]
    grades: tuple[GradeLedger, ...]
    pre_event: tuple[GradeLedger, ...]
    late: tuple[GradeLedger, ...]
    cohorts: tuple[Cohort, ...]
    measures: tuple[Measure, ...]
    needs: tuple[NeedMet, ...]
    events: tuple[EventTally, ...]
    months: tuple[Tally, ...]
    coverage: Coverage
    unplaced: tuple[str, ...]

    @property
    def rows(self) -> tuple[Reconciliation, ...]:
        """Every disbursement of the members, reconciled."""
        return tuple(row for ledger in self.signings for row in ledger.rows)

    def ledger(self, signing: str) -> SigningLedger:
        """The ledger of one signing, member or apart; ``KeyError`` for one the audit has never heard of."""
        for ledger in (*self.signings, *self.apart):
            if ledger.signing.key == signing:
                return ledger
        raise KeyError(signing)

    def grade(self, instrument: str, currency: str = "CNY") -> GradeLedger | None:
        """The ledger of one grade, None where nothing of it was signed."""
        return next((g for g in self.grades if (g.instrument, g.currency) == (instrument, currency)), None)

    def measure(self, code: str, instrument: str, kind: str = "amount", currency: str = "CNY") -> Measure:
        """One measure of one grade; ``KeyError`` where the grade has no such measure."""
        for measure in self.measures:
            if (measure.code, measure.instrument, measure.kind, measure.currency) == (code, instrument, kind, currency):
                return measure
        raise KeyError((code, instrument, kind, currency))
