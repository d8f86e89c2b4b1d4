"""What a loan costs at the amount asked for: interest and every declared fee, in money and as a yearly rate.

Source: 中国人民银行公告〔2021〕第 3 号: all costs charged to the borrower over the principal really held, as a yearly
rate, by simple interest (said to be so) or compounded, which is the internal rate of return. Both are given here.
Interest is paid monthly and the principal at the end; fees paid once or at the start of a year are paid on that day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaking.domain.matching.catalogue import LARGEST, MILLION
from matchmaking.domain.matching.codes import GUARANTEES
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal

FEE_KINDS = ("guarantee", "appraisal", "insurance", "notary", "registration", "handling", "other")
"""担保费 · 评估费 · 保险费 · 公证费 · 登记费 · 手续费 · 其他."""
CHARGED_BY = ("lender", "guarantor", "assessor", "insurer", "notary_office", "registry", "other_party")
ONCE, YEARLY = WHEN = ("once", "yearly")
"""Once, when the loan is made; or at the start of every year, by the months of that year."""
MOST_FEES = 8
YEAR = 12
_SCALE = 10**15
_MONTHLY = 10**9
"""A month's rate is sought in parts of this."""


@dataclass(frozen=True, slots=True)
class Fee:
    """What one party charges beside interest: ``share_ppm`` of the principal, ``minor`` flat, or both.

    ``mode``: charged only where the loan is backed that way (one of ``codes.GUARANTEES``); empty is always.
    """

    kind: str
    charged_by: str
    when: str = ONCE
    share_ppm: int = 0
    minor: int = 0
    mode: str = ""

    def __post_init__(self) -> None:
        listed = self.kind in FEE_KINDS and self.charged_by in CHARGED_BY and self.when in WHEN
        if not listed or self.mode not in ("", *GUARANTEES):
            raise Refusal(Reason("charge_unknown"))
        if not (0 <= self.share_ppm <= MILLION and 0 <= self.minor <= LARGEST and (self.share_ppm or self.minor)):
            raise Refusal(Reason("charge_nothing", {"kind_word": f"fee_{self.kind}"}))

    def of(self, amount: Money, months: int = YEAR) -> Money:
        """Over ``months`` (a yearly fee by the months; one paid once in full), rounded half up to the minor unit."""
        yearly = Money(_half_up(amount.minor * self.share_ppm, MILLION) + self.minor, amount.currency)
        return yearly if self.when == ONCE else Money(_half_up(yearly.minor * months, YEAR), amount.currency)


@dataclass(frozen=True, slots=True)
class Cost:
    """A loan over its whole term. ``yearly``: the total by twelve months of it; ``simple_ppm``: that over the
    principal."""

    amount: Money
    months: int
    rate_ppm: int
    interest: Money
    fees: tuple[tuple[Fee, Money], ...]
    total: Money
    yearly: Money
    simple_ppm: int

    @property
    def compound_ppm(self) -> int:
        """Internal rate of return of the monthly flows, compounded over a year; sought when it is asked for."""
        flows = _flows(self.amount.minor, self.months, self.interest.minor, [fee for fee, _ in self.fees])
        return _compound(flows)

    @property
    def fees_total(self) -> Money:
        """All fees of the term."""
        return sum((paid for _, paid in self.fees), Money.zero(self.amount.currency))

    @property
    def yearly_interest(self) -> Money:
        """The part of ``yearly`` that is interest."""
        return yearly_cost(self.amount, self.rate_ppm)


def yearly_cost(amount: Money, rate_ppm: int, fees: Money | None = None) -> Money:
    """Interest of ``amount`` over a year at ``rate_ppm`` a year, nothing repaid before, rounded half up to the minor
    unit, and the ``fees`` of that year where any are known. ``ValueError`` for a rate below zero."""
    if rate_ppm < 0:
        raise ValueError(f"a rate of {rate_ppm} ppm")
    interest = Money(_half_up(amount.minor * rate_ppm, MILLION), amount.currency)
    return interest if fees is None else interest + fees


def cost_of(amount: Money, months: int, rate_ppm: int, fees: Iterable[Fee] = ()) -> Cost:
    """The cost of ``amount`` (above zero) over ``months`` (at least one). ``ValueError`` for a rate below zero."""
    if rate_ppm < 0 or months < 1 or amount.minor < 1:
        raise ValueError("a cost takes an amount, a term and a rate not below zero")
    paid = tuple((fee, fee.of(amount, months)) for fee in fees)
    interest = Money(_half_up(amount.minor * rate_ppm * months, MILLION * YEAR), amount.currency)
    total = sum((each for _, each in paid), interest)
    yearly = Money(_half_up(total.minor * YEAR, months), amount.currency)
    simple = _half_up(total.minor * YEAR * MILLION, months * amount.minor)
    return Cost(amount, months, rate_ppm, interest, paid, total, yearly, simple)


def cheapest_and_dearest(
    fees: Sequence[Fee], modes: Iterable[str], amount: Money, months: int
) -> tuple[tuple[Fee, ...], tuple[Fee, ...]]:
    """The fees under the mode of backing that costs least and under the one that costs most, of those at hand."""
    always = tuple(fee for fee in fees if not fee.mode)
    sets = [(*always, *(fee for fee in fees if fee.mode == mode)) for mode in sorted(modes)] or [always]
    ordered = sorted(sets, key=lambda some: sum(fee.of(amount, months).minor for fee in some))
    return ordered[0], ordered[-1]


def fees_json(fees: Iterable[Fee]) -> dict[str, Any]:
    """As a product's terms keep them."""
    names = ("kind", "charged_by", "when", "share_ppm", "minor", "mode")
    return {"rows": [{name: getattr(fee, name) for name in names} for fee in fees]}


def fees_from(stored: dict[str, Any]) -> tuple[Fee, ...]:
    """Back from JSON."""
    return tuple(Fee(**row) for row in stored["rows"])


def _flows(amount: int, months: int, interest: int, fees: Sequence[Fee]) -> list[int]:
    """What the borrower gets (above zero) and pays, month by month from 0 to ``months``."""
    flows = [amount, *(-(interest * month // months - interest * (month - 1) // months)
                       for month in range(1, months + 1))]  # fmt: skip
    flows[-1] -= amount
    for fee in fees:
        for start in range(0, months if fee.when == YEARLY else 1, YEAR):
            flows[start] -= fee.of(Money(amount), min(months - start, YEAR)).minor
    return flows


def _compound(flows: Sequence[int]) -> int:
    """The yearly rate at which the flows come to nothing, ppm; bisection over whole parts of a month's rate."""
    low, high = 0, _MONTHLY
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _end_value(flows, middle) >= 0 else (middle + 1, high)
    grown = _SCALE
    for _ in range(YEAR):
        grown += grown * low // _MONTHLY
    return _half_up((grown - _SCALE) * MILLION, _SCALE)


def _end_value(flows: Sequence[int], rate: int) -> int:
    value = 0
    for flow in flows:
        value += value * rate // _MONTHLY + flow * _SCALE
    return value


def _half_up(number: int, by: int) -> int:
    return (number * 2 + by) // (2 * by)
