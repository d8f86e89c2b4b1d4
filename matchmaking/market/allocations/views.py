"""分配方案: plans of a list, one plan with its proof and prices, one firm's products, and the presses that steer it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.jobs import reasons_of
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.allocations.commands import ask_solution, discard_plan, freeze_plan, start_plan, wish_pair
from matchmaking.market.allocations.forms import PlanForm, StepForm, WishForm
from matchmaking.market.allocations.models import AllocationPlan
from matchmaking.market.allocations.queries import (
    BY,
    PairRow,
    candidates_of,
    chosen_page,
    plan_list,
    plan_task,
    prices_of,
    unplaced_of,
    visible_plan,
    wishes_held,
)
from matchmaking.market.allocations.shown import floors_of, gap_ppm, points, price, quota_lines
from matchmaking.market.allocations.workbook import MEDIA, MOST_ROWS, workbook
from matchmaking.market.batches.models import Batch
from matchmaking.market.batches.queries import visible_batch
from matchmaking.rulebook import number

allocations = Blueprint("allocations", __name__)
PER_PAGE = 50
MOST_UNPLACED = 300


@allocations.get("/batches/<key:key>/plans")
@requires(Permission.READ_LISTS)
def index(key: str) -> ResponseReturnValue:
    """Plans over one list; three SQL statements with the session's."""
    form = PlanForm(formdata=None, count_most=number("allocation_count_most", business_today()))
    return _index(key, form)


@allocations.post("/batches/<key:key>/plans")
@requires(Permission.KEEP_LISTS)
def make(key: str) -> ResponseReturnValue:
    """A new plan, handed to the solver at once."""
    form, viewer, at, today = PlanForm(), current_viewer(), clock.now(), business_today()
    _writable_batch(session(), key)
    if not form.validate_on_submit():
        return _index(key, form), 422
    count = int(form.count_most.data or 0)

    def begin(work: Session) -> dict[str, Any]:
        plan = start_plan(
            work, actor=viewer.actor, batch=_writable_batch(work, key), count_most=count, on=today, at=at
        )  # fmt: skip
        ask_solution(work, actor=viewer.actor, plan=plan, version=plan.version, at=at, role=viewer.role.value)
        return {"plan": plan.public_key}

    try:
        answer = keyed("allocations.make", form.key.data, {"batch": key, "count_most": count}, begin)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _index(key, form), 422
    return redirect(url_for("allocations.sheet", key=answer["plan"]), code=303)


@allocations.get("/plans/<key:key>")
@requires(Permission.READ_LISTS)
def sheet(key: str) -> ResponseReturnValue:
    """Who goes where, what quotas cost, who found no place and why; or how far the solving is."""
    return _sheet(key)


@allocations.post("/plans/<key:key>/solve")
@requires(Permission.KEEP_LISTS)
def solve(key: str) -> ResponseReturnValue:
    """Hand it to the solver again."""
    return _step(key, "allocations.solve", ask_solution)


@allocations.post("/plans/<key:key>/freeze")
@requires(Permission.KEEP_LISTS)
def freeze(key: str) -> ResponseReturnValue:
    """From here on it never changes."""
    today = business_today()
    return _step(key, "allocations.freeze", lambda work, **common: freeze_plan(work, on=today, **common))


@allocations.post("/plans/<key:key>/discard")
@requires(Permission.KEEP_LISTS)
def discard(key: str) -> ResponseReturnValue:
    """Give it up."""
    return _step(key, "allocations.discard", discard_plan)


@allocations.get("/plans/<key:key>/firms/<id:position>")
@requires(Permission.READ_LISTS)
def firm(key: str, position: int) -> ResponseReturnValue:
    """Every product that one firm could have, with the wishes about them."""
    return _firm(key, position)


@allocations.post("/plans/<key:key>/firms/<id:position>")
@requires(Permission.KEEP_LISTS)
def wish(key: str, position: int) -> ResponseReturnValue:
    """Pin one of its pairs, forbid it, or set it free."""
    form, viewer, at = WishForm(), current_viewer(), clock.now()
    plan, _batch = _writable(session(), key)
    row = _pair(session(), plan, position, str(form.product.data or ""))
    if not form.validate_on_submit():
        return _firm(key, position, form), 422
    told: dict[str, Any] = {
        "need_key": row.pair.need_key,
        "product_id": row.pair.product_id,
        "wish": str(form.wish.data),
        "words": str(form.words.data),
    }
    version = form.version.data

    def act(work: Session) -> dict[str, Any]:
        found, _ = _writable(work, key)
        wish_pair(work, actor=viewer.actor, plan=found, version=version, at=at, role=viewer.role.value, **told)
        return {"plan": key}

    try:
        keyed("allocations.wish", form.key.data, {"plan": key, "version": version, **told}, act)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _firm(key, position, form), 422
    return redirect(url_for("allocations.sheet", key=key), code=303)


