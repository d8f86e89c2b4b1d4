"""A run over the whole market: what is kept, that it explains itself years later, by every engine alike."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from matchmaking.domain.matching import engine
from matchmaking.domain.matching.explain import explain
from matchmaking.domain.matching.kernel import Matches, match
from matchmaking.domain.money import Money
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import insert_rows, remove_session, run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent
from matchmaking.market.matches.models import MatchInput, MatchResult, MatchRun
from matchmaking.market.matches.runs import commands, jobs
from matchmaking.market.matches.runs.commands import keep_run, reckon
from matchmaking.market.matches.runs.queries import explained_again, kept_results, points_spread, read_market
from matchmaking.market.needs.commands import move_need
from matchmaking.market.products.commands import retire_version
from matchmaking.market.products.models import ProductVersion
from matchmaking.market.products.quota import take_quota
from matchmaking.rulebook.matching import policy
from tests.market.market_world import GOOD, NOON, TODAY, World, enter, load, offer
from tests.market.referral_world import sell, verified
from tests.past import write_past_the_trail
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

ON_ONE_ENGINE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def stocked(world: World) -> list[str]:
    """Three needs and four products; the last need asks for more than anybody lends. Keys of the needs."""
    for bank, name, told in (
        (world.bank, "收茶贷", offer()),
        (world.rival, "贵的贷", offer(spread_low_bp=300, spread_high_bp=350)),
        (world.rival, "百万贷", offer(criteria={"amount_max": 100_000_000, "term_max": 36})),
        (world.bank, "明天贷", offer(effective_from=TODAY + timedelta(days=1))),
    ):
        sell(bank, name, told)
    asked = [GOOD, replace(GOOD, amount=Money.of(500_000), rate_ceiling_ppm=70_000),
             replace(GOOD, amount=Money.of(9_000_000))]  # fmt: skip
    return [verified(world, terms=terms) for terms in asked]


def kept(on: date = TODAY, **how: object) -> int:
    done = reckon(read_market(session(), on), **how)  # type: ignore[arg-type]
    return run_in_unit_of_work(keep_run, actor="user:x", done=done, at=NOON)[0].id


def count(table: type) -> int:
    return session().scalar(select(func.count()).select_from(table)) or 0


def test_a_run_is_a_record_with_all_it_read(world: World) -> None:
    stocked(world)
    run = session().get_one(MatchRun, kept())
    assert (run.needs, run.products, run.eligible_pairs, run.unserved, run.engine) == (3, 3, 5, 1, "numpy")
    assert (run.on_day, run.policy_version, run.currency) == (TODAY, policy(TODAY).version, "CNY")
    assert run.cpu_ms >= 0
    assert [len(run.read["needs"]), len(run.read["products"]), count(MatchInput)] == [3, 3, 6]
    results = kept_results(session(), run.id)
    assert [(one.result.rank, one.result.need_id) for one in results] == [(1, 1), (2, 1), (1, 2), (2, 2), (3, 2)]
    live = reckon(read_market(session(), TODAY))
    for one in results:
        need = next(asked for row, asked in live.reading.needs if row.id == one.result.need_id)
        product = next(o for row, o in live.reading.products if row.version.id == one.result.product_version_id)
        assert explain(need, product, policy(TODAY), TODAY).points == one.result.points
    assert sum(points_spread(session(), run.id).values()) == 2
    (event,) = session().scalars(select(TrailEvent).where(TrailEvent.tag == "match.run"))
    assert event.subject == f"match-run:{run.id}"


def test_what_changes_afterwards_does_not_change_a_run(world: World) -> None:
    keys = stocked(world)
    run = kept()
    before = [explained_again(one) for one in kept_results(session(), run)]
    remove_session()

    def change(inside: Session) -> None:
        need = load(inside, keys[0])
        move_need(inside, actor="user:tea", role="enterprise", need=need, version=need.version, action="withdraw",
                  words="不需要了", at=NOON)  # fmt: skip
        take_quota(inside, 1, Money.of(49_000_000).minor, Money.of(50_000_000).minor)
        version = inside.get_one(ProductVersion, 1)
        retire_version(inside, actor="user:m", version=version, seen=version.version, role="bank_manager", on=TODAY,
                       at=NOON)  # fmt: skip

    run_in_unit_of_work(change)
    remove_session()
    after = reckon(read_market(session(), TODAY + timedelta(days=1)))
    assert len(after.reading.needs) == 2
    again = kept_results(session(), run)
    assert [explained_again(one) for one in again] == before
    assert [one.result.points for one in again] == [told.points for told in before]


def test_a_result_that_no_longer_comes_to_its_points_says_so(world: World) -> None:
    stocked(world)
    one = kept_results(session(), kept())[0]
    changed = replace(one, need={**one.need, "term_months": 35})
    with pytest.raises(ValueError, match="and is now"):
        explained_again(changed)


def test_facts_are_kept_once_however_many_runs_read_them(world: World) -> None:
    stocked(world)
    first, second = kept(), kept()
    runs = [session().get_one(MatchRun, one) for one in (first, second)]
    assert runs[0].read_digest == runs[1].read_digest
    assert [count(MatchRun), count(MatchInput), count(MatchResult)] == [2, 6, 10]
    verified(world, terms=GOOD)
    third = session().get_one(MatchRun, kept())
    assert third.read_digest != runs[0].read_digest
    assert count(MatchInput) == 7


@ON_ONE_ENGINE
def test_both_executors_keep_the_same(world: World) -> None:
    """What is kept of a run by NumPy is proved on both databases above; here one database, and another executor."""
    stocked(world)
    found = [kept_results(session(), kept(name=name, executor=name)) for name in (engine.NUMPY, engine.NUMBA)]
    told = [[(o.result.need_id, o.result.rank, o.result.product_version_id, o.result.points) for o in f] for f in found]
    assert told[0] == told[1]
    assert session().get_one(MatchRun, 2).engine == "numba"


@ON_ONE_ENGINE
def test_a_large_market_is_compiled_for(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By how many pairs were read, whatever the database; what compiling gives is proved above."""
    stocked(world)
    asked: list[engine.Executor] = []

    def plainly(*sides: Any, executor: engine.Executor, **how: Any) -> Matches:
        asked.append(executor)
        return match(*sides, **how)

    monkeypatch.setattr(commands, "match", plainly)
    for worth, name in ((9, engine.NUMBA), (10, engine.NUMPY)):
        monkeypatch.setattr(commands, "WORTH_COMPILING", worth)
        assert reckon(read_market(session(), TODAY)).engine == name
    assert asked == [engine.NUMBA, engine.NUMPY]


