"""口径异常, the pages of the bank or firm that is asked: its own flags, and its reply (N12). Others' are not there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.disbursements.monthly import speaks_for
from matchmaking.delivery.flags.commands import reply, supply_deposit
from matchmaking.delivery.flags.facts import reason_of
from matchmaking.delivery.flags.forms import DepositForm, ReplyForm
from matchmaking.delivery.flags.queries import FlagRow, FlagSheet, asked_of, flag_sheet, lenders_of
from matchmaking.delivery.signings.commands import CITY
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook import workdays

asked = Blueprint("asked", __name__)
PER_PAGE = 50


@asked.get("/asked")
@requires(Permission.REPLY_TO_FLAGS)
def index() -> ResponseReturnValue:
    """What one's own bank or firm is asked about, the nearest deadline first; three SQL statements in all."""
    number, on = page_number(request.args.get("page")), business_today()
    rows, total = asked_of(session(), current_viewer(), on=on, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    return _list(rows, Page(number, total, lambda changes: here(**changes), PER_PAGE), DepositForm(formdata=None))


@asked.get("/asked/<id:number>")
@requires(Permission.REPLY_TO_FLAGS)
def sheet(number: int) -> ResponseReturnValue:
    """One of them: what was seen, why it may be innocent, the evidence, and the form to reply."""
    return _page(number, ReplyForm(formdata=None))


@asked.post("/asked/<id:number>/reply")
@requires(Permission.REPLY_TO_FLAGS)
def answer(number: int) -> ResponseReturnValue:
    """Reply; the words stand beside the flag wherever it is shown."""
    form, viewer, at = ReplyForm(), current_viewer(), clock.now()
    _found(number)
    if not form.validate_on_submit():
        return _page(number, form), 422
    words = form.words.data or ""

    def say(work: Session) -> dict[str, Any]:
        speaker, branch = speaks_for(work, viewer)
        party = "bank" if viewer.organisation_kind == "bank" else "firm"
        made = reply(
            work, actor=viewer.actor, flag_id=number, party=party, speaker=branch or speaker, branch=branch,
            words=words, at=at,
        )  # fmt: skip
        return {"reply": made.id}

    try:
        keyed("asked.reply", form.key.data, {"flag": number, "words": words}, say)
    except Refusal as refusal:
        form.add_refusal(refusal, "words")
        return _page(number, form), 422
    return redirect(url_for("asked.sheet", number=number), code=303)


@asked.post("/asked/deposits")
@requires(Permission.CONFIRM_RECEIPTS)
def deposit() -> ResponseReturnValue:
    """A firm tells of a deposit from its own statement, of its own accord; the bank and the office will see it."""
    form, viewer, at = DepositForm(), current_viewer(), clock.now()
    amount: Money | None = form.amount.data
    if not form.validate_on_submit() or amount is None or form.lender.data not in lenders_of(session(), viewer):
        return _list([], Page(1, 0, lambda changes: here(**changes), PER_PAGE), form), 422
    told: dict[str, Any] = {"lender": form.lender.data or "", "amount_minor": amount.minor, "on_day": form.on_day.data}

    def tell(work: Session) -> dict[str, Any]:
        firm = work.get_one(Organisation, viewer.organisation_id)
        city = portfolio_by_code(work, CITY) or abort(404)
        made = supply_deposit(work, actor=viewer.actor, portfolio=city, firm_key=firm.public_key, at=at, **told)
        return {"deposit": made.public_key}

    try:
        keyed("asked.deposit", form.key.data, {**told, "on_day": str(told["on_day"])}, tell)
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _list([], Page(1, 0, lambda changes: here(**changes), PER_PAGE), form), 409
    flash(_("已记下这笔存款。"), "ok")
    return redirect(url_for("asked.index"), code=303)


def _found(number: int) -> FlagSheet:
    return flag_sheet(session(), current_viewer(), number, on=business_today(), asked=True) or abort(404)


def _left(row: FlagRow) -> int | None:
    """Workdays left to reply, today not counted; None where the bank's answer is no longer waited for in its term."""
    return workdays().between(business_today(), row.flag.reply_due) if row.state == "waiting" else None


def _list(rows: Any, page: Page, form: DepositForm) -> str:
    viewer = current_viewer()
    return render_template(
        "flags/asked.html", rows=rows, page=page, form=form, on=business_today(), reason_of=reason_of,
        lenders=lenders_of(session(), viewer) if viewer.may(Permission.CONFIRM_RECEIPTS) else [], left_of=_left,
    )  # fmt: skip


def _page(number: int, form: ReplyForm) -> str:
    found = _found(number)
    return render_template(
        "flags/answer.html", sheet=found, row=found.row, flag=found.row.flag, saw=reason_of(found.row.flag.saw),
        form=form, left_of=_left, today=business_today(), of_bank=current_viewer().organisation_kind == "bank",
    )  # fmt: skip
