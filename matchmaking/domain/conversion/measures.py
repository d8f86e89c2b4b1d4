"""Measures (N3, N9): the named rates of one grade, by amount and by count, each with its passport.

``signed`` is never totalled across grades: every function here takes the ledgers of one grade and one currency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.conversion.ageing import SigningLedger
from matchmaking.domain.conversion.cohorts import AMOUNT, COUNT, Cohort, Quantity, Rate, rate
from matchmaking.domain.conversion.facts import NEW, RENEWAL, UNKNOWN, Need
from matchmaking.domain.conversion.instruments import AMOUNTLESS, CONTRACTS
from matchmaking.domain.money import Money, per_million
from matchmaking.domain.reasons import Reason

CONTRACT_RATE = "contract_disbursement_rate"
"""合同放款率: verified gross disbursed (in A1, A3, A5) ÷ contracts signed."""
BANK_CONTRACT_RATE = "bank_reported_disbursement_rate"
"""The bank's own: everything in A1–A5 ÷ contracts signed."""
NEW_MONEY_RATE = "new_money_rate"
"""新增资金落地率: A1 ÷ contracts declared 新增."""
BANK_NEW_MONEY_RATE = "bank_reported_new_money_rate"
"""The bank's own: A1 and A2 ÷ contracts declared 新增."""
INTENT_RATE = "intent_conversion_rate"
"""意向落地率: K1 ÷ intents."""
NEED_MET_SHARE = "need_met_share"
"""需求满足率: verified net-new, up to each need ÷ needs."""

