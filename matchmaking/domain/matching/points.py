"""The soft lines: how well a fitting pair goes together, each in thousandths of its full points.

A line takes figures of the need, figures of the product and, where it has one, whether two sets meet, and answers with
``0 … FULL`` by integer arithmetic that does the same to ints and to int64 arrays. A better offer (wider range, lower
rate, faster promise, more quota) never scores lower. A wish the need does not state is not scored: the policy shares
its weight out among the other lines. To add one: declare it, give it words and a weight, test it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from matchmaking.domain.matching.between import OPEN
from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.codes import breadth, industry_chain
from matchmaking.domain.matching.criteria import percent, wan
from matchmaking.domain.matching.lender_lines import LENDER_LINES
from matchmaking.domain.matching.lines import FULL, Figure, Figures, Line, Settings, bounded, lesser
from matchmaking.domain.matching.sets import Overlap
from matchmaking.domain.reasons import Reason

# --- room: how far the figure asked for stays from the ends of the product's range ------------------------------------


def room(need: Figures, product: Figures, edge: Figure, share: Figure) -> Figure:
    """Full marks with ``share`` thousandths of the figure as room to both ends; ``edge`` at an end; 0 outside."""
    (figure,), (low, high) = need, product
    margin = figure * share // FULL + 1
    spare = lesser(lesser(figure - low, high - figure), margin)
    return (edge + (FULL - edge) * spare // margin) * (spare >= 0)


def _ends(product: Product, low: str, high: str) -> tuple[int, int]:
    top = product.number(high)
    # below nothing there is as much room as above everything
    return product.number(low) or -OPEN, OPEN if top is None else top


def _room_words(code: str, has: str, low: str | None, high: str | None) -> Reason:
    how = "open" if low is None and high is None else "to" if low is None else "from" if high is None else "between"
    return Reason(f"match_line_{code}_{how}", {"has": has, "low": low, "high": high})


def _shown(end: int | None, show: Callable[[int], str]) -> str | None:
    return None if end is None else show(end)


def _amount_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    low, high = product.number("amount_min"), product.number("amount_max")
    return _room_words("amount", wan(need.amount.minor), _shown(low, wan), _shown(high, wan))


def _term_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    low, high = product.number("term_min"), product.number("term_max")
    return _room_words("term", str(need.term_months), _shown(low, str), _shown(high, str))


AMOUNT = Line(
    code="amount",
    need=lambda need, on: (need.amount.minor,),
    product=lambda product: _ends(product, "amount_min", "amount_max"),
    fit=lambda need, product, meets, s: room(need, product, s.amount_edge, s.amount_room),
    words=_amount_words,
    settings=("amount_edge", "amount_room"),
)

TERM = Line(
    code="term",
    need=lambda need, on: (need.term_months,),
    product=lambda product: _ends(product, "term_min", "term_max"),
    fit=lambda need, product, meets, s: room(need, product, s.term_edge, s.term_room),
    words=_term_words,
    settings=("term_edge", "term_room"),
)

# --- price ------------------------------------------------------------------------------------------------------------


def _price_fit(need: Figures, product: Figures, meets: Figure, settings: Settings) -> Figure:
    ceiling, rate = need[0] + (need[0] < 0) * (settings.price_reference_ppm - need[0]), product[0]
    # half marks at the ceiling itself; full marks from price_full thousandths of it below
    whole = ceiling * settings.price_full // FULL + 1
    return bounded((ceiling - rate + whole) * (FULL // 2) // whole)


def _price_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    rate = percent(product.lowest_rate_ppm)
    if need.rate_ceiling_ppm is None:
        reference = percent(settings.price_reference_ppm)
        return Reason("match_line_price_reference", {"rate": rate, "reference": reference})
    return Reason("match_line_price_ceiling", {"rate": rate, "ceiling": percent(need.rate_ceiling_ppm)})


PRICE = Line(
    code="price",
    need=lambda need, on: (-1 if need.rate_ceiling_ppm is None else need.rate_ceiling_ppm,),
    product=lambda product: (product.lowest_rate_ppm,),
    fit=_price_fit,
    words=_price_words,
    settings=("price_full", "price_reference_ppm"),
    stated=lambda need: need.rate_ceiling_ppm is not None,
)

# --- guarantee and trade ----------------------------------------------------------------------------------------------


def _preferred(need: Need, on: date) -> frozenset[str]:
    return frozenset({need.guarantee_preferred} if need.guarantee_preferred else ())


def _guarantee_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    if need.guarantee_preferred is None:
        return Reason("match_line_guarantee_any", {})
    preferred = f"guarantee:{need.guarantee_preferred}"
    return Reason("match_line_guarantee_taken" if meets else "match_line_guarantee_other", {"preferred": preferred})


GUARANTEE = Line(
    code="guarantee",
    need=lambda need, on: (int(need.guarantee_preferred is None),),
    product=lambda product: (),
    # no preference stated: any mode the product takes is as good as another
    fit=lambda need, product, meets, s: s.guarantee_other + (FULL - s.guarantee_other) * (meets | (need[0] > 0)),
    words=_guarantee_words,
    overlap=Overlap(_preferred, lambda product: product.codes("guarantees")),
    settings=("guarantee_other",),
    stated=lambda need: need.guarantee_preferred is not None,
)

_ANY_BREADTH = 1_000
"""Divisions: more than GB/T 4754 has."""


def _industry_fit(need: Figures, product: Figures, meets: Figure, settings: Settings) -> Figure:
    general, listed = settings.industry_general, settings.industry_listed
    narrow = product[0] <= settings.narrow_divisions
    return general + meets * ((listed - general) + narrow * (FULL - listed))


def _industry_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    if need.industry is None:
        return Reason("match_line_industry_unknown", {})
    narrow = breadth(product.specialities) <= settings.narrow_divisions
    how = "general" if not meets else "special" if narrow else "listed"
    return Reason(f"match_line_industry_{how}", {"industry": f"industry:{need.industry}"})


INDUSTRY = Line(
    code="industry",
    need=lambda need, on: (),
    product=lambda product: (breadth(product.specialities),),
    fit=_industry_fit,
    words=_industry_words,
    overlap=Overlap(lambda need, on: industry_chain(need.industry), lambda product: product.specialities),
    settings=("industry_general",),
    stated=lambda need: need.industry is not None,
    # before, every list counted as made for each trade on it
    later={"industry_listed": FULL, "narrow_divisions": _ANY_BREADTH},
)

# --- speed and quota --------------------------------------------------------------------------------------------------

_NO_HURRY, _NO_PROMISE = 100_000, 1_000_000
"""Days: longer than any promise, and longer than any need can wait."""


def _days_left(need: Need, on: date) -> tuple[int]:
    return (_NO_HURRY if need.needed_by is None else min(max((need.needed_by - on).days, 0), _NO_HURRY),)


def _speed_fit(need: Figures, product: Figures, meets: Figure, settings: Settings) -> Figure:
    unhurried = (need[0] == _NO_HURRY) * FULL
    promised = (product[0] != _NO_PROMISE) * bounded((need[0] + 1) * FULL // (product[0] + 1))
    return lesser(unhurried + promised, FULL)


def _speed_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    if need.needed_by is None:
        return Reason("match_line_speed_any", {})
    day = need.needed_by.isoformat()
    if need.needed_by < on:
        return Reason("match_line_speed_past", {"day": day})
    params: dict[str, str | int | None] = {"left": (need.needed_by - on).days, "day": day}
    if product.promised_days is None:
        return Reason("match_line_speed_silent", params)
    return Reason("match_line_speed_promised", {**params, "promised": product.promised_days})


SPEED = Line(
    code="speed",
    need=_days_left,
    product=lambda product: (_NO_PROMISE if product.promised_days is None else product.promised_days,),
    fit=_speed_fit,
    words=_speed_words,
    stated=lambda need: need.needed_by is not None,
)


def _quota_fit(need: Figures, product: Figures, meets: Figure, settings: Settings) -> Figure:
    unlimited = (product[0] == OPEN) * FULL
    limited = bounded((product[0] * (product[0] != OPEN)) * FULL // (need[0] * settings.quota_times))
    return lesser(unlimited + limited, FULL)


def _quota_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    if product.quota_left is None:
        return Reason("match_line_quota_none", {})
    return Reason("match_line_quota_left", {"left": wan(product.quota_left.minor), "has": wan(need.amount.minor)})


QUOTA = Line(
    code="quota",
    need=lambda need, on: (need.amount.minor,),
    product=lambda product: (OPEN if product.quota_left is None else product.quota_left.minor,),
    fit=_quota_fit,
    words=_quota_words,
    settings=("quota_times",),
)

LINES: tuple[Line, ...] = (AMOUNT, TERM, PRICE, GUARANTEE, INDUSTRY, SPEED, QUOTA, *LENDER_LINES)
"""Every soft line, in the order of the bar."""
SETTINGS: tuple[str, ...] = tuple(name for line in LINES for name in line.settings)
"""Every number a policy has to give."""
UNSTATED_LEFT_OUT = "unstated_left_out"
"""1: a wish the need does not state is not scored; 0: it is, as the first policy did."""
LATER: Mapping[str, int] = {UNSTATED_LEFT_OUT: 0} | {
    name: value for line in LINES for name, value in line.later.items()
}
"""Numbers a policy may give, with what holds where it does not."""
