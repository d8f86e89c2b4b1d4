"""我的贷款走到哪一步: the first page of a firm."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from matchmaking.desks.firm.cards import card_of
from matchmaking.desks.firm.queries import outcomes_of, own_standing, unanswered_reports
from matchmaking.desks.thread.deeds import MONEY, STEPS, Scope, deeds_of
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.market.events.queries import attendance_of

firm_desk = Blueprint("firm_desk", __name__)
PER_PAGE = 5
MOST_ASKED = 2
"""Questions on the page; the rest wait their turn on the page of loans."""


@firm_desk.get("/my")
@requires(Permission.READ_OWN_NEEDS)
def home() -> ResponseReturnValue:
    """What must be answered, then a card per need, then what came of meetings: five SQL statements, one more for a
    firm that was at a meeting."""
    viewer, number = current_viewer(), page_number(request.args.get("page"))
    own = own_standing(session(), viewer, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not own.needs:
        return redirect(here(page=None), code=303)
    needs = {one.need.id: one.need.public_key for one in own.needs}
    deeds = deeds_of(session(), Scope(needs, STEPS | MONEY))
    asked, waiting = unanswered_reports(session(), viewer, limit=MOST_ASKED)
    met = attendance_of(session(), viewer.organisation_id or 0)
    cards = [card_of(one, [deed for deed in deeds if deed.need_id == one.need.id]) for one in own.needs]
    return render_template(
        "firm/home.html", own=own, asked=asked, waiting=waiting, form=BaseForm(formdata=None), met=met,
        cards=sorted(cards, key=lambda card: not card.next.waits),
        outcomes=outcomes_of(session(), viewer, [one.event.public_key for one in met]), today=business_today(),
        page=Page(number, own.total, lambda changes: here(**changes), PER_PAGE),
    )  # fmt: skip
