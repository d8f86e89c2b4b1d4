"""Statements: the list, handing one in, its preview and progress, its page and its source file."""

from __future__ import annotations

from typing import Any

import structlog
from flask import Blueprint, abort, current_app, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from matchmaking.delivery.statements import asking, lists
from matchmaking.delivery.statements.asked import Asked
from matchmaking.delivery.statements.forms import ConfirmForm, UploadForm, open_seal, seal_file
from matchmaking.delivery.statements.reading import ACCEPTED
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.files import Kept, keep, open_file
from matchmaking.foundation.jobs import Task, reasons_of
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.foundation.web.figures import chosen_unit, unit_choices
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.words import here
from matchmaking.registry.portfolios.queries import visible_portfolio, visible_portfolios

statements = Blueprint("statements", __name__)
PER_PAGE = 50
KEY = "<string(length=64):key>"


@statements.get("/statements")
@statements.get("/portfolios/<key:code>/statements")
@requires(Permission.IMPORT_STATEMENTS)
def index(code: str | None = None) -> ResponseReturnValue:
    """Every statement taken in, the latest first."""
    number = page_number(request.args.get("page"))
    rows, total = lists.statement_list(
        session(), current_viewer(), portfolio_code=code, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
    )
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("statements/index.html", rows=rows, page=page, code=code)


@statements.get("/statements/new")
@requires(Permission.IMPORT_STATEMENTS)
def new() -> ResponseReturnValue:
    """Hand in a statement; ``again`` takes over file and choices of an earlier preview of one's own."""
    viewer, form, kept = current_viewer(), UploadForm(formdata=None), None
    earlier = asking.task_of(session(), request.args.get("again", ""))
    if earlier is not None and earlier.actor == viewer.actor:
        asked = Asked.from_params(earlier.params)
        form = UploadForm(formdata=None, obj=asked)
        form.mapping.data, kept = asked.mapping, asked.kept
    else:
        form.portfolio.data = request.args.get("portfolio", "")[:60]
    return _upload_page(form, kept)


@statements.post("/statements/new")
@requires(Permission.IMPORT_STATEMENTS)
def hand_in() -> ResponseReturnValue:
    """Keep the file, queue its preview; the page again, with words and the file kept, when something is wrong."""
    viewer, form = current_viewer(), UploadForm()
    fine = form.validate_on_submit()
    kept = _kept(form)
    as_of = form.as_of.data
    if kept is None or not fine or as_of is None or not _portfolio_fits(form):
        return _upload_page(form, kept), 422
    asked = Asked(
        kept,
        form.mapping.data,
        form.portfolio.data,
        as_of,
        form.title_zh.data or "",
        form.title_en.data or "",
    )
    try:
        task = run_in_unit_of_work(
            asking.ask_preview, actor=viewer.actor, asked=asked, key=form.key.data or "", at=clock.now()
        )
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _upload_page(form, kept), 422
    return redirect(url_for("statements.task", key=task.key), code=303)


@statements.get(f"/statements/tasks/{KEY}")
@requires(Permission.IMPORT_STATEMENTS)
def task(key: str) -> ResponseReturnValue:
    """Progress while it runs; then the preview, what came of the import, or why it failed."""
    found = asking.task_of(session(), key) or abort(404)
    return _task_page(found)


@statements.post(f"/statements/tasks/{KEY}/confirm")
@requires(Permission.IMPORT_STATEMENTS)
def confirm(key: str) -> ResponseReturnValue:
    """Take in what the preview showed."""
    if not ConfirmForm().validate_on_submit():
        abort(400)
    try:
        made = run_in_unit_of_work(asking.confirm, actor=current_viewer().actor, key=key, at=clock.now())
    except Refusal as refusal:
        found = asking.task_of(session(), key) or abort(404)
        return _task_page(found, refusal.reasons), 409
    return redirect(url_for("statements.task", key=made.key), code=303)


