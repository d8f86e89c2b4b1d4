"""Adding findings once, and answering them. A finding is never changed: answers are rows of their own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.hearing import give_verdict
from matchmaking.delivery.disbursements.models import Disbursement, Verdict
from matchmaking.delivery.findings.models import Finding, FindingAnswer
from matchmaking.delivery.findings.queries import Question, questions_of, twins_of
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.storage import table_of
from matchmaking.foundation.trail import record

One = TypeVar("One")
AT_ONCE = 1_000
FEWEST_CHARACTERS = 10
"""Of a reason: shorter ones say nothing (``已核实``)."""
MOST_CHARACTERS = 1_000
ANSWERS = ("explained", "closed")
SETTLED, ASKED_AGAIN = "settled", "open"
"""What a check answers by itself: the facts have answered the question; they ask it anew."""


@dataclass(frozen=True, slots=True)
class NewFinding:
    """What a check saw. ``key`` is stable: the same thing seen again adds nothing. ``params`` fill the code's words."""

    key: str
    code: str
    as_of: date
    agreement_id: int | None
    params: Mapping[str, Any]


def add_findings(
    session: Session, *, portfolio_id: int, statement_id: int | None, found: Iterable[NewFinding], at: datetime
) -> int:
    """Insert the findings whose keys are new and say how many those were; the trail is the calling command's."""
    held = table_of(Finding)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(held).on_conflict_do_nothing(index_elements=["key"]).returning(held.c.id)
    added = 0
    for batch in _batches(iter(found)):
        rows = [
            {
                "key": one.key,
                "portfolio_id": portfolio_id,
                "agreement_id": one.agreement_id,
                "statement_id": statement_id,
                "code": one.code,
                "as_of": one.as_of,
                "params": dict(one.params),
                "recorded_at": at,
            }
            for one in batch
        ]
        added += len(session.execute(statement, rows).all())
    return added


def settle_questions(
    session: Session, *, actor: str, portfolio_id: int, asked: Collection[str], as_of: date, at: datetime
) -> int:
    """Bring questions on cases to what the check of ``as_of`` says, which asked those whose keys are in ``asked``.

    An open one it does not ask is settled by the facts, a settled one it asks is open again; what a person explained or
    closed stays as that person left it, and what a check of a later day said stands. How many answers were added.
    """
    moved = 0
    # those to move are held first, then looked at again: a person may have answered meanwhile
    moving = _to_move(questions_of(session, portfolio_id, until=as_of), asked, as_of)
    for batch in _batches(iter(sorted(moving))):
        session.execute(select(Finding.id).where(Finding.id.in_(batch)).order_by(Finding.id).with_for_update()).all()
    if moving:
        for number, kind in _to_move(questions_of(session, portfolio_id, until=as_of), asked, as_of).items():
            if number in moving:
                words = as_of.isoformat()
                session.add(FindingAnswer(finding_id=number, kind=kind, words=words, actor=actor, recorded_at=at))
                moved += 1
        session.flush()
    return moved


def _to_move(questions: Iterable[Question], asked: Collection[str], as_of: date) -> dict[int, str]:
    """Id → the answer that brings it from its state to what the check says, where those differ."""
    day, moving = as_of.isoformat(), {}
    for one in questions:
        if one.state == "open" and one.key not in asked and one.words <= day:
            moving[one.id] = SETTLED
        if one.state == SETTLED and one.key in asked and one.words <= day:
            moving[one.id] = ASKED_AGAIN
    return moving


def answer_finding(
    session: Session, *, actor: str, finding_id: int, kind: str, words: str, at: datetime
) -> FindingAnswer:
    """Explain or close a finding; the last answer decides its state, earlier ones stay.

    Refuses with ``finding_words_short`` below :data:`FEWEST_CHARACTERS` characters, ``finding_words_long``,
    ``finding_gone`` when there is no such finding and ``finding_closed`` when it is closed already.
    """
    if kind not in ANSWERS:
        raise ValueError(f"a finding is explained or closed, not {kind!r}")
    text = " ".join(words.split())
    if len(text) < FEWEST_CHARACTERS:
        raise Refusal(Reason("finding_words_short", {"fewest": FEWEST_CHARACTERS, "given": len(text)}))
    if len(text) > MOST_CHARACTERS:
        raise Refusal(Reason("finding_words_long", {"most": MOST_CHARACTERS, "given": len(text)}))
    finding = session.scalars(select(Finding).where(Finding.id == finding_id).with_for_update()).first()
    if finding is None:
        raise Refusal(Reason("finding_gone", {}))
    if _state_of(session, finding_id) == "closed":
        raise Refusal(Reason("finding_closed", {}))
    answer = FindingAnswer(finding_id=finding_id, kind=kind, words=text, actor=actor, recorded_at=at)
    session.add(answer)
    session.flush()
    payload = {"answer": answer.id, "code": finding.code, "as_of": finding.as_of.isoformat()}
    record(session, actor=actor, tag=f"finding.{kind}", subject=f"finding:{finding_id}", payload=payload, at=at)
    return answer


def judge_payment(
    session: Session, *, actor: str, finding_id: int, disbursement: Disbursement, kind: str, document: str, words: str,
    decided_on: date, at: datetime,
) -> Verdict:  # fmt: skip
    """The office's verdict on the payment that a finding is about; it closes the finding with the same words.

    Figures of days before it stay what they were: a restatement stands beside them. Refuses what ``give_verdict`` and
    ``answer_finding`` refuse.
    """
    made = give_verdict(
        session, actor=actor, subject=disbursement, kind=kind, decided_on=decided_on, document=document, at=at
    )
    answer_finding(session, actor=actor, finding_id=finding_id, kind="closed", words=words, at=at)
    return made


def judge_signing(
    session: Session, *, actor: str, agreement: Agreement, kind: str, other_key: str, document: str, decided_on: date,
    at: datetime,
) -> Verdict:  # fmt: skip
    """The office's verdict on a signing: it repeats ``other_key`` (K0), or stands after all.

    Refuses a twin that is no other signing of the same firm in the portfolio with ``verdict_needs_twin``.
    """
    twin = None
    if kind == "duplicate_signing":
        twin = next((one for one in twins_of(session, agreement) if one.public_key == other_key), None)
        if twin is None:
            raise Refusal(Reason("verdict_needs_twin"))
    return give_verdict(
        session, actor=actor, subject=agreement, kind=kind, decided_on=decided_on, document=document, at=at, other=twin
    )


def _state_of(session: Session, finding_id: int) -> str | None:
    last = select(FindingAnswer.kind).where(FindingAnswer.finding_id == finding_id).order_by(FindingAnswer.id.desc())
    return session.scalars(last.limit(1)).first()


def _batches(found: Iterator[One]) -> Iterator[list[One]]:
    while batch := list(islice(found, AT_ONCE)):
        yield batch
