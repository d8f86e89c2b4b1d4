"""还款与余额: what came back to the bank, and what the firm owed it, so that net-new can be reckoned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.commands import take_back
from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.asking import told_under
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.delivery.repayments.commands import observe_balance, record_repayment, take_back_repayment
from matchmaking.delivery.repayments.forms import OLDER, THIS, BalanceForm, RepaymentForm, TakeBackForm
from matchmaking.delivery.repayments.queries import balances_of, repayments_of
from matchmaking.delivery.signings.queries import PaperRow, signed_agreement
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.registry.portfolios.models import Portfolio

bank_repayments = Blueprint("bank_repayments", __name__)


@bank_repayments.get("/bank/agreements/<key:key>/repayments")
@requires(Permission.REPORT_DISBURSEMENTS)
def index(key: str) -> ResponseReturnValue:
    """Repayments and balances of one agreement's firm at this bank."""
    return _page(key)


@bank_repayments.post("/bank/agreements/<key:key>/repayments")
@requires(Permission.REPORT_DISBURSEMENTS)
def record(key: str) -> ResponseReturnValue:
    """Principal came back: on one 借据, on this agreement, or on an older loan."""
    form, viewer, at = RepaymentForm(), current_viewer(), clock.now()
    amount: Money | None = form.amount.data
    told: dict[str, Any] = {"amount_minor": amount.minor if amount else 0, "paid_on": form.paid_on.data}
    on, iou_no = form.on.data or "", form.iou_no.data or ""

    def pay(work: Session, agreement: Agreement) -> None:
        about = _about(work, agreement, on, iou_no)
        record_repayment(
            work, actor=viewer.actor, portfolio=work.get_one(Portfolio, agreement.portfolio_id),
            firm=agreement.firm or "", firm_key=agreement.firm_key, lender=agreement.lender or "", at=at, **told,
            **about,
        )  # fmt: skip

    return _done(
        "repayments.record", form, key, {**told, "paid_on": str(told["paid_on"]), "on": on, "iou": iou_no}, pay
    )


@bank_repayments.post("/bank/agreements/<key:key>/balances")
@requires(Permission.REPORT_DISBURSEMENTS)
def observe(key: str) -> ResponseReturnValue:
    """What the firm owed this bank when a day began."""
    form, viewer, at = BalanceForm(), current_viewer(), clock.now()
    balance: Money | None = form.balance.data
    minor, on_day = balance.minor if balance is not None else 0, form.on_day.data

    def tell(work: Session, agreement: Agreement) -> None:
        observe_balance(
            work, actor=viewer.actor, portfolio=work.get_one(Portfolio, agreement.portfolio_id),
            firm=agreement.firm or "", firm_key=agreement.firm_key, lender=agreement.lender or "", balance_minor=minor,
            on_day=on_day or business_today(), at=at,
        )  # fmt: skip

    return _done("balances.observe", form, key, {"balance_minor": minor, "on_day": str(on_day)}, tell)


@bank_repayments.post("/bank/agreements/<key:key>/repayments/<key:fact>/void")
@requires(Permission.REPORT_DISBURSEMENTS)
def void(key: str, fact: str) -> ResponseReturnValue:
    """Take a wrongly recorded repayment or balance back; it stays visible, struck through."""
    form, viewer, on, at = TakeBackForm(), current_viewer(), business_today(), clock.now()
    _found(session(), key)
    reason = form.reason.data or ""

    def strike(work: Session, agreement: Agreement) -> None:
        said: dict[str, Any] = {"actor": viewer.actor, "voided_on": on, "reason": reason, "at": at}
        for one in repayments_of(work, agreement):
            if one.repayment.public_key == fact:
                take_back_repayment(work, repayment=one.repayment, **said)
                return
        for each in balances_of(work, agreement):
            if each.balance.public_key == fact:
                take_back(work, portfolio_id=agreement.portfolio_id, fact=each.balance, **said)
                return
        abort(404)

    return _done("repayments.void", form, key, {"fact": fact, "reason": reason}, strike)


def _about(work: Session, agreement: Agreement, on: str, iou_no: str) -> dict[str, Any]:
    if on == THIS:
        return {"agreement": agreement}
    if on == OLDER:
        if not iou_no:
            raise Refusal(Reason("iou_unreadable"))
        return {"iou_no": iou_no}
    paid: Disbursement | None = next(
        (
            one.disbursement
            for one in told_under(work, current_viewer(), [agreement.id])
            if one.void is None and one.disbursement.public_key == on
        ),
        None,
    )
    if paid is None:
        raise Refusal(Reason("repaid_on_nothing"))
    return {"agreement": agreement, "disbursement": paid, "iou_no": paid.iou_no}


def _done(
    route: str, form: BaseForm, key: str, body: dict[str, Any], do: Callable[[Session, Agreement], None]
) -> ResponseReturnValue:
    _found(session(), key)
    if not form.validate_on_submit():
        return _page(key, refused=form), 422

    def act(work: Session) -> dict[str, Any]:
        do(work, _found(work, key).agreement or abort(404))
        return {}

    try:
        keyed(route, form.key.data, {"agreement": key, **body}, act)
    except Refusal as refusal:
        return _page(key, refusal, form), 409
    return redirect(url_for("bank_repayments.index", key=key), code=303)


def _found(work: Session, key: str) -> PaperRow:
    row = signed_agreement(work, current_viewer(), key) or abort(404)
    return row if row.own else abort(404)


def _page(key: str, refusal: Refusal | None = None, refused: BaseForm | None = None) -> str:
    row = _found(session(), key)
    agreement = row.agreement or abort(404)

    def shown(kind: type[BaseForm]) -> BaseForm:
        return refused if isinstance(refused, kind) else kind(formdata=None)

    return render_template(
        "repayments/index.html", row=row, agreement=agreement, refusal=refusal, refused=refused,
        told=[one for one in told_under(session(), current_viewer(), [agreement.id]) if one.void is None],
        back=repayments_of(session(), agreement), owed=balances_of(session(), agreement),
        form=shown(RepaymentForm), balance=shown(BalanceForm), take_back=shown(TakeBackForm), this=THIS, older=OLDER,
    )  # fmt: skip