@statements.get("/statements/<key:key>")
@requires(Permission.READ_AUDIT)
def statement(key: str) -> ResponseReturnValue:
    """One statement: where it came from, the bridge from the one before, and the agreements that changed."""
    found = lists.statement_sheet(session(), current_viewer(), key) or abort(404)
    counts = (found.statement.comparison or {}).get("counts", {})
    kind = request.args.get("kind", "")
    kind = kind if kind in lists.KINDS else next((each for each in lists.KINDS if counts.get(each)), lists.KINDS[0])
    page = Page(page_number(request.args.get("page")), counts.get(kind, 0), lambda changes: here(**changes), PER_PAGE)
    rows = lists.changes(session(), found, kind, limit=PER_PAGE, offset=page.offset) if counts.get(kind) else []
    return render_template(
        "statements/sheet.html",
        sheet=found,
        counts=counts,
        kind=kind,
        rows=rows,
        page=page,
        **_units(found.portfolio.currency),
    )


@statements.get("/statements/<key:key>/file")
@requires(Permission.READ_AGREEMENTS)
def file(key: str) -> ResponseReturnValue:
    """The source file as it came: always an attachment, never shown by the browser; the reading is logged."""
    viewer = current_viewer()
    found = lists.statement_sheet(session(), viewer, key) or abort(404)
    kept = found.statement
    log = structlog.get_logger("access")
    log.info("evidence_read", viewer=viewer.login, statement=key, sha256=kept.file_sha256)
    answer = send_file(
        open_file(kept.file_sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=kept.file_name,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _task_page(found: Task, refused: tuple[Reason, ...] = ()) -> str:
    asked = Asked.from_params(found.params)
    what: dict[str, Any] = {
        "task": found,
        "asked": asked,
        "refused": refused,
        "mine": found.actor == current_viewer().actor,
    }
    if found.state == "failed":
        return render_template("statements/failed.html", reasons=reasons_of(found.note), **what)
    if found.state != "done":
        return render_template("statements/progress.html", **what)
    result = found.result or {}
    if found.kind == asking.IMPORT:
        return render_template("statements/result.html", result=result, **what, **_units_of(result))
    return render_template(
        "statements/preview.html", told=result, form=ConfirmForm(formdata=None), **what, **_units_of(result)
    )


def _upload_page(form: UploadForm, kept: Kept | None) -> str:
    viewer = current_viewer()
    form.held.data = seal_file(current_app.config["SECRET_KEY"], viewer.actor, kept) if kept else ""
    limit = current_app.config["MAX_CONTENT_LENGTH"] // (1024 * 1024)
    shown = [each for each in visible_portfolios(session(), viewer) if each.kind == "statement"]
    return render_template("statements/new.html", form=form, kept=kept, portfolios=shown, limit_mb=limit)


def _kept(form: UploadForm) -> Kept | None:
    """The file sent now, else the one sent before; its error stands at the field."""
    if form.file.data and form.file.data.filename:
        try:
            return keep(
                form.file.data.stream,
                name=form.file.data.filename,
                media=ACCEPTED,
                limit=current_app.config["MAX_CONTENT_LENGTH"],
            )
        except Refusal as refusal:
            form.add_refusal(refusal, "file")
            return None
    kept = open_seal(current_app.config["SECRET_KEY"], current_viewer().actor, form.held.data)
    if kept is None:
        form.add_refusal(Refusal(Reason("statement_file_needed", {})), "file")
        return None
    try:
        open_file(kept.sha256).close()
    except Refusal:
        form.add_refusal(Refusal(Reason("statement_file_lost", {})), "file")
        return None
    return kept


def _portfolio_fits(form: UploadForm) -> bool:
    """Whether the portfolio takes statements, or is free to be made."""
    found = visible_portfolio(session(), current_viewer(), form.portfolio.data)
    if found is None or found.kind == "statement":
        return True
    form.add_refusal(Refusal(Reason("portfolio_not_statements", {"code": found.code})), "portfolio")
    return False


def _units_of(result: dict[str, Any]) -> dict[str, Any]:
    return _units(str(result.get("currency") or "CNY"))


def _units(currency: str) -> dict[str, Any]:
    """Unit in which the page shows amounts, its choices, and the currency."""
    return {"unit": chosen_unit(request.args.get("unit"), currency), "units": unit_choices(currency), "money": currency}
