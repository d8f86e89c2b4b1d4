"""The audit of a portfolio of cases on two days: the one door into this package."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from matchmaking.domain.conversion.ageing import Ageing, SigningLedger
from matchmaking.domain.conversion.casebook import Casebook
from matchmaking.domain.conversion.cohorts import LATE, MEMBER, OUTSIDE, PRE_EVENT, Cohort, Scope, event_standing
from matchmaking.domain.conversion.facts import NEW, Portfolio, Signing
from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.domain.conversion.ledgers import GradeLedger, grade_ledger
from matchmaking.domain.conversion.measures import (
    Coverage,
    Measure,
    NeedMet,
    grade_measures,
    need_measures,
    need_met,
)
from matchmaking.domain.conversion.paid import Treasury
from matchmaking.domain.conversion.parameters import ConversionParameters
from matchmaking.domain.conversion.results import CaseAudit, EventTally, Tally
from matchmaking.domain.money import Money, per_million
from matchmaking.domain.reasons import Reason

WHOLE = Scope()


__all__ = ["CaseAudit", "EventTally", "Tally", "audit_cases"]


def audit_cases(
    portfolio: Portfolio,
    *,
    as_of: date,
    known_at: date,
    parameters: ConversionParameters,
    scope: Scope = WHOLE,
) -> CaseAudit:
    """The audit of ``portfolio`` as of one day and as known on another.

    Net-new is reckoned over all facts of the portfolio whatever the ``scope``. Raises :class:`Refusal` for facts that
    share a key and for facts in another currency than their signing.
    """
    return _Auditor(portfolio, as_of, known_at, parameters, scope).audit()


class _Auditor:
    def __init__(
        self, portfolio: Portfolio, as_of: date, known_at: date, parameters: ConversionParameters, scope: Scope
    ) -> None:
        self.book = Casebook.open(portfolio, as_of=as_of, known_at=known_at)
        self.parameters = parameters
        self.scope = scope
        ageing = Ageing(self.book, Treasury(self.book, parameters), parameters)
        self.ledgers = {key: ageing.ledger(signing) for key, signing in self.book.signings.items()}

    def audit(self) -> CaseAudit:
        standing = self._standing()
        members = standing[MEMBER]
        apart = _left_apart(standing, self.book.portfolio.currency)
        cohorts: list[Cohort] = []
        measures: list[Measure] = []
        for instrument, currency in self._wanted(members):
            held = [x for x in members if _grade(x) == (instrument, currency)]
            cohort, new = self._cohort(held, instrument, currency), self._declared_new(held, instrument, currency)
            cohorts.append(cohort)
            measures += grade_measures(
                cohort, new, held, known_at=self.book.known_at, coverage=self._coverage, apart=apart
            )
        needs = self._needs(members)
        measures += self._need_measures(needs, members)
        return CaseAudit(
            portfolio=self.book.portfolio.key,
            scope=self.scope,
            as_of=self.book.as_of,
            known_at=self.book.known_at,
            signings=tuple(members),
            apart=(*standing[PRE_EVENT], *standing[LATE]),
            grades=self._grades(members),
            pre_event=self._grades(standing[PRE_EVENT]),
            late=self._grades(standing[LATE]),
            cohorts=tuple(cohorts),
            measures=tuple(measures),
            needs=needs,
            events=self._events(),
            months=self._months(),
            coverage=self._coverage(members),
            unplaced=self.book.unplaced,
        )

    def _standing(self) -> dict[str, list[SigningLedger]]:
        found: dict[str, list[SigningLedger]] = {MEMBER: [], PRE_EVENT: [], LATE: [], OUTSIDE: []}
        for ledger in self.ledgers.values():
            signing = ledger.signing
            found[self.scope.standing(signing, self.book.events.get(signing.event or ""))].append(ledger)
        return found

    def _wanted(self, members: list[SigningLedger]) -> list[tuple[str, str]]:
        """Grades with members, and in the portfolio's own currency every grade: an empty one says 不适用."""
        own = self.book.portfolio.currency
        seen = {_grade(ledger) for ledger in members} | {(instrument, own) for instrument in INSTRUMENTS}
        return sorted(seen, key=lambda grade: (INSTRUMENTS.index(grade[0]), grade[1]))

    def _grades(self, ledgers: Iterable[SigningLedger]) -> tuple[GradeLedger, ...]:
        groups: dict[tuple[str, str], list[SigningLedger]] = defaultdict(list)
        for ledger in ledgers:
            groups[_grade(ledger)].append(ledger)
        order = sorted(groups, key=lambda grade: (INSTRUMENTS.index(grade[0]), grade[1]))
        return tuple(grade_ledger(*grade, groups[grade], self.parameters.bands) for grade in order)

    def _cohort(
        self,
        ledgers: Iterable[SigningLedger],
        instrument: str,
        currency: str,
        *,
        scope: Scope | None = None,
        suffix: str = "",
    ) -> Cohort:
        about = scope or self.scope
        event = self.book.events.get(about.value) if about.kind == "event" else None
        return Cohort.of(
            (ledger.signing.key for ledger in ledgers),
            predicate=about.predicate + suffix,
            instrument=instrument,
            currency=currency,
            portfolio=self.book.portfolio.key,
            frozen_on=about.frozen(event),
            as_of=self.book.as_of,
        )

    def _declared_new(self, ledgers: list[SigningLedger], instrument: str, currency: str) -> Cohort:
        new = [ledger for ledger in ledgers if ledger.signing.declared == NEW]
        return self._cohort(new, instrument, currency, suffix=" declared:new")

    def _coverage(self, ledgers: Iterable[SigningLedger]) -> Coverage:
        """Whose lenders have reported up to ``as_of``, by signed amount."""
        signed: dict[str, int] = defaultdict(int)
        for ledger in ledgers:
            signed[ledger.signing.lender] += ledger.original.minor
        if not self.book.reported_through:
            return Coverage(len(signed), None, None)
        heard = [lender for lender in signed if self.book.has_reported(lender)]
        total = sum(signed.values())
        share = per_million(sum(signed[lender] for lender in heard), total) if total else None
        return Coverage(len(signed), len(heard), share)

    def _needs(self, members: list[SigningLedger]) -> tuple[NeedMet, ...]:
        """Every need of the whole portfolio; of a narrower scope, those its members were signed for."""
        by_need: dict[str, list[SigningLedger]] = defaultdict(list)
        for ledger in self.ledgers.values():
            if ledger.signing.need in self.book.needs:
                by_need[ledger.signing.need or ""].append(ledger)
        touched = {ledger.signing.need for ledger in members}
        chosen = (n for n in self.book.needs.values() if self.scope.kind == "portfolio" or n.key in touched)
        return tuple(need_met(need, by_need.get(need.key, ())) for need in chosen)

    def _need_measures(self, needs: tuple[NeedMet, ...], members: list[SigningLedger]) -> list[Measure]:
        made: list[Measure] = []
        own = self.book.portfolio.currency
        for currency in sorted({need.need.amount.currency for need in needs} | {own}):
            held = [need for need in needs if need.need.amount.currency == currency]
            cohort = Cohort.of(
                (need.need.key for need in held),
                predicate=self.scope.predicate + " needs",
                instrument="need",
                currency=currency,
                portfolio=self.book.portfolio.key,
                frozen_on=self.scope.frozen_on,
                as_of=self.book.as_of,
            )
            keys = {need.need.key for need in held}
            behind = [ledger for ledger in self.ledgers.values() if ledger.signing.need in keys]
            made += need_measures(
                cohort,
                held,
                known_at=self.book.known_at,
                coverage=self._coverage(behind),
                provisional=any(ledger.provisional for ledger in behind),
            )
        return made

    def _events(self) -> tuple[EventTally, ...]:
        groups: dict[str, dict[str, list[SigningLedger]]] = {
            key: {MEMBER: [], PRE_EVENT: [], LATE: []} for key in self.book.events
        }
        for ledger in self.ledgers.values():
            event = self.book.events.get(ledger.signing.event or "")
            if event is not None:
                groups[event.key][event_standing(ledger.signing, event)].append(ledger)
        return tuple(
            EventTally(
                key,
                self._tallies(found[MEMBER], Scope.event(key)),
                self._grades(found[PRE_EVENT]),
                self._grades(found[LATE]),
            )
            for key, found in groups.items()
        )

    def _months(self) -> tuple[Tally, ...]:
        """What was signed by month, pre-event stock and late entries in the month on their paper."""
        groups: dict[str, list[SigningLedger]] = defaultdict(list)
        for ledger in self.ledgers.values():
            groups[ledger.signing.signed_on.isoformat()[:7]].append(ledger)
        return tuple(tally for month in sorted(groups) for tally in self._tallies(groups[month], Scope.month(month)))

    def _tallies(self, ledgers: Iterable[SigningLedger], scope: Scope) -> tuple[Tally, ...]:
        groups: dict[tuple[str, str], list[SigningLedger]] = defaultdict(list)
        for ledger in ledgers:
            groups[_grade(ledger)].append(ledger)
        return tuple(
            Tally(
                self._cohort(held, instrument, currency, scope=scope),
                Money(sum(ledger.original.minor for ledger in held), currency),
                len(held),
            )
            for (instrument, currency), held in sorted(groups.items())
        )


def _grade(ledger: SigningLedger) -> tuple[str, str]:
    signing: Signing = ledger.signing
    return signing.instrument, signing.amount.currency


def _left_apart(standing: dict[str, list[SigningLedger]], currency: str) -> tuple[Reason, ...]:
    """Counts of what stands apart; amounts stay in their own ledgers, because grades are never added."""
    codes = ((PRE_EVENT, "excluded_pre_event"), (LATE, "excluded_late"))
    return tuple(Reason(code, {"count": len(standing[where])}) for where, code in codes if standing[where])
