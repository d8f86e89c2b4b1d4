"""One need's thread, for the firm, its bank, the bureau and the offices; all but the firm are noted as readers."""

from __future__ import annotations

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from matchmaking.desks.thread.deeds import Scope, deeds_of
from matchmaking.desks.thread.paper_sums import paper_sums
from matchmaking.desks.thread.queries import FIRM, names_of, thread_of
from matchmaking.desks.thread.telling import tell
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.reading import log_reading
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.today import business_today
from matchmaking.rulebook.reference import declines

thread = Blueprint("thread", __name__)


@thread.get("/threads/<key:key>")
@requires(Permission.READ_THREADS)
def sheet(key: str) -> ResponseReturnValue:
    """From the first word to the last yuan: who did what, when it happened and when our records knew."""
    viewer = current_viewer()
    opened = thread_of(session(), viewer, key, on=business_today()) or abort(404)
    if opened.reader != FIRM:
        log_reading(viewer, subject=f"enterprise:{opened.enterprise_key}", under=opened.under, at=clock.now())
    deeds = deeds_of(session(), Scope({opened.need.id: key}, opened.sources, opened.referrals))
    lines = tell(deeds, opened.reader, group_of=group_of)
    return render_template(
        "thread/sheet.html", opened=opened, need=opened.need, lines=lines, sums=paper_sums(deeds),
        names=names_of(session(), {deed.actor for deed in deeds}),
    )  # fmt: skip


def group_of(code: str) -> str:
    """The first level of a coded reason; ``other`` for one that the list no longer has."""
    known = declines().reasons.get(code)
    return known.group if known else "other"
