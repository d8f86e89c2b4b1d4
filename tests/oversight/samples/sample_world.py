"""A reckoned portfolio with twelve paid contracts, and short ways through the life of a sample."""

from __future__ import annotations

from datetime import date
from typing import Any

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.domain.money import Money
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.oversight.samples import commands
from matchmaking.oversight.samples.commands import Told
from matchmaking.oversight.samples.models import AuditSample
from matchmaking.oversight.samples.queries import ItemRow, items_of, sample_by_key
from tests.delivery.cases_world import APRIL, JUNE, MILLION, World, morning

A, B, C = "user:1", "user:2", "user:3"
SEED, SOURCE = "双色球 2025073 03 08 11 17 22 30 09", "2025-07-01 公开开奖"
ON = date(2025, 7, 2)
NOW = morning(ON)


def paid(world: World, count: int = 12) -> AuditSnapshot:
    """``count`` contracts of three million, each paid 100 000 more than the one before; one unpaid; reckoned."""
    for number in range(1, count + 1):
        signing = world.sign(f"S{number:03}")
        world.pay(signing, number * MILLION // 10, on=APRIL)
    world.sign("S-unpaid")
    made: AuditSnapshot = run_in_unit_of_work(
        take_snapshot, actor=A, portfolio=world.portfolio, as_of=JUNE, known_on=JUNE, at=NOW
    )
    storage.session().expunge_all()
    return made


def act(command: Any, **told: Any) -> Any:
    """A unit of work; rows come back loose."""
    try:
        return run_in_unit_of_work(command, at=NOW, **told)
    finally:
        storage.session().expunge_all()


def frozen(world: World, snapshot: AuditSnapshot, **more: Any) -> AuditSample:
    """A frozen list of what the bank reports."""
    told = {
        "grade": "loan_contract", "money": "reported", "confidence_ppm": 800_000, "tolerable_ppm": 200_000,
        "expected": 0,
    }  # fmt: skip
    common = {"actor": A, "portfolio": world.portfolio, "snapshot": snapshot}
    made: AuditSample = act(commands.freeze_list, **common, **(told | more))
    return made


def drawn(sample: AuditSample, actor: str = B) -> AuditSample:
    """Drawn by somebody else."""
    made: AuditSample = act(
        commands.draw_sample, actor=actor, key=sample.public_key, row_version=1, seed=SEED, source=SOURCE
    )
    return made


def say(sample: AuditSample, position: int, yuan: int | None, actor: str = B, **more: Any) -> Any:
    """One call."""
    amount = None if yuan is None else Money.of(yuan)
    told = Told(amount, spoke_to="会计", **more)
    return act(commands.record_call, actor=actor, key=sample.public_key, position=position, told=told, on=ON)


def items(sample: AuditSample) -> list[ItemRow]:
    """As stored."""
    storage.remove_session()
    return items_of(storage.session(), kept(sample))


def kept(sample: AuditSample) -> AuditSample:
    """As stored."""
    found = sample_by_key(storage.session(), sample.public_key)
    assert found is not None
    return found


def confirm_all(sample: AuditSample, actor: str = B) -> None:
    """Everybody says what the books say."""
    for one in items(sample):
        say(sample, one.item.position, one.item.book_minor // 100, actor)


def close(sample: AuditSample, actor: str = C, version: int = 2) -> AuditSample:
    """Evaluate."""
    made: AuditSample = act(
        commands.close_sample, actor=actor, key=sample.public_key, row_version=version, words="全部打完", on=ON
    )
    return made
