"""Snapshots: reckoned once, found again for the right days, honest about what came in since."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from matchmaking.delivery.audits.commands import reckon, take_snapshot
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.audits.queries import latest_snapshot, reckoned_days
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.trail import TrailEvent
from tests.delivery.cases_world import APRIL, JUNE, MARCH, MILLION, World, counted, morning, open_world, viewer

TODAY = date(2026, 9, 30)


def take(world: World, as_of: date = JUNE, known_on: date = TODAY, on: date = TODAY) -> AuditSnapshot:
    return world.do(take_snapshot, portfolio=world.portfolio, as_of=as_of, known_on=known_on, at=morning(on))


def opened(as_of: date | None = None, known_on: date | None = None, who: str = "*", code: str = "city"):
    storage.remove_session()
    return latest_snapshot(storage.session(), viewer(who), code, as_of, known_on, today=TODAY)


def paid_world(world: World) -> None:
    paper = world.sign()
    world.baseline(paper)
    world.pay(paper, MILLION)


def test_a_snapshot_is_kept_once_while_nothing_comes_in(world: World):
    paid_world(world)
    first, again = take(world), take(world)
    assert first.id == again.id
    assert storage.session().query(TrailEvent).filter_by(tag="audit.taken").count() == 1
    world.sign()
    assert take(world).id != first.id


def test_a_snapshot_is_never_rewritten(world: World):
    take(world)
    with pytest.raises(DBAPIError, match="append_only"), storage.engine().begin() as connection:
        connection.execute(text("UPDATE audit_snapshot SET facts_seq = 9"))


def test_days_to_come_are_refused(world: World):
    for days in ({"as_of": TODAY + timedelta(days=1)}, {"known_on": TODAY + timedelta(days=1)}):
        with pytest.raises(Refusal) as found:
            take(world, **days)
        assert found.value.reason.code == "day_not_yet"


def test_not_reckoned_and_not_there_are_two_things(world: World):
    assert opened(code="nobody") is None
    blank = opened()
    assert (blank.snapshot, blank.as_of, blank.known_on, blank.payload) == (None, TODAY, TODAY, {})


def test_a_reader_of_another_county_finds_nothing(world: World):
    take(world)
    assert opened().snapshot is not None
    assert opened(who="610902") is None


def test_the_newest_answers_for_now_and_says_when_facts_came_in_since(world: World):
    paid_world(world)
    taken = take(world)
    assert (opened().snapshot.id, opened().stale) == (taken.id, False)
    world.sign(signed_on=JUNE)
    assert (opened().snapshot.id, opened().stale) == (taken.id, True)


def test_a_pair_of_days_is_answered_by_its_own_snapshot_only(world: World):
    paid_world(world)
    taken = take(world, known_on=APRIL)
    assert opened(JUNE, APRIL).snapshot.id == taken.id
    assert opened(JUNE, APRIL - timedelta(days=1)).snapshot is None, "known earlier"
    assert opened(APRIL, APRIL).snapshot is None, "another day in the world"


def test_a_later_known_day_is_answered_when_nothing_was_recorded_between(world: World):
    paid_world(world)
    taken = take(world, known_on=APRIL)
    assert opened(JUNE, JUNE).snapshot.id == taken.id, "the last fact was recorded on that very day"
    eve = take(world, known_on=APRIL - timedelta(days=1))
    assert eve.payload["ledger"]["loan_contract"] == {"U": 3 * MILLION}
    assert opened(JUNE, APRIL).snapshot.id == taken.id
    world.sign(signed_on=JUNE)
    assert opened(JUNE, JUNE).snapshot is None, "something was recorded that day"
    assert opened(JUNE, APRIL).snapshot.id == taken.id, "what was known in April stays known"


def test_known_then_and_known_now(world: World):
    """A July answer changes what is said of June, and not what was said of June in June."""
    paper = world.sign()
    world.baseline(paper)
    paid = world.pay(paper, MILLION)
    told = {"disbursement": paid, "answer": "right", "answered_on": JUNE, "at": morning(JUNE + timedelta(days=5))}
    world.do(confirm_receipt, **told)
    june, july = take(world, known_on=JUNE), take(world, known_on=JUNE + timedelta(days=5))
    assert june.payload["ledger"]["loan_contract"] == {"A2": MILLION, "U": 2 * MILLION}
    assert july.payload["ledger"]["loan_contract"] == {"A1": MILLION, "U": 2 * MILLION}


def test_opening_takes_one_statement_and_reckoning_a_constant_number(world: World):
    for _ in range(3):
        paid_world(world)
    take(world)
    with counted() as one:
        opened()
    assert len(one) == 1

    def reckoning() -> int:
        storage.remove_session()
        session = storage.session()
        portfolio = session.get_one(type(world.portfolio), world.portfolio.id)
        with counted() as sent:
            reckon(session, portfolio, as_of=JUNE, known_on=TODAY)
        return len(sent)

    few = reckoning()
    for _ in range(9):
        paid_world(world)
    assert reckoning() == few <= 20


def test_reckoned_days_are_listed_latest_first(world: World):
    for known_on in (APRIL, JUNE):
        take(world, known_on=known_on)
    assert [(d.as_of, d.known_on) for d in reckoned_days(storage.session(), viewer(), "city")] == [
        (JUNE, JUNE), (JUNE, APRIL),
    ]  # fmt: skip
    assert reckoned_days(storage.session(), viewer("610902"), "city") == []


def test_an_empty_portfolio_says_not_applicable_and_no_number(world: World):
    payload = take(world).payload
    assert payload["grades"] == []
    assert {measure["ppm"] for measure in payload["measures"]} == {None}
    assert all(measure["not_applicable"]["code"] for measure in payload["measures"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 4 * 10**8), st.integers(0, 90), st.booleans()), max_size=8))
def test_buckets_add_up_for_any_payments(database: str, payments: list[tuple[int, int, bool]]):
    world = open_world(f"p{len(payments)}-{abs(hash(tuple(payments))) % 10**9}")
    paper = world.sign()
    paid = 0
    for amount, after, void in payments:
        day = MARCH + timedelta(days=after)
        if paid + amount > 3 * MILLION:
            with pytest.raises(Refusal):
                world.pay(paper, amount, on=day)
            continue
        made = world.pay(paper, amount, on=day)
        if void:
            world.void(made, on=TODAY)
        else:
            paid += amount
    (grade,) = take(world, known_on=TODAY).payload["grades"]
    assert sum(row["amount_minor"] for row in grade["buckets"]) == grade["signed_minor"] == 3 * MILLION
    assert sum(row["amount_minor"] for row in grade["buckets"] if row["bucket"].startswith("A")) == paid
    assert world.drawn(paper)[0] == paid
