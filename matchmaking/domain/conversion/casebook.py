"""The facts that two days let through, indexed once, so that an audit walks each fact a bounded number of times."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TypeVar

from matchmaking.domain.conversion.evidence import Evidence
from matchmaking.domain.conversion.facts import (
    DUPLICATE_SIGNING,
    FLAG_DISMISSED,
    FLAG_UPHELD,
    NOT_VOIDABLE,
    SIGNING_STANDS,
    BankReport,
    Baseline,
    Condition,
    ConditionMet,
    Confirmation,
    Control,
    Disbursement,
    Drawable,
    DrawRequest,
    Event,
    Exit,
    Fact,
    Need,
    OpeningBalance,
    Portfolio,
    Repayment,
    Signing,
    ThirdPartyLine,
    Verdict,
    Void,
    let_through,
)
from matchmaking.domain.money import CurrencyMismatch
from matchmaking.domain.reasons import Reason, Refusal

F = TypeVar("F")


@dataclass(frozen=True)
class Casebook:
    """Facts known on ``known_at`` that had happened by ``as_of``, and ways to find them."""

    portfolio: Portfolio
    as_of: date
    known_at: date
    facts: Mapping[type, tuple[Fact, ...]]
    voids: Mapping[str, tuple[Void, ...]]

    @classmethod
    def open(cls, portfolio: Portfolio, *, as_of: date, known_at: date) -> Casebook:
        """The book of ``portfolio`` on two days.

        Raises :class:`Refusal` ``fact_key_twice`` where two facts share a key, and :class:`CurrencyMismatch` where a
        fact of a signing is in another currency.
        """
        known = let_through(portfolio.facts, as_of=as_of, known_at=known_at)
        _refuse_twins(known)
        voids = _grouped((fact for fact in known if isinstance(fact, Void)), lambda void: void.fact)
        by_type: dict[type, list[Fact]] = defaultdict(list)
        for fact in sorted(known, key=lambda fact: fact.key):
            # A voided disbursement stays visible, struck through; other voided facts are as if never recorded.
            if fact.key not in voids or isinstance(fact, (Disbursement, *NOT_VOIDABLE)):
                by_type[type(fact)].append(fact)
        book = cls(portfolio, as_of, known_at, {kind: tuple(found) for kind, found in by_type.items()}, voids)
        book._refuse_mixed_currencies()
        return book

    def all(self, kind: type[F]) -> tuple[F, ...]:
        """Every fact of ``kind``, in order of key."""
        return self.facts.get(kind, ())  # type: ignore[return-value]

    @cached_property
    def signings(self) -> dict[str, Signing]:
        """Signings by key."""
        return {signing.key: signing for signing in self.all(Signing)}

    @cached_property
    def events(self) -> dict[str, Event]:
        """Events by key."""
        return {event.key: event for event in self.all(Event)}

    @cached_property
    def needs(self) -> dict[str, Need]:
        """Needs by key."""
        return {need.key: need for need in self.all(Need)}

    @cached_property
    def baselines(self) -> dict[str, Baseline]:
        """The baseline of each signing that has one: the highest that stands."""
        found: dict[str, Baseline] = {}
        for baseline in self.all(Baseline):
            held = found.get(baseline.signing)
            if held is None or baseline.balance > held.balance:
                found[baseline.signing] = baseline
        return found

    @cached_property
    def reports(self) -> dict[str, tuple[Disbursement, ...]]:
        """Disbursements by signing, voided ones included."""
        return _grouped(self.all(Disbursement), lambda fact: fact.signing)

    @cached_property
    def unplaced(self) -> tuple[str, ...]:
        """Keys of disbursements whose signing is not known, or had not happened."""
        return tuple(fact.key for fact in self.all(Disbursement) if fact.signing not in self.signings)

    @cached_property
    def evidence(self) -> dict[str, Evidence]:
        """What speaks about each disbursement that anything speaks about."""
        words = _grouped(self.all(Confirmation), lambda fact: fact.disbursement)
        lines = _grouped(self.all(ThirdPartyLine), lambda fact: fact.disbursement)
        verdicts = self._verdicts
        keys = {*words, *lines, *verdicts, *self.voids}
        return {
            key: Evidence(words.get(key, ()), lines.get(key, ()), verdicts.get(key, ()), self.voids.get(key, ()))
            for key in keys
        }

    @cached_property
    def _verdicts(self) -> dict[str, tuple[Verdict, ...]]:
        return _grouped(self.all(Verdict), lambda fact: fact.subject)

    def duplicate(self, signing: str) -> Verdict | None:
        """The verdict that ``signing`` duplicates another one that is known, if the last one says so.

        Signings that duplicate one another in a ring stand, all of them: a ring would make their money vanish.
        """
        verdict = self._standing(signing, DUPLICATE_SIGNING, SIGNING_STANDS)
        seen = {signing}
        step = verdict
        while step is not None:
            if step.other is None or step.other not in self.signings or step.other in seen:
                return None
            seen.add(step.other)
            step = self._standing(step.other, DUPLICATE_SIGNING, SIGNING_STANDS)
        return verdict

    def flag(self, signing: str) -> Verdict | None:
        """The verdict that a flag on ``signing`` stands after reply, if the last one says so."""
        return self._standing(signing, FLAG_UPHELD, FLAG_DISMISSED)

    def _standing(self, signing: str, yes: str, no: str) -> Verdict | None:
        said = [verdict for verdict in self._verdicts.get(signing, ()) if verdict.kind in (yes, no)]
        last = max(said, key=lambda verdict: (verdict.decided_on, verdict.key), default=None)
        return last if last is not None and last.kind == yes else None

    @cached_property
    def repayments(self) -> dict[str, tuple[Repayment, ...]]:
        """Repayments by signing; one that names a disbursement only is found under that one's signing."""
        placed = {report.key: report.signing for report in self.all(Disbursement)}
        return _grouped(self.all(Repayment), lambda fact: fact.signing or placed.get(fact.disbursement or "", ""))

    @cached_property
    def exits(self) -> dict[str, tuple[Exit, ...]]:
        """Exits by signing."""
        return _grouped(self.all(Exit), lambda fact: fact.signing)

    @cached_property
    def requests(self) -> dict[str, tuple[DrawRequest, ...]]:
        """Draw requests by signing."""
        return _grouped(self.all(DrawRequest), lambda fact: fact.signing)

    @cached_property
    def drawables(self) -> dict[str, Drawable]:
        """The last drawable mark of each signing that has one."""
        marks = _grouped(self.all(Drawable), lambda fact: fact.signing)
        return {key: max(found, key=lambda mark: (mark.marked_on, mark.key)) for key, found in marks.items()}

    @cached_property
    def blocking(self) -> dict[str, Condition]:
        """The earliest open condition of each signing that has one: by due day, then day set, then key."""
        met = {fact.condition for fact in self.all(ConditionMet)}
        still = _grouped((fact for fact in self.all(Condition) if fact.key not in met), lambda fact: fact.signing)
        return {key: min(found, key=lambda c: (c.due_on or date.max, c.set_on, c.key)) for key, found in still.items()}

    @cached_property
    def successors(self) -> dict[str, tuple[Signing, ...]]:
        """Papers that follow an earlier one, by the earlier one's key; a paper older than it follows nothing."""
        later = (
            signing
            for signing in self.signings.values()
            if signing.supersedes in self.signings
            and signing.signed_on >= self.signings[signing.supersedes].signed_on
            and signing.amount.currency == self.signings[signing.supersedes].amount.currency
        )
        return _grouped(later, lambda signing: signing.supersedes or "")

    @cached_property
    def openings(self) -> dict[str, tuple[OpeningBalance, ...]]:
        """Opening balances by borrower."""
        return _grouped(self.all(OpeningBalance), lambda fact: self.borrower(fact.firm, fact.firm_key))

    @cached_property
    def _controllers(self) -> dict[str, str]:
        return {self._keys.get(control.firm, control.firm): control.person for control in self.all(Control)}

    @cached_property
    def _keys(self) -> dict[str, str]:
        """Name → key of the one firm that any signing here knows by it; a name that two firms bore is nobody's."""
        borne: dict[str, set[str]] = defaultdict(set)
        for signing in self.all(Signing):
            if signing.firm and signing.firm_key:
                borne[signing.firm].add(signing.firm_key)
        return {name: min(keys) for name, keys in borne.items() if len(keys) == 1}

    def borrower(self, firm: str, key: str | None = None) -> str:
        """Whose balances ``firm``'s are read with: its controlling person where consent tells us, else itself.

        A firm is known by its key where there is one, also under an earlier name, and else by its name.
        """
        known = key or self._keys.get(firm, firm)
        person = self._controllers.get(known)
        return f"firm:{known}" if person is None else f"person:{person}"

    @cached_property
    def reported_through(self) -> dict[str, date]:
        """The last day up to which each lender has reported, zero reports included."""
        found: dict[str, date] = {}
        for report in self.all(BankReport):
            found[report.lender] = max(report.through, found.get(report.lender, report.through))
        return found

    def has_reported(self, lender: str) -> bool | None:
        """Whether ``lender`` has reported up to ``as_of``; None where this portfolio keeps no report calendar."""
        if not self.reported_through:
            return None
        through = self.reported_through.get(lender)
        return through is not None and through >= self.as_of

    def _refuse_mixed_currencies(self) -> None:
        for report in self.all(Disbursement):
            self._refuse_currency(report.signing, report.amount.currency)
        for baseline in self.all(Baseline):
            self._refuse_currency(baseline.signing, baseline.balance.currency)

    def _refuse_currency(self, signing: str, currency: str) -> None:
        found = self.signings.get(signing)
        if found is not None and found.amount.currency != currency:
            raise CurrencyMismatch(Reason("currency_mismatch", {"left": found.amount.currency, "right": currency}))


def _grouped(facts: Iterable[F], key: Callable[[F], str]) -> dict[str, tuple[F, ...]]:
    found: dict[str, list[F]] = defaultdict(list)
    for fact in facts:
        found[key(fact)].append(fact)
    return {name: tuple(group) for name, group in found.items()}


def _refuse_twins(facts: Iterable[Fact]) -> None:
    for key, times in Counter(fact.key for fact in facts).items():
        if times > 1:
            raise Refusal(Reason("fact_key_twice", {"key": key}))
