"""A unit of work that changes a table says so in the trail, or nothing of it is kept."""

from __future__ import annotations

import pytest
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session

from matchmaking.foundation.access.reading import AccessLog
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.foundation.storage.telling import Untold
from matchmaking.foundation.trail import TrailEvent, record
from matchmaking.registry.organisations.models import Zone
from tests.conftest import NOON


def amounts(quota: Table) -> list[int]:
    remove_session()
    return list(session().scalars(select(quota.c.amount).order_by(quota.c.id)))


def less(current: Session, quota: Table) -> None:
    current.execute(update(quota).where(quota.c.id == 1).values(amount=1))


def gone(current: Session, quota: Table) -> None:
    current.execute(delete(quota).where(quota.c.id == 1))


def more(current: Session, quota: Table) -> None:
    current.execute(insert(quota).values(id=3, amount=5))


def less_and_read(current: Session, quota: Table) -> None:
    assert current.execute(update(quota).where(quota.c.id == 1).values(amount=1).returning(quota.c.id)).all()


@pytest.mark.parametrize("change", [less, gone, more, less_and_read])
def test_a_change_without_a_word_is_refused_and_nothing_is_kept(quota: Table, change: object) -> None:
    with pytest.raises(Untold, match="quota"):
        run_in_unit_of_work(change, quota)  # type: ignore[arg-type]
    assert amounts(quota) == [100, 100]


@pytest.mark.parametrize("change", [less, gone, more, less_and_read])
def test_the_same_change_with_its_word_is_kept(quota: Table, change: object) -> None:
    def told(current: Session) -> None:
        change(current, quota)  # type: ignore[operator]
        record(current, actor="test", tag="session.signed_out", subject="test", payload={}, at=NOON)

    run_in_unit_of_work(told)
    assert amounts(quota) != [100, 100]
    assert session().scalars(select(TrailEvent.tag)).all() == ["session.signed_out"]


def test_what_changed_no_row_needs_no_word(quota: Table) -> None:
    def nothing(current: Session) -> None:
        nobody = quota.c.id == 99
        current.execute(update(quota).where(nobody).values(amount=1))
        current.execute(delete(quota).where(nobody).returning(quota.c.id)).all()
        assert current.execute(update(quota).where(nobody).values(amount=1).returning(quota.c.id)).first() is None

    run_in_unit_of_work(nothing)
    assert amounts(quota) == [100, 100]


def test_a_word_of_an_earlier_unit_of_work_does_not_count(quota: Table) -> None:
    def told(current: Session) -> None:
        record(current, actor="test", tag="session.signed_out", subject="test", payload={}, at=NOON)

    run_in_unit_of_work(told)
    with pytest.raises(Untold):
        run_in_unit_of_work(less, quota)


def test_an_object_that_is_only_added_counts_before_it_is_flushed(quota: Table) -> None:
    with pytest.raises(Untold, match="zone"):
        run_in_unit_of_work(lambda current: current.add(Zone(code="z", name_zh="z", name_en="z", area_code="610902")))


def test_readings_are_kept_without_a_word() -> None:
    row = AccessLog(actor="test", role="operator", subject="enterprise:x", under="referral:y", at=NOON)
    run_in_unit_of_work(lambda current: current.add(row))
    assert session().scalars(select(AccessLog.actor)).all() == ["test"]
