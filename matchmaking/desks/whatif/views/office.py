"""产品供给缺口, for the offices: each of its own area; names of firms as they stand elsewhere on these desks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.desks.whatif.asked import rule_name
from matchmaking.desks.whatif.gaps import BANDS, BY, PARTS, Gaps, Group, Unserved, gaps, groups, guarded, unserved
from matchmaking.desks.whatif.workbook import Cell, Money, sent, workbook
from matchmaking.domain.matching.criteria import CRITERIA
from matchmaking.domain.pinyin import in_pinyin_order
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.figures import thousands
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.paging import ListState, Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import area_name, here, w
from matchmaking.market.matches.open_market import Standing
from matchmaking.market.matches.wording import industry_name, said
from matchmaking.rulebook import number
from matchmaking.rulebook.reference import industries

gaps_desk = Blueprint("gaps", __name__)
PER_PAGE = 20
FIRST_CHANGES, MOST_CHANGES = 8, 100
"""Shown at once, and in all."""
HOW = ("away", "step")
ORDERS: Mapping[str, Callable[[Standing], Any]] = {
    "amount": lambda one: one.asked.amount.minor,
    "term": lambda one: one.asked.term_months,
    "firm": lambda one: in_pinyin_order(one.firm.name),
    "area": lambda one: one.asked.area or "",
}
"""How the list may be ordered."""


@gaps_desk.get("/gaps")
@requires(Permission.READ_GAPS)
def home() -> ResponseReturnValue:
    """Whom no product serves and what is in the way; nothing is stored."""
    found = _found()
    if isinstance(found, Refusal):
        return render_template("whatif/gaps_nothing.html", refusal=found)
    by, outside = _by(), request.args.get("outside") == "1"
    return render_template(
        "whatif/gaps.html", page=found, gaps=found.found, by=by, cuts=BY, groups=_groups(found, by, outside=outside),
        outside=outside, least=_least(), part_name=lambda code: part_name(by, code), rule_name=rule_name,
        changes=found.found.changes[:MOST_CHANGES], first=FIRST_CHANGES,
    )  # fmt: skip


@gaps_desk.get("/gaps/groups.xlsx")
@requires(Permission.EXPORT_FIGURES)
def groups_file() -> ResponseReturnValue:
    """The parts of the market as a workbook; ``outside=1`` withholds small cells."""
    found, by, outside = _or_absent(), _by(), request.args.get("outside") == "1"
    heads = [(w(f"whatif_by_{by}"), 26), (_("需求（项）"), 12), (_("企业（家）"), 12), (_("金额（万元）"), 16),
             (_("没有产品可用（项）"), 18), (_("企业（家）"), 12), (_("金额（万元）"), 16)]  # fmt: skip
    rows = [_group_cells(by, one) for one in _groups(found, by, outside=outside)]
    about = [(_("地区"), area_name(current_viewer().jurisdiction)), (_("按哪天"), found.on.isoformat())]
    if outside:
        about.append((_("说明"), _("不足 %(n)s 家的格子不列；只有一格时连同次小的一格不列。", n=_least())))
    return sent(f"gaps-{by}-{found.on.isoformat()}.xlsx", workbook(_("产品供给缺口"), heads, rows, about))


@gaps_desk.get("/gaps/needs")
@requires(Permission.READ_GAPS)
def needs() -> ResponseReturnValue:
    """Needs that no product serves: all, those of one part of the market, or those that one change would serve."""
    found = _found()
    if isinstance(found, Refusal):
        return render_template("whatif/gaps_nothing.html", refusal=found)
    wanted = _wanted(found)
    keys = _keys(found, wanted)
    page = Page(page_number(request.args.get("page")), len(keys), lambda changes: here(**changes), PER_PAGE)
    if page.number > page.pages:
        return redirect(here(page=None), code=303)
    listed = ListState(request.args.get("sort", ""), tuple(ORDERS), "-amount", lambda changes: here(**changes))
    return render_template(
        "whatif/gaps_needs.html", page=page, list=listed, wanted=wanted, gaps=found, rule_name=rule_name,
        rows=unserved(found, keys[page.offset : page.offset + PER_PAGE]), say=_say,
        industry=partial(industry_name, language=language()),
    )  # fmt: skip


@gaps_desk.get("/gaps/needs.xlsx")
@requires(Permission.EXPORT_FIGURES)
def needs_file() -> ResponseReturnValue:
    """The same as a workbook."""
    found = _or_absent()
    wanted = _wanted(found)
    heads = [(_("企业"), 36), (_("县区"), 14), (_("行业"), 30), (_("金额（万元）"), 14), (_("期限（月）"), 10),
             (_("最近的产品"), 30), (_("差在哪一条"), 14), (_("差多少"), 50)]  # fmt: skip
    rows = [_cells(found, row) for row in unserved(found, _keys(found, wanted))]
    about = [(_("地区"), area_name(current_viewer().jurisdiction)), (_("按哪天"), found.on.isoformat()),
             (_("筛选"), wanted.words or _("全部"))]  # fmt: skip
    return sent(f"gaps-{found.on.isoformat()}.xlsx", workbook(_("没有产品可用的需求"), heads, rows, about))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the address filters by, in words."""

    product: str
    rule: str
    how: str
    by: str
    part: str | None
    words: str


