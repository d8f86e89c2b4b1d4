"""The one place where ``disbursement_position`` changes: under its lock, by a conditional update."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.models import DisbursementPosition
from matchmaking.delivery.disbursements.queries import ended_minor, exits_of, locked_position
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason, Refusal


def hold_position(session: Session, agreement: Agreement) -> DisbursementPosition:
    """The signing's position, locked until the commit; made with what was signed and has not ended as its limit.

    Every command about money on one signing starts here, so that two of them never judge from the same picture.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    limit = (agreement.amount_minor or 0) - ended_minor(session, agreement)
    values = {
        "agreement_id": agreement.id,
        "limit_minor": max(limit, 0),
        "drawn_minor": 0,
        "repaid_minor": 0,
        "version": 0,
    }
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


def lower_limit(session: Session, position: DisbursementPosition, minor: int | None) -> None:
    """``minor`` units will not be paid; None: nothing beyond what is drawn and still owed.

    Refuses with ``end_over_left`` where more was to end than is left.
    """
    table = DisbursementPosition
    taken = table.drawn_minor - table.repaid_minor
    limit = taken if minor is None else table.limit_minor - minor
    statement = (
        update(table)
        .where(table.agreement_id == position.agreement_id, table.version == position.version, taken <= limit)
        .values(limit_minor=limit, version=table.version + 1)
        .returning(table.version)
    )
    if session.execute(statement, execution_options={"synchronize_session": False}).first() is None:
        raise Refusal(Reason("end_over_left", _figures(position, minor or 0)))
    session.refresh(position)


def restore_limit(session: Session, position: DisbursementPosition, agreement: Agreement) -> None:
    """After an end was taken back: the limit is what was signed less the ends that stand; unchanged beside one that
    ended all that was left."""
    ends = [one.amount_minor for one in exits_of(session, agreement.id)]
    if None in ends:
        return
    table = DisbursementPosition
    session.execute(
        update(table)
        .where(table.agreement_id == position.agreement_id, table.version == position.version)
        .values(
            limit_minor=(agreement.amount_minor or 0) - sum(minor or 0 for minor in ends), version=table.version + 1
        ),
        execution_options={"synchronize_session": False},
    )
    session.refresh(position)


def refuse_after_end(
    session: Session, agreement: Agreement, position: DisbursementPosition, minor: int, on: date
) -> None:
    """Refuse money valued ``on`` a day when nothing could be paid any more: the availability period was over
    (``paid_after_availability``), or somebody had ended all that was left before (``paid_after_end``)."""
    until = agreement.available_until
    shown = {**_figures(position, minor), "left": plain_amount(0), "day": on.isoformat()}
    if until is not None and on > until:
        raise Refusal(Reason("paid_after_availability", {**shown, "until": until.isoformat()}))
    ended = [one.exited_on for one in exits_of(session, agreement.id) if one.amount_minor is None]
    if ended and on > min(ended):
        raise Refusal(Reason("paid_after_end", {**shown, "until": min(ended).isoformat()}))


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
    return Reason("more_than_left", _figures(position, change_minor))


def _figures(position: DisbursementPosition, minor: int) -> dict[str, str | int | None]:
    taken = position.drawn_minor - position.repaid_minor
    figures = {
        "amount": minor,
        "left": max(position.limit_minor - taken, 0),
        "limit": position.limit_minor,
        "drawn": taken,
    }
    return {name: plain_amount(figure) for name, figure in figures.items()}
