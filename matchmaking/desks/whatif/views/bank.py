"""本行产品 against the market: needs that fit, needs that just miss, rules in the way and a value to try."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.desks.whatif.asked import one_step, rule_name, rules_said, try_field
from matchmaking.desks.whatif.bank import (
    Against,
    Fitting,
    Missing,
    against,
    fitting,
    missing,
    near_of,
    order_of,
)
from matchmaking.desks.whatif.workbook import Cell, Money, sent, workbook
from matchmaking.domain.matching.criteria import CRITERIA
from matchmaking.domain.matching.explain import NOTE
from matchmaking.domain.matching.whatif.one_product import Trial, tried
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import area_name, here, w
from matchmaking.market.matches.wording import said
from matchmaking.market.products.queries import OwnSheet, own_sheet
from matchmaking.rulebook.reference import divisions

bank_fit = Blueprint("bank_fit", __name__)
PER_PAGE = 20
SORTS = ("fit", "amount", "term")


@bank_fit.get("/bank/products/<key:key>/needs")
@requires(Permission.READ_MARKET_NEEDS)
def needs(key: str) -> ResponseReturnValue:
    """Needs that fit the product, best first, without their firms."""
    sheet, found, refusal = _open(key)
    if found is None:
        return _nothing(sheet, refusal)
    order = _ordered(found)
    page = _page(len(order))
    if page.number > page.pages:
        return redirect(here(page=None), code=303)
    rows = fitting(found, order[page.offset : page.offset + PER_PAGE])
    return render_template(
        "whatif/bank_needs.html", **_shared(sheet, found), rows=rows, page=page, sort=_sort(), sorts=SORTS,
        area=_area(), areas=divisions().counties, note=said(NOTE, language()),
    )  # fmt: skip


@bank_fit.get("/bank/products/<key:key>/needs.xlsx")
@requires(Permission.READ_MARKET_NEEDS)
def needs_file(key: str) -> ResponseReturnValue:
    """The same as a workbook."""
    sheet, found = _in_force(key)
    rows = fitting(found, _ordered(found))
    heads = [(_("名次"), 8), *_heads(), (_("匹配度"), 10), (_("失分多在"), 40)]
    told = [[row.place, *_cells(row), row.why.degree, _short(row)] for row in rows]
    return _file(sheet, found, _("符合的需求"), heads, told)


@bank_fit.get("/bank/products/<key:key>/near")
@requires(Permission.READ_MARKET_NEEDS)
def near(key: str) -> ResponseReturnValue:
    """Needs that fail exactly one rule, the nearest first."""
    sheet, found, refusal = _open(key)
    if found is None:
        return _nothing(sheet, refusal)
    rule = _rule()
    some = list(enumerate(near_of(found, rule), start=1))
    page = _page(len(some))
    if page.number > page.pages:
        return redirect(here(page=None), code=303)
    return render_template(
        "whatif/bank_near.html", **_shared(sheet, found), page=page, rule=rule,
        rows=missing(found, some[page.offset : page.offset + PER_PAGE]),
        rules=[held for held in found.gaps.rules if held.alone.needs],
    )  # fmt: skip


@bank_fit.get("/bank/products/<key:key>/near.xlsx")
@requires(Permission.READ_MARKET_NEEDS)
def near_file(key: str) -> ResponseReturnValue:
    """The same as a workbook."""
    sheet, found = _in_force(key)
    rows = missing(found, list(enumerate(near_of(found, _rule()), start=1)))
    heads = [(_("序号"), 8), *_heads(), (_("准入条件"), 14), (_("差多少"), 44), (_("差几档"), 10)]
    told = [[row.place, *_cells(row), rule_name(row.rule), row.distance, row.steps] for row in rows]
    return _file(sheet, found, _("只差一条的需求"), heads, told)


@bank_fit.get("/bank/products/<key:key>/rules")
@requires(Permission.READ_MARKET_NEEDS)
def rules(key: str) -> ResponseReturnValue:
    """Which rule shuts out most, what one step opens, and a value to try; nothing is stored."""
    sheet, found, refusal = _open(key)
    if found is None:
        return _nothing(sheet, refusal)
    has = tried(found.offered, ())
    code = _rule() or (found.gaps.rules[0].criterion if found.gaps.rules else has[0].code)
    chosen = next((one for one in has if one.code == code), has[0])
    text, result, refused = " ".join(request.args.get("to", "").split())[:200], None, None
    if text:
        result, refused = _tried(found, chosen.code, text)
    steps = {one.code: one_step(one, found.offered) for one in has}
    return render_template(
        "whatif/bank_rules.html", **_shared(sheet, found), has=has, chosen=chosen, to=text, result=result,
        refused=refused, field=try_field(chosen, found.offered), steps=steps,
        say=lambda reason: said(reason, language()),
    )  # fmt: skip


def _open(key: str) -> tuple[OwnSheet, Against | None, Refusal | None]:
    """The bank's own product against the market; nothing where no version of it is in force, or no LPR or policy."""
    viewer, on = current_viewer(), business_today()
    sheet = own_sheet(session(), viewer, key) or abort(404)
    offer = sheet.on(on)
    if offer is None:
        return sheet, None, None
    try:
        return sheet, against(session(), viewer, offer, on), None
    except Refusal as refusal:
        return sheet, None, refusal


