"""我的贷款: what the firm signed, what the bank says it paid, and the firm's own word on it.

Silence is not a yes: nothing here answers by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements import cutting
from matchmaking.delivery.agreements.commands import request_draw
from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements import asking
from matchmaking.delivery.disbursements.ending import agree_cut, end_rest
from matchmaking.delivery.disbursements.forms import AnswerForm, CutAnswerForm, DrawForm, GiveUpForm
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.delivery.disbursements.lists import loan_list
from matchmaking.delivery.signings.queries import signed_agreement
from matchmaking.domain.money import Money, plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.next_page import safe_next
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here

loans = Blueprint("loans", __name__)
PER_PAGE = 20


@loans.get("/my/loans")
@requires(Permission.CONFIRM_RECEIPTS)
def index() -> ResponseReturnValue:
    """What waits for an answer first, then every loan with its way; three SQL statements with the session's."""
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
    # the page that asked; after “wrong” the page on which the amount can be told
    back = "" if said == "wrong" and amount is None else request.form.get("back", "")
    return redirect(safe_next(back, url_for("loans.index")), code=303)


@loans.post("/my/agreements/<key:key>/give-up")
@requires(Permission.SIGN_AGREEMENTS)
def give_up(key: str) -> ResponseReturnValue:
    """The firm wants no more money under this agreement: its own word, nobody else's."""
    form, viewer, on, at = GiveUpForm(), current_viewer(), business_today(), clock.now()

    def stop(work: Session, agreement: Agreement) -> None:
        end_rest(
            work, actor=viewer.actor, agreement=agreement, kind="firm_gives_up", by_party="firm", exited_on=on, at=at
        )

    return _done("agreements.give_up", form, key, {}, stop, _("已记下：没放的部分您不再需要。"))


@loans.post("/my/agreements/<key:key>/draw")
@requires(Permission.SIGN_AGREEMENTS)
def draw(key: str) -> ResponseReturnValue:
    """The firm asks the bank for money (W6); never more than is left."""
    form, viewer, on, at = DrawForm(), current_viewer(), business_today(), clock.now()
    amount: Money | None = form.amount.data

    def ask(work: Session, agreement: Agreement) -> None:
        minor, left = amount.minor if amount is not None else 0, asking.left_of(work, agreement)
        if minor > left:
            raise Refusal(Reason("draw_over_left", {"amount": plain_amount(minor), "left": plain_amount(left)}))
        request_draw(work, actor=viewer.actor, agreement=agreement, amount_minor=minor, asked_on=on, at=at)

    body = {"amount_minor": amount.minor if amount is not None else None}
    return _done("draws.request", form, key, body, ask, _("已记下您的提款申请，银行能看到。"))


@loans.post("/my/agreements/<key:key>/cut")
@requires(Permission.SIGN_AGREEMENTS)
def answer_cut(key: str) -> ResponseReturnValue:
    """Agree to the cut that the bank proposes, or not: it takes both."""
    form, viewer, on, at = CutAnswerForm(), current_viewer(), business_today(), clock.now()
    said = str(form.answer.data)

    def tell(work: Session, agreement: Agreement) -> None:
        waits = cutting.open_proposal(work, agreement.id)
        if waits is None or said == "taken_back" or waits.public_key != form.proposal.data:
            raise Refusal(Reason("cut_answered"))
        told: dict[str, Any] = {"actor": viewer.actor, "agreement": agreement, "proposal": waits, "at": at}
        if said == "agreed":
            agree_cut(work, answered_on=on, **told)
        else:
            cutting.answer_cut(work, answer=said, left_minor=0, answered_on=on, **told)

    thanks = _("已记下：您同意减少。") if said == "agreed" else _("已记下：您不同意减少。")
    return _done("cuts.answer", form, key, {"answer": said, "proposal": form.proposal.data}, tell, thanks)


def _done(
    route: str, form: BaseForm, key: str, body: dict[str, Any], do: Callable[[Session, Agreement], None], thanks: str
) -> ResponseReturnValue:
    if signed_agreement(session(), current_viewer(), key) is None:
        abort(404)
    if not form.validate_on_submit():
        return _page(refused=form, about=key), 422

    def act(work: Session) -> dict[str, Any]:
        row = signed_agreement(work, current_viewer(), key)
        do(work, (row.agreement if row else None) or abort(404))
        return {}

    try:
        keyed(route, form.key.data, {"agreement": key, **body}, act)
    except Refusal as refusal:
        return _page(refusal, refused=form, about=key), 409
    flash(thanks, "ok")
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


def _page(refusal: Refusal | None = None, refused: BaseForm | None = None, about: str = "") -> str:
    """``about``: key of the agreement whose form ``refused`` was typed in."""
    viewer, number = current_viewer(), page_number(request.args.get("page"))
    rows, total = loan_list(session(), viewer, limit=PER_PAGE, offset=(number - 1) * PER_PAGE)
    told = asking.told_under(session(), viewer, [one.row.agreement.id for one in rows if one.row.agreement])
    return render_template(
        "loans/index.html", rows=rows, told=told, asked=[one for one in told if one.waits], refusal=refusal,
        refused=refused, about=about, form=AnswerForm(formdata=None), give_up=GiveUpForm(formdata=None),
        draw=DrawForm(formdata=None), typed=refused if isinstance(refused, DrawForm) else None,
        cut=CutAnswerForm(formdata=None), page=Page(number, total, lambda changes: here(**changes), PER_PAGE),
    )  # fmt: skip
