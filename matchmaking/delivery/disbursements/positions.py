"""The one place where ``disbursement_position`` changes: under its lock, by a conditional update."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import DisbursementPosition
from matchmaking.delivery.disbursements.queries import locked_position
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal


def hold_position(session: Session, agreement: Agreement) -> DisbursementPosition:
    """The signing's position, locked until the commit; made with the signed amount as its limit when there is none.

    Every command about money on one signing starts here, so that two of them never judge from the same picture.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    blank = {"agreement_id": agreement.id, "limit_minor": agreement.amount_minor or 0}
    values = {**blank, "drawn_minor": 0, "repaid_minor": 0, "version": 0}
    session.execute(insert(DisbursementPosition).values(**values).on_conflict_do_nothing())
    held = locked_position(session, agreement.id)
    if held is None:
        raise AssertionError("a position that was just made is there")
    return held


def draw(session: Session, position: DisbursementPosition, change_minor: int) -> None:
    """Raise (or lower) what is drawn by ``change_minor``; refuses with ``more_than_left`` over the limit."""
    if change_minor == 0:
        return
    table = DisbursementPosition
    statement = (
        update(table)
        .where(table.agreement_id == position.agreement_id, table.version == position.version)
        .where(table.drawn_minor + change_minor - table.repaid_minor <= table.limit_minor)
        .values(drawn_minor=table.drawn_minor + change_minor, version=table.version + 1)
        .returning(table.version)
    )
    if session.execute(statement, execution_options={"synchronize_session": False}).first() is None:
        raise Refusal(_more_than_left(position, change_minor))
    session.refresh(position)


def give_room_back(session: Session, position: DisbursementPosition, amount_minor: int) -> None:
    """Revolving lines: principal paid back may be drawn again. Refuses more than is drawn and still owed."""
    owed = position.drawn_minor - position.repaid_minor
    if amount_minor > owed:
        raise Refusal(
            Reason("repaid_over_drawn", {"amount": plain_amount(amount_minor), "owed": plain_amount(max(owed, 0))})
        )
    table = DisbursementPosition
    session.execute(
        update(table)
        .where(table.agreement_id == position.agreement_id, table.version == position.version)
        .values(repaid_minor=table.repaid_minor + amount_minor, version=table.version + 1),
        execution_options={"synchronize_session": False},
    )
    session.refresh(position)


def take_room_again(session: Session, position: DisbursementPosition, amount_minor: int) -> None:
    """Revolving lines: a repayment was taken back; refused with ``more_than_left`` where its room is drawn already."""
    table = DisbursementPosition
    statement = (
        update(table)
        .where(table.agreement_id == position.agreement_id, table.repaid_minor >= amount_minor)
        .where(table.drawn_minor - table.repaid_minor + amount_minor <= table.limit_minor)
        .values(repaid_minor=table.repaid_minor - amount_minor, version=table.version + 1)
        .returning(table.version)
    )
    if session.execute(statement, execution_options={"synchronize_session": False}).first() is None:
        raise Refusal(_more_than_left(position, amount_minor))
    session.refresh(position)


def _more_than_left(position: DisbursementPosition, change_minor: int) -> Reason:
    taken = position.drawn_minor - position.repaid_minor
    left = max(position.limit_minor - taken, 0)
    return Reason(
        "more_than_left",
        {
            "amount": plain_amount(change_minor),
            "left": plain_amount(left),
            "limit": plain_amount(position.limit_minor),
            "drawn": plain_amount(taken),
        },
    )