def _in_force(key: str) -> tuple[OwnSheet, Against]:
    sheet, found, _refusal = _open(key)
    return sheet, found or abort(404)


def _nothing(sheet: OwnSheet, refusal: Refusal | None) -> str:
    return render_template("whatif/bank_nothing.html", sheet=sheet, refusal=refusal)


def _shared(sheet: OwnSheet, found: Against) -> dict[str, Any]:
    return {
        "sheet": sheet, "found": found, "rule_name": rule_name, "near_count": len(near_of(found)),
        "said": rules_said(found.offer.terms, found.offered),
    }  # fmt: skip


def _tried(found: Against, code: str, text: str) -> tuple[Trial | None, Refusal | None]:
    try:
        return found.tried(code, text), None
    except Refusal as refused:
        return None, refused


def _ordered(found: Against) -> list[tuple[int, Any]]:
    """What the address asks for: places in the order of points stay as they are, whatever the order on the page."""
    order, area = list(enumerate(order_of(found), start=1)), _area()
    asked = {key: one.asked for key, one in found.demand.standing.items()}
    order = [(place, one) for place, one in order if not area or asked[one.need].area == area]
    if _sort() == "amount":
        order.sort(key=lambda each: -asked[each[1].need].amount.minor)
    if _sort() == "term":
        order.sort(key=lambda each: asked[each[1].need].term_months)
    return order


def _page(total: int) -> Page:
    return Page(page_number(request.args.get("page")), total, lambda changes: here(**changes), PER_PAGE)


def _sort() -> str:
    asked = request.args.get("sort", "")
    return asked if asked in SORTS else SORTS[0]


def _area() -> str:
    asked = request.args.get("area", "")
    return asked if any(one.code == asked for one in divisions().counties) else ""


def _rule() -> str:
    asked = request.args.get("rule", "")
    return asked if any(one.code == asked for one in CRITERIA) else ""


def _heads() -> list[tuple[str, int]]:
    return [(_("金额（万元）"), 14), (_("期限（月）"), 10), (_("行业"), 30), (_("县区"), 14)]


def _cells(row: Fitting | Missing) -> Sequence[Cell]:
    return [Money(row.need.amount_minor), row.need.term_months, row.need.industry, area_name(row.need.area)]


def _short(row: Fitting) -> str:
    return _("、").join(w(f"match_line_{code}") for code in row.short)


def _file(
    sheet: OwnSheet, found: Against, title: str, heads: list[tuple[str, int]], rows: Sequence[Sequence[Cell]]
) -> Response:
    day: date = found.on
    about = [
        (_("产品"), f"{sheet.bank} · {sheet.product.name}"),
        (_("按哪天"), day.isoformat()),
        (_("需求"), _("工信局核实过、还没有签合同的，不含企业名称。")),
        (_("说明"), said(NOTE, language())),
    ]
    return sent(f"{sheet.product.public_key}-{day.isoformat()}.xlsx", workbook(title, heads, rows, about))
