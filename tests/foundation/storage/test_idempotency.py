"""One key, one effect: under a hundred threads, with the same body or another, after a failure."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.storage import (
    Answered,
    IdempotencyKey,
    KeyReused,
    once,
    remove_session,
    session,
)
from tests.conftest import NOON
from tests.foundation.racing import race
from tests.past import write_past_the_trail

KEY = "0123456789abcdef"


def draw(quota: Table, key: str = KEY, much: int = 1, actor: str = "bank:1", route: str = "draw") -> Answered:
    """A keyed command that takes ``much`` of a quota, or refuses."""

    def command(current: Session) -> Answered:
        def do() -> dict[str, Any]:
            left = quota.c.amount - much
            enough = update(quota).where(quota.c.id == 1, quota.c.amount >= much).values(amount=left)
            row = current.execute(enough.returning(quota.c.amount)).first()
            if row is None:
                raise Refusal(Reason("amount_zero"))
            return {"left": row[0]}

        return once(current, actor=actor, route=route, key=key, body={"much": much}, at=NOON, do=do)

    return write_past_the_trail(command)


def left(quota: Table) -> int:
    remove_session()
    return int(session().scalar(select(quota.c.amount).where(quota.c.id == 1)) or 0)


def test_a_hundred_threads_with_one_key_have_one_effect(quota: Table) -> None:
    answers = race([partial(draw, quota)] * 100)
    assert [answer.answer for answer in answers] == [{"left": 99}] * 100
    assert sorted(answer.replayed for answer in answers) == [False] + [True] * 99
    assert left(quota) == 99
    assert session().scalar(select(func.count()).select_from(IdempotencyKey)) == 1


def test_a_hundred_keys_against_a_quota_take_exactly_the_quota(quota: Table) -> None:
    write_past_the_trail(lambda current: current.execute(update(quota).values(amount=11)) and None)
    outcomes = race([partial(draw, quota, key=f"key-{number:08}") for number in range(100)])
    assert sum(isinstance(outcome, Answered) for outcome in outcomes) == 11
    assert sum(isinstance(outcome, Refusal) for outcome in outcomes) == 89
    assert left(quota) == 0


def test_the_same_key_with_another_body_is_refused(quota: Table) -> None:
    draw(quota, much=1)
    with pytest.raises(KeyReused) as refused:
        draw(quota, much=2)
    assert refused.value.reason.code == "key_reused"
    assert left(quota) == 99


@pytest.mark.parametrize("other", [{"actor": "bank:2"}, {"route": "repay"}, {"key": KEY + "0"}])
def test_another_actor_route_or_key_is_another_command(quota: Table, other: dict[str, str]) -> None:
    draw(quota)
    assert not draw(quota, **other).replayed  # type: ignore[arg-type]
    assert left(quota) == 98


def test_a_refused_command_leaves_its_key_free(quota: Table) -> None:
    with pytest.raises(Refusal):
        draw(quota, much=101)
    assert draw(quota, much=100).answer == {"left": 0}, "corrected and sent again with the same key"


@pytest.mark.parametrize("key", ["", "short", "x" * 201, "with\nbreak", "中文键中文键中文键"])
def test_a_malformed_key_is_refused(quota: Table, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        draw(quota, key=key)
    assert refused.value.reason.code == "key_bad"
