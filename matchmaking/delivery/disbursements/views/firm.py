"""我的贷款: what the firm signed, what the bank says it paid, and the firm's own word on it.

Silence is not a yes: nothing here answers by itself.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.commands import exit_agreement
from matchmaking.delivery.disbursements import asking
from matchmaking.delivery.disbursements.forms import AnswerForm, GiveUpForm
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.delivery.signings.queries import papers_to_sign, signed_agreement, signed_papers
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

loans = Blueprint("loans", __name__)
PER_PAGE = 20


@loans.get("/my/loans")
@requires(Permission.CONFIRM_RECEIPTS)
def index() -> ResponseReturnValue:
    """What waits for an answer first, then every loan with its way; a fixed number of SQL statements."""
    return _page()


@loans.post("/my/disbursements/<key:key>/answer")
@requires(Permission.CONFIRM_RECEIPTS)
def answer(key: str) -> ResponseReturnValue:
    """One tap: right, wrong, not received. The last answer given holds."""
    form, viewer, on, at = AnswerForm(), current_viewer(), business_today(), clock.now()
    if asking.visible_report(session(), viewer, key) is None:
        abort(404)
    if not form.validate_on_submit():
        return _page(refused=form), 422
    said = str(form.answer.data)
    amount: Money | None = form.amount.data if said == "wrong" else None
    shared = asking.is_bank_device(session(), viewer, at)

    def tell(work: Session) -> dict[str, Any]:
        told = asking.visible_report(work, viewer, key) or abort(404)
        confirm_receipt(
            work, actor=viewer.actor, disbursement=told.disbursement, answer=said, answered_on=on, at=at,
            amount_minor=amount.minor if amount is not None else None, device_shared=shared,
        )  # fmt: skip
        return {}

    body = {"disbursement": key, "answer": said, "amount_minor": amount.minor if amount is not None else None}
    try:
        keyed("receipts.answer", form.key.data, body, tell)
    except Refusal as refusal:
        return _page(refusal), 409
    flash(_thanks(said, shared), "ok")
    return redirect(url_for("loans.index"), code=303)


@loans.post("/my/agreements/<key:key>/give-up")
@requires(Permission.SIGN_AGREEMENTS)
def give_up(key: str) -> ResponseReturnValue:
    """The firm wants no more money under this agreement: its own word, nobody else's."""
    form, viewer, on, at = GiveUpForm(), current_viewer(), business_today(), clock.now()
    if signed_agreement(session(), viewer, key) is None:
        abort(404)

    def stop(work: Session) -> dict[str, Any]:
        row = signed_agreement(work, viewer, key)
        agreement = (row.agreement if row else None) or abort(404)
        exit_agreement(
            work, actor=viewer.actor, agreement=agreement, kind="firm_gives_up", by_party="firm", exited_on=on, at=at
        )
        return {}

    try:
        keyed("agreements.give_up", form.key.data, {"agreement": key}, stop)
    except Refusal as refusal:
        return _page(refusal), 409
    flash(_("已记下：没放的部分您不再需要。"), "ok")
    return redirect(url_for("loans.index"), code=303)


def _thanks(said: str, shared: bool) -> str:
    if shared:
        return _("已记下您的回答。这台设备今天登录过银行账号，会有人打电话跟您核对一次。")
    words = {
        "right": _("已记下：对，到账了。"),
        "wrong": _("已记下：不对。可以接着写实际到账多少。"),
        "not_received": _("已记下：没收到。会请银行查明。"),
    }
    return str(words[said])


def _page(refusal: Refusal | None = None, refused: AnswerForm | None = None) -> str:
    viewer, number = current_viewer(), page_number(request.args.get("page"))
    rows, total = signed_papers(session(), viewer, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    ids = [row.agreement.id for row in rows if row.agreement]
    told = asking.told_under(session(), viewer, ids)
    return render_template(
        "loans/index.html", rows=rows, told=told, asked=[one for one in told if one.waits], refusal=refusal,
        refused=refused, papers=papers_to_sign(session(), viewer), drawn=asking.drawn_of(session(), ids),
        ended=asking.exits_of(session(), ids), form=AnswerForm(formdata=None), give_up=GiveUpForm(formdata=None),
        page=Page(number, total, lambda changes: here(**changes), PER_PAGE),
    )  # fmt: skip
