"""What came of each lender's agreements, counted from the audit of the evening for the ranking to read."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from config import Settings
from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.jobs import run_audit, run_records
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.foundation import storage
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.trail import TrailEvent
from matchmaking.market.matches.lenders import lenders_on
from matchmaking.market.matches.models import LenderRecord
from matchmaking.registry.organisations.models import Organisation
from matchmaking.schedule import JOBS
from tests.delivery.cases_world import APRIL, LENDER, MILLION, World, morning
from tests.market.market_world import World as Market
from tests.market.market_world import build_world

TODAY = date(2026, 9, 30)
OTHER = "演示巴山银行"


@pytest.fixture
def market(world: World) -> Market:
    """Firms of a known size, and the banks of the market."""
    return build_world()


def evening(day: date = TODAY) -> dict[str, Any]:
    context = JobContext(day, morning(day), Settings(environment="test", instance=Path("unused"), secret_key="t" * 40))
    run_audit(context)
    return run_records(context)


def sign(world: World, market: Market, key: str, lender: str = LENDER, **terms: Any) -> Agreement:
    firm = storage.session().get_one(Organisation, market.firm).public_key
    due = {"promised_on": date(2025, 5, 31), "firm_key": firm, "lender": lender, "branch": f"{lender}某支行"}
    return world.sign(key, **{**due, **terms})


def pay(world: World, paper: Agreement, millions: int, on: date = APRIL, *, right: bool = True) -> None:
    paid = world.pay(paper, millions * MILLION, on=on)
    if right:
        world.do(confirm_receipt, disbursement=paid, answer="right", answered_on=on, at=morning(on))


def kept() -> dict[tuple[str, str], tuple[int, int, int]]:
    storage.remove_session()
    rows = storage.session().scalars(select(LenderRecord).order_by(LenderRecord.id))
    return {(row.lender_key, row.size_class): (row.signed_count, row.signed_minor, row.verified_minor) for row in rows}


def test_what_is_verified_as_paid_in_time_counts_and_nothing_else(world: World, market: Market) -> None:
    pay(world, sign(world, market, "in-time"), 3)
    pay(world, sign(world, market, "unconfirmed"), 3, right=False)
    pay(world, sign(world, market, "late"), 3, on=date(2025, 7, 1))
    sign(world, market, "never")
    sign(world, market, "not-due", promised_on=date(2026, 12, 31), signed_on=date(2026, 9, 1))
    sign(world, market, "intent", instrument="intent_letter", promised_on=None)
    sign(world, market, "nobody", firm_key=None)
    pay(world, sign(world, market, "other", OTHER), 2)
    assert evening() == {"rows": 2}
    found = {key[0]: figures for key, figures in kept().items()}
    assert found == {
        f"name:{LENDER}": (4, 12 * MILLION, 3 * MILLION), f"name:{OTHER}": (1, 3 * MILLION, 2 * MILLION),
    }  # fmt: skip
    assert {size for _, size in kept()} == {"small"}
    lenders = lenders_on(storage.session(), TODAY)
    assert lenders.mean_ppm("small") == 5 * 10**6 // 15
    assert lenders.mean_ppm("large") is None
    assert lenders_on(storage.session(), date(2026, 9, 29)).mean_ppm("small") is None


def test_a_member_of_the_platform_is_known_by_its_key(world: World, market: Market) -> None:
    bank = storage.session().get_one(Organisation, market.bank)
    key, name = bank.public_key, bank.name
    pay(world, sign(world, market, "own", name), 3)
    evening()
    assert list(kept()) == [(key, "small")]


def test_twice_for_one_day_changes_nothing_and_the_trail_says_from_which_audit(world: World, market: Market) -> None:
    sign(world, market, "one")
    assert (evening(), evening()) == ({"rows": 1}, {"rows": 0})
    events = storage.session().scalars(select(TrailEvent).where(TrailEvent.tag == "lender.recorded")).all()
    (row,) = storage.session().scalars(select(LenderRecord)).all()
    assert [event.payload["audit"] for event in events] == [row.audit_digest]
    assert any(job.name == "lender-records" for job in JOBS)


def test_without_an_audit_of_the_day_nothing_is_counted(world: World, market: Market) -> None:
    sign(world, market, "one")
    context = JobContext(TODAY, morning(TODAY), Settings(environment="test", instance=Path("x"), secret_key="t" * 40))
    assert run_records(context) == {"rows": 0}
    assert kept() == {}
