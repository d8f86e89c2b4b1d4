"""The bank's own products: the list, one product with its versions, drafting and publishing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import PRODUCT_VERSION
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import once, run_in_unit_of_work, session
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.products import commands
from matchmaking.market.products.facts import told_of
from matchmaking.market.products.forms import MoveForm, OfferForm, ProductForm, whole
from matchmaking.market.products.models import Product, ProductVersion
from matchmaking.market.products.queries import (
    Offer,
    OwnSheet,
    managed_by,
    own_products,
    own_sheet,
)
from matchmaking.market.products.shown import rate_span, rule_lines, spread_text
from matchmaking.market.products.views.naming import name_of
from matchmaking.registry.organisations.models import Organisation

bank_products = Blueprint("bank_products", __name__)
PER_PAGE = 50
MOVED = ("product_moved_on", "product_draft_open", "move_not_now", "move_others_turn", "move_final")


@bank_products.get("/bank/products")
@requires(Permission.READ_PRODUCTS)
def index() -> ResponseReturnValue:
    """The bank's products; two SQL statements with the session's."""
    number, on = page_number(request.args.get("page")), business_today()
    offset = (number - 1) * PER_PAGE
    rows, total = own_products(session(), current_viewer(), on=on, limit=PER_PAGE, offset=offset)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    lines = [(row, rate_span(row.terms, on) if row.terms else None) for row in rows]
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("products/bank.html", lines=lines, page=page, may=_may_manage())


@bank_products.get("/bank/products/new")
@requires(Permission.MANAGE_PRODUCTS)
def new() -> ResponseReturnValue:
    """An empty form."""
    return _form_page(ProductForm(formdata=None), None)


@bank_products.post("/bank/products/new")
@requires(Permission.MANAGE_PRODUCTS)
def create() -> ResponseReturnValue:
    """A new product with the draft of its first version."""
    form, viewer, on, at = ProductForm(), current_viewer(), business_today(), clock.now()
    if not form.validate_on_submit():
        return _form_page(form, None), 422
    told, name = form.told, form.name.data or ""

    def make(work: Session) -> dict[str, Any]:
        bank = work.get(Organisation, viewer.organisation_id or 0) or abort(404)
        made = commands.create_product(work, actor=viewer.actor, organisation=bank, name=name, told=told, on=on, at=at)
        return {"product": made.public_key}

    try:
        answer = _keyed("products.create", form.key.data, {"name": name, **told.plain()}, make)
    except Refusal as refusal:
        form.place(refusal)
        return _form_page(form, None), 422
    return redirect(url_for("bank_products.sheet", key=answer["product"]), code=303)


@bank_products.get("/bank/products/<key:key>")
@requires(Permission.READ_PRODUCTS)
def sheet(key: str) -> ResponseReturnValue:
    """One product: what is in force, what is drafted, every version."""
    return _sheet_page(key)


@bank_products.get("/bank/products/<key:key>/versions/<id:number>")
@requires(Permission.READ_PRODUCTS)
def version(key: str, number: int) -> ResponseReturnValue:
    """One version's terms as they were."""
    found = own_sheet(session(), current_viewer(), key) or abort(404)
    offer = found.number(number) or abort(404)
    on = offer.version.effective_from or offer.terms.effective_from
    return render_template("products/version.html", found=found, **_shown(offer), on=on)


@bank_products.get("/bank/products/<key:key>/draft")
@requires(Permission.MANAGE_PRODUCTS)
def edit(key: str) -> ResponseReturnValue:
    """The open draft, or the terms in force to make the next version from."""
    found = _managed(key)
    draft = found.draft
    if draft is not None and draft.version.state != "draft":
        return redirect(url_for("bank_products.sheet", key=key), code=303)
    base = draft or found.on(business_today()) or found.offers[0]
    form = OfferForm.of(told_of(base.terms), seen=draft.version.version if draft else 0)
    if draft is None:
        form.effective_from.data = None
    return _form_page(form, found)


