"""抽样核查: samples, freezing a list, one sample with its recipe and result."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.queries import OpenedAudit, latest_snapshot
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import OFFICE, SAMPLE
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here, w
from matchmaking.oversight.samples import commands
from matchmaking.oversight.samples.facts import choices_of
from matchmaking.oversight.samples.forms import DrawForm, EndForm, FreezeForm
from matchmaking.oversight.samples.queries import (
    ItemPage,
    SampleRow,
    frozen_list,
    item_page,
    sample_list,
    visible_sample,
)
from matchmaking.oversight.samples.recipe import RECIPE
from matchmaking.registry.portfolios.queries import visible_portfolio, visible_portfolios
from matchmaking.rulebook import number as dated

samples = Blueprint("samples", __name__)
PER_PAGE = 50


@samples.get("/samples")
@requires(Permission.READ_SAMPLES)
def index() -> ResponseReturnValue:
    """Every sample of the portfolios one may open, the latest first; three SQL statements with the session's."""
    page_no = page_number(request.args.get("page"))
    rows, total = sample_list(session(), current_viewer(), limit=PER_PAGE, offset=(page_no - 1) * PER_PAGE)
    if page_no > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(page_no, total, lambda changes: here(**changes), PER_PAGE)
    mine = visible_portfolios(session(), current_viewer())
    return render_template("samples/index.html", rows=rows, page=page, portfolios=mine)


@samples.get("/portfolios/<key:code>/samples/new")
@requires(Permission.KEEP_SAMPLES)
def new(code: str) -> ResponseReturnValue:
    """How much to draw from the portfolio's latest audit."""
    return _new(code, FreezeForm(formdata=None))


@samples.post("/portfolios/<key:code>/samples/new")
@requires(Permission.KEEP_SAMPLES)
def freeze(code: str) -> ResponseReturnValue:
    """Freeze the list; the seed comes later, from somebody else."""
    opened, form = _opened(code), FreezeForm()
    if not form.validate_on_submit() or opened.snapshot is None:
        return _new(code, form), 422
    grade, _dot, money = str(form.what.data).partition(".")
    told: dict[str, Any] = {
        "grade": grade, "money": money, "confidence_ppm": int(form.confidence.data),
        "tolerable_ppm": int(form.tolerable.data), "expected": form.expected.data,
    }  # fmt: skip
    snapshot_id = opened.snapshot.id

    def do(work: Session) -> dict[str, Any]:
        portfolio = visible_portfolio(work, current_viewer(), code) or abort(404)
        snapshot = work.get_one(type(opened.snapshot), snapshot_id)
        common: dict[str, Any] = {
            "actor": current_viewer().actor,
            "portfolio": portfolio,
            "snapshot": snapshot,
            "at": clock.now(),
        }
        return {"sample": commands.freeze_list(work, **common, **told).public_key}

    try:
        made = keyed("samples.freeze", form.key.data, {"code": code, "snapshot": snapshot_id, **told}, do)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _new(code, form), 422
    return redirect(url_for("samples.sheet", key=made["sample"]), code=303)


