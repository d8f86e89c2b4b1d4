"""Freezing a list, drawing from it, writing calls down, closing. Whoever froze the list does not choose the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.domain.conversion.sampling import MILLION, clean_seed, draw, plan
from matchmaking.domain.hands import other_hands
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import OFFICE, SAMPLE
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import plain_or_digest, record
from matchmaking.oversight.samples.facts import frame_of
from matchmaking.oversight.samples.models import AuditSample, SampleCall, SampleItem
from matchmaking.oversight.samples.queries import (
    ItemRow,
    differences,
    frozen_list,
    items_of,
    projected,
    result_json,
    sample_by_key,
)
from matchmaking.registry.organisations.recording import fresh_key, refuse_later, words_enough
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number

FEWEST, MOST = 4, 300
MEASURED = ("code", "numerator", "denominator", "ppm")


@dataclass(frozen=True, slots=True)
class Told:
    """What was said on the telephone. ``amount`` None: nobody was reached."""

    amount: Money | None
    paid_on: date | None = None
    payee: str = ""
    spoke_to: str = ""
    words: str = ""


def freeze_list(
    session: Session, *, actor: str, portfolio: Portfolio, snapshot: AuditSnapshot, grade: str, money: str,
    confidence_ppm: int, tolerable_ppm: int, expected: int, at: datetime,
) -> AuditSample:  # fmt: skip
    """Freeze the list behind a headline figure, before anybody knows the seed.

    Raises :class:`Refusal` ``sample_no_measure``, ``sample_empty``, ``sample_numbers`` or ``sample_too_large``.
    """
    frame = frame_of(session, snapshot, grade, money)
    tolerable = frame.listed.total * tolerable_ppm // MILLION
    made = plan(frame.listed, confidence_ppm=confidence_ppm, tolerable=tolerable, expected=expected)
    sample = AuditSample(
        public_key=fresh_key("sample", at), portfolio_id=portfolio.id, snapshot_id=snapshot.id,
        as_of=snapshot.as_of, known_on=snapshot.known_on, grade=grade, money=money, currency=portfolio.currency,
        cohort_digest=frame.measure["cohort"], measure={name: frame.measure[name] for name in MEASURED},
        list_digest=frame.listed.digest, listed=len(frame.listed.rows), without_money=frame.without_money,
        book_minor=frame.listed.total, confidence_ppm=confidence_ppm, tolerable_minor=tolerable, expected=expected,
        interval_minor=made.interval, size=made.size(frame.listed), state=SAMPLE.initial[0], row_version=1,
        frozen_at=at, frozen_by=actor,
    )  # fmt: skip
    session.add(sample)
    session.flush()
    payload = {"list": sample.list_digest, "items": sample.listed, "interval": sample.interval_minor}
    record(session, actor=actor, tag="sample.frozen", subject=f"sample:{sample.public_key}", payload=payload, at=at)
    return sample


def draw_sample(
    session: Session, *, actor: str, key: str, row_version: int, seed: str, source: str, at: datetime
) -> AuditSample:
    """Draw with a seed that became public after the list was frozen; its ``source`` in words.

    Raises :class:`Refusal` ``other_hands`` for whoever froze the list, ``sample_seed_unfit``, ``words_short``,
    ``sample_moved_on`` or what the table refuses.
    """
    sample = _sample(session, key)
    other_hands((sample.frozen_by,), actor, made="hands_list")
    words, told = clean_seed(seed), words_enough(source, fewest=FEWEST, most=200)
    listed = frozen_list(session, sample)
    values = {"seed": words, "seed_source": told, "drawn_at": at, "drawn_by": actor}
    _move(session, sample, "draw", row_version, values)
    drawn = draw(listed, words, sample.interval_minor)
    asked = select(AuditRow.public_key, AuditRow.id).where(
        AuditRow.snapshot_id == sample.snapshot_id, AuditRow.public_key.in_([one.key for one in drawn])
    )
    rows = dict(session.execute(asked).tuples().all())
    items = [
        {
            "sample_id": sample.id, "position": position, "audit_row_id": rows[one.key], "agreement_key": one.key,
            "book_minor": one.book, "top": one.top,
        }
        for position, one in enumerate(drawn, 1)
    ]  # fmt: skip
    insert_rows(session, SampleItem, items)
    payload = {"seed": plain_or_digest(words), "list": sample.list_digest, "items": len(items)}
    record(session, actor=actor, tag="sample.drawn", subject=f"sample:{key}", payload=payload, at=at)
    return sample


def record_call(
    session: Session, *, actor: str, key: str, position: int, told: Told, on: date, at: datetime
) -> SampleCall:
    """One call. An answer that differs from the one before it comes from a second caller, with a reason.

    Raises :class:`Refusal` ``sample_item_gone``, ``sample_second_caller``, ``words_short`` (a changed answer says why),
    ``sample_answered`` (in vain, after an answer), ``day_not_yet`` or what the table refuses.
    """
    sample = _locked(session, key)
    SAMPLE.move(sample.state, "answer", OFFICE)
    item = next((one for one in items_of(session, sample) if one.item.position == position), None)
    if item is None:
        raise Refusal(Reason("sample_item_gone"))
    _against(item, actor, told, on)
    call = SampleCall(
        item_id=item.item.id, number=len(item.calls) + 1, outcome="unreached" if told.amount is None else "confirmed",
        amount_minor=None if told.amount is None else told.amount.minor, paid_on=told.paid_on, payee=told.payee,
        spoke_to=told.spoke_to, words=told.words, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(call)
    session.flush()
    payload = {"position": position, "call": call.number, "outcome": call.outcome, "amount_minor": call.amount_minor}
    record(session, actor=actor, tag="sample.called", subject=f"sample:{key}", payload=payload, at=at)
    return call


def _against(item: ItemRow, actor: str, told: Told, on: date) -> None:
    if told.paid_on is not None:
        refuse_later(told.paid_on, on)
    if item.answer is None:
        return
    if told.amount is None:
        raise Refusal(Reason("sample_answered"))
    if item.answer.recorded_by == actor:
        raise Refusal(Reason("sample_second_caller"))
    words_enough(told.words, fewest=FEWEST, most=500)


def close_sample(
    session: Session, *, actor: str, key: str, row_version: int, words: str, on: date, at: datetime
) -> AuditSample:
    """Evaluate the answers and store what they say. Whoever made every call alone does not close.

    Raises :class:`Refusal` ``sample_open_items`` while somebody was neither reached nor called often enough,
    ``other_hands``, ``sample_differs``, ``words_short``, ``sample_moved_on`` or what the table refuses.
    """
    sample = _locked(session, key)
    SAMPLE.move(sample.state, "close", OFFICE)
    told, items = words_enough(words, fewest=FEWEST, most=MOST), items_of(session, sample)
    most = number("sample_attempts", on)
    waiting = sum(item.answer is None and item.attempts < most for item in items)
    if waiting:
        raise Refusal(Reason("sample_open_items", {"count": waiting, "calls": most}))
    other_hands((call.recorded_by for item in items for call in item.calls), actor, made="hands_calls")
    if differences(session, sample):
        raise Refusal(Reason("sample_differs"))
    result = result_json(projected(frozen_list(session, sample), sample, items), sample.measure)
    values = {"result": result, "ended_at": at, "ended_by": actor, "ended_words": told}
    _move(session, sample, "close", row_version, values)
    payload = {name: result[name] for name in ("found_minor", "likely_minor", "upper_minor")}
    record(session, actor=actor, tag="sample.closed", subject=f"sample:{key}", payload=payload, at=at)
    return sample


def set_sample_aside(
    session: Session, *, actor: str, key: str, row_version: int, words: str, at: datetime
) -> AuditSample:
    """End it without a result, with words; it stays on the list, so that nobody draws until the draw pleases."""
    sample, told = _locked(session, key), words_enough(words, fewest=FEWEST, most=MOST)
    _move(session, sample, "set_aside", row_version, {"ended_at": at, "ended_by": actor, "ended_words": told})
    payload = {"list": sample.list_digest}
    record(session, actor=actor, tag="sample.set_aside", subject=f"sample:{key}", payload=payload, at=at)
    return sample


def _move(session: Session, sample: AuditSample, action: str, row_version: int, values: Mapping[str, Any]) -> None:
    before, to = sample.state, SAMPLE.move(sample.state, action, OFFICE)
    changed = session.execute(
        update(AuditSample)
        .where(AuditSample.id == sample.id, AuditSample.state == before, AuditSample.row_version == row_version)
        .values(state=to, row_version=row_version + 1, **values)
        .returning(AuditSample.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(sample)
    if changed is None:
        raise Refusal(Reason("sample_moved_on", {"state_word": f"state_sample_{sample.state}"}))


def _locked(session: Session, key: str) -> AuditSample:
    """The sample, locked: calls and closing of one sample come one after the other."""
    asked = select(AuditSample).where(AuditSample.public_key == key).with_for_update()
    found = session.scalars(asked, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise Refusal(Reason("sample_gone"))
    return found


def _sample(session: Session, key: str) -> AuditSample:
    found = sample_by_key(session, key)
    if found is None:
        raise Refusal(Reason("sample_gone"))
    return found
