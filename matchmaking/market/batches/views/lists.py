"""Lists: all of them, making one, its sheet, freezing, discarding, restating, taking it away as a workbook."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import ListState, Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.batches.commands import discard_batch, freeze_batch, restate_batch, start_batch
from matchmaking.market.batches.forms import BatchForm, RestateForm, StepForm
from matchmaking.market.batches.models import KINDS, TESTS, Batch
from matchmaking.market.batches.queries import (
    SORTS,
    batch_page,
    member_page,
    membership,
    restatements_of,
    visible_batch,
)
from matchmaking.market.batches.workbook import MEDIA, MOST_ROWS, workbook

batches = Blueprint("batches", __name__)
PER_PAGE = 50


@batches.get("/batches")
@requires(Permission.READ_LISTS)
def index() -> ResponseReturnValue:
    """Lists with their firms and sums, the latest first; two SQL statements with the session's."""
    number, kind = page_number(request.args.get("page")), request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    at = {"limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
    rows, total = batch_page(session(), current_viewer(), kind=kind, **at)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("batches/index.html", rows=rows, page=page, kind=kind, kinds=KINDS)


@batches.get("/batches/new")
@requires(Permission.KEEP_LISTS)
def new() -> ResponseReturnValue:
    """An empty form."""
    return render_template("batches/new.html", form=BatchForm(formdata=None))


@batches.post("/batches/new")
@requires(Permission.KEEP_LISTS)
def make() -> ResponseReturnValue:
    """Keep a new draft."""
    form, viewer, at = BatchForm(), current_viewer(), clock.now()
    if not form.validate_on_submit():
        return render_template("batches/new.html", form=form), 422
    told = {name: str(form[name].data or "") for name in ("kind", "number", "title", "recipient")}

    def begin(work: Session) -> dict[str, Any]:
        made = start_batch(work, actor=viewer.actor, area_code=viewer.jurisdiction, at=at, **told)
        return {"batch": made.public_key}

    try:
        answer = keyed("batches.make", form.key.data, told, begin)
    except Refusal as refusal:
        form.add_refusal(refusal, "number")
        return render_template("batches/new.html", form=form), 422
    return redirect(url_for("batches.sheet", key=answer["batch"]), code=303)


@batches.get("/batches/<key:key>")
@requires(Permission.READ_LISTS)
def sheet(key: str) -> ResponseReturnValue:
    """One list with its firms, fifty at a time; five SQL statements with the session's."""
    return show(key)


@batches.post("/batches/<key:key>/freeze")
@requires(Permission.KEEP_LISTS)
def freeze(key: str) -> ResponseReturnValue:
    """From here on it never changes."""
    today = business_today()
    return _step(key, "batches.freeze", lambda work, batch, common: freeze_batch(work, batch=batch, on=today, **common))


@batches.post("/batches/<key:key>/discard")
@requires(Permission.KEEP_LISTS)
def discard(key: str) -> ResponseReturnValue:
    """Give the draft up."""
    answer = _step(key, "batches.discard", lambda work, batch, common: discard_batch(work, batch=batch, **common))
    return answer if isinstance(answer, tuple) else redirect(url_for("batches.index"), code=303)


@batches.post("/batches/<key:key>/restate")
@requires(Permission.KEEP_LISTS)
def restate(key: str) -> ResponseReturnValue:
    """Write a correction beside the frozen list."""
    form, viewer, at, today = RestateForm(), current_viewer(), clock.now(), business_today()
    writable(session(), key)
    if not form.validate_on_submit():
        return show(key, restate_form=form), 422
    sign = 1 if form.direction.data == "more" else -1
    told: dict[str, Any] = {
        "difference_members": sign * int(form.firms.data or 0),
        "difference_minor": sign * form.amount.data.minor if form.amount.data else 0,
        "cause": str(form.cause.data),
    }
    version = form.version.data

    def beside(work: Session) -> dict[str, Any]:
        restate_batch(
            work, actor=viewer.actor, batch=writable(work, key), version=version, on=today, at=at,
            role=viewer.role.value, **told,
        )  # fmt: skip
        return {"batch": key}

    try:
        keyed("batches.restate", form.key.data, {"batch": key, "version": version, **told}, beside)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return show(key, restate_form=form), 422
    return redirect(url_for("batches.sheet", key=key), code=303)


@batches.get("/batches/<key:key>/list.xlsx")
@requires(Permission.READ_LISTS)
def export(key: str) -> ResponseReturnValue:
    """The list as a workbook."""
    batch = visible_batch(session(), current_viewer(), key) or abort(404)
    rows, total, _asked = member_page(session(), current_viewer(), batch, limit=MOST_ROWS)
    # who sees a county's part of the list gets no lines of the others
    hashed = membership(session(), batch.id) if total == batch.members else []
    name = f"batch-{batch.number if batch.number.isascii() else batch.id}.xlsx".replace('"', "")
    head = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(workbook(batch, rows, hashed), mimetype=MEDIA, headers=head)


def writable(work: Session, key: str) -> Batch:
    """The list, where this person may write on it: the city's on the city's, a county's on its own; 404 otherwise."""
    batch = visible_batch(work, current_viewer(), key)
    return batch if batch is not None and current_viewer().covers(batch.area_code) else abort(404)


def show(key: str, *, refusal: Refusal | None = None, restate_form: RestateForm | None = None) -> str:
    """The sheet, with what was refused where something was."""
    viewer = current_viewer()
    batch = visible_batch(session(), viewer, key) or abort(404)
    listed = ListState(request.args.get("sort", ""), tuple(SORTS), "position", lambda changes: here(**changes))
    number = page_number(request.args.get("page"))
    offset = (number - 1) * PER_PAGE
    rows, total, asked = member_page(session(), viewer, batch, sort=listed.sort, limit=PER_PAGE, offset=offset)
    may = viewer.may(Permission.KEEP_LISTS) and viewer.covers(batch.area_code)
    return render_template(
        "batches/sheet.html", batch=batch, rows=rows, total=total, asked=asked, listed=listed, tests=TESTS, may=may,
        page=Page(number, total, lambda changes: here(**changes), PER_PAGE), refusal=refusal,
        step_form=StepForm(formdata=None, version=batch.version), restatements=restatements_of(session(), batch),
        restate_form=restate_form or RestateForm(formdata=None, version=batch.version),
    )  # fmt: skip


def _step(key: str, route: str, act: Any) -> ResponseReturnValue:
    form, viewer = StepForm(), current_viewer()
    version = form.version.data
    common = {"actor": viewer.actor, "version": version, "at": clock.now(), "role": viewer.role.value}
    writable(session(), key)

    def do(work: Session) -> dict[str, Any]:
        act(work, writable(work, key), common)
        return {"batch": key}

    try:
        keyed(route, form.key.data, {"batch": key, "version": version}, do)
    except Refusal as refusal:
        return show(key, refusal=refusal), 409
    return redirect(url_for("batches.sheet", key=key), code=303)
