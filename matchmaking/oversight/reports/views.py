"""汇总报表: what the evening's job reckoned, shown from the store."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.figures import chosen_unit
from matchmaking.oversight.reports.pages import reports_page
from matchmaking.oversight.reports.payload import BY
from matchmaking.oversight.reports.queries import latest_run
from matchmaking.oversight.reports.texts import CLASSES, HORIZONS

reports = Blueprint("reports", __name__)


@reports.get("/portfolios/<key:code>/reports")
@requires(Permission.READ_AUDIT)
def show(code: str) -> ResponseReturnValue:
    """The newest reports; two SQL statements with the session's."""
    found = latest_run(session(), current_viewer(), code)
    if found is None:
        abort(404)
    portfolio, run = found
    asked = request.args.get("grade", ""), request.args.get("by", "")
    page = reports_page(run.payload, *asked) if run else None
    return render_template(
        "reports/show.html", portfolio=portfolio, run=run, page=page, breakdowns=tuple(BY), classes=CLASSES,
        horizons=HORIZONS, unit=chosen_unit(request.args.get("unit"), portfolio.currency),
        stale=run is not None and run.facts_seq != portfolio.facts_seq,
    )  # fmt: skip
