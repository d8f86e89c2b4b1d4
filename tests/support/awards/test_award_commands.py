"""Subsidies and fee awards: to whom, how much, and that a wrong row is taken back and never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.registry.organisations.commands import create_organisation
from matchmaking.registry.organisations.models import Organisation
from matchmaking.support.awards import commands
from matchmaking.support.awards.commands import AwardTold
from matchmaking.support.awards.models import Award
from matchmaking.support.awards.queries import award_list_by_key, award_lists, award_page
from tests.market.market_world import NOON, TODAY, World

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"])
"""Rules that do not depend on the database."""


def listed(kind: str = "subsidy", key: str = "first", number: str = "1", **changes: Any) -> None:
    given = {
        "title": "第一批贴息",
        "document": "安工信发〔2026〕1号（演示）",
        "decided_on": TODAY,
        "on": TODAY,
        **changes,
    }
    run_in_unit_of_work(
        commands.open_award_list, actor="user:1", kind=kind, number=number, at=NOON, public_key=key, **given
    )


def pay(*rows: tuple[int, int], key: str = "first", paid_on: date = TODAY) -> int:
    """Rows of (organisation, yuan)."""

    def work(inside: Session) -> int:
        found = award_list_by_key(inside, key)
        assert found is not None
        told = [AwardTold(inside.get_one(Organisation, who), Money.of(yuan), paid_on) for who, yuan in rows]
        return commands.record_awards(inside, actor="user:1", listed=found, rows=told, on=TODAY, at=NOON)

    return run_in_unit_of_work(work)


def guarantor() -> int:
    made = run_in_unit_of_work(
        create_organisation, actor="seed", kind="guarantor", name="市财信担保（演示）", area_code="*", on=TODAY, at=NOON
    )
    return made.id


def test_totals_count_what_stands_and_a_taken_back_row_does_not(world: World) -> None:
    listed()
    assert pay((world.firm, 12_000), (world.far, 8_000)) == 2
    award = session().scalars(select(Award).order_by(Award.id)).first()
    assert award is not None
    run_in_unit_of_work(
        commands.take_back_award, actor="user:1", award=award, words="户名填错，款项退回", on=TODAY, at=NOON
    )
    with pytest.raises(Refusal, match="award_taken_back"):
        run_in_unit_of_work(
            commands.take_back_award, actor="user:1", award=award, words="户名填错，款项退回", on=TODAY, at=NOON
        )
    (row,) = award_lists(session(), kind="subsidy")
    assert (row.rows, row.amount_minor) == (1, 800_000)
    rows, total, amount = award_page(session(), world.people["city"], row.listed, limit=9)
    assert (total, amount, [each.void is not None for each in rows]) == (2, 800_000, [True, False])
    rows, total, amount = award_page(session(), world.people["elsewhere"], row.listed, limit=9)
    assert (total, amount) == (1, 800_000), "a county sees its own firms' rows"


@ON_ONE_ENGINE
def test_subsidies_go_to_firms_and_fee_awards_to_guarantors(world: World) -> None:
    listed()
    listed("fee_award", "fees")
    fund = guarantor()
    for rows, key in ((((world.firm, 5), (fund, 5)), "first"), (((world.firm, 5),), "fees")):
        with pytest.raises(Refusal, match="award_to_whom"):
            pay(*rows, key=key)
    assert pay((fund, 900), key="fees") == 1
    assert [(row.listed.kind, row.amount_minor) for row in award_lists(session())] == [
        ("subsidy", 0), ("fee_award", 90_000)
    ]  # fmt: skip


@ON_ONE_ENGINE
def test_a_list_that_will_not_do_is_refused(world: World) -> None:
    listed()
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"kind": "gift"}, "award_kind_unknown"),
        ({"document": " "}, "award_list_incomplete"),
        ({"decided_on": date(2026, 12, 1)}, "day_not_yet"),
        ({}, "award_number_taken"),
    )
    for changes, code in wrong:
        with pytest.raises(Refusal, match=code):
            listed(**{"key": "again", **changes})


@ON_ONE_ENGINE
def test_rows_that_will_not_do_are_refused_together(world: World) -> None:
    listed()
    for rows, code in (((), "award_nobody"), (((world.firm, 0),), "award_amount")):
        with pytest.raises(Refusal, match=code):
            pay(*rows)
    with pytest.raises(Refusal, match="day_not_yet"):
        pay((world.firm, 5), paid_on=date(2026, 12, 1))
    assert award_lists(session())[0].rows == 0


def test_the_database_itself_refuses_to_change_an_award(world: World) -> None:
    listed()
    pay((world.firm, 5))
    with pytest.raises(DatabaseError, match="append_only"):
        run_in_unit_of_work(lambda inside: inside.execute(text("DELETE FROM award")))
    assert award_lists(session())[0].rows == 1