@allocations.get("/plans/<key:key>/plan.xlsx")
@requires(Permission.READ_LISTS)
def export(key: str) -> ResponseReturnValue:
    """The plan as a workbook."""
    plan, batch = visible_plan(session(), current_viewer(), key) or abort(404)
    viewer = current_viewer()
    rows, _total, _sum = chosen_page(session(), viewer, plan, by="firm", limit=MOST_ROWS)
    unplaced, _counts = unplaced_of(session(), viewer, plan, limit=MOST_ROWS)
    content = workbook(plan, batch, rows, prices_of(session(), plan), unplaced)
    head = {"Content-Disposition": f'attachment; filename="plan-{plan.id}.xlsx"'}
    return Response(content, mimetype=MEDIA, headers=head)


def _writable_batch(work: Session, key: str) -> Batch:
    """The list, where this person may plan over it: the city's on the city's, a county's on its own; 404 otherwise."""
    batch = visible_batch(work, current_viewer(), key)
    return batch if batch is not None and current_viewer().covers(batch.area_code) else abort(404)


def _writable(work: Session, key: str) -> tuple[AllocationPlan, Batch]:
    found = visible_plan(work, current_viewer(), key)
    return found if found is not None and current_viewer().covers(found[1].area_code) else abort(404)


def _may(batch: Batch) -> bool:
    return current_viewer().may(Permission.KEEP_LISTS) and current_viewer().covers(batch.area_code)


def _pair(work: Session, plan: AllocationPlan, position: int, product: str) -> PairRow:
    rows = candidates_of(work, current_viewer(), plan, position)
    return next((row for row in rows if row.product_key == product), None) or abort(404)


def _index(key: str, form: PlanForm) -> str:
    batch = visible_batch(session(), current_viewer(), key) or abort(404)
    at = page_number(request.args.get("page"))
    rows, total = plan_list(session(), batch, limit=PER_PAGE, offset=(at - 1) * PER_PAGE)
    page = Page(at, total, lambda changes: here(**changes), PER_PAGE)
    return render_template(
        "allocations/index.html", batch=batch, rows=rows, page=page, form=form, may=_may(batch), gap=gap_ppm,
        points=points,
    )  # fmt: skip


def _sheet(key: str, refusal: Refusal | None = None) -> str:
    viewer = current_viewer()
    plan, batch = visible_plan(session(), viewer, key) or abort(404)
    common = {"plan": plan, "batch": batch, "may": _may(batch), "refusal": refusal,
              "step_form": StepForm(formdata=None, version=plan.version)}  # fmt: skip
    if plan.state == "solving" or not plan.run:
        task = plan_task(session(), plan)
        return render_template(
            "allocations/waiting.html", task=task, failed=reasons_of(task.note if task else None), **common
        )
    by = request.args.get("by", "")
    by, at = by if by in BY else BY[0], page_number(request.args.get("page"))
    rows, total, amount = chosen_page(session(), viewer, plan, by=by, limit=PER_PAGE, offset=(at - 1) * PER_PAGE)
    unplaced, counts = unplaced_of(session(), viewer, plan, limit=MOST_UNPLACED)
    task = plan_task(session(), plan) if plan.state == "draft" else None
    return render_template(
        "allocations/sheet.html", rows=rows, total=total, amount=amount, by=by, ways=BY, unplaced=unplaced,
        counts=counts, page=Page(at, total, lambda changes: here(**changes), PER_PAGE), floors=floors_of(plan),
        quotas=quota_lines(prices_of(session(), plan)), wishes=wishes_held(session(), viewer, plan), gap=gap_ppm(plan),
        points=points, price=price, failed=reasons_of(task.note if task else None), **common,
    )  # fmt: skip


def _firm(key: str, position: int, form: WishForm | None = None) -> str:
    viewer = current_viewer()
    plan, batch = visible_plan(session(), viewer, key) or abort(404)
    rows = candidates_of(session(), viewer, plan, position) or abort(404)
    held = {(each.wish.need_key, each.wish.product_id): each.wish for each in wishes_held(session(), viewer, plan)}
    return render_template(
        "allocations/firm.html", plan=plan, batch=batch, rows=rows, held=held, form=form, points=points,
        may=_may(batch) and plan.state in ("draft", "solved"), empty_form=WishForm(formdata=None, version=plan.version),
    )  # fmt: skip


def _step(key: str, route: str, act: Callable[..., Any]) -> ResponseReturnValue:
    form, viewer = StepForm(), current_viewer()
    version = form.version.data
    common = {"actor": viewer.actor, "version": version, "at": clock.now(), "role": viewer.role.value}
    _writable(session(), key)

    def do(work: Session) -> dict[str, Any]:
        act(work, plan=_writable(work, key)[0], **common)
        return {"plan": key}

    try:
        keyed(route, form.key.data, {"plan": key, "version": version}, do)
    except Refusal as refusal:
        return _sheet(key, refusal), 409
    return redirect(url_for("allocations.sheet", key=key), code=303)
