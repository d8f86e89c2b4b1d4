"""The firm reads a paper and signs it, or does not."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.signings import commands, queries
from matchmaking.delivery.signings.forms import FirmStepForm
from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import SIGNING
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.market.events.queries import event_by_key

papers = Blueprint("papers", __name__)


@papers.get("/my/papers/<key:key>")
@requires(Permission.SIGN_AGREEMENTS)
def sheet(key: str) -> ResponseReturnValue:
    """One paper with all its terms; one that the bank took back after offering it says so."""
    return _page(key)


@papers.post("/my/papers/<key:key>/sign")
@requires(Permission.SIGN_AGREEMENTS)
def sign(key: str) -> ResponseReturnValue:
    """Sign, or turn it down. Where the bank took the paper back meanwhile the firm hears that, and what to do."""
    form, viewer, at = FirmStepForm(), current_viewer(), clock.now()
    try:
        _paper(session(), key)
    except Refusal as refusal:
        return _page(key, refusal), 409
    if not form.validate_on_submit():
        return _page(key), 422
    action, version = str(form.action.data), form.version.data

    def step(work: Session) -> dict[str, Any]:
        told: dict[str, Any] = {"actor": viewer.actor, "role": viewer.role.value, "version": version, "at": at}
        if action == "sign":
            commands.sign_for_firm(work, paper=_paper(work, key), **told)
        else:
            commands.move_paper(work, paper=_paper(work, key), action=action, **told)
        return {}

    try:
        keyed("papers.sign", form.key.data, {"paper": key, "version": version, "action": action}, step)
    except Refusal as refusal:
        return _page(key, refusal), 409
    flash(_("已签署，等银行签署。") if action == "sign" else _("已告知银行：您不签这份合同。"), "ok")
    return redirect(url_for("papers.sheet", key=key), code=303)


def _paper(work: Session, key: str) -> Paper:
    row = queries.visible_paper(work, current_viewer(), key)
    if row is None and queries.taken_back(work, current_viewer(), key):
        raise Refusal(Reason("paper_taken_back"))
    return row.paper if row else abort(404)


def _page(key: str, refusal: Refusal | None = None) -> str:
    viewer = current_viewer()
    row = queries.visible_paper(session(), viewer, key)
    if row is None:
        branch = queries.taken_back(session(), viewer, key) or abort(404)
        return render_template(
            "errors/gone.html", heading=_("银行已收回这份合同"),
            told=_("%(branch)s 已把它收回修改，现在不能签，也没有记下您的签署。", branch=branch),
            advice=_("不用做什么：银行改好后会再发给您，那时请按新的内容再看一遍。要问原因，请联系银行的客户经理。"),
            back=url_for("loans.index"), label=_("返回我的贷款"),
        )  # fmt: skip
    return render_template(
        "papers/own.html", row=row, paper=row.paper, refusal=refusal,
        may=SIGNING.possible(row.paper.state, viewer.role.value),
        step=FirmStepForm(formdata=None, version=row.paper.version),
        event=event_by_key(session(), row.paper.event_key) if row.paper.event_key else None,
    )  # fmt: skip
