"""今天要回的件: the bank's desk. The list at the left, the referral in hand beside it; each opens by its address."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.domain.declines import BANK
from matchmaking.domain.matching.explain import NOTE
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import REFERRAL, TURN
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.reading import log_reading
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.matches.queries import explained_again, recommendation_of
from matchmaking.market.matches.wording import industry_name, said
from matchmaking.market.referrals.checks import checks_of
from matchmaking.market.referrals.clock import clock_of
from matchmaking.market.referrals.commands.moving import subject_of
from matchmaking.market.referrals.forms import DeclineForm, StepForm, TurnForm
from matchmaking.market.referrals.inbox import TABS, WAITING, grouped, inbox, inbox_counts, tab_of
from matchmaking.market.referrals.models import OPENED
from matchmaking.market.referrals.queries import (
    NEED_OPEN,
    ReferralRow,
    dossier,
    events_of,
    handed_on,
    officers_at,
    referral_row,
    turned_of,
    units_of,
)
from matchmaking.market.referrals.turns import ASKED, AWAITED, TURNABLE, standing_of
from matchmaking.rulebook import number
from matchmaking.rulebook.reference import declines

bank_referrals = Blueprint("bank_referrals", __name__)
PER_PAGE = 20
ENDED_BY_BANK = ("declined", "refused", "terminated")


@bank_referrals.get("/inbox")
@requires(Permission.READ_REFERRALS)
def index() -> ResponseReturnValue:
    """The list, and its first referral as far as the list knows it; three SQL statements with the session's."""
    on, asked = business_today(), request.args.get("tab", "")
    list_of = _listing(asked if asked in TABS else WAITING, page_number(request.args.get("page")), on)
    if list_of["page"].number > 1 and not list_of["lines"]:
        return redirect(here(page=None), code=303)
    first = list_of["lines"][0] if list_of["lines"] else None
    may = REFERRAL.possible(first.referral.state, current_viewer().role.value) if first else ()
    return render_template(
        "referrals/inbox.html", **list_of, first=first, referral=first.referral if first else None, may=may,
        clock=clock_of(first.referral, on) if first else None, points=first.points if first else (),
        decline_form=_declining(first.referral.version if first else 0, None),
        **_shared(first.referral.version if first else 0),
    )  # fmt: skip


@bank_referrals.get("/inbox/<key:key>")
@requires(Permission.READ_REFERRALS)
def sheet(key: str) -> ResponseReturnValue:
    """One referral; opening the firm's file on it is logged."""
    return show(key)


def show(key: str, refusal: Refusal | None = None, form: StepForm | None = None) -> str:
    """The page of one referral, beside the list it stands in."""
    viewer, on = current_viewer(), business_today()
    row = referral_row(session(), viewer, key)
    if row is None:
        return _handed_on(key)
    referral, stands = row.referral, row.need.state in NEED_OPEN
    opened = dossier(session(), referral, row.need, on=on)
    if opened is not None:
        subject = f"enterprise:{opened.enterprise.public_key}"
        log_reading(viewer, subject=subject, under=subject_of(referral), at=clock.now())
    role = viewer.role.value
    may = REFERRAL.possible(referral.state, role) if stands or referral.state == "declined" else ()
    units = units_of(session(), viewer) if "assign" in may else []
    steps = turned_of(session(), referral, all_open=opened is not None)
    asked = request.args.get("tab", "")
    tab = asked if asked in TABS else tab_of(referral, stands=stands)
    return render_template(
        "referrals/bank_sheet.html", **_listing(tab, page_number(request.args.get("page")), on), row=row,
        referral=referral, need=row.need if opened else None, opened=opened, clock=clock_of(referral, on), may=may,
        refusal=refusal, events=events_of(session(), [referral.id]), points=_points(row, opened is not None),
        stands=stands, units=units, officers=officers_at(session(), [unit.id for unit in units]) if units else [],
        decline_form=_declining(referral.version, form), turn_form=_turning(referral.version, form),
        standing=standing_of(referral, steps, on), turns_may=_turns(referral.turn, role, referral.state, stands),
        checks=checks_of(session(), referral, on) if stands and referral.state in ("sent", *OPENED) else [],
        undo=_undo(row, may), ended=referral.state in ENDED_BY_BANK, **_shared(referral.version),
    )  # fmt: skip


def _handed_on(key: str) -> str:
    """The page of a referral that stood here and was given to another unit; absent for everybody else."""
    if not handed_on(session(), current_viewer(), key):
        abort(404)
    return render_template(
        "errors/gone.html", heading=_("这件已转给本行别的机构"),
        told=_("在您办理时它已分派给别的机构；您刚才的操作没有保存。"),
        advice=_("由接手的机构继续办理。分派错了，请联系上级行重新分派。"),
        back=url_for("bank_referrals.index"), label=_("返回收件箱"),
    )  # fmt: skip


def _listing(tab: str, page: int, on: date) -> dict[str, Any]:
    """What the list at the left shows."""
    lines, total = inbox(session(), current_viewer(), tab=tab, limit=PER_PAGE, offset=(page - 1) * PER_PAGE)

    def address(changes: Mapping[str, str | None]) -> str:
        told: dict[str, Any] = {name: value for name, value in {"tab": tab, **changes}.items() if value}
        return url_for("bank_referrals.index", **told)

    return {
        "lines": lines,
        "groups_by_day": grouped(lines, tab, on),
        "page": Page(page, total, address, PER_PAGE),
        "tab": tab,
        "tabs": TABS,
        "on": on,
        "counts": inbox_counts(session(), current_viewer(), on),
        "industry": partial(industry_name, language=language()),
        "clock_of": lambda referral: clock_of(referral, on),
        "all_ticked": "all" in request.args,
    }


def _shared(version: int) -> dict[str, Any]:
    """What both pages need for their buttons."""
    return {
        "step_form": StepForm(formdata=None, version=version), "groups": groups(), "note": said(NOTE, language()),
        "minutes": number("referral_undo_minutes", business_today()), "asked_for": ASKED, "awaited": AWAITED,
    }  # fmt: skip


def groups(*, recorded: bool = True) -> list[tuple[str, list[str]]]:
    """The bank's reasons by group; without ``recorded`` those that ask for a file are left out."""
    choices = [one for one in declines().choices(BANK) if recorded or not one.evidence]
    return [
        (group, [reason.code for reason in choices if reason.group == group])
        for group in dict.fromkeys(reason.group for reason in choices)
    ]


def _undo(row: ReferralRow, may: tuple[str, ...]) -> bool:
    """Whether the button that takes a decline back stands on the page; the command judges again."""
    if "undo" not in may or row.decline is None:
        return False
    gone = clock.now() - row.decline.recorded_at
    return gone.total_seconds() <= 60 * number("referral_undo_minutes", business_today())


def _turns(turn: str, role: str, state: str, stands: bool) -> tuple[str, ...]:
    return TURN.possible(turn, role) if stands and state in TURNABLE else ()


def _declining(version: int, form: StepForm | None) -> DeclineForm:
    kept = form if isinstance(form, DeclineForm) else DeclineForm(formdata=None)
    kept.version.data = version
    return kept


def _turning(version: int, form: StepForm | None) -> TurnForm:
    kept = form if isinstance(form, TurnForm) else TurnForm(formdata=None)
    kept.version.data = version
    return kept


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
