"""待对接需求: the bank's inbox, today's first, and one referral with its two answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.domain.declines import BANK
from matchmaking.domain.matching.explain import NOTE
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import REFERRAL
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.reading import log_reading
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.matches.queries import explained_again, recommendation_of
from matchmaking.market.matches.wording import industry_name, said
from matchmaking.market.referrals import commands
from matchmaking.market.referrals.clock import clock_of
from matchmaking.market.referrals.commands.moving import subject_of
from matchmaking.market.referrals.forms import AssignForm, DeclineForm, StepForm
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import (
    NEED_OPEN,
    TABS,
    ReferralRow,
    dossier,
    events_of,
    inbox,
    inbox_counts,
    officers_at,
    referral_by_key,
    referral_row,
    units_of,
)
from matchmaking.rulebook.reference import declines

bank_referrals = Blueprint("bank_referrals", __name__)
PER_PAGE = 50


@bank_referrals.get("/inbox")
@requires(Permission.READ_REFERRALS)
def index() -> ResponseReturnValue:
    """The list; three SQL statements with the session's."""
    number, on, viewer = page_number(request.args.get("page")), business_today(), current_viewer()
    asked = request.args.get("tab", "")
    tab = asked if asked in TABS else TABS[0]
    rows, total = inbox(session(), viewer, tab=tab, on=on, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    page = Page(number, total, lambda changes: here(**changes), PER_PAGE)
    lines = [(row, clock_of(row.referral, on)) for row in rows]
    return render_template(
        "referrals/inbox.html", lines=lines, counts=inbox_counts(session(), viewer, on), page=page, tab=tab, tabs=TABS,
        industry=industry_name,
    )  # fmt: skip


@bank_referrals.get("/inbox/<key:key>")
@requires(Permission.READ_REFERRALS)
def sheet(key: str) -> ResponseReturnValue:
    """One referral; opening the firm's file on it is logged."""
    return _sheet(key)


@bank_referrals.post("/inbox/<key:key>/accept")
@requires(Permission.DECIDE_REFERRALS)
def accept(key: str) -> ResponseReturnValue:
    """受理."""
    on, at, viewer = business_today(), clock.now(), current_viewer()
    form = StepForm()
    version = form.version.data

    def take(work: Session, referral: Referral) -> None:
        commands.accept(
            work, actor=viewer.actor, role=viewer.role.value, referral=referral, version=version, on=on, at=at
        )

    return _step(key, "accept", form, {"version": version}, take)


@bank_referrals.post("/inbox/<key:key>/decline")
@requires(Permission.DECIDE_REFERRALS)
def decline(key: str) -> ResponseReturnValue:
    """不予受理, with the reason of the button pressed."""
    on, at, viewer = business_today(), clock.now(), current_viewer()
    form = DeclineForm()
    version, reason, words = form.version.data, str(form.reason.data or "")[:60], form.words.data or ""

    def refuse(work: Session, referral: Referral) -> None:
        commands.decline(
            work, actor=viewer.actor, role=viewer.role.value, referral=referral, version=version, reason=reason,
            words=words, on=on, at=at,
        )  # fmt: skip

    return _step(key, "decline", form, {"version": version, "reason": reason, "words": words}, refuse)


@bank_referrals.post("/inbox/<key:key>/assign")
@requires(Permission.ASSIGN_REFERRALS)
def assign(key: str) -> ResponseReturnValue:
    """Give it to a unit of the bank at or under one's own, and to an officer there."""
    at, viewer, form = clock.now(), current_viewer(), AssignForm()
    version, officer = form.version.data, form.officer.data or None
    unit = next((one for one in units_of(session(), viewer) if one.public_key == form.unit.data), None)
    unit_id = unit.id if unit else 0

    def give(work: Session, referral: Referral) -> None:
        commands.assign(
            work, actor=viewer.actor, role=viewer.role.value, referral=referral, version=version,
            organisation_id=unit_id, officer_id=officer, at=at,
        )  # fmt: skip

    return _step(key, "assign", form, {"version": version, "unit": unit_id, "officer": officer}, give)


def _step(
    key: str, action: str, form: StepForm, body: dict[str, Any], do: Callable[[Session, Referral], None]
) -> ResponseReturnValue:
    viewer = current_viewer()
    if referral_by_key(session(), viewer, key) is None:
        abort(404)
    if not form.validate_on_submit():
        return _sheet(key, form=form), 422

    def work(inside: Session) -> dict[str, Any]:
        do(inside, referral_by_key(inside, viewer, key) or abort(404))
        return {"referral": key}

    try:
        keyed(f"referrals.{action}", form.key.data, {"referral": key, **body}, work)
    except Refusal as refusal:
        moved = refusal.reason.code.startswith(("move_", "referral_moved", "referral_need"))
        return _sheet(key, refusal, form), 409 if moved else 422
    after = referral_by_key(session(), viewer, key)
    # given to a unit that is not under one's own it is no longer there to be read
    return redirect(
        url_for("bank_referrals.sheet" if after else "bank_referrals.index", key=key if after else None), 303
    )


def _sheet(key: str, refusal: Refusal | None = None, form: StepForm | None = None) -> str:
    viewer, on = current_viewer(), business_today()
    row = referral_row(session(), viewer, key) or abort(404)
    opened = dossier(session(), row.referral, row.need, on=on)
    if opened is not None:
        subject = f"enterprise:{opened.enterprise.public_key}"
        log_reading(viewer, subject=subject, under=subject_of(row.referral), at=clock.now())
    stands = row.need.state in NEED_OPEN
    may = REFERRAL.possible(row.referral.state, viewer.role.value) if stands else ()
    units = units_of(session(), viewer) if "assign" in may else []
    return render_template(
        "referrals/bank_sheet.html", row=row, referral=row.referral, need=row.need if opened else None, opened=opened,
        clock=clock_of(row.referral, on), may=may, refusal=refusal, events=events_of(session(), [row.referral.id]),
        points=_points(row, opened is not None), note=said(NOTE, language()), industry=industry_name,
        step_form=StepForm(formdata=None, version=row.referral.version),
        decline_form=_again(form, row), groups=_groups(), stands=stands, units=units,
        officers=officers_at(session(), [unit.id for unit in units]) if units else [],
    )  # fmt: skip


def _again(form: StepForm | None, row: ReferralRow) -> DeclineForm:
    kept = form if isinstance(form, DeclineForm) else DeclineForm(formdata=None)
    kept.version.data = row.referral.version
    return kept


def _groups() -> list[tuple[str, list[str]]]:
    choices = declines().choices(BANK)
    return [
        (group, [reason.code for reason in choices if reason.group == group])
        for group in dict.fromkeys(reason.group for reason in choices)
    ]


def _points(row: ReferralRow, opened: bool) -> list[dict[str, Any]]:
    """The lines of points; what was seen of the firm is told in words only once its file is open."""
    kept = recommendation_of(session(), row.referral.recommendation_id)
    if kept is None:
        return []
    lines = [dict(line) for line in kept.lines["lines"]]
    if opened:
        told: dict[str, Reason] = {line.line: line.reason for line in explained_again(kept).lines}
        lines = [{**line, "said": said(told[line["line"]], language())} for line in lines]
    return lines
