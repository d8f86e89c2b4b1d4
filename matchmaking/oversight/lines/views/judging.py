"""One line beside the payments it could be: accept one, or say why one is not it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.locale import in_words
from matchmaking.foundation.web.today import business_today
from matchmaking.oversight.lines.commands import accept_match, reject_match
from matchmaking.oversight.lines.forms import AcceptForm, RejectForm
from matchmaking.oversight.lines.models import OutsideLine
from matchmaking.oversight.lines.queries import candidates_of, line_by_key, match_of
from matchmaking.oversight.lines.views.listing import lines, seen, title_of
from matchmaking.registry.portfolios.models import Portfolio


@lines.get("/portfolios/<key:code>/lines/<key:key>")
@requires(Permission.READ_AGREEMENTS)
def sheet(code: str, key: str) -> ResponseReturnValue:
    """The line and each candidate side by side, with what differs marked."""
    return _sheet(code, key, RejectForm(formdata=None))


@lines.post("/portfolios/<key:code>/lines/<key:key>/accept")
@requires(Permission.HANDLE_FINDINGS)
def accept(code: str, key: str) -> ResponseReturnValue:
    """It is this payment."""
    viewer, form, at = current_viewer(), AcceptForm(), clock.now()
    _found(session(), code, key)
    if not form.validate_on_submit():
        return _sheet(code, key, RejectForm(formdata=None)), 422

    def work(inside: Session) -> dict[str, Any]:
        portfolio, line = _found(inside, code, key)
        key_ = form.report.data or ""
        made = accept_match(inside, actor=viewer.actor, portfolio=portfolio, line=line, report_key=key_, at=at)
        return {"match": made.public_key}

    return _done(code, key, "lines.accept", form, {"line": key, "report": form.report.data}, work)


@lines.post("/portfolios/<key:code>/lines/<key:key>/reject")
@requires(Permission.HANDLE_FINDINGS)
def reject(code: str, key: str) -> ResponseReturnValue:
    """It is not this payment, and why."""
    viewer, form, at = current_viewer(), RejectForm(), clock.now()
    _found(session(), code, key)
    if not form.validate_on_submit():
        return _sheet(code, key, form), 422
    told = {"report_key": form.report.data or "", "words": form.words.data or ""}

    def work(inside: Session) -> dict[str, Any]:
        _, line = _found(inside, code, key)
        return {"rejection": reject_match(inside, actor=viewer.actor, line=line, at=at, **told).public_key}

    return _done(code, key, "lines.reject", form, {"line": key, **told}, work)


def _done(
    code: str,
    key: str,
    route: str,
    form: AcceptForm | RejectForm,
    body: dict[str, Any],
    work: Callable[[Session], dict[str, Any]],
) -> ResponseReturnValue:
    try:
        keyed(route, form.key.data, body, work)
    except Refusal as refusal:
        for reason in refusal.reasons:
            flash(in_words(reason), "error")
    return redirect(url_for("lines.sheet", code=code, key=key), code=303)


def _found(work: Session, code: str, key: str) -> tuple[Portfolio, OutsideLine]:
    portfolio = seen(work, code)
    return portfolio, line_by_key(work, portfolio.id, key) or abort(404)


def _sheet(code: str, key: str, form: RejectForm) -> str:
    portfolio, line = _found(session(), code, key)
    return render_template(
        "lines/sheet.html", portfolio=portfolio, title=title_of(portfolio), line=line, form=form,
        candidates=candidates_of(session(), line), matched=match_of(session(), line), today=business_today(),
        may_match=current_viewer().may(Permission.HANDLE_FINDINGS), accept_form=AcceptForm(formdata=None),
    )  # fmt: skip
