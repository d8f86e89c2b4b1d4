"""全市匹配: runs over the whole market and the figures of one."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.paging import PER_PAGE, Page, page_number
from matchmaking.foundation.web.words import here
from matchmaking.market.matches.runs.queries import points_spread, run_list, run_named

match_runs = Blueprint("match_runs", __name__)


@match_runs.get("/match-runs")
@requires(Permission.READ_LISTS)
def index() -> ResponseReturnValue:
    """Runs, the latest first; one SQL statement beside the session's."""
    number = page_number(request.args.get("page"))
    runs, total = run_list(session(), limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    return render_template("matches/runs.html", runs=runs, page=Page(number, total, lambda changes: here(**changes)))


@match_runs.get("/match-runs/<id:run_id>")
@requires(Permission.READ_LISTS)
def sheet(run_id: int) -> ResponseReturnValue:
    """Figures of one run; no need and no firm is named."""
    run = run_named(session(), run_id) or abort(404)
    spread = points_spread(session(), run.id)
    # full marks stand with the nineties
    tenths = [(tenth, spread.get(tenth, 0) + (spread.get(10, 0) if tenth == 9 else 0)) for tenth in range(9, -1, -1)]
    return render_template("matches/run.html", run=run, tenths=tenths, served=run.needs - run.unserved)
