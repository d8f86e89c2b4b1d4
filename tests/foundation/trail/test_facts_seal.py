"""Facts sealed into the trail: what is rewritten behind it is found and named; what is added waits."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from config import Settings
from matchmaking.delivery.agreements.commands import sign_agreement
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent, install_guards, remove_guards
from matchmaking.foundation.trail.facts_seal import seal_facts, verify_facts
from matchmaking.foundation.trail.guards import missing_guards
from matchmaking.foundation.trail.jobs import check_facts, seal
from matchmaking.registry.portfolios.commands import create_portfolio
from tests.conftest import NOON

TABLES = ["agreement"]


def sign(*keys: str) -> None:
    """Agreements of one portfolio, signed on the day."""

    def some(session: Any) -> None:
        from matchmaking.registry.portfolios.models import Portfolio

        found = session.scalars(select(Portfolio)).first() or create_portfolio(
            session, actor="user:1", code="p", title_zh="组合", title_en="Portfolio", kind="cases", currency="CNY",
            jurisdiction="*", at=NOON,
        )  # fmt: skip
        for key in keys:
            sign_agreement(
                session, actor="user:1", portfolio=found, firm="演示企业", lender="演示银行", branch="营业部",
                instrument="loan_contract", amount_minor=300_000_000, signed_on=NOON.date(), at=NOON, public_key=key,
            )  # fmt: skip

    run_in_unit_of_work(some)
    remove_session()


def by_hand(statement: str) -> None:
    """What somebody with the database's own password can do."""
    with storage.engine().begin() as connection:
        remove_guards(connection, TABLES)
        connection.execute(text(statement))
        install_guards(connection, TABLES)


def test_sealed_facts_are_sound_and_later_ones_wait(database: str) -> None:
    sign("a", "b")
    assert seal_facts(at=NOON) == 2
    assert seal_facts(at=NOON) == 0, "nothing new, nothing written"
    sign("c")
    report = verify_facts()
    assert (report.rows, report.waiting, report.changed) == (2, 1, ())
    assert seal_facts(at=NOON) == 1
    assert (verify_facts().rows, verify_facts().waiting) == (3, 0)
    assert len(storage.session().scalars(select(TrailEvent).where(TrailEvent.tag == "facts.sealed")).all()) == 2


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE agreement SET amount_minor = amount_minor * 2 WHERE public_key = 'b'",
        "UPDATE agreement SET firm = firm || ' ' WHERE public_key = 'a'",
        "UPDATE agreement SET signed_on = '2026-09-29' WHERE public_key = 'a'",
        "DELETE FROM agreement WHERE public_key = 'a'",
    ],
)
def test_a_fact_rewritten_behind_the_trail_is_found(database: str, deed: str) -> None:
    """The chain of events is whole; the figure it speaks of is not."""
    sign("a", "b")
    seal_facts(at=NOON)
    sign("c")
    seal_facts(at=NOON)
    by_hand(deed)
    changed = verify_facts().changed
    assert [(one.table, one.rows) for one in changed] == [("agreement", 2)], "the second stretch is untouched"


def test_a_rewritten_fact_is_never_signed(settings: Settings) -> None:
    sign("a")
    assert seal(settings, at=NOON)["facts"] == 1
    by_hand("UPDATE agreement SET amount_minor = 1")
    with pytest.raises(Refusal) as refused:
        seal(settings, at=NOON)
    assert refused.value.reason.code == "facts_changed"
    assert refused.value.reason.params["table"] == "agreement"


def test_missing_triggers_are_named(database: str) -> None:
    assert check_facts()[1] == ()
    with storage.engine().begin() as connection:
        remove_guards(connection, TABLES)
        assert missing_guards(connection) == TABLES
    assert [reason.code for reason in check_facts()[1]] == ["facts_unguarded"]


def test_a_switched_off_trigger_is_missing(postgres_only: None) -> None:
    """PostgreSQL can leave a trigger in place and silent."""
    with storage.engine().begin() as connection:
        connection.execute(text("ALTER TABLE agreement DISABLE TRIGGER refuse_change_agreement"))
        assert missing_guards(connection) == TABLES


@pytest.fixture
def postgres_only(database: str, engine_name: str) -> None:
    """SQLite has no silent triggers."""
    if engine_name == "sqlite":
        pytest.skip("SQLite triggers cannot be switched off, only dropped")
