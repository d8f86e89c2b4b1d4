"""Everything that changes a plan: made, asked for, answered or failed, steered by wishes, frozen or discarded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import ALLOCATION, BUREAU, SYSTEM
from matchmaking.foundation.jobs import Task, create_task
from matchmaking.foundation.storage import insert_rows
from matchmaking.foundation.trail import record
from matchmaking.market.allocations.facts import Answer, Question, digest_of, worth_of
from matchmaking.market.allocations.models import (
    WISHES,
    AllocationPair,
    AllocationPlan,
    AllocationPrice,
    AllocationUnplaced,
    AllocationWish,
)
from matchmaking.market.allocations.queries import chosen_lines, is_candidate
from matchmaking.market.batches.models import Batch
from matchmaking.registry.organisations.recording import fresh_key, words_enough

TASK = "allocation.solve"
MOST_COUNT = 10_000
FEWEST_CHARACTERS, MOST_CHARACTERS = 4, 300
"""Of the words with which a pair is pinned, forbidden or set free."""
TAGS = {
    "ask": "allocation.asked",
    "tell": "allocation.solved",
    "fail": "allocation.failed",
    "wish": "allocation.steered",
    "freeze": "allocation.frozen",
    "discard": "allocation.discarded",
}


def start_plan(
    session: Session, *, actor: str, batch: Batch, count_most: int, on: date, at: datetime,
    public_key: str | None = None,
) -> AllocationPlan:  # fmt: skip
    """A plan over a frozen list, not yet solved. ``count_most``: firms that one product takes at most.

    Raises :class:`Refusal` ``allocation_batch_open`` for a list that is not frozen, ``allocation_count_range``.
    """
    if batch.state != "frozen":
        raise Refusal(Reason("allocation_batch_open"))
    if not 1 <= count_most <= MOST_COUNT:
        raise Refusal(Reason("allocation_count_range", {"most": MOST_COUNT}))
    last = session.scalar(select(func.max(AllocationPlan.number)).where(AllocationPlan.batch_id == batch.id)) or 0
    plan = AllocationPlan(
        public_key=public_key or fresh_key("plan", at), batch_id=batch.id, number=last + 1, on_day=on, version=1, run=0,
        state=ALLOCATION.initial[0], count_most=count_most, created_at=at, created_by=actor,
    )  # fmt: skip
    session.add(plan)
    session.flush()
    payload = {"batch": batch.public_key, "number": plan.number, "count_most": count_most}
    record(
        session, actor=actor, tag="allocation.started", subject=f"allocation:{plan.public_key}", payload=payload, at=at
    )
    return plan


def ask_solution(
    session: Session, *, actor: str, plan: AllocationPlan, version: int, at: datetime, role: str = BUREAU,
    queued: bool = True,
) -> AllocationPlan:  # fmt: skip
    """Queue the solving of the plan for the worker; ``queued`` False where the caller solves it at once (the demo).

    Raises ``allocation_running`` while a task of it still runs.
    """
    earlier = session.scalars(select(Task).where(Task.key == plan.task_key)).first() if plan.task_key else None
    if plan.state == "solving" and earlier is not None and earlier.state in ("queued", "running"):
        raise Refusal(Reason("allocation_running"))
    _move(session, role=role, plan=plan, version=version, action="ask")
    if queued:
        params, key = {"plan": plan.public_key, "version": plan.version}, f"{plan.public_key}:{plan.version}"
        task = create_task(session, kind=TASK, params=params, actor=actor, at=at, key=key)
        session.execute(update(AllocationPlan).where(AllocationPlan.id == plan.id).values(task_key=task.key))
        session.refresh(plan)
    _tell(session, plan, "ask", actor=actor, at=at, payload={"run": plan.run + 1})
    return plan


def tell_solution(
    session: Session,
    *,
    actor: str,
    plan: AllocationPlan,
    version: int,
    question: Question,
    answer: Answer,
    at: datetime,
) -> AllocationPlan:
    """Write down what the run found, under the run's number."""
    values = {
        "run": plan.run + 1, "on_day": question.on, "policy_version": question.policy_version,
        "members": len(question.applicants), "candidates": answer.candidates, "placed": answer.placed,
        "placed_most": answer.placed_most, "value": answer.value, "bound": answer.bound, "bound_by": answer.bound_by,
        "floors": {"floors": [floor.plain() for floor in answer.floors]},
    }  # fmt: skip
    _move(session, role=SYSTEM, plan=plan, version=version, action="tell", values=values)
    insert_rows(session, AllocationPair, _pairs(plan, question, answer))
    insert_rows(session, AllocationPrice, _prices(plan, question, answer))
    insert_rows(session, AllocationUnplaced, _unplaced(plan, question, answer))
    told = ("run", "candidates", "placed", "value", "bound", "bound_by")
    payload = {name: values[name] for name in told} | {"pairs": len(answer.chosen)}
    _tell(session, plan, "tell", actor=actor, at=at, payload=payload)
    return plan


def fail_solution(
    session: Session, *, actor: str, plan: AllocationPlan, version: int, reasons: tuple[Reason, ...], at: datetime
) -> AllocationPlan:
    """The run found no answer; the plan waits as a draft and its task says why."""
    _move(session, role=SYSTEM, plan=plan, version=version, action="fail")
    _tell(session, plan, "fail", actor=actor, at=at, payload={"reasons": [reason.code for reason in reasons]})
    return plan


