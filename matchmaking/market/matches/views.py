"""找产品: what fits a need, why, what nearly fits and what would change that; on a phone, without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.explain import NOTE
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import FIRM, NEED
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.matches.commands import choose_ranking
from matchmaking.market.matches.forms import RankingForm
from matchmaking.market.matches.queries import Fit, Recommended, recommend, wants_ranking
from matchmaking.market.matches.shown import MOST_COMPARED, SORTS, cards, side_by_side
from matchmaking.market.matches.wording import name_of, said
from matchmaking.market.needs.models import Need
from matchmaking.market.needs.queries import visible_need
from matchmaking.market.products.shown import rule_lines
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import number as number_of

matches = Blueprint("matches", __name__)
PER_PAGE, FEW_OTHERS = 10, 10
"""Up to so many products that do not fit stand on the first page; more have a page of their own."""


@matches.get("/needs/<key:key>/products")
@requires(Permission.READ_OWN_NEEDS)
def products(key: str) -> ResponseReturnValue:
    """Products for one own need."""
    return _page(key)


@matches.get("/needs/<key:key>/compare")
@requires(Permission.READ_OWN_NEEDS)
def compare(key: str) -> ResponseReturnValue:
    """Up to four products side by side, with what a year costs at the amount asked for (E03)."""
    need, on = visible_need(session(), current_viewer(), key) or abort(404), business_today()
    found, refusal = _found(need, on)
    chosen = side_by_side(need, found, request.args.getlist("product"), on) if found else []
    rules = [rule_lines(card.offer.terms.criteria, language(), _named) for card in chosen]
    asked = [{line.label: line.said for line in lines} for lines in rules]
    return render_template(
        "matches/compare.html", need=need, chosen=chosen, refusal=refusal, note=NOTE, asked=asked,
        labels=[field.label for field in FIELDS if any(field.label in each for each in asked)],
        ranked=wants_ranking(session(), need.organisation_id), say=lambda reason: said(reason, language()),
        may_send=NEED.may(need.state, "refer", FIRM),
    )  # fmt: skip


@matches.post("/needs/<key:key>/ranking")
@requires(Permission.POST_NEEDS)
def ranking(key: str) -> ResponseReturnValue:
    """Take automated ranking, or decline it, for every need of the firm."""
    need = visible_need(session(), current_viewer(), key) or abort(404)
    form, viewer, at, organisation_id = RankingForm(), current_viewer(), clock.now(), need.organisation_id
    if not form.validate_on_submit():
        return _page(key), 422
    automated = form.automated.data == "yes"

    def choose(work: Session) -> dict[str, Any]:
        firm = work.get_one(Organisation, organisation_id)
        choose_ranking(work, actor=viewer.actor, organisation=firm, automated=automated, at=at)
        return {"automated": automated}

    try:
        keyed("matches.ranking", form.key.data, {"of": organisation_id, "automated": automated}, choose)
    except Refusal as refusal:
        return _page(key, refusal), 422
    return redirect(url_for("matches.products", key=key), code=303)


def _page(key: str, refusal: Refusal | None = None) -> str:
    need, on = visible_need(session(), current_viewer(), key) or abort(404), business_today()
    number, asked = page_number(request.args.get("page")), request.args.get("sort", "")
    ranked, rest = wants_ranking(session(), need.organisation_id), "rest" in request.args
    found, lacking = _found(need, on, 0 if rest or not ranked else (number - 1) * PER_PAGE)
    sort = asked if ranked and asked in SORTS else SORTS[0]
    listed = _listed(found, ranked, rest)
    page = Page(number, listed[1], lambda changes: here(**changes), PER_PAGE)
    part = slice(page.offset, page.offset + PER_PAGE)
    return render_template(
        "matches/products.html", need=need, found=found, ranked=ranked, sort=sort, sorts=SORTS, page=page,
        form=RankingForm(formdata=None), say=lambda reason: said(reason, language()), note=NOTE,
        refusal=lacking or refusal, may_send=NEED.may(need.state, "refer", FIRM), rest=rest and ranked,
        most=number_of("referral_most_banks", on), compared=MOST_COMPARED,
        others_total=len(found.others) if found else 0,
        fits=cards(need, listed[0] if listed[2] else listed[0][part], on, sort) if not rest or not ranked else [],
        near=cards(need, found.near, on) if found and ranked and not rest and number == 1 else [],
        others=cards(need, _others(found, rest, part), on) if found and ranked else [],
    )  # fmt: skip


def _listed(found: Recommended | None, ranked: bool, rest: bool) -> tuple[Sequence[Fit], int, bool]:
    """What the page goes through, how many there are, and whether only this page's were fetched."""
    if found is None:
        return [], 0, False
    if not ranked:
        return found.by_name, len(found.by_name), False
    return (found.others, len(found.others), False) if rest else (found.fits, found.fitting, True)


def _others(found: Recommended, rest: bool, part: slice) -> Sequence[Fit]:
    """Products that do not fit: a page of their own, or all of them where they are few."""
    return found.others[part] if rest else found.others if len(found.others) <= FEW_OTHERS else []


def _found(need: Need, on: date, first: int = 0) -> tuple[Recommended | None, Refusal | None]:
    """What fits, or why nothing can be said."""
    try:
        return recommend(session(), need, on, first=first, most=PER_PAGE), None
    except Refusal as lacking:
        return None, lacking


def _named(vocabulary: str, code: str) -> str | None:
    return name_of(vocabulary, code, language())
