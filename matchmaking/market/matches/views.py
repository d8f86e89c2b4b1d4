"""找产品: what fits a need, why, what nearly fits and what would change that; on a phone, without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.matching.codes import GUARANTEES
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.matching.explain import NOTE
from matchmaking.domain.matching.rules import rules_json
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import FIRM, NEED
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.once import addresses
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.matches.commands import choose_ranking
from matchmaking.market.matches.forms import RankingForm
from matchmaking.market.matches.queries import Fit, Recommended, recommend, wants_ranking
from matchmaking.market.matches.shown import MOST_COMPARED, SORTS, Sieve, arranged, cards, side_by_side
from matchmaking.market.matches.wording import name_of, said
from matchmaking.market.needs.models import Need
from matchmaking.market.needs.queries import visible_need
from matchmaking.market.products.shown import rule_lines
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import number as number_of

ANSWER_DAYS = (3, 5, 10)
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
    chosen = side_by_side(found, request.args.getlist("product")) if found else []
    rules = [rule_lines(card.offer.terms.criteria, language(), _named) for card in chosen]
    asked = [{line.label: line.said for line in lines} for lines in rules]
    return render_template(
        "matches/compare.html", need=need, chosen=chosen, refusal=refusal, note=NOTE, asked=asked,
        labels=[field.label for field in FIELDS if any(field.label in each for each in asked)],
        ranked=wants_ranking(session(), need.organisation_id), say=lambda reason: said(reason, language()), on=on,
        cheapest=min((card.low for card in chosen if card.low), default=None),
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
    number, asked, rest = page_number(request.args.get("page")), request.args.get("sort", ""), "rest" in request.args
    ranked, (found, lacking) = wants_ranking(session(), need.organisation_id), _found(need, on)
    sort, sieve = asked if ranked and asked in SORTS else SORTS[0], _sieve()
    everything = (found.fits if ranked else found.by_name) if found else None
    kept = arranged(found, everything, sieve, sort) if found and everything is not None else []
    rest = bool(rest and ranked and found)
    page = Page(number, len(found.others) if rest and found else len(kept), lambda changes: here(**changes), PER_PAGE)
    part, first = slice(page.offset, page.offset + PER_PAGE), ranked and not rest and number == 1
    return render_template(
        "matches/products.html", need=need, found=found, ranked=ranked, sort=sort, sorts=SORTS, page=page, rest=rest,
        form=RankingForm(formdata=None), say=lambda reason: said(reason, language()), note=NOTE,
        refusal=lacking or refusal, may_send=NEED.may(need.state, "refer", FIRM),
        most=number_of("referral_most_banks", on), compared=MOST_COMPARED, sieve=sieve,
        in_all=len(everything or ()), kept=len(kept), others_total=len(found.others) if found else 0,
        schemes=[(each, rule_lines(rules_json(each.scheme.rules), language(), _named)) for each in found.schemes]
        if found else [],
        banks=everything.banks if everything is not None else [],
        modes=GUARANTEES, days=ANSWER_DAYS,
        fits=cards(found, kept[part], ranked=ranked and sort == SORTS[0]) if found and not rest else [],
        near=cards(found, found.near) if found and first else [],
        others=cards(found, _others(found, rest, part)) if found and ranked else [],
        sheet_of=addresses("products.sheet"), choose_of=addresses("referrals.choose", "product", key=key),
        alone_of=addresses("matches.compare", "product", key=key),
    )  # fmt: skip


def _others(found: Recommended, rest: bool, part: slice) -> Sequence[Fit]:
    """Products that do not fit: a page of their own, or all of them where they are few."""
    return found.others[part] if rest else found.others if len(found.others) <= FEW_OTHERS else []


def _sieve() -> Sieve:
    """The filters of the address; what is no choice of the page shows everything."""
    mode, days = request.args.get("guarantee", ""), request.args.get("answer", "")
    known = {str(each): each for each in ANSWER_DAYS}
    return Sieve(request.args.get("bank", "")[:200], mode if mode in GUARANTEES else "", known.get(days))


def _found(need: Need, on: date) -> tuple[Recommended | None, Refusal | None]:
    """What fits, or why nothing can be said."""
    try:
        return recommend(session(), need, on), None
    except Refusal as lacking:
        return None, lacking


def _named(vocabulary: str, code: str) -> str | None:
    return name_of(vocabulary, code, language())
