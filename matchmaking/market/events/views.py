"""Meetings: the list, recording one, its sheet, who was invited, late entries and struck names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.events.commands import enter_attendance, invite, record_event, strike_attendance
from matchmaking.market.events.facts import EventTold
from matchmaking.market.events.forms import EventForm, NamesForm, StrikeNameForm
from matchmaking.market.events.models import KINDS, Event
from matchmaking.market.events.queries import (
    event_by_key,
    event_counted,
    event_list,
    on_sheet,
    parties_named,
    sheet_page,
)
from matchmaking.registry.organisations.models import Organisation

events = Blueprint("events", __name__)
PER_PAGE = 50
MOST_LATE = 200


@events.get("/events")
@requires(Permission.READ_LISTS)
def index() -> ResponseReturnValue:
    """Meetings, the latest first; two SQL statements with the session's."""
    number, kind = page_number(request.args.get("page")), request.args.get("kind", "")
    kind = kind if kind in KINDS else ""
    rows, total = event_list(session(), kind=kind, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    return render_template("events/index.html", rows=rows, page=page, kind=kind, kinds=KINDS)


@events.get("/events/new")
@requires(Permission.KEEP_LISTS)
def new() -> ResponseReturnValue:
    """An empty form."""
    return render_template("events/new.html", form=EventForm(formdata=None))


@events.post("/events/new")
@requires(Permission.KEEP_LISTS)
def make() -> ResponseReturnValue:
    """Record a meeting of one's own area."""
    form, viewer, at = EventForm(), current_viewer(), clock.now()
    if not form.validate_on_submit() or form.held_on.data is None:
        return render_template("events/new.html", form=form), 422
    words = {name: str(form[name].data or "") for name in ("kind", "number", "name", "place")}
    told = EventTold(held_on=form.held_on.data, area_code=viewer.jurisdiction, **words)

    def hold(work: Session) -> dict[str, Any]:
        return {"event": record_event(work, actor=viewer.actor, told=told, at=at).public_key}

    try:
        answer = keyed("events.make", form.key.data, {**words, "held_on": told.held_on.isoformat()}, hold)
    except Refusal as refusal:
        form.add_refusal(refusal, "held_on" if refusal.reason.code == "workdays_unknown" else "number")
        return render_template("events/new.html", form=form), 422
    return redirect(url_for("events.sheet", key=answer["event"]), code=303)


@events.get("/events/<key:key>")
@requires(Permission.READ_LISTS)
def sheet(key: str) -> ResponseReturnValue:
    """One meeting's sign-in sheet, late entries apart; four SQL statements with the session's."""
    return _show(key)


@events.post("/events/<key:key>/attendance")
@requires(Permission.KEEP_LISTS)
def attend(key: str) -> ResponseReturnValue:
    """Put names on the sheet; once it is frozen, as late entries that stand apart."""
    form, today = NamesForm(), business_today()
    words = str(form.words.data or "")

    def act(work: Session, event: Event, parties: list[Organisation], common: dict[str, Any]) -> None:
        late = event.state == "frozen" or today > event.freezes_on
        enter_attendance(work, event=event, organisations=parties, on=today, late=late, words=words, **common)

    return _named(key, form, "events.attend", act)


@events.post("/events/<key:key>/invitations")
@requires(Permission.KEEP_LISTS)
def invitations(key: str) -> ResponseReturnValue:
    """Write down who was asked to come."""

    def act(work: Session, event: Event, parties: list[Organisation], common: dict[str, Any]) -> None:
        invite(work, event=event, organisations=parties, **common)

    return _named(key, NamesForm(), "events.invite", act)


@events.post("/events/<key:key>/strike")
@requires(Permission.KEEP_LISTS)
def strike(key: str) -> ResponseReturnValue:
    """Strike a name entered by mistake, before the freeze."""
    form = StrikeNameForm()
    name, words = str(form.name.data or ""), str(form.words.data or "")

    def act(work: Session, event: Event, common: dict[str, Any]) -> None:
        entry = next((row for row in on_sheet(work, event.id).values() if row.name == name), None)
        if entry is None:
            raise Refusal(Reason("event_entry_gone"))
        strike_attendance(work, event=event, organisation_id=entry.organisation_id, words=words, **common)

    return _act(key, form, "events.strike", {"name": name, "words": words}, act)


def _named(key: str, form: NamesForm, route: str, act: Callable[..., None]) -> ResponseReturnValue:
    names = list(form.names.data or ())

    def known(work: Session, event: Event, common: dict[str, Any]) -> None:
        found = parties_named(work, names)
        lacking = [name for name in names if name not in found]
        if lacking:
            raise Refusal(*(Reason("event_party_unknown", {"given": name[:60]}) for name in lacking))
        act(work, event, list({one.id: one for one in found.values()}.values()), common)

    return _act(key, form, route, {"names": names, "words": str(form.words.data or "")}, known)


def _act(key: str, form: BaseForm, route: str, body: dict[str, Any], act: Callable[..., None]) -> ResponseReturnValue:
    viewer, version = current_viewer(), form["version"].data
    common = {"actor": viewer.actor, "version": version, "at": clock.now(), "role": viewer.role.value}
    _own(session(), key)
    if not form.validate_on_submit():
        return _show(key, form), 422

    def do(work: Session) -> dict[str, Any]:
        act(work, _own(work, key), common)
        return {"event": key}

    try:
        keyed(route, form.key.data, {"event": key, "version": version, **body}, do)
    except Refusal as refusal:
        form.add_refusal(refusal, "words" if refusal.reason.code.startswith("words_") else "")
        return _show(key, form), 422
    return redirect(url_for("events.sheet", key=key), code=303)


def _own(work: Session, key: str) -> Event:
    """The meeting, where this person may write on its sheet; 404 otherwise."""
    event = event_by_key(work, key)
    return event if event is not None and current_viewer().covers(event.area_code) else abort(404)


def _show(key: str, form: BaseForm | None = None) -> str:
    viewer, today = current_viewer(), business_today()
    row = event_counted(session(), key) or abort(404)
    event = row.event
    number = page_number(request.args.get("page"))
    lines, total = sheet_page(session(), viewer, event, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    late, _total = sheet_page(session(), viewer, event, late=True, limit=MOST_LATE) if row.late else ([], 0)
    fresh = {"formdata": None, "version": event.version}
    failed = request.path.rsplit("/", 1)[-1] if form is not None else ""
    return render_template(
        "events/sheet.html", row=row, event=event, lines=lines, late=late, form=form, failed=failed,
        page=Page(number, total, lambda changes: here(**changes), PER_PAGE),
        may=viewer.may(Permission.KEEP_LISTS) and viewer.covers(event.area_code),
        over=event.state == "frozen" or today > event.freezes_on, come=today >= event.held_on,
        names_form=form if failed == "attendance" else NamesForm(**fresh),
        invite_form=form if failed == "invitations" else NamesForm(**fresh),
        strike_form=form if failed == "strike" else StrikeNameForm(**fresh),
    )  # fmt: skip
