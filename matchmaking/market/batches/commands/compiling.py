"""Compiling a list: it is started, firms are entered and struck, and the five tests are recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BATCH, BUREAU
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import plain_or_digest, record
from matchmaking.market.batches.checking import Checked, check_rows
from matchmaking.market.batches.commands.moving import move_batch, tell
from matchmaking.market.batches.facts import CheckTold, MemberTold
from matchmaking.market.batches.models import (
    KINDS,
    TESTS,
    VERDICTS,
    Batch,
    BatchMember,
    BatchMemberStruck,
    BatchTest,
)
from matchmaking.market.batches.queries import batch_of_number, member_ids
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import fresh_key, words_enough

FEWEST_CHARACTERS, MOST_CHARACTERS = 4, 300
"""Of the words with which a firm is struck."""


def start_batch(
    session: Session,
    *,
    actor: str,
    kind: str,
    number: str,
    title: str,
    area_code: str,
    at: datetime,
    recipient: str = "",
    public_key: str | None = None,
) -> Batch:
    """A draft without firms. ``kind``: ``city`` or ``upward``; ``area_code``: whose list it is, ``*`` for the city's.

    Raises :class:`Refusal` ``batch_number_missing``, ``batch_title_missing`` or ``batch_number_taken``.
    """
    if kind not in KINDS:
        raise ValueError(f"a list goes to the city or upward, not {kind!r}")
    number, title = " ".join(number.split()), " ".join(title.split())
    if not number or not title:
        raise Refusal(Reason("batch_title_missing" if number else "batch_number_missing"))
    if batch_of_number(session, number) is not None:
        raise Refusal(Reason("batch_number_taken", {"number": number}))
    batch = Batch(
        public_key=public_key or fresh_key("batch", at), kind=kind, number=number, title=title, version=1,
        recipient=" ".join(recipient.split()), area_code=area_code, state=BATCH.initial[0], created_at=at,
        created_by=actor,
    )  # fmt: skip
    session.add(batch)
    session.flush()
    payload = {"kind": kind, "number": plain_or_digest(number)}
    record(session, actor=actor, tag="batch.started", subject=f"batch:{batch.public_key}", payload=payload, at=at)
    return batch


def fill_batch(
    session: Session,
    *,
    actor: str,
    batch: Batch,
    version: int,
    rows: Sequence[MemberTold],
    on: date,
    at: datetime,
    jurisdiction: str = EVERYWHERE,
    role: str = BUREAU,
) -> list[int]:
    """Enter firms, all or none; ids of the new members in their order. ``jurisdiction``: whose firms may be entered.

    Raises :class:`Refusal` with a reason for every row that will not do (``checking.py`` names them row by row).
    """
    move_batch(session, role=role, batch=batch, version=version, action="fill")
    checked = check_rows(session, batch, rows, on=on, jurisdiction=jurisdiction)
    wrong = [reason for row in checked for reason in _against(row)]
    if wrong or not checked:
        raise Refusal(*(wrong or [Reason("batch_empty")]))
    last = session.scalar(select(func.max(BatchMember.position)).where(BatchMember.batch_id == batch.id)) or 0
    insert_rows(session, BatchMember, (_columns(batch, row, last + i, actor, at) for i, row in enumerate(checked, 1)))
    tell(session, batch, "fill", actor=actor, at=at, payload={"firms": len(checked)})
    asked = select(BatchMember.id).where(BatchMember.batch_id == batch.id, BatchMember.position > last)
    return list(session.scalars(asked.order_by(BatchMember.position)))


def strike_member(
    session: Session,
    *,
    actor: str,
    batch: Batch,
    version: int,
    member_id: int,
    words: str,
    at: datetime,
    role: str = BUREAU,
) -> None:
    """Take a firm off the draft, with words; its row stays and counts in nothing. Raises ``batch_member_gone``."""
    told = words_enough(words, fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS)
    move_batch(session, role=role, batch=batch, version=version, action="strike")
    _own_members(session, batch, [member_id])
    session.add(BatchMemberStruck(member_id=member_id, words=told, recorded_at=at, recorded_by=actor))
    tell(session, batch, "strike", actor=actor, at=at, payload={"member": member_id})


def record_tests(
    session: Session,
    *,
    actor: str,
    batch: Batch,
    version: int,
    found: Mapping[int, Sequence[CheckTold]],
    at: datetime,
    role: str = BUREAU,
) -> None:
    """What was found of members' tests: member id → tests. Of several findings of one test the latest holds.

    Raises ``batch_test_ground`` where a verdict has no ground, ``batch_test_unknown``, ``batch_member_gone``.
    """
    move_batch(session, role=role, batch=batch, version=version, action="test")
    _own_members(session, batch, found)
    for told in (told for tests in found.values() for told in tests):
        _refuse_test(told)
    rows = [
        {
            "member_id": member, "test": told.test, "verdict": told.verdict, "words": " ".join(told.words.split()),
            "recorded_at": at, "recorded_by": actor,
        }
        for member, tests in found.items()
        for told in tests
    ]  # fmt: skip
    insert_rows(session, BatchTest, rows)
    tell(session, batch, "test", actor=actor, at=at, payload={"firms": len(found), "tests": len(rows)})


def _refuse_test(told: CheckTold) -> None:
    if told.test not in TESTS or told.verdict not in VERDICTS:
        raise Refusal(Reason("batch_test_unknown"))
    if told.verdict != "unknown" and not told.words.strip():
        raise Refusal(Reason("batch_test_ground", {"test_word": f"batch_test_{told.test}"}))


def _own_members(session: Session, batch: Batch, ids: Mapping[int, object] | list[int]) -> None:
    if not set(ids) <= member_ids(session, batch.id):
        raise Refusal(Reason("batch_member_gone"))


def _against(row: Checked) -> list[Reason]:
    doubted = [row.doubt] if row.doubt is not None and not row.told.confirmed else []
    return [*row.faults, *doubted]


def _columns(batch: Batch, row: Checked, position: int, actor: str, at: datetime) -> dict[str, object]:
    firm, told = cast(Organisation, row.organisation), row.told
    return {
        "batch_id": batch.id, "position": position, "organisation_id": firm.id, "uscc": told.uscc, "name": firm.name,
        "area_code": firm.area_code, "asked_minor": told.asked.minor, "asked_unit": told.unit,
        "amount_confirmed": told.confirmed, "need_key": told.need_key, "recorded_at": at, "recorded_by": actor,
    }  # fmt: skip