def part_name(by: str, code: str) -> str:
    """The name of a part of the market."""
    if by == "band":
        return _band_name(int(code))
    if not code:
        return _("没有填写")
    if by == "industry":
        return industry_name(code, language()) if len(code) > 1 else _letter_name(code)
    return area_name(code) if by == "area" else w(f"match_size_{code}")


def _letter_name(letter: str) -> str:
    found = industries().entries.get(letter)
    return f"{letter} {found.called(language())}" if found else letter


def _band_name(place: int) -> str:
    if place == 0:
        return _("不到 %(n)s 万元", n=thousands(BANDS[0]))
    if place == len(BANDS):
        return _("%(n)s 万元及以上", n=thousands(BANDS[-1]))
    return _("%(low)s–%(high)s 万元", low=thousands(BANDS[place - 1]), high=thousands(BANDS[place]))


def _found() -> Gaps | Refusal:
    """The gaps of the reader's area, or why nothing can be said on that day."""
    try:
        return gaps(session(), current_viewer(), business_today())
    except Refusal as refusal:
        return refusal


def _or_absent() -> Gaps:
    found = _found()
    return abort(404) if isinstance(found, Refusal) else found


def _groups(found: Gaps, by: str, *, outside: bool) -> list[Group]:
    made = groups(found, by)
    return guarded(made, _least()) if outside else made


def _least() -> int:
    return int(number("public_least_cases", business_today()))


def _by() -> str:
    asked = request.args.get("by", "")
    return asked if asked in BY else BY[0]


def _wanted(found: Gaps) -> Wanted:
    """Values nobody knows take everything."""
    product, rule, how = (request.args.get(name, "") for name in ("product", "rule", "how"))
    changed = product in found.supply.offered and any(one.code == rule for one in CRITERIA)
    by, part = request.args.get("by", ""), request.args.get("part")
    cut = by in BY and part is not None and any(one.code == part for one in groups(found, by))
    how = how if how in HOW else HOW[0]
    words = []
    if changed:
        name = f"{found.supply.offers[product].bank} {found.supply.offers[product].product.name}"
        words.append(w(f"whatif_change_{how}", product=name, rule=rule_name(rule)))
    if cut and part is not None:
        words.append(f"{w(f'whatif_by_{by}')}：{part_name(by, part)}")
    return Wanted(product if changed else "", rule if changed else "", how, by if cut else "", part if cut else None,
                  "；".join(words))  # fmt: skip


def _keys(found: Gaps, wanted: Wanted) -> list[str]:
    keys = list(found.opened(wanted.product, wanted.rule, wanted.how) if wanted.product else found.unserved)
    standing = found.demand.standing
    if wanted.part is not None:
        keys = [key for key in keys if PARTS[wanted.by](standing[key]) == wanted.part]
    asked = request.args.get("sort", "")
    order = ORDERS.get(asked.removeprefix("-"))
    if order is None:
        return keys
    return sorted(keys, key=lambda key: order(standing[key]), reverse=asked.startswith("-"))


def _say(row: Unserved) -> str:
    """How the nearest product misses, in words."""
    return said(row.near.verdict.reason, language()) if row.near else ""


def _cells(found: Gaps, row: Unserved) -> Sequence[Cell]:
    need, offer = row.standing.asked, found.supply.offers.get(row.product)
    return [
        row.standing.firm.name, area_name(need.area or ""), industry_name(need.industry, language()),
        Money(need.amount.minor), need.term_months, f"{offer.bank} {offer.product.name}" if offer else "",
        rule_name(row.near.verdict.criterion) if row.near else "", _say(row),
    ]  # fmt: skip


def _group_cells(by: str, one: Group) -> Sequence[Cell]:
    if one.withheld:
        return [part_name(by, one.code), *[_("不足，不列")] * 6]
    asked, nobody = one.asked, one.nobody
    return [part_name(by, one.code), asked.needs, asked.firms, Money(asked.minor), nobody.needs, nobody.firms,
            Money(nobody.minor)]  # fmt: skip
