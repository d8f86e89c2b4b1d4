"""The task ``allocation.solve``: read, solve outside every transaction, write down what was found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.jobs import TaskContext, register_task
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.market.allocations.commands import TASK, fail_solution, tell_solution
from matchmaking.market.allocations.gathering import question_of
from matchmaking.market.allocations.queries import plan_by_key
from matchmaking.market.allocations.solving import answer
from matchmaking.rulebook import number

READ, SOLVED, WRITTEN = 1, 2, 3
"""What is done, of three."""


@register_task(TASK)
def run_solve(context: TaskContext) -> dict[str, Any]:
    """Solve the plan named in the parameters as of today; a refusal puts the plan back to a draft and fails the task.

    A plan that has moved on meanwhile is left alone.
    """
    key, version = context.params["plan"], context.params["version"]
    plan = plan_by_key(session(), key)
    if plan is None or plan.state != "solving" or plan.version != version:
        raise Refusal(Reason("allocation_moved_on", {"state_word": f"state_allocation_{plan.state}" if plan else ""}))
    on = business_day(context.at)
    try:
        question = question_of(session(), plan, on)
        remove_session()
        context.progress(READ, WRITTEN)
        found = answer(question, seconds=number("allocation_exact_seconds", on))
        context.progress(SOLVED, WRITTEN)
    except Refusal as refusal:
        run_in_unit_of_work(
            _fail, key=key, version=version, actor=context.actor, reasons=tuple(refusal.reasons), at=context.at
        )
        raise

    def tell(work: Any) -> None:
        told = plan_by_key(work, key)
        if told is None:
            raise Refusal(Reason("allocation_moved_on", {"state_word": ""}))
        tell_solution(
            work, actor=context.actor, plan=told, version=version, question=question, answer=found, at=context.at
        )

    run_in_unit_of_work(tell)
    context.progress(WRITTEN, WRITTEN)
    return {"placed": found.placed, "pairs": len(found.chosen), "value": found.value, "bound": found.bound}


def _fail(work: Any, *, key: str, version: int, actor: str, reasons: tuple[Reason, ...], at: datetime) -> None:
    plan = plan_by_key(work, key)
    if plan is not None:
        fail_solution(work, actor=actor, plan=plan, version=version, reasons=reasons, at=at)
