"""A bank reports a disbursement, and takes a report back. What others say about it stands in ``hearing``."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.delivery.disbursements.models import BankReport, Disbursement, DisbursementVoid
from matchmaking.delivery.disbursements.positions import draw, hold_position, refuse_after_end
from matchmaking.delivery.disbursements.queries import (
    InForce,
    drawn_by,
    in_force,
    is_void,
    reports_of_number,
    signing_of,
    twin_of,
)
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.commands import touch
from matchmaking.registry.portfolios.models import Portfolio


def report_disbursement(
    session: Session,
    *,
    actor: str,
    agreement: Agreement,
    iou_no: str,
    amount_minor: int,
    value_on: date,
    at: datetime,
    branch: str | None = None,
    lender: str | None = None,
    reported_on: date | None = None,
    payee: str | None = None,
    own_payment_reason: str | None = None,
    fees: dict[str, int] | None = None,
    form: str = "loan",
    public_key: str | None = None,
) -> Disbursement:
    """Record one 借据. ``branch`` is the one that reports (the signing one, when None).

    Never more than is left of the signing after what was cut, ended or given up (on a revolving line: of what is not
    owed just now), and nothing valued after the availability period or after the rest ended. The same amount and
    value day from another branch of the lender is kept as a suspected duplicate and draws nothing. Refuses a number
    that is in force already, another lender's 借据, and days to come. Reports that come at once are judged in turn.
    """
    _refuse_report(agreement, iou_no, amount_minor, value_on, lender, at)
    position = hold_position(session, agreement)
    house, desk = agreement.lender or "", branch or agreement.branch or ""
    revision = _next_revision(session, agreement.portfolio_id, house, iou_no)
    standing = in_force(session, agreement.id)
    told = InForce(0, amount_minor, value_on, desk)
    change = drawn_by([*standing, told]) - drawn_by(standing) if form == "loan" else 0
    if change > 0:
        refuse_after_end(session, agreement, position, change, value_on)
    draw(session, position, change)
    twin = twin_of(told, standing) if form == "loan" and change == 0 else None
    values = {
        "public_key": public_key or fresh_key("disbursement", at), "portfolio_id": agreement.portfolio_id,
        "agreement_id": agreement.id, "lender": house, "branch": desk, "iou_no": iou_no, "revision": revision,
        "amount_minor": amount_minor, "value_on": value_on, "reported_on": reported_on or value_on, "payee": payee,
        "own_payment_reason": own_payment_reason, "fees": fees, "form": form,
        "repeats_id": twin, "recorded_at": at, "recorded_by": actor,
    }  # fmt: skip
    made = _insert(session, values)
    touch(session, agreement.portfolio_id, at=at)
    payload = {"agreement": agreement.id, "amount_minor": amount_minor, "drew": change, "value_on": str(value_on)}
    subject = f"disbursement:{made.public_key}"
    record(session, actor=actor, tag="disbursement.reported", subject=subject, payload=payload, at=at)
    return made


def _refuse_report(
    agreement: Agreement, iou_no: str, amount_minor: int, value_on: date, lender: str | None, at: datetime
) -> None:
    if not iou_no.strip() or len(iou_no) > 80:
        raise Refusal(Reason("iou_unreadable"))
    refuse_nothing(amount_minor)
    refuse_future(value_on, at)
    if lender is not None and lender != agreement.lender:
        raise Refusal(Reason("lender_differs", {"lender": lender, "signed": agreement.lender}))


def _next_revision(session: Session, portfolio_id: int, lender: str, iou_no: str) -> int:
    earlier = reports_of_number(session, portfolio_id, lender, iou_no)
    for row, voided in earlier:
        if not voided:
            raise Refusal(_iou_taken(iou_no, row))
    return len(earlier) + 1


def _iou_taken(iou_no: str, row: Disbursement) -> Reason:
    shown: dict[str, str | int | None] = {"iou": iou_no, "day": row.value_on.isoformat()}
    return Reason("iou_taken", {**shown, "amount": plain_amount(row.amount_minor)})


def _insert(session: Session, values: dict[str, Any]) -> Disbursement:
    # another signing's report of the same number may commit between our look and our insert: it wins, we refuse
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    number = ["portfolio_id", "lender", "iou_no", "revision"]
    statement = insert(Disbursement).values(**values).on_conflict_do_nothing(index_elements=number)
    made = session.execute(statement.returning(Disbursement.id)).scalar()
    if made is None:
        found = reports_of_number(session, values["portfolio_id"], values["lender"], values["iou_no"])
        raise Refusal(_iou_taken(values["iou_no"], found[-1][0]))
    return session.get_one(Disbursement, made)


def void_disbursement(
    session: Session,
    *,
    actor: str,
    disbursement: Disbursement,
    voided_on: date,
    reason: str,
    at: datetime,
    public_key: str | None = None,
) -> DisbursementVoid:
    """The bank takes one report back: its room returns, nothing else is touched. Refuses a second void.

    Where another branch told of the same payment, that report now stands for it and keeps the room.
    """
    refuse_future(voided_on, at)
    agreement = signing_of(session, disbursement)
    position = hold_position(session, agreement)
    if is_void(session, disbursement.id):
        raise Refusal(Reason("voided_already", {"fact": disbursement.iou_no}))
    standing = in_force(session, agreement.id)
    left = [report for report in standing if report.id != disbursement.id]
    draw(session, position, drawn_by(left) - drawn_by(standing))
    void = DisbursementVoid(
        public_key=public_key or fresh_key("void", at), disbursement_id=disbursement.id, voided_on=voided_on,
        reason=reason,
    )  # fmt: skip
    payload = {"disbursement": disbursement.public_key, "voided_on": voided_on.isoformat()}
    owner = agreement.portfolio_id
    return append(session, void, portfolio_id=owner, actor=actor, tag="disbursement.voided", at=at, payload=payload)


def report_through(
    session: Session,
    *,
    actor: str,
    portfolio: Portfolio,
    lender: str,
    through: date,
    at: datetime,
    zero: bool = False,
    branch: str | None = None,
    public_key: str | None = None,
) -> BankReport:
    """The lender says that it has reported everything up to ``through``; ``zero`` that nothing was paid (零报告).

    ``branch``: one branch speaks for itself alone; the whole bank has not spoken by that.
    """
    refuse_future(through, at)
    fact = BankReport(
        public_key=public_key or fresh_key("report", at), portfolio_id=portfolio.id, lender=lender, branch=branch,
        through=through, zero=zero,
    )  # fmt: skip
    payload = {"through": through.isoformat(), "zero": zero, "whole": branch is None}
    return append(session, fact, portfolio_id=portfolio.id, actor=actor, tag="bank.reported", at=at, payload=payload)