@samples.get("/samples/<key:key>")
@requires(Permission.READ_SAMPLES)
def sheet(key: str) -> ResponseReturnValue:
    """One sample: what was frozen, how to repeat the draw, a page of items and, once closed, the result; three SQL
    statements with the session's, and one for each person named.
    """
    found, number = found_sample(session(), key), page_number(request.args.get("page"))
    items = item_page(session(), found.sample, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not items.rows:
        return redirect(url_for("samples.sheet", key=key), code=303)
    return _sheet(found, items=items, number=number)


@samples.get("/samples/<key:key>/list.txt")
@requires(Permission.READ_SAMPLES)
def frozen(key: str) -> Response:
    """The list as it was frozen, byte for byte: what ``sha256sum`` prints of it stands on the page."""
    text = frozen_list(session(), found_sample(session(), key).sample).text
    answer = Response(text.encode("utf-8"), mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="{key}.txt"'
    return answer


@samples.post("/samples/<key:key>/draw")
@requires(Permission.KEEP_SAMPLES)
def draw(key: str) -> ResponseReturnValue:
    """Draw with the published seed."""
    form, found = DrawForm(), found_sample(session(), key)
    if not form.validate_on_submit():
        return _sheet(found, drawing=form), 422
    told: dict[str, Any] = {
        "seed": str(form.seed.data),
        "source": str(form.source.data),
        "row_version": int(form.version.data or 0),
    }

    def do(work: Session) -> dict[str, Any]:
        made = commands.draw_sample(work, actor=current_viewer().actor, key=key, at=clock.now(), **told)
        return {"state": made.state}

    try:
        keyed("samples.draw", form.key.data, {"of": key, **told}, do)
    except Refusal as refusal:
        form.add_refusal(refusal, "seed")
        return _sheet(found_sample(session(), key), drawing=form), 422
    return redirect(url_for("samples.sheet", key=key), code=303)


@samples.post("/samples/<key:key>/end")
@requires(Permission.KEEP_SAMPLES)
def end(key: str) -> ResponseReturnValue:
    """Evaluate and close, or set aside."""
    form, found = EndForm(), found_sample(session(), key)
    if not form.validate_on_submit():
        return _sheet(found, ending=form), 422
    action, on = str(form.action.data), business_today()
    told: dict[str, Any] = {"words": str(form.words.data), "row_version": form.version.data}

    def do(work: Session) -> dict[str, Any]:
        common: dict[str, Any] = {"actor": current_viewer().actor, "key": key, "at": clock.now(), **told}
        if action == "close":
            return {"state": commands.close_sample(work, on=on, **common).state}
        return {"state": commands.set_sample_aside(work, **common).state}

    try:
        keyed("samples.end", form.key.data, {"of": key, "action": action, **told}, do)
    except Refusal as refusal:
        form.add_refusal(refusal, "words")
        return _sheet(found_sample(session(), key), ending=form), 422
    return redirect(url_for("samples.sheet", key=key), code=303)


def found_sample(work: Session, key: str) -> SampleRow:
    """The sample, or 404 where it is not the viewer's to see."""
    return visible_sample(work, current_viewer(), key) or abort(404)


def _opened(code: str) -> OpenedAudit:
    return latest_snapshot(session(), current_viewer(), code, today=business_today()) or abort(404)


def _offer(form: FreezeForm, opened: OpenedAudit) -> None:
    pairs = choices_of(opened.payload) if opened.snapshot else []
    form.what.choices = tuple((f"{grade}.{money}", _what(grade, money)) for grade, money in pairs)


def _what(grade: str, money: str) -> Any:
    return lambda: f"{w(f'instrument_{grade}')} · {w(f'sample_{money}')}"


def _new(code: str, form: FreezeForm) -> str:
    opened = _opened(code)
    _offer(form, opened)
    return render_template("samples/new.html", opened=opened, form=form)


def _sheet(
    found: SampleRow, *, drawing: DrawForm | None = None, ending: EndForm | None = None,
    items: ItemPage | None = None, number: int = 1,
) -> str:  # fmt: skip
    sample, viewer = found.sample, current_viewer()
    items = items or item_page(session(), sample, limit=PER_PAGE)
    page = Page(
        number, items.total, lambda told: url_for("samples.sheet", key=sample.public_key, page=told["page"]), PER_PAGE
    )
    may = SAMPLE.possible(sample.state, OFFICE) if viewer.may(Permission.KEEP_SAMPLES) else ()
    return render_template(
        "samples/sheet.html", sample=sample, portfolio=found.portfolio, items=items, page=page, may=may,
        drawing=drawing or DrawForm(formdata=None), ending=ending or EndForm(formdata=None), recipe=RECIPE,
        own=sample.frozen_by == viewer.actor, most=dated("sample_attempts", business_today()),
    )  # fmt: skip
