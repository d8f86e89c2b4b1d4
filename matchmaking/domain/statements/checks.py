"""What a statement says that cannot all be right, or needs a word: pure checks in a tuple, each with its evidence.

A finding is a question (待核实事项), never a verdict: its words tell what was seen and why it may be innocent.
Nothing here rejects a row. Amounts are read to the cent; an excess or difference of one cent is rounding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.domain.statements.positions import Position

CENT = 1
"""Tolerance of every comparison of amounts, in minor units."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """The day of the statement and the products that may be drawn again after repayment (``revolving``)."""

    as_of: date
    revolving: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One question about one agreement. ``evidence`` fills the words ``finding_<code>_why``; ``explained`` is None, or
    the code of the words that explain it away (it is still counted). ``amount``: minor units at stake, None where no
    amount is.
    """

    code: str
    external_id: str
    line: int
    evidence: Reason
    amount: int | None = None
    explained: str | None = None


@dataclass(frozen=True, slots=True)
class OrderByProduct:
    """How many of a product's agreements with both days had money before the signing day; ``usual`` when most had."""

    product: str
    broken: int
    known: int

    @property
    def usual(self) -> bool:
        """Whether the order is this product's practice (money first, paper after) rather than a slip."""
        return 2 * self.broken > self.known


Check = Callable[[Position, Circumstances], Finding | None]


def signing_before_board(position: Position, _: Circumstances) -> Finding | None:
    """Signed before the lender's board approved it."""
    return _earlier(position, "signing_before_board", position.signed_on, position.approved_on)


def effective_before_signing(position: Position, _: Circumstances) -> Finding | None:
    """In force before it was signed."""
    return _earlier(position, "effective_before_signing", position.effective_on, position.signed_on)


def disbursed_but_no_signing_date(position: Position, _: Circumstances) -> Finding | None:
    """Money left and no signing day is stated."""
    if position.signed_on is not None or (position.disbursed or 0) <= 0:
        return None
    return _finding(position, "disbursed_but_no_signing_date", amounts=("disbursed",), amount=position.disbursed)


def signed_closed_before_asof_zero_disbursed(position: Position, now: Circumstances) -> Finding | None:
    """Signed, closed before the statement's day, and not a cent disbursed: agreed and never paid."""
    if position.signed_on is None or position.closing_on is None or position.disbursed != 0:
        return None
    if position.closing_on >= now.as_of:
        return None
    return _finding(
        position,
        "signed_closed_before_asof_zero_disbursed",
        days=("signed_on", "closing_on"),
        amounts=("original", "cancelled"),
        amount=position.original,
    )


def last_disbursement_after_closing(position: Position, _: Circumstances) -> Finding | None:
    """Money left after the closing day."""
    return _earlier(position, "last_disbursement_after_closing", position.closing_on, position.last_money_on)


def negative_undisbursed(position: Position, _: Circumstances) -> Finding | None:
    """Less than nothing remains to be disbursed."""
    if position.undisbursed is None or position.undisbursed >= 0:
        return None
    return _finding(position, "negative_undisbursed", amounts=("undisbursed",), amount=-position.undisbursed)


def negative_disbursed(position: Position, _: Circumstances) -> Finding | None:
    """Less than nothing was disbursed."""
    if position.disbursed is None or position.disbursed >= 0:
        return None
    return _finding(position, "negative_disbursed", amounts=("disbursed",), amount=-position.disbursed)


def disbursed_gt_original(position: Position, now: Circumstances) -> Finding | None:
    """More was disbursed than agreed. A revolving line may be drawn again after repayment: that explains it."""
    if position.original is None or position.disbursed is None:
        return None
    excess = position.disbursed - position.original
    if excess <= CENT:
        return None
    explained = "explained_revolving" if position.product in now.revolving else None
    return _finding(
        position,
        "disbursed_gt_original",
        amounts=("original", "disbursed"),
        amount=excess,
        explained=explained,
    )