@bank_products.post("/bank/products/<key:key>/draft")
@requires(Permission.MANAGE_PRODUCTS)
def write(key: str) -> ResponseReturnValue:
    """Keep the draft: amend the open one, or begin the next version."""
    found, form, viewer = _managed(key), OfferForm(), current_viewer()
    if not form.validate_on_submit():
        return _form_page(form, found), 422
    told, seen, on, at = form.told, whole(form.seen.data), business_today(), clock.now()
    draft_id = found.draft.version.id if found.draft and seen else None

    def keep(work: Session) -> dict[str, Any]:
        if draft_id is None:
            product = work.get_one(Product, found.product.id)
            made = commands.draft_version(work, actor=viewer.actor, product=product, told=told, on=on, at=at)
            return {"number": made.number}
        row = work.get_one(ProductVersion, draft_id)
        kept = commands.amend_version(
            work, actor=viewer.actor, role=viewer.role.value, version=row, seen=seen, told=told, on=on, at=at
        )
        return {"number": kept.number}

    try:
        _keyed("products.draft", form.key.data, {"product": key, "seen": seen, **told.plain()}, keep)
    except Refusal as refusal:
        form.place(refusal)
        return _form_page(form, found), 409 if refusal.reason.code in MOVED else 422
    return redirect(url_for("bank_products.sheet", key=key), code=303)


@bank_products.post("/bank/products/<key:key>/move")
@requires(Permission.MANAGE_PRODUCTS)
def move(key: str) -> ResponseReturnValue:
    """Submit, send back, publish, discard or retire a version."""
    found, form, viewer = _managed(key), MoveForm(), current_viewer()
    offer = found.number(whole(form.number.data)) or abort(404)
    action, seen = str(form.action.data or ""), whole(form.seen.data)
    if action not in MoveForm.MOVES:
        return _sheet_page(key, Refusal(Reason("product_action_unknown"))), 422
    on, at, version_id = business_today(), clock.now(), offer.version.id

    def step(work: Session) -> dict[str, Any]:
        row = work.get_one(ProductVersion, version_id)
        who: dict[str, Any] = {"actor": viewer.actor, "role": viewer.role.value, "version": row, "seen": seen}
        if action == "publish":
            commands.publish_version(work, **who, on=on, at=at)
        elif action == "retire":
            commands.retire_version(work, **who, on=on, at=at)
        else:
            commands.move_version(work, **who, action=action, at=at)
        return {"number": row.number}

    body = {"product": key, "number": offer.version.number, "seen": seen, "action": action}
    try:
        _keyed("products.move", form.key.data, body, step)
    except Refusal as refusal:
        return _sheet_page(key, refusal), 409
    return redirect(url_for("bank_products.sheet", key=key), code=303)


def _sheet_page(key: str, refusal: Refusal | None = None) -> str:
    viewer, on = current_viewer(), business_today()
    found = own_sheet(session(), viewer, key) or abort(404)
    role = viewer.role.value if _manages(found) else ""
    moves = [
        (offer, [move for move in PRODUCT_VERSION.possible(offer.version.state, role) if move in MoveForm.MOVES])
        for offer in found.offers
    ]
    now = found.on(on)
    return render_template(
        "products/own.html", found=found, moves=moves, now=now, on=on, refusal=refusal, may=bool(role),
        form=MoveForm(formdata=None), rates=rate_span(now.terms, on) if now else None, spread=spread_text,
        lines=rule_lines(now.terms.criteria, language(), name_of) if now else [],
    )  # fmt: skip


def _form_page(form: OfferForm, found: OwnSheet | None) -> str:
    form.offer_rows()
    return render_template("products/edit.html", form=form, found=found)


def _shown(offer: Offer) -> dict[str, Any]:
    on = offer.version.effective_from or offer.terms.effective_from
    return {
        "offer": offer,
        "rates": rate_span(offer.terms, on),
        "spread": spread_text,
        "lines": rule_lines(offer.terms.criteria, language(), name_of),
    }


def _managed(key: str) -> OwnSheet:
    """A product that this manager may change; anything else is not there."""
    found = own_sheet(session(), current_viewer(), key) or abort(404)
    return found if _manages(found) else abort(404)


def _manages(found: OwnSheet) -> bool:
    return managed_by(current_viewer(), found.bank_path)


def _may_manage() -> bool:
    return current_viewer().may(Permission.MANAGE_PRODUCTS)


def _keyed(
    route: str, key: str | None, body: dict[str, Any], do: Callable[[Session], dict[str, Any]]
) -> dict[str, Any]:
    viewer, at = current_viewer(), clock.now()

    def work(inside: Session) -> dict[str, Any]:
        return once(
            inside, actor=viewer.actor, route=route, key=key or "", body=body, at=at, do=lambda: do(inside)
        ).answer

    return run_in_unit_of_work(work)
