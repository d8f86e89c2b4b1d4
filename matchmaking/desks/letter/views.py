"""来信里的数字: each figure of the source letter, from its records."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaking.delivery.audits.queries import latest_snapshot
from matchmaking.desks.gatherings.queries import events_by_key, papers_by_event
from matchmaking.desks.letter.division import refused_division
from matchmaking.desks.letter.queries import listed, met, overlap, signed
from matchmaking.desks.office.asked import read_asked
from matchmaking.desks.office.setting import setting_of
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.today import business_today
from matchmaking.registry.portfolios.queries import visible_portfolios
from matchmaking.support.awards.queries import award_lists

letter = Blueprint("letter", __name__)


@letter.get("/letter")
@requires(Permission.READ_AUDIT)
def first() -> ResponseReturnValue:
    """To the letter's figures in the first portfolio of cases this person may open."""
    mine = [one for one in visible_portfolios(session(), current_viewer()) if one.kind == "cases"]
    return redirect(url_for("letter.figures", code=mine[0].code), code=303) if mine else abort(404)


@letter.get("/portfolios/<key:code>/letter")
@requires(Permission.READ_AUDIT)
def figures(code: str) -> ResponseReturnValue:
    """The letter's figures, each with its passport; nine SQL statements with the session's, whatever the records."""
    viewer, asked = current_viewer(), read_asked(request.args)
    opened = latest_snapshot(session(), viewer, code, asked.as_of, asked.known_on, today=business_today())
    if opened is None:
        abort(404)
    setting = setting_of(
        opened, asked, portfolios=[opened.portfolio], action=url_for("letter.figures", code=code), may_reckon=False
    )
    if opened.snapshot is None:
        return render_template("office/unreckoned.html", page=setting)
    events, told = events_by_key(session()), papers_by_event(session(), opened.snapshot)
    city, upward = listed(session(), viewer, "city"), listed(session(), viewer, "upward")
    meetings, regular = (signed(events, told, kind, setting.as_of) for kind in ("matching", "regular"))
    both, money = overlap(session(), opened.snapshot, "matching"), met(session(), opened.snapshot)
    awards = award_lists(session())
    return render_template(
        "letter/figures.html", page=setting, city=city, upward=upward, meetings=meetings, regular=regular,
        subsidies=[row for row in awards if row.listed.kind == "subsidy"],
        fees=[row for row in awards if row.listed.kind == "fee_award"],
        refusal=refused_division(setting, meetings, city, both, money),
    )  # fmt: skip
