"""Soft lines about the lender: how near its branches are, whom it puts first, and what came of its signatures."""

from __future__ import annotations

from datetime import date

from matchmaking.domain.matching.catalogue import MILLION, LenderRecord, Need, Product
from matchmaking.domain.matching.codes import SIZE_CLASSES, area_chain
from matchmaking.domain.matching.criteria.shown import percent
from matchmaking.domain.matching.lines import FULL, Figure, Figures, Line, Settings, bounded
from matchmaking.domain.matching.priorities import qualifies_for
from matchmaking.domain.matching.sets import Overlap, Tokens
from matchmaking.domain.reasons import Reason

# --- proximity --------------------------------------------------------------------------------------------------------

_NOWHERE = -1


def _county(need: Need, on: date) -> Tokens:
    """The county and the zone, without the city and province around them."""
    return frozenset(code for code in area_chain(need.area, need.zone) if not code.isdigit() or len(code) == 6)


def _city(code: str | None, nowhere: int) -> int:
    digits = (code or "")[:4]
    return int(digits) if len(digits) == 4 and digits.isdigit() else nowhere


def _place_fit(need: Figures, product: Figures, meets: Figure, settings: Settings) -> Figure:
    base = settings.place_far + (need[0] == product[0]) * (settings.place_city - settings.place_far)
    return base + meets * (FULL - base)


def _place_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    same = _city(need.area, 0) == _city(product.city, _NOWHERE)
    how = "near" if meets else "city" if same else "far" if product.places else "unknown"
    firm = need.zone or need.area
    return Reason(f"match_line_place_{how}", {"place": f"area:{firm}" if firm else None})


PLACE = Line(
    code="place",
    need=lambda need, on: (_city(need.area, 0),),
    product=lambda product: (_city(product.city, _NOWHERE),),
    fit=_place_fit,
    words=_place_words,
    overlap=Overlap(_county, lambda product: product.places),
    stated=lambda need: need.area is not None or need.zone is not None,
    # a branch elsewhere in the city, and none in it
    later={"place_city": 700, "place_far": 300},
)

# --- whom the product puts first --------------------------------------------------------------------------------------


def _first(product: Product) -> Tokens:
    return product.codes("priorities") or frozenset()


def _spoken(codes: Tokens) -> str | None:
    return " ".join(f"priority:{code}" for code in sorted(codes)) or None


def _priority_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    has = qualifies_for(need, on)
    if meets:
        return Reason("match_line_priority_met", {"has": _spoken(has & _first(product))})
    return Reason("match_line_priority_none", {"has": _spoken(has)})


PRIORITY = Line(
    code="priority",
    need=lambda need, on: (),
    product=lambda product: (),
    fit=lambda need, product, meets, s: s.priority_none + meets * (FULL - s.priority_none),
    words=_priority_words,
    overlap=Overlap(qualifies_for, _first),
    # who belongs to no group that anybody puts first loses nothing by it
    stated=lambda need: bool(qualifies_for(need)),
    later={"priority_none": 500},
)

# --- what came of what it signed --------------------------------------------------------------------------------------


def shrunk(count: int, share: int, prior: int, mean: int) -> int:
    """``share`` of ``count`` cases drawn towards ``mean`` as if ``prior`` more cases had come out as that; ppm."""
    return (count * share + prior * mean) // (count + prior + (count + prior == 0))


def _of_class(product: Product, size_class: str | None) -> LenderRecord | None:
    return next((record for record in product.records if record.size_class == size_class), None)


def _records(product: Product) -> tuple[int, ...]:
    found = [_of_class(product, size) for size in SIZE_CLASSES]
    figures = [(record.signed_count, record.share_ppm) if record else (0, 0) for record in found]
    return tuple(number for pair in figures for number in pair)


def _like(need: Need, on: date) -> tuple[int, ...]:
    return (*(int(need.size_class == size) for size in SIZE_CLASSES), need.like_mean_ppm or 0)


def _record_fit(need: Figures, product: Figures, meets: Figure, settings: Settings) -> Figure:
    count = need[0] * product[0] + need[1] * product[2] + need[2] * product[4] + need[3] * product[6]
    share = need[0] * product[1] + need[1] * product[3] + need[2] * product[5] + need[3] * product[7]
    prior, mean = settings.record_prior, need[4]
    # as ``shrunk`` has it, written out so that it compiles with nothing but the arithmetic of lines
    return bounded((count * share + prior * mean) // (count + prior + (count + prior == 0)) * FULL // MILLION)


def _record_words(need: Need, product: Product, on: date, meets: bool, settings: Settings) -> Reason:
    record, mean = _of_class(product, need.size_class), need.like_mean_ppm or 0
    told: dict[str, str | int | None] = {"like": f"size:{need.size_class}", "mean": percent(mean // 100 * 100)}
    if record is None:
        return Reason("match_line_record_none", told)
    counted = shrunk(record.signed_count, record.share_ppm, settings.record_prior, mean)
    told |= {"count": record.signed_count, "share": percent(record.share_ppm // 100 * 100)}
    how = "few" if record.signed_count < settings.record_prior else "seen"
    return Reason(f"match_line_record_{how}", {**told, "counted": percent(counted // 100 * 100)})


RECORD = Line(
    code="record",
    need=_like,
    product=_records,
    fit=_record_fit,
    words=_record_words,
    # without any audited case of a firm of this size, by whichever lender, there is nothing to compare with
    stated=lambda need: need.like_mean_ppm is not None and need.size_class is not None,
    # as many cases like the average of all lenders are put beside a lender's own
    later={"record_prior": 30},
)

LENDER_LINES = (PLACE, PRIORITY, RECORD)
