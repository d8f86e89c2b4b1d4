"""Large, medium, small or micro, by 《统计上大中小微型企业划分办法（2017）》 (国统字〔2017〕213号).

The table is data (``rulebook/reference/sizes.toml``). A lower bound counts as reached when it is met exactly. Large,
medium and small ask for **both** indicators of the row, and failing one drops the firm a tier; one indicator below the
bound of small makes a firm micro. So a class is the lowest tier of its indicators.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from matchmaking.domain.money import MINOR_PER_MAJOR, UNITS, Money, plain_amount
from matchmaking.domain.reasons import Reason, Refusal

TIERS = ("micro", "small", "medium", "large")
INDICATORS = ("employees", "revenue", "assets")
"""从业人员 in persons; 营业收入 and 资产总额 in 万元."""

_WAN = MINOR_PER_MAJOR * UNITS["wan"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """Lower bounds of small, medium and large, inclusive: persons, or 万元 for money."""

    small: int
    medium: int
    large: int

    def __post_init__(self) -> None:
        if not 0 < self.small < self.medium < self.large:
            raise ValueError("bounds ascend from small to large")

    def tier(self, figure: int, unit: int) -> str:
        """The tier that ``figure`` reaches; ``unit`` is how many of it make one of the bounds' unit."""
        return TIERS[sum(figure >= bound * unit for bound in (self.small, self.medium, self.large))]

    def of(self, tier: str) -> int:
        """The lower bound of ``small``, ``medium`` or ``large``."""
        return (self.small, self.medium, self.large)[TIERS.index(tier) - 1]


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One row: ``number`` 1–16, ``code`` (words: ``size_row_<code>``), one or two indicators, GB/T 4754 codes."""

    number: int
    code: str
    bounds: Mapping[str, Bounds]
    industries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SizeTable:
    """The sixteen rows. ``outside``: industries the method does not size (rail, finance, schools, government)."""

    document: str
    rows: tuple[SizeRow, ...]
    outside: tuple[str, ...]
    sections: Mapping[str, tuple[str, ...]]

    def row_of(self, industry: str) -> SizeRow:
        """The row of a GB/T 4754-2017 code: a section letter, 2–4 digits, or both (``C1530``).

        Raises :class:`Refusal`: ``size_industry_unreadable``, ``size_industry_unknown``, ``size_industry_outside``, or
        ``size_industry_coarse`` where the code spans several rows (F, G, I, K, 59, 70) and more digits are needed.
        """
        wanted = self._digits(industry)
        found = {row for code in wanted for row in self._rows(code)}
        if len(found) > 1:
            raise Refusal(Reason("size_industry_coarse", {"industry": industry}))
        row = next(iter(found), None)
        if row is None:
            raise Refusal(Reason("size_industry_unknown", {"industry": industry}))
        if row == 0:
            raise Refusal(Reason("size_industry_outside", {"industry": industry, "document": self.document}))
        return next(r for r in self.rows if r.number == row)

    def _digits(self, industry: str) -> tuple[str, ...]:
        shape = re.fullmatch(r"([A-T]?)([0-9]{2,4})?", industry)
        if not shape or not industry:
            raise Refusal(Reason("size_industry_unreadable", {"industry": industry[:20]}))
        letter, digits = shape.groups()
        divisions = self.sections.get(letter, ())
        if digits and letter and digits[:2] not in divisions:
            raise Refusal(Reason("size_industry_unknown", {"industry": industry}))
        return (digits,) if digits else divisions

    def _rows(self, code: str) -> set[int]:
        """Numbers of the rows that ``code`` lies in, 0 for outside: the longest listed prefix, or all it spans."""
        listed = {prefix: row.number for row in self.rows for prefix in row.industries}
        listed |= dict.fromkeys(self.outside, 0)
        spanned = {number for prefix, number in listed.items() if prefix.startswith(code) and prefix != code}
        above = [prefix for prefix in listed if code.startswith(prefix)]
        return spanned | ({listed[max(above, key=len)]} if above else set())


@dataclass(frozen=True, slots=True)
class SizeVerdict:
    """``size`` is one of :data:`TIERS`; ``reasons`` say what each indicator reaches and which rule decided."""

    size: str
    row: SizeRow
    reasons: tuple[Reason, ...]


def size_class(
    table: SizeTable, industry: str, *, employees: int | None, revenue: Money | None, assets: Money | None
) -> SizeVerdict:
    """The class of a firm. ``employees`` at period's end; ``revenue`` of the year and ``assets`` in yuan.

    None is "not known": harmless where the row does not ask for it or the other indicator already makes the firm micro,
    else a :class:`Refusal` ``size_lacks_<indicator>``. Also refused: figures below zero and amounts not in yuan.
    """
    row = table.row_of(industry)
    given = {"employees": employees, "revenue": _fen(revenue), "assets": _fen(assets)}
    figures = {name: _known(given[name]) for name in row.bounds}
    tiers = {name: row.bounds[name].tier(f, _unit(name)) for name, f in figures.items() if f is not None}
    lacking = [name for name in row.bounds if name not in tiers]
    if lacking and "micro" not in tiers.values():
        raise Refusal(*(Reason(f"size_lacks_{name}", {}) for name in lacking))
    size = min(tiers.values(), key=TIERS.index)
    reached = tuple(_reached(name, tier, figures[name] or 0, row.bounds[name]) for name, tier in tiers.items())
    return SizeVerdict(size, row, reached + _decided(size, set(tiers.values()), lacking))


def _unit(indicator: str) -> int:
    return 1 if indicator == "employees" else _WAN


def _fen(amount: Money | None) -> int | None:
    if amount is not None and amount.currency != "CNY":
        raise Refusal(Reason("size_currency", {"currency": amount.currency}))
    return None if amount is None else amount.minor


def _known(figure: int | None) -> int | None:
    if figure is not None and figure < 0:
        raise Refusal(Reason("size_negative", {}))
    return figure


def _reached(indicator: str, tier: str, figure: int, bounds: Bounds) -> Reason:
    """What one indicator says: the bound it meets, or for micro the bound of small that it misses."""
    shown = str(figure) if indicator == "employees" else plain_amount(figure, "wan")
    bound = bounds.of("small" if tier == "micro" else tier)
    return Reason(f"size_{indicator}_{tier}", {"given": shown, "bound": bound})


def _decided(size: str, tiers: set[str], lacking: list[str]) -> tuple[Reason, ...]:
    if size == "micro" and (lacking or len(tiers) > 1):
        return (Reason("size_micro_by_either", {}),)
    return (Reason("size_lower_counts", {}),) if len(tiers) > 1 else ()
