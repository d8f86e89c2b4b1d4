"""The bureau: where a need stands at the banks, first level of reasons only; and pushing it to them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import BUREAU, NEED, REFERRAL
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.today import business_today
from matchmaking.market.matches.queries import recommend, wants_ranking
from matchmaking.market.matches.wording import said
from matchmaking.market.needs.queries import visible_need
from matchmaking.market.referrals import commands
from matchmaking.market.referrals.clock import clock_of, next_of, turn_of
from matchmaking.market.referrals.forms import LONGEST_KEY, StepForm
from matchmaking.market.referrals.models import LIVE
from matchmaking.market.referrals.queries import referral_by_key, referrals_of

bureau_referrals = Blueprint("bureau_referrals", __name__)


@bureau_referrals.get("/bureau/needs/<key:key>/referrals")
@requires(Permission.PUSH_REFERRALS)
def sheet(key: str) -> ResponseReturnValue:
    """The banks that have or had the need, and the products it could be pushed to."""
    return _sheet(key)


@bureau_referrals.post("/bureau/needs/<key:key>/referrals")
@requires(Permission.PUSH_REFERRALS)
def push(key: str) -> ResponseReturnValue:
    """Push it to the banks of the products chosen."""
    viewer, form, on, at = current_viewer(), StepForm(), business_today(), clock.now()
    if visible_need(session(), viewer, key) is None:
        abort(404)
    chosen = [one for one in request.form.getlist("product")[:10] if 0 < len(one) <= LONGEST_KEY and "\x00" not in one]
    version = form.version.data
    if not form.validate_on_submit():
        return _sheet(key), 422

    def hand(work: Session) -> dict[str, Any]:
        need = visible_need(work, viewer, key) or abort(404)
        made = commands.push(
            work, actor=viewer.actor, role=viewer.role.value, need=need, version=version, products=chosen, on=on, at=at
        )
        return {"referrals": [one.public_key for one in made]}

    try:
        keyed("referrals.push", form.key.data, {"need": key, "version": version, "products": chosen}, hand)
    except Refusal as refusal:
        return _sheet(key, refusal), 409 if refusal.reason.code in ("need_moved_on", "move_final") else 422
    return redirect(url_for("bureau_referrals.sheet", key=key), code=303)


@bureau_referrals.post("/bureau/needs/<key:key>/referrals/<key:referral>/recall")
@requires(Permission.PUSH_REFERRALS)
def recall(key: str, referral: str) -> ResponseReturnValue:
    """Take back what no bank has answered yet."""
    viewer, form, on, at = current_viewer(), StepForm(), business_today(), clock.now()
    need = visible_need(session(), viewer, key) or abort(404)
    found = referral_by_key(session(), viewer, referral)
    if found is None or found.need_id != need.id:
        abort(404)
    version = form.version.data
    if not form.validate_on_submit():
        return _sheet(key), 422

    def take_back(work: Session) -> dict[str, Any]:
        held = referral_by_key(work, viewer, referral) or abort(404)
        commands.move(
            work, actor=viewer.actor, role=viewer.role.value, referral=held, action="recall", version=version, on=on,
            at=at,
        )  # fmt: skip
        return {"referral": referral}

    try:
        keyed("referrals.recall", form.key.data, {"referral": referral, "version": version}, take_back)
    except Refusal as refusal:
        return _sheet(key, refusal), 409
    return redirect(url_for("bureau_referrals.sheet", key=key), code=303)


def _sheet(key: str, refusal: Refusal | None = None) -> str:
    viewer, on = current_viewer(), business_today()
    need = visible_need(session(), viewer, key) or abort(404)
    rows = referrals_of(session(), viewer, need)
    may = NEED.may(need.state, "refer", BUREAU)
    try:
        found = recommend(session(), need, on) if may else None
    except Refusal as lacking:
        found, refusal = None, lacking
    ranked = wants_ranking(session(), need.organisation_id)
    at_bank = {row.referral.legal_person_id for row in rows if row.referral.state in LIVE}
    fits = (found.fits if ranked else found.by_name) if found else ()
    return render_template(
        "referrals/bureau.html", need=need, may=may, refusal=refusal,
        # where the need stands already it cannot be sent again
        fits=[fit for fit in fits if fit.offer.product.organisation_id not in at_bank],
        may_recall=lambda referral: REFERRAL.may(referral.state, "recall", BUREAU),
        cards=[(row, clock_of(row.referral, on), next_of(row.referral), turn_of(row.referral)) for row in rows],
        ranked=ranked,
        form=StepForm(formdata=None, version=need.version), say=lambda reason: said(reason, language()),
    )  # fmt: skip
