"""A criterion over a figure: it must lie within the product's bounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.catalogue import Need, Product, Rules
from matchmaking.domain.matching.engine.columns import Range, within
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.matching.verdicts import Change, Gap, Verdict
from matchmaking.domain.reasons import Reason

OPEN = 2**60
"""An upper end that asks nothing, and the figure of a wish not stated."""
MISSING = -OPEN
"""A fact nobody has given, and a lower end that asks nothing of anybody, not even that the fact be given."""
GIVEN = MISSING + 1
"""The lower end of a product with an upper end only: the fact must be given."""


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of a range on the product: reading it, and the product with it moved (None takes it away)."""

    read: Callable[[Product], int | None]
    move: Callable[[Product, int | None], Product]


@dataclass(frozen=True, slots=True, kw_only=True)
class Between:
    """``figure`` of the need within ``low`` and ``high`` of the product.

    Words: ``match_<code>_`` + ``passed``/``from``/``to`` (in both bounds, above the only one, below the only one),
    ``free``, ``low``, ``high``, ``unknown``, ``change``, with what ``show`` makes of the figures. ``change`` makes the
    need with another figure, of kind ``kind``; ``passes_on`` is the day on which time alone brings the figure.
    """

    code: str
    fields: tuple[Field, ...]
    figure: Callable[[Need, date], int | None]
    show: Callable[[int], str]
    unit: str
    kind: str
    change: Callable[[Need, int], Need] | None = None
    low: Bound | None = None
    high: Bound | None = None
    show_short: Callable[[int], str] | None = None
    passes_on: Callable[[Need, int], date] | None = None
    asks: tuple[Field, ...] = ()
    """What the need form asks for it."""
    step: int = 0
    """By how much a what-if relaxes an end that no field declares."""

    # --- the fast path ------------------------------------------------------------------------------------------

    def index(self, products: Sequence[Product]) -> NDArray[np.int64]:
        """(2, m) lower and upper ends, once per catalogue."""
        ends = [self._ends(product) for product in products]
        return np.array(ends, np.int64).reshape(len(ends), 2).T.copy()

    def meet(self, needs: Sequence[Need], index: NDArray[np.int64], on: date) -> Range:
        """The needs' side against it."""
        figures = np.array([self._figure(need, on) for need in needs], np.int64)
        return Range(figures, index[0], index[1])

    def again(self, met: Range, index: NDArray[np.int64]) -> Range:
        """The same needs against other products."""
        return Range(met.figures, index[0], index[1])

    def decides(self, product: Product) -> tuple[int | None, int | None]:
        """What of the product decides: two that ask the same give a need the same verdict."""
        return self._bounds(product)

    # --- one pair -----------------------------------------------------------------------------------------------

    def passes(self, need: Need, product: Product, on: date) -> bool:
        """The same comparison on the same figures."""
        return bool(within(self._figure(need, on), *self._ends(product)))

    def verdict(self, need: Need, product: Product, on: date) -> Verdict:
        """In words, with the distance to passing."""
        low, high = self._bounds(product)
        figure = self.figure(need, on)
        if low is None and high is None:
            return Verdict(self.code, v.PASSED, Reason(f"match_{self.code}_free", {}), asked=False)
        if figure is None:
            return self._unknown(low, high)
        if self.passes(need, product, on):
            return Verdict(self.code, v.PASSED, self._fits(figure, low, high))
        return self._misses(need, figure, low, high)

    def eased(self, need: Need, product: Product, on: date) -> Product:
        """The product with this rule relaxed just so far that ``need`` passes; as it is where it passes already."""
        if self.passes(need, product, on):
            return product
        figure, (low, high) = self.figure(need, on), self._bounds(product)
        for bound, end in ((self.low, low), (self.high, high)):
            out = end is not None and (figure is None or not within(figure, *self._only(bound, end)))
            product = bound.move(product, figure) if bound and out else product
        return product

    def stepped(self, product: Product) -> Product:
        """The product with this rule relaxed by one step of its fields."""
        for bound, sign in ((self.low, -1), (self.high, 1)):
            end = bound.read(product) if bound else None
            if bound and end is not None:
                field = self.fields[0 if bound is self.low else -1] if self.fields else None
                step, least, most = (field.step, field.least, field.most) if field else (self.step, 0, end)
                product = bound.move(product, min(max(end + sign * step, least), most))
        return product

    # --- parts --------------------------------------------------------------------------------------------------

    def _figure(self, need: Need, on: date) -> int:
        figure = self.figure(need, on)
        return MISSING if figure is None else figure

    def _bounds(self, product: Product) -> tuple[int | None, int | None]:
        return self.low.read(product) if self.low else None, self.high.read(product) if self.high else None

    def _ends(self, product: Product) -> tuple[int, int]:
        low, high = self._bounds(product)
        nothing = MISSING if high is None else GIVEN
        return nothing if low is None else low, OPEN if high is None else high

    def _only(self, bound: Bound | None, end: int) -> tuple[int, int]:
        return (end, OPEN) if bound is self.low else (MISSING, end)

    def _shown(self, figure: int | None) -> str | None:
        return None if figure is None else self.show(figure)

    def _unknown(self, low: int | None, high: int | None) -> Verdict:
        reason = Reason(f"match_{self.code}_unknown", {"low": self._shown(low), "high": self._shown(high)})
        return Verdict(self.code, v.UNKNOWN, reason, change=Change(v.FILL, reason))

    def _fits(self, figure: int, low: int | None, high: int | None) -> Reason:
        ends = {"low": self._shown(low), "high": self._shown(high)}
        if figure == OPEN:
            return Reason(f"match_{self.code}_free", ends)
        how = "to" if low is None else "from" if high is None else "passed"
        return Reason(f"match_{self.code}_{how}", {"has": self.show(figure), **ends})

    def _misses(self, need: Need, figure: int, low: int | None, high: int | None) -> Verdict:
        below = low is not None and figure < low
        bound = low if below else high
        assert bound is not None  # noqa: S101  it failed, so one end was missed
        day = self.passes_on(need, bound) if self.passes_on and below else None
        gap = Gap.to(bound, abs(bound - figure), self.unit, day)
        short = (self.show_short or self.show)(gap.short)
        params = {"has": self.show(figure), "short": short, "low": self._shown(low), "high": self._shown(high)}
        params["day"] = day.isoformat() if day else None
        reason = Reason(f"match_{self.code}_{'low' if below else 'high'}", params)
        return Verdict(self.code, v.FAILED, reason, gap=gap, change=self._change(need, bound, day))

    def _change(self, need: Need, bound: int, day: date | None) -> Change:
        changed = self.change(need, bound) if self.change else None
        params = {"to": self.show(bound), "day": day.isoformat() if day else None}
        return Change(self.kind, Reason(f"match_{self.code}_change", params), changed, day)


def rule_bound(name: str, *, decode: Callable[[Product], int | None] | None = None) -> Bound:
    """An end kept as the integer rule ``name``."""
    return Bound(decode or (lambda product: product.number(name)), lambda product, end: with_rule(product, name, end))


def with_rule(product: Product, name: str, value: int | str | frozenset[str] | None) -> Product:
    """``product`` with one rule replaced, or taken away by None."""
    kept: Rules = {key: rule for key, rule in product.rules.items() if key != name}
    return replace(product, rules=kept if value is None else {**kept, name: value})
