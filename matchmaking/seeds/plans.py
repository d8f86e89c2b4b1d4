"""One allocation plan over a frozen list of the demo city, solved while the city is told."""

from __future__ import annotations

from datetime import datetime

from matchmaking.market.allocations.commands import ask_solution, start_plan, tell_solution
from matchmaking.market.allocations.gathering import question_of
from matchmaking.market.allocations.solving import answer
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.gatherings import TODAY

ACTOR = "seed:bureau"
PLAN, LIST = "city-plan-1", "city-batch-1"
COUNT_MOST = 6
"""So few firms per product that quotas have a price in the demo."""
LAST_HOUR = 20
"""After everything else that happens on the day."""


def tell_plan(diary: Diary) -> None:
    """The plan is made and solved at once, by prices alone: the exact solver's time limit is no part of a demo."""
    diary.note(TODAY, lambda at: _solve(diary, at), hour=LAST_HOUR)


def _solve(diary: Diary, at: datetime) -> None:
    session, batch = diary.session, diary.rows[LIST]
    plan = start_plan(
        session, actor=ACTOR, batch=batch, count_most=COUNT_MOST, on=TODAY, at=at, public_key=PLAN
    )  # fmt: skip
    ask_solution(session, actor=ACTOR, plan=plan, version=plan.version, at=at, queued=False)
    question = question_of(session, plan, TODAY)
    found = answer(question, seconds=0)
    tell_solution(session, actor=ACTOR, plan=plan, version=plan.version, question=question, answer=found, at=at)