def wish_pair(
    session: Session, *, actor: str, plan: AllocationPlan, version: int, need_key: str, product_id: int, wish: str,
    words: str, at: datetime, role: str = BUREAU,
) -> AllocationWish:  # fmt: skip
    """Pin a pair, forbid it, or set it free; the plan has to be solved again before it can be frozen.

    Raises ``allocation_not_candidate`` for a pair that the last run did not find eligible, ``words_short``.
    """
    if wish not in WISHES:
        raise ValueError(f"a pair is pinned, forbidden or free, not {wish!r}")
    told = words_enough(words, fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS)
    if not is_candidate(session, plan, need_key, product_id):
        raise Refusal(Reason("allocation_not_candidate"))
    _move(session, role=role, plan=plan, version=version, action="wish")
    fact = AllocationWish(
        plan_id=plan.id, need_key=need_key, product_id=product_id, wish=wish, words=told, recorded_at=at,
        recorded_by=actor,
    )  # fmt: skip
    session.add(fact)
    session.flush()
    payload = {"need": need_key, "product": product_id, "wish": wish}
    _tell(session, plan, "wish", actor=actor, at=at, payload=payload)
    return fact


def freeze_plan(
    session: Session, *, actor: str, plan: AllocationPlan, version: int, on: date, at: datetime, role: str = BUREAU
) -> AllocationPlan:
    """From here on nothing changes: the chosen pairs stand under their hash. Raises ``allocation_empty``."""
    lines = chosen_lines(session, plan)
    if plan.state == "solved" and not lines:
        raise Refusal(Reason("allocation_empty"))
    values = {"frozen_on": on, "digest": digest_of(lines)}
    _move(session, role=role, plan=plan, version=version, action="freeze", values=values)
    payload = {"frozen_on": on.isoformat(), "digest": values["digest"], "pairs": len(lines), "run": plan.run}
    _tell(session, plan, "freeze", actor=actor, at=at, payload=payload)
    return plan


def discard_plan(
    session: Session, *, actor: str, plan: AllocationPlan, version: int, at: datetime, role: str = BUREAU
) -> AllocationPlan:
    """Give the plan up; its rows stay."""
    _move(session, role=role, plan=plan, version=version, action="discard")
    _tell(session, plan, "discard", actor=actor, at=at, payload={})
    return plan


def _move(
    session: Session,
    *,
    role: str,
    plan: AllocationPlan,
    version: int,
    action: str,
    values: dict[str, Any] | None = None,
) -> None:
    """One step of the table ALLOCATION; ``allocation_moved_on`` where somebody else changed the plan meanwhile."""
    before, to = plan.state, ALLOCATION.move(plan.state, action, role)
    changed = session.execute(
        update(AllocationPlan)
        .where(AllocationPlan.id == plan.id, AllocationPlan.state == before, AllocationPlan.version == version)
        .values(state=to, version=version + 1, **(values or {}))
        .returning(AllocationPlan.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(plan)
    if changed is None:
        raise Refusal(Reason("allocation_moved_on", {"state_word": f"state_allocation_{plan.state}"}))


def _tell(session: Session, plan: AllocationPlan, action: str, *, actor: str, at: datetime, payload: Any) -> None:
    told = {"version": plan.version, **payload}
    record(session, actor=actor, tag=TAGS[action], subject=f"allocation:{plan.public_key}", payload=told, at=at)


def _pairs(plan: AllocationPlan, question: Question, answer: Answer) -> Iterator[dict[str, Any]]:
    chosen = frozenset(answer.chosen)
    for place, pair in enumerate(question.candidates):
        firm, offer = question.applicants[pair.applicant], question.offerings[pair.offering]
        key = (firm.need_key, offer.product_id)
        if firm.amount is None:
            raise ValueError(f"candidate {key} has no amount")
        yield {
            "plan_id": plan.id, "run": plan.run, "position": firm.position, "firm": firm.firm,
            "area_code": firm.area_code, "need_key": firm.need_key, "product_id": offer.product_id,
            "product_version_id": offer.version_id, "bank_id": offer.bank_id, "amount_minor": firm.amount.minor,
            "points": pair.points, "worth": worth_of(firm.amount, pair.points), "chosen": place in chosen,
            "wish": "pin" if key in question.pinned else "forbid" if key in question.forbidden else "",
        }  # fmt: skip


def _prices(plan: AllocationPlan, question: Question, answer: Answer) -> Iterator[dict[str, Any]]:
    used: dict[int, list[int]] = {}
    for place in answer.chosen:
        pair = question.candidates[place]
        amount = question.applicants[pair.applicant].amount
        used.setdefault(pair.offering, []).append(amount.minor if amount else 0)
    tried = {pair.offering for pair in question.candidates}
    for place, offer in enumerate(question.offerings):
        if place in tried:
            yield {
                "plan_id": plan.id, "run": plan.run, "product_id": offer.product_id, "bank_id": offer.bank_id,
                "quota_minor": offer.quota_minor, "used_minor": sum(used.get(place, [])),
                "used_count": len(used.get(place, [])), "per_wan": answer.per_wan[place],
                "per_firm": answer.per_firm[place],
            }  # fmt: skip


def _unplaced(plan: AllocationPlan, question: Question, answer: Answer) -> Iterator[dict[str, Any]]:
    for place, reason in sorted(answer.unplaced.items()):
        firm = question.applicants[place]
        yield {
            "plan_id": plan.id, "run": plan.run, "position": firm.position, "firm": firm.firm,
            "area_code": firm.area_code, "need_key": firm.need_key, "reason": reason,
            "amount_minor": firm.amount.minor if firm.amount else firm.asked_minor,
        }  # fmt: skip