def signing_date_after_asof(position: Position, now: Circumstances) -> Finding | None:
    """Signed after the day the statement speaks of."""
    if position.signed_on is None or position.signed_on <= now.as_of:
        return None
    return _finding(position, "signing_date_after_asof", days=("signed_on",), more={"as_of": now.as_of.isoformat()})


def statement_difference(position: Position, _: Circumstances) -> Finding | None:
    """Signed, and original is not cancelled + undisbursed + disbursed."""
    parts = (position.cancelled, position.undisbursed, position.disbursed)
    if position.signed_on is None or position.original is None or None in parts:
        return None
    difference = position.original - sum(part for part in parts if part is not None)
    if abs(difference) <= CENT:
        return None
    names = ("original", "cancelled", "undisbursed", "disbursed")
    return _finding(position, "statement_difference", amounts=names, amount=difference)


def disbursed_before_signing(position: Position, _: Circumstances) -> Finding | None:
    """First money before the signing day: a warning, since for some products it is the practice."""
    return _earlier(position, "disbursed_before_signing", position.first_money_on, position.signed_on)


def negative_original(position: Position, _: Circumstances) -> Finding | None:
    """Less than nothing was agreed."""
    if position.original is None or position.original >= 0:
        return None
    return _finding(position, "negative_original", amounts=("original", "disbursed"), amount=-position.original)


ANOMALIES: tuple[Check, ...] = (
    signing_before_board,
    effective_before_signing,
    disbursed_but_no_signing_date,
    signed_closed_before_asof_zero_disbursed,
    last_disbursement_after_closing,
    negative_undisbursed,
    negative_disbursed,
    disbursed_gt_original,
    signing_date_after_asof,
)
FURTHER: tuple[Check, ...] = (statement_difference, disbursed_before_signing, negative_original)
CHECKS = (*ANOMALIES, *FURTHER)
"""A check's name is the code of its findings."""


def codes(checks: Iterable[Check] = CHECKS) -> tuple[str, ...]:
    """The finding codes of ``checks``, in order."""
    return tuple(check.__name__ for check in checks)


def findings_of(position: Position, now: Circumstances) -> list[Finding]:
    """Every finding of one position."""
    return [found for check in CHECKS if (found := check(position, now)) is not None]


def all_findings(positions: Iterable[Position], now: Circumstances) -> Iterator[Finding]:
    """Every finding of a statement, in the order of its rows."""
    for position in positions:
        yield from findings_of(position, now)


def order_by_product(positions: Iterable[Position]) -> tuple[OrderByProduct, ...]:
    """Money before paper, counted by product, products in order: order rules warn by product and reject nothing."""
    known: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for position in positions:
        if position.first_money_on is not None and position.signed_on is not None:
            product = position.product or ""
            known[product] += 1
            broken[product] += position.first_money_on < position.signed_on
    return tuple(OrderByProduct(product, broken[product], known[product]) for product in sorted(known))


def _earlier(position: Position, code: str, first: date | None, second: date | None) -> Finding | None:
    """A finding when ``first``, which should not, lies before ``second``."""
    if first is None or second is None or first >= second:
        return None
    params: dict[str, str | int] = {
        "first": first.isoformat(),
        "second": second.isoformat(),
        "days": (second - first).days,
    }
    return _finding(position, code, more=params)


def _finding(
    position: Position,
    code: str,
    *,
    days: tuple[str, ...] = (),
    amounts: tuple[str, ...] = (),
    more: dict[str, str | int] | None = None,
    amount: int | None = None,
    explained: str | None = None,
) -> Finding:
    params: dict[str, str | int | None] = dict(more or {})
    for name in days:
        day = getattr(position, name)
        params[name] = None if day is None else day.isoformat()
    for name in amounts:
        params[name] = _written(getattr(position, name))
    if amounts:
        params["currency"] = position.currency
        params["amount"] = _written(amount)
    evidence = Reason("finding_" + code + "_why", params)
    return Finding(code, position.external_id, position.line, evidence, amount, explained)


def _written(minor: int | None) -> str | None:
    return None if minor is None else plain_amount(minor)
