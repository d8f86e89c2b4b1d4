"""Recording what was paid. Nothing is changed afterwards: a wrong row is taken back by a later one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import plain_or_digest, record
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import fresh_key, refuse_later, words_enough
from matchmaking.support.awards.models import KINDS, Award, AwardList, AwardVoid
from matchmaking.support.awards.queries import award_list_of_number, is_void, next_position

TO_WHOM = {"subsidy": "enterprise", "fee_award": "guarantor"}
"""Whom each kind is paid to."""


@dataclass(frozen=True, slots=True)
class AwardTold:
    """One payment to ``organisation``; ``document`` is its voucher or line, where known."""

    organisation: Organisation
    amount: Money
    paid_on: date
    document: str = ""


def open_award_list(
    session: Session,
    *,
    actor: str,
    kind: str,
    number: str,
    title: str,
    document: str,
    decided_on: date,
    on: date,
    at: datetime,
    public_key: str | None = None,
) -> AwardList:
    """A batch of payments under ``document``. ``kind``: ``subsidy`` or ``fee_award``; ``on``: today's business day.

    Raises :class:`Refusal` ``award_kind_unknown``, ``award_list_incomplete``, ``award_number_taken`` or
    ``day_not_yet``.
    """
    if kind not in KINDS:
        raise Refusal(Reason("award_kind_unknown"))
    number, title, document = (" ".join(text.split()) for text in (number, title, document))
    if not (number and title and document):
        raise Refusal(Reason("award_list_incomplete"))
    refuse_later(decided_on, on)
    if award_list_of_number(session, kind, number) is not None:
        raise Refusal(Reason("award_number_taken", {"kind_word": f"award_kind_{kind}", "number": number}))
    listed = AwardList(
        public_key=public_key or fresh_key("awards", at), kind=kind, number=number, title=title, document=document,
        decided_on=decided_on, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(listed)
    session.flush()
    payload = {"kind": kind, "number": plain_or_digest(number)}
    record(session, actor=actor, tag="award.listed", subject=f"awards:{listed.public_key}", payload=payload, at=at)
    return listed


def record_awards(
    session: Session, *, actor: str, listed: AwardList, rows: Sequence[AwardTold], on: date, at: datetime
) -> int:
    """Payments of the list, all or none; how many.

    Raises :class:`Refusal` with a reason per row that will not do: ``award_to_whom``, ``award_amount``; and
    ``award_nobody``, ``day_not_yet``.
    """
    wrong = [reason for row in rows for reason in _against(listed, row)]
    if wrong or not rows:
        raise Refusal(*(wrong or [Reason("award_nobody")]))
    for row in rows:
        refuse_later(row.paid_on, on)
    first = next_position(session, listed.id)
    columns = [
        {
            "list_id": listed.id, "position": position, "organisation_id": row.organisation.id,
            "name": row.organisation.name, "amount_minor": row.amount.minor, "paid_on": row.paid_on,
            "document": " ".join(row.document.split()), "recorded_at": at, "recorded_by": actor,
        }
        for position, row in enumerate(rows, first)
    ]  # fmt: skip
    insert_rows(session, Award, columns)
    payload = {"rows": len(rows), "amount_minor": sum(row.amount.minor for row in rows)}
    record(session, actor=actor, tag="award.recorded", subject=f"awards:{listed.public_key}", payload=payload, at=at)
    return len(rows)


def take_back_award(session: Session, *, actor: str, award: Award, words: str, on: date, at: datetime) -> AwardVoid:
    """A row entered by mistake, or money paid back, with words. Raises ``award_taken_back``."""
    told = words_enough(words, fewest=4, most=300)
    if is_void(session, award.id):
        raise Refusal(Reason("award_taken_back"))
    fact = AwardVoid(award_id=award.id, on_day=on, words=told, recorded_at=at, recorded_by=actor)
    session.add(fact)
    session.flush()
    payload = {"award": award.id, "amount_minor": award.amount_minor}
    record(session, actor=actor, tag="award.voided", subject=f"award:{award.id}", payload=payload, at=at)
    return fact


def _against(listed: AwardList, row: AwardTold) -> list[Reason]:
    name = row.organisation.name
    found = [] if row.organisation.kind == TO_WHOM[listed.kind] else [Reason("award_to_whom", {"name": name})]
    return [*found, *([] if row.amount.minor > 0 else [Reason("award_amount", {"name": name})])]
