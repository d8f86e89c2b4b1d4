"""What a draft still lacks before it can be posted, field by field; and whether its unit may have slipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.amount_guard import AmountBounds, amount_doubt
from matchmaking.domain.matching.catalogue import LARGEST
from matchmaking.domain.money import Money, plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.market.needs.facts import Terms
from matchmaking.rulebook import number

FEWEST_CHARACTERS = 6
"""Of the words that 其他 needs."""
FOR_GOOD = frozenset({"equipment", "premises"})
"""Purposes that a working-capital loan may not serve."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """``field`` of the form and why it will not do."""

    field: str
    reason: Reason


def shortfalls(terms: Terms, on: date) -> list[Shortfall]:
    """Everything that keeps ``terms`` from being posted on ``on``, in the order of the form."""
    return [*_amount(terms), *_term(terms, on), *_day(terms, on), *_use(terms), *_guarantees(terms)]


def guard_bounds(day: date) -> AmountBounds:
    """The bounds in force on ``day`` at which an amount's unit is doubted."""
    names = ("need_guard_times", "need_guard_parts", "need_guard_least_minor", "need_guard_most_minor")
    return AmountBounds(*(number(name, day) for name in names))


def doubt(terms: Terms, revenue: Money | None, on: date) -> Reason | None:
    """Whether the amount's unit may have slipped; None without an amount or without a doubt."""
    return amount_doubt(terms.amount, revenue, guard_bounds(on)) if terms.amount else None


def _amount(terms: Terms) -> Iterator[Shortfall]:
    if terms.amount is None:
        yield Shortfall("amount", Reason("need_amount_missing"))
    elif terms.amount.minor > LARGEST:
        yield Shortfall("amount", Reason("need_amount_beyond", {"most": plain_amount(LARGEST, "yi", 0)}))


def _term(terms: Terms, on: date) -> Iterator[Shortfall]:
    if terms.term_months is None:
        yield Shortfall("term_months", Reason("need_term_missing"))
    elif terms.loan_kind:
        most = number(f"need_{terms.loan_kind}_most_months", on)
        if terms.term_months > most:
            kind = f"match_loan_kind_{terms.loan_kind}"
            reason = Reason("need_term_long", {"kind_word": kind, "most": most, "given": terms.term_months})
            yield Shortfall("term_months", reason)


def _day(terms: Terms, on: date) -> Iterator[Shortfall]:
    if terms.needed_by is not None and terms.needed_by < on:
        days = {"day": terms.needed_by.isoformat(), "today": on.isoformat()}
        yield Shortfall("needed_by", Reason("need_day_past", days))


def _use(terms: Terms) -> Iterator[Shortfall]:
    if not terms.loan_kind:
        yield Shortfall("loan_kind", Reason("need_kind_missing"))
    if not terms.purpose:
        yield Shortfall("purpose", Reason("need_purpose_missing"))
    elif terms.loan_kind == "working_capital" and terms.purpose in FOR_GOOD:
        told = {"purpose_word": f"need_purpose_{terms.purpose}"}
        yield Shortfall("purpose", Reason("need_purpose_unfit", told))
    given = len("".join(terms.purpose_words.split()))
    if terms.purpose == "other_purpose" and given < FEWEST_CHARACTERS:
        yield Shortfall("purpose_words", Reason("need_purpose_short", {"fewest": FEWEST_CHARACTERS, "given": given}))


def _guarantees(terms: Terms) -> Iterator[Shortfall]:
    if not terms.guarantees:
        yield Shortfall("guarantees", Reason("need_guarantee_missing"))
