"""批准的授信, as the firm reads it: the terms, what has to be done before money is paid, and not wanting it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.decisions import commands
from matchmaking.delivery.decisions.facts import terms_of
from matchmaking.delivery.decisions.forms import TurnDownForm
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.decisions.queries import line_of_referral
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import DECISION
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today

my_lines = Blueprint("my_lines", __name__)


@my_lines.get("/my/lines/<key:key>")
@requires(Permission.READ_OWN_NEEDS)
def sheet(key: str) -> ResponseReturnValue:
    """The line decided on the referral ``key``."""
    return _page(key)


@my_lines.post("/my/lines/<key:key>/turn-down")
@requires(Permission.SIGN_AGREEMENTS)
def turn_down(key: str) -> ResponseReturnValue:
    """The firm does not want it."""
    form, viewer, on, at = TurnDownForm(), current_viewer(), business_today(), clock.now()
    need = _found(session(), key).need_key
    version = form.version.data
    if not form.validate_on_submit():
        return _page(key), 422

    def leave(work: Session) -> dict[str, Any]:
        commands.turn_down_line(
            work, actor=viewer.actor, role=viewer.role.value, decision=_found(work, key), version=version, on=on, at=at
        )
        return {}

    try:
        keyed("decisions.turn_down", form.key.data, {"referral": key, "version": version}, leave)
    except Refusal as refusal:
        return _page(key, refusal), 409
    return redirect(url_for("referrals.progress", key=need), code=303)


def _found(work: Session, key: str) -> CreditDecision:
    row = line_of_referral(work, current_viewer(), key)
    return row.decision if row else abort(404)


def _page(key: str, refusal: Refusal | None = None) -> str:
    viewer = current_viewer()
    row = line_of_referral(session(), viewer, key) or abort(404)
    return render_template(
        "decisions/own.html", row=row, decision=row.decision, terms=terms_of(row.decision), refusal=refusal,
        form=TurnDownForm(formdata=None, version=row.decision.version),
        may=DECISION.possible(row.decision.state, viewer.role.value),
    )  # fmt: skip