def test_the_nightly_job_adds_nothing_the_second_time(world: World, settings: Settings) -> None:
    context = JobContext(TODAY, NOON, settings)
    assert jobs.run(context) == {"runs": {}}
    stocked(world)
    first, second = jobs.run(context), jobs.run(context)
    assert first == {"runs": {"CNY": {"run": 1, "new": True, "pairs": 5}}}
    assert second == {"runs": {"CNY": {"run": 1, "new": False, "pairs": 5}}}
    json.dumps(first)
    assert count(MatchRun) == 1


def test_an_empty_market_is_a_run_too(world: World) -> None:
    run = session().get_one(MatchRun, kept())
    assert (run.needs, run.products, run.eligible_pairs, run.unserved) == (0, 0, 0, 0)


def test_the_pages_of_runs_keep_to_their_statements(market: World, visitor: Browser) -> None:
    enter(visitor, "county")
    assert "还没有匹配过" in visitor.get("/match-runs").text
    stocked(market)
    first = kept()
    for many in (9, 9_990):
        write_past_the_trail(more_runs, first, many)
        remove_session()
        for address in ("/match-runs", "/match-runs?page=2", f"/match-runs/{first}"):
            with Statements() as counted:
                page = visitor.get(address)
            assert page.status_code == 200
            assert len(counted.sent) <= 3
    assert f"/match-runs/{first}" in visitor.get("/match-runs?page=200").text
    page = visitor.get(f"/match-runs/{first}").text
    assert "3 个需求，2 个有产品接" in page
    assert visitor.get("/match-runs/999999").status_code == 404
    assert "with a product: 2" in visitor.get(f"/match-runs/{first}?lang=en").text


def more_runs(inside: Session, first: int, many: int) -> None:
    run = inside.get_one(MatchRun, first)
    row = {column.key: getattr(run, column.key) for column in MatchRun.__table__.columns if column.key != "id"}
    insert_rows(inside, MatchRun, (row for _ in range(many)))
