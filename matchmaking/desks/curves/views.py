"""等多久: curves of waiting for the finance office, read from what the evening kept."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.audits.queries import OpenedAudit, latest_snapshot
from matchmaking.desks.curves.commands import keep_curves
from matchmaking.desks.curves.facts import waits_of
from matchmaking.desks.curves.pages import curves_page, name_of
from matchmaking.desks.curves.printed import between, p_said, tenths
from matchmaking.desks.curves.queries import kept_curves
from matchmaking.desks.office.asked import read_asked
from matchmaking.desks.office.setting import Setting, setting_of
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.next_page import safe_next
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.foundation.web.limits import limit_costly
from matchmaking.foundation.web.today import business_today
from matchmaking.registry.portfolios.models import Portfolio

curves = Blueprint("curves", __name__)


@curves.get("/portfolios/<key:code>/curves")
@requires(Permission.READ_AUDIT)
def index(code: str) -> ResponseReturnValue:
    """One wait, told apart one way; three SQL statements with the session's."""
    opened, setting = _open(code)
    if opened.snapshot is None:
        return render_template("office/unreckoned.html", page=setting)
    known = {wait.code: wait for wait in waits_of(opened.portfolio.kind, opened.portfolio.code)}
    wait = known.get(request.args.get("wait", ""), next(iter(known.values())))
    kept = kept_curves(session(), opened.snapshot, wait.code)
    if kept is None:
        return render_template("curves/unkept.html", page=setting)
    page = curves_page(setting, kept.payload, by=request.args.get("by", ""), group=request.args.get("group", ""))
    return render_template(
        "curves/index.html",
        page=page,
        name_of=name_of,
        tenths=tenths,
        between=between,
        p_said=p_said,
        made_at=kept.made_at,
    )


@curves.post("/portfolios/<key:code>/curves")
@requires(Permission.READ_AUDIT)
@limit_costly
def reckon(code: str) -> ResponseReturnValue:
    """Reckon the curves of a stored audit that has none, and go back to the page that asked."""
    asked = read_asked(request.form)
    if asked.unreadable:
        abort(400)
    opened = latest_snapshot(session(), current_viewer(), code, asked.as_of, asked.known_on, today=business_today())
    if opened is None or opened.snapshot is None:
        abort(404)
    run_in_unit_of_work(_keep, portfolio_id=opened.portfolio.id, snapshot_id=opened.snapshot.id)
    return redirect(safe_next(request.form.get("back"), url_for("curves.index", code=code)), code=303)


def _keep(work: Session, *, portfolio_id: int, snapshot_id: int) -> int:
    portfolio, snapshot = work.get_one(Portfolio, portfolio_id), work.get_one(AuditSnapshot, snapshot_id)
    return keep_curves(work, actor=current_viewer().actor, portfolio=portfolio, snapshot=snapshot, at=clock.now())


def _open(code: str) -> tuple[OpenedAudit, Setting]:
    asked = read_asked(request.args)
    opened = latest_snapshot(session(), current_viewer(), code, asked.as_of, asked.known_on, today=business_today())
    if opened is None:
        abort(404)
    kept: dict[str, Any] = {name: request.args[name] for name in ("wait", "by", "group") if request.args.get(name)}
    action = url_for("curves.index", code=code)
    setting = setting_of(
        opened, asked, portfolios=[opened.portfolio], action=action, kept=kept,
        may_reckon=current_viewer().may(Permission.READ_AUDIT),
    )  # fmt: skip
    return opened, setting
