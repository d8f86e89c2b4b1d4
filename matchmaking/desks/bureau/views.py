"""企业与批次: the bureau's first page."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from matchmaking.desks.bureau.queries import firms_by_area, late_referrals
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.today import business_today
from matchmaking.market.batches.queries import batch_list
from matchmaking.market.events.queries import event_list
from matchmaking.market.needs.queries import Wanted as WantedNeeds
from matchmaking.market.needs.queries import need_list
from matchmaking.market.referrals.clock import clock_of
from matchmaking.registry.enterprises.queries import STATES, firm_list
from matchmaking.registry.enterprises.queries import Wanted as WantedFirms

bureau_desk = Blueprint("bureau_desk", __name__)
MOST = 6
"""Lines of each list on the page; the rest stands on the list's own page."""


@bureau_desk.get("/bureau")
@requires(Permission.VERIFY_ENTERPRISES)
def home() -> ResponseReturnValue:
    """What waits in the viewer's jurisdiction, the longest waiting first: seven SQL statements at any size."""
    viewer, today = current_viewer(), business_today()
    firms, firms_total = firm_list(session(), viewer, WantedFirms(state="waiting"), on=today, limit=MOST)
    needs, needs_total = need_list(session(), viewer, WantedNeeds(state="posted"), limit=MOST)
    late, late_total = late_referrals(session(), viewer, on=today, limit=MOST)
    areas = firms_by_area(session(), viewer)
    batches = batch_list(session(), viewer)
    events, events_total = event_list(session(), limit=MOST)
    return render_template(
        "bureau/home.html", viewer=viewer, today=today, firms=firms, firms_total=firms_total, needs=needs,
        needs_total=needs_total, late=[(row, clock_of(row.referral, today)) for row in late], late_total=late_total,
        areas=areas, states=STATES, batches=batches[:MOST], batches_total=len(batches), events=events,
        events_total=events_total, drafts=sum(row.batch.state == "draft" for row in batches),
    )  # fmt: skip
