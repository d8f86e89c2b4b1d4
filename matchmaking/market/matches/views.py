"""找产品: what fits a need, why, what nearly fits and what would change that; on a phone, without scripts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

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
from matchmaking.foundation.web.today import business_today
from matchmaking.market.matches.commands import choose_ranking
from matchmaking.market.matches.forms import RankingForm
from matchmaking.market.matches.queries import recommend, wants_ranking
from matchmaking.market.matches.wording import said
from matchmaking.market.needs.queries import visible_need
from matchmaking.market.products.shown import rate_span
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import number

matches = Blueprint("matches", __name__)


@matches.get("/needs/<key:key>/products")
@requires(Permission.READ_OWN_NEEDS)
def products(key: str) -> ResponseReturnValue:
    """Products for one own need."""
    return _page(key)


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
    try:
        found = recommend(session(), need, on)
    except Refusal as lacking:
        found, refusal = None, lacking
    return render_template(
        "matches/products.html", need=need, found=found, ranked=wants_ranking(session(), need.organisation_id),
        form=RankingForm(formdata=None), say=lambda reason: said(reason, language()), note=NOTE, refusal=refusal,
        rates=lambda terms: rate_span(terms, on), may_send=NEED.may(need.state, "refer", FIRM),
        most=number("referral_most_banks", on),
    )  # fmt: skip