MEASURES = (CONTRACT_RATE, BANK_CONTRACT_RATE, NEW_MONEY_RATE, BANK_NEW_MONEY_RATE, INTENT_RATE, NEED_MET_SHARE)


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who has reported up to ``as_of``. ``ppm`` is by signed amount; None where no report calendar is kept."""

    lenders: int
    reported: int | None
    ppm: int | None


@dataclass(frozen=True, slots=True)
class Passport:
    """What is printed with a figure: keys of its words, who it is about, its days and what was left out."""

    words: str
    formula: str
    predicate: str
    cohort_digest: str
    as_of: date
    known_at: date
    exclusions: tuple[Reason, ...]
    coverage: Coverage
    provisional: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """A named rate. ``ppm`` is None with ``reason`` where it is not applicable (不适用)."""

    code: str
    kind: str
    instrument: str
    currency: str
    numerator: Quantity
    denominator: Quantity
    ppm: int | None
    reason: Reason | None
    passport: Passport

    @property
    def cohort(self) -> Cohort:
        """Whom the rate is about."""
        return self.denominator.cohort


Part = Callable[[SigningLedger], Money]


@dataclass(frozen=True, slots=True)
class _Recipe:
    code: str
    numerator: Part
    of_declared_new: bool = False
    heeds_flags: bool = True


def _verified(ledger: SigningLedger) -> Money:
    return ledger.verified


def _with_money(ledger: SigningLedger) -> Money:
    return ledger.with_money


def _new_verified(ledger: SigningLedger) -> Money:
    return ledger.verified_in(b.A1)


def _new_reported(ledger: SigningLedger) -> Money:
    return ledger.amount(b.A1, b.A2)


def _converted(ledger: SigningLedger) -> Money:
    return ledger.amount(b.K1)


_OF_CONTRACTS = (
    _Recipe(CONTRACT_RATE, _verified),
    _Recipe(BANK_CONTRACT_RATE, _with_money, heeds_flags=False),
    _Recipe(NEW_MONEY_RATE, _new_verified, of_declared_new=True),
    _Recipe(BANK_NEW_MONEY_RATE, _new_reported, of_declared_new=True, heeds_flags=False),
)
_OF_INTENTS = (_Recipe(INTENT_RATE, _converted),)


def grade_measures(
    cohort: Cohort,
    declared_new: Cohort,
    ledgers: Sequence[SigningLedger],
    *,
    known_at: date,
    coverage: Callable[[Iterable[SigningLedger]], Coverage],
    apart: tuple[Reason, ...] = (),
) -> tuple[Measure, ...]:
    """Every rate of one grade by amount and by count. ``ledgers`` are those of ``cohort``'s members.

    ``declared_new`` is the cohort of the members that declare 新增; ``apart`` says what stands outside the cohort.
    """
    if cohort.instrument in AMOUNTLESS:
        return ()
    made: list[Measure] = []
    for recipe in _OF_CONTRACTS if cohort.instrument in CONTRACTS else _OF_INTENTS:
        about = declared_new if recipe.of_declared_new else cohort
        chosen = [ledger for ledger in ledgers if not recipe.of_declared_new or ledger.signing.declared == NEW]
        left_out = apart + _left_out(recipe, ledgers, chosen, cohort.currency)
        for kind in (AMOUNT, COUNT):
            over, under = _quantities(recipe, about, chosen, kind, known_at)
            found = rate(over, under)
            made.append(_measure(recipe.code, found, left_out, coverage(chosen), _any_provisional(chosen)))
    return tuple(made)


def _quantities(
    recipe: _Recipe, about: Cohort, chosen: Sequence[SigningLedger], kind: str, known_at: date
) -> tuple[Quantity, Quantity]:
    """Numerator and denominator; merged duplicates leave the denominator, upheld flags the numerator.

    Of contracts, what passed into a later contract (K1) leaves the denominator too: it is counted where it is live.
    """
    gone = (b.K0, b.K1) if about.instrument in CONTRACTS else (b.K0,)
    heard = [ledger for ledger in chosen if not (recipe.heeds_flags and ledger.flagged)]
    if kind == AMOUNT:
        over = sum(recipe.numerator(ledger).minor for ledger in heard)
        under = sum((ledger.original - ledger.amount(*gone)).minor for ledger in chosen)
    else:
        over = sum(1 for ledger in heard if recipe.numerator(ledger))
        under = sum(1 for ledger in chosen if not _wholly(ledger, gone))
    signed = "declared_new" if recipe.of_declared_new else "signed"
    return Quantity(about, recipe.code, kind, over, known_at), Quantity(about, signed, kind, under, known_at)


def _wholly(ledger: SigningLedger, gone: tuple[str, ...]) -> bool:
    """Whether nothing of the paper is left to answer for: merged, or passed on in full."""
    return bool(ledger.amount(b.K0)) or ledger.amount(*gone) == ledger.original


def _measure(code: str, found: Rate, exclusions: tuple[Reason, ...], coverage: Coverage, provisional: bool) -> Measure:
    cohort = found.denominator.cohort
    passport = Passport(
        words=f"measure_{code}",
        formula=f"measure_{code}_formula",
        predicate=cohort.predicate,
        cohort_digest=cohort.digest,
        as_of=cohort.as_of,
        known_at=found.denominator.known_at,
        exclusions=exclusions,
        coverage=coverage,
        provisional=provisional,
    )
    return Measure(
        code=code,
        kind=found.denominator.kind,
        instrument=cohort.instrument,
        currency=cohort.currency,
        numerator=found.numerator,
        denominator=found.denominator,
        ppm=found.ppm,
        reason=found.reason,
        passport=passport,
    )


def _any_provisional(ledgers: Iterable[SigningLedger]) -> bool:
    return any(ledger.provisional for ledger in ledgers)


def _left_out(
    recipe: _Recipe, ledgers: Sequence[SigningLedger], chosen: Sequence[SigningLedger], currency: str
) -> tuple[Reason, ...]:
    """What a rate leaves out, with how much of it there is; nothing is said of what is nil."""
    found = [("excluded_merged", [(x, x.amount(b.K0)) for x in chosen])]
    if recipe.code != INTENT_RATE:
        found.append(("excluded_followed", [(x, x.amount(b.K1)) for x in chosen]))
    if recipe.heeds_flags:
        found.append(("excluded_flagged", [(x, recipe.numerator(x)) for x in chosen if x.flagged]))
    if recipe.code in (CONTRACT_RATE, NEW_MONEY_RATE):
        found.append(("excluded_disputed", [(x, x.amount(b.A4)) for x in chosen]))
    if recipe.code == NEW_MONEY_RATE:
        found.append(("excluded_not_net_new", [(x, x.amount(b.A3)) for x in chosen]))
        found.append(("excluded_no_baseline", [(x, x.amount(b.A5)) for x in chosen]))
    if recipe.of_declared_new:
        for declared, code in ((RENEWAL, "excluded_declared_renewal"), (UNKNOWN, "excluded_undeclared")):
            found.append((code, [(x, x.original) for x in ledgers if x.signing.declared == declared]))
    return tuple(reason for code, parts in found if (reason := _how_much(code, parts, currency)) is not None)


def _how_much(code: str, parts: Iterable[tuple[SigningLedger, Money]], currency: str) -> Reason | None:
    amounts = [amount for _, amount in parts if amount]
    if not amounts:
        return None
    return Reason(code, {"count": len(amounts), "amount": str(Money.total(amounts, currency))})


@dataclass(frozen=True, slots=True)
class NeedMet:
    """How far one need was met, by verified money of the contracts signed for it; ``met`` is net-new up to the need."""

    need: Need
    verified_gross: Money
    verified_net_new: Money
    met: Money
    ppm: int | None


def need_met(need: Need, ledgers: Iterable[SigningLedger]) -> NeedMet:
    """``ledgers`` are those of signings for ``need``; contracts alone bring money, papers of intent none."""
    zero = Money.zero(need.amount.currency)
    paid = [
        ledger
        for ledger in ledgers
        if ledger.signing.instrument in CONTRACTS and ledger.original.currency == zero.currency and not ledger.flagged
    ]
    gross = Money.total((ledger.verified for ledger in paid), zero.currency)
    net = Money.total((ledger.verified_in(b.A1) for ledger in paid), zero.currency)
    met = min(net, need.amount)
    share = per_million(met.minor, need.amount.minor) if need.amount else None
    return NeedMet(need, gross, net, met, share)


def need_measures(
    cohort: Cohort, needs: Sequence[NeedMet], *, known_at: date, coverage: Coverage, provisional: bool
) -> tuple[Measure, ...]:
    """需求满足率 by amount, and by count of needs met in full."""
    met = [sum(need.met.minor for need in needs), sum(1 for need in needs if need.met == need.need.amount)]
    asked = [sum(need.need.amount.minor for need in needs), len(needs)]
    made = []
    for kind, over, under in zip((AMOUNT, COUNT), met, asked, strict=True):
        top = Quantity(cohort, NEED_MET_SHARE, kind, over, known_at)
        bottom = Quantity(cohort, "needed", kind, under, known_at)
        made.append(_measure(NEED_MET_SHARE, rate(top, bottom), (), coverage, provisional))
    return tuple(made)
