"""Firms of a list: pasted with a preview, tested, struck from the draft, answered by the province."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.market.batches.commands import (
    OutcomeTold,
    fill_batch,
    record_outcomes,
    record_tests,
    strike_member,
)
from matchmaking.market.batches.facts import MemberTold
from matchmaking.market.batches.forms import OutcomeForm, PasteForm, StrikeForm, TestsForm
from matchmaking.market.batches.pasting import Line, preview, read_pasted
from matchmaking.market.batches.queries import visible_batch, visible_member
from matchmaking.market.batches.views.lists import batches, writable


@batches.get("/batches/<key:key>/paste")
@requires(Permission.KEEP_LISTS)
def paste(key: str) -> ResponseReturnValue:
    """A box to paste rows into."""
    batch = writable(session(), key)
    form = PasteForm(formdata=None, version=batch.version)
    return render_template("batches/paste.html", batch=batch, form=form, lines=[])


@batches.post("/batches/<key:key>/paste")
@requires(Permission.KEEP_LISTS)
def take(key: str) -> ResponseReturnValue:
    """A preview of every row; with ``then=take`` and nothing wrong, all of them are entered, otherwise none."""
    form, batch = PasteForm(), writable(session(), key)
    if not form.validate_on_submit():
        return render_template("batches/paste.html", batch=batch, form=form, lines=[]), 422
    try:
        read = read_pasted(str(form.rows.data), str(form.unit.data))
    except Refusal as refusal:
        form.add_refusal(refusal, "rows")
        return render_template("batches/paste.html", batch=batch, form=form, lines=[]), 422
    confirmed, jurisdiction = bool(form.confirmed.data), current_viewer().jurisdiction
    lines = preview(session(), batch, read, on=business_today(), jurisdiction=jurisdiction, confirmed=confirmed)
    good = all(not line.faults and line.doubt is None for line in lines)
    if form.then.data == "take" and good:
        try:
            _enter(key, form, lines)
        except Refusal as refusal:
            form.add_refusal(refusal)
            return render_template("batches/paste.html", batch=batch, form=form, lines=lines), 409
        return redirect(url_for("batches.sheet", key=key), code=303)
    form.then.data = "take" if good else "preview"
    return render_template("batches/paste.html", batch=batch, form=form, lines=lines, good=good), 200 if good else 422


@batches.get("/batches/<key:key>/firms/<id:position>")
@requires(Permission.READ_LISTS)
def member(key: str, position: int) -> ResponseReturnValue:
    """One firm of the list: its five tests, and what became of it."""
    return _member(key, position)


@batches.post("/batches/<key:key>/firms/<id:position>/tests")
@requires(Permission.KEEP_LISTS)
def tests(key: str, position: int) -> ResponseReturnValue:
    """Record the five tests."""
    form = TestsForm()
    told = form.told if form.validate_on_submit() else []

    def act(work: Session, member_id: int, common: dict[str, Any]) -> None:
        record_tests(work, found={member_id: told}, **common)

    body = {"tests": [[each.test, each.verdict, each.words] for each in told]}
    return _act(key, position, form, "batches.tests", body, act)


@batches.post("/batches/<key:key>/firms/<id:position>/strike")
@requires(Permission.KEEP_LISTS)
def strike(key: str, position: int) -> ResponseReturnValue:
    """Take the firm off the draft."""
    form = StrikeForm()
    words = str(form.words.data or "")

    def act(work: Session, member_id: int, common: dict[str, Any]) -> None:
        strike_member(work, member_id=member_id, words=words, **common)

    return _act(key, position, form, "batches.strike", {"words": words}, act)


@batches.post("/batches/<key:key>/firms/<id:position>/outcome")
@requires(Permission.KEEP_LISTS)
def outcome(key: str, position: int) -> ResponseReturnValue:
    """What the province answered."""
    form = OutcomeForm()
    code, day, words = str(form.outcome.data or ""), form.on_day.data, str(form.words.data or "")

    def act(work: Session, member_id: int, common: dict[str, Any]) -> None:
        told = OutcomeTold(code, day or business_today(), words)
        record_outcomes(work, outcomes={member_id: told}, on=business_today(), **common)

    body = {"outcome": code, "day": day.isoformat() if day else "", "words": words}
    return _act(key, position, form, "batches.outcome", body, act)


def _enter(key: str, form: PasteForm, lines: list[Line]) -> None:
    viewer, at, today = current_viewer(), clock.now(), business_today()
    confirmed, version = bool(form.confirmed.data), form.version.data
    rows = [
        MemberTold(line.told.uscc, line.told.asked, line.told.unit, line.told.name, confirmed)
        for line in lines
        if line.told is not None
    ]

    def enter(work: Session) -> dict[str, Any]:
        ids = fill_batch(
            work, actor=viewer.actor, batch=writable(work, key), version=version, rows=rows, on=today, at=at,
            jurisdiction=viewer.jurisdiction, role=viewer.role.value,
        )  # fmt: skip
        return {"firms": len(ids)}

    body = {"batch": key, "version": version, "rows": [[row.uscc, row.asked.minor] for row in rows]}
    keyed("batches.paste", form.key.data, body, enter)


def _act(
    key: str, position: int, form: BaseForm, route: str, body: dict[str, Any],
    act: Callable[[Session, int, dict[str, Any]], None],
) -> ResponseReturnValue:  # fmt: skip
    viewer, at, version = current_viewer(), clock.now(), form["version"].data
    writable(session(), key)
    if not form.validate_on_submit():
        return _member(key, position, form), 422

    def do(work: Session) -> dict[str, Any]:
        batch = writable(work, key)
        row = visible_member(work, viewer, batch, position) or abort(404)
        common = {
            "actor": viewer.actor, "batch": batch, "version": version, "at": at, "role": viewer.role.value,
        }  # fmt: skip
        act(work, row.member.id, common)
        return {"batch": key}

    try:
        keyed(route, form.key.data, {"batch": key, "position": position, "version": version, **body}, do)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _member(key, position, form), 422
    return redirect(url_for("batches.sheet", key=key), code=303)


def _member(key: str, position: int, form: BaseForm | None = None) -> str:
    viewer = current_viewer()
    batch = visible_batch(session(), viewer, key) or abort(404)
    row = visible_member(session(), viewer, batch, position) or abort(404)
    found = {name: value for test, (verdict, words) in row.tests.items()
             for name, value in ((test, verdict), (f"{test}_words", words))}  # fmt: skip
    forms: dict[str, Any] = {
        "tests": TestsForm(formdata=None, version=batch.version, data=found),
        "strike": StrikeForm(formdata=None, version=batch.version),
        "outcome": OutcomeForm(formdata=None, version=batch.version),
    }
    for name, kind in (("tests", TestsForm), ("strike", StrikeForm), ("outcome", OutcomeForm)):
        if isinstance(form, kind):
            forms[name] = form
    may = viewer.may(Permission.KEEP_LISTS) and viewer.covers(batch.area_code)
    return render_template("batches/member.html", batch=batch, row=row, forms=forms, form=form, may=may)
