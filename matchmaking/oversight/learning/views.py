"""匹配权重: which policy holds, what was proposed, and a person's word on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.matching.explain import NOTE
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import OFFICE, POLICY
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.market.policies.commands import adopt, set_aside, withdraw
from matchmaking.market.policies.models import PolicyVersion
from matchmaking.market.policies.queries import acts_of, policy_by_key, policy_for, policy_rows
from matchmaking.oversight.learning.forms import DecideForm
from matchmaking.oversight.learning.pages import figured, weighed
from matchmaking.oversight.learning.queries import names_of

policies = Blueprint("policies", __name__)


@policies.get("/policies")
@requires(Permission.READ_POLICIES)
def index() -> ResponseReturnValue:
    """The policy in force and every proposal; three SQL statements with the session's."""
    on = business_today()
    try:
        held, lacking = policy_for(session(), on), None
    except Refusal as refusal:
        held, lacking = None, refusal
    rows = policy_rows(session())
    return render_template("policies/index.html", held=held, lacking=lacking, rows=rows, on=on, note=NOTE)


@policies.get("/policies/<key:key>")
@requires(Permission.READ_POLICIES)
def sheet(key: str) -> ResponseReturnValue:
    """One proposal beside the hand-set card."""
    return _show(key)


@policies.post("/policies/<key:key>/decide")
@requires(Permission.DECIDE_POLICIES)
def decide(key: str) -> ResponseReturnValue:
    """Adopt from tomorrow, set aside, or withdraw from tomorrow; with words."""
    form, viewer = DecideForm(), current_viewer()
    _ = policy_by_key(session(), key) or abort(404)
    if not form.validate_on_submit():
        return _show(key, form), 422
    action, words = str(form.action.data), str(form.words.data or "")
    common: dict[str, Any] = {"actor": viewer.actor, "key": key, "words": words, "at": clock.now()}
    common["row_version"] = form.version.data
    dated = common | {"on": business_today()}
    acts: dict[str, Callable[[Session], PolicyVersion]] = {
        "adopt": lambda work: adopt(work, **dated),
        "set_aside": lambda work: set_aside(work, **common),
        "withdraw": lambda work: withdraw(work, **dated),
    }

    def do(work: Session) -> dict[str, Any]:
        return {"state": acts[action](work).state}

    try:
        keyed("policies.decide", form.key.data, {"of": key, "action": action, "words": words}, do)
    except Refusal as refusal:
        form.add_refusal(refusal, "words")
        return _show(key, form), 422
    return redirect(url_for("policies.sheet", key=key), code=303)


def _show(key: str, form: DecideForm | None = None) -> str:
    row = policy_by_key(session(), key) or abort(404)
    acts = acts_of(session(), row)
    may = POLICY.possible(row.state, OFFICE) if current_viewer().may(Permission.DECIDE_POLICIES) else ()
    return render_template(
        "policies/sheet.html", row=row, lines=weighed(row), figures=figured(row.evidence), acts=acts, may=may,
        form=form or DecideForm(formdata=None), note=NOTE, own=row.recorded_by == current_viewer().actor,
        names=names_of(session(), {act.actor for act in acts}),
    )  # fmt: skip
