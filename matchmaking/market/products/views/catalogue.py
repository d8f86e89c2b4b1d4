"""信贷产品: what banks offer today, to everybody signed in; filtered and sorted on the server."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue

from matchmaking.domain.matching.codes import GUARANTEES, LOAN_KINDS
from matchmaking.domain.money import parse_typed
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.products.forms import whole
from matchmaking.market.products.queries import SORTS, Wanted, catalogue, offer_on
from matchmaking.market.products.shown import rate_span, rule_lines, spread_text
from matchmaking.market.products.views.naming import name_of

products = Blueprint("products", __name__)
PER_PAGE = 20
LARGEST_FIRST = ("amount", "term")
LONGEST_TERM = 600


@products.get("/products")
@requires(Permission.OWN_ACCOUNT)
def index() -> ResponseReturnValue:
    """What is on offer today; two SQL statements with the session's."""
    number, wanted, on = page_number(request.args.get("page")), _wanted(), business_today()
    asked = request.args.get("sort", "")
    sort = asked if asked in SORTS else SORTS[0]
    rows, total = catalogue(
        session(), wanted, on=on, sort=sort, descending=sort in LARGEST_FIRST, limit=PER_PAGE,
        offset=(number - 1) * PER_PAGE,
    )  # fmt: skip
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    offers = [(offer, rate_span(offer.terms, on)) for offer in rows]
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template(
        "products/index.html", offers=offers, page=page, wanted=wanted, sort=sort, sorts=SORTS, on=on,
        kinds=LOAN_KINDS, modes=GUARANTEES, asked=request.args,
    )  # fmt: skip


@products.get("/products/<key:key>")
@requires(Permission.OWN_ACCOUNT)
def sheet(key: str) -> ResponseReturnValue:
    """One product as it stands today."""
    on = business_today()
    offer = offer_on(session(), key, on) or abort(404)
    return render_template(
        "products/sheet.html", offer=offer, rates=rate_span(offer.terms, on), on=on, spread=spread_text,
        lines=rule_lines(offer.terms.criteria, language(), name_of),
    )  # fmt: skip


def _wanted() -> Wanted:
    asked = request.args
    kind, mode = asked.get("kind", ""), asked.get("mode", "")
    term = whole(asked.get("term"))
    return Wanted(
        text=" ".join(asked.get("text", "").replace("\x00", "").split())[:80],
        loan_kind=kind if kind in LOAN_KINDS else "",
        guarantee=mode if mode in GUARANTEES else "",
        amount_minor=_wan(asked.get("amount", "")),
        term_months=term if 1 <= term <= LONGEST_TERM else None,
    )


def _wan(text: str) -> int | None:
    """An amount in 万元 from an address; anything else is no filter."""
    try:
        return parse_typed(text, "wan").minor if text else None
    except Refusal:
        return None
