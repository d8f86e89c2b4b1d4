"""A firm changes its name: baselines, balances, attendance, the overlap of lists and public cells stay one firm's."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.delivery.findings.queries import twins_of
from matchmaking.delivery.repayments.commands import observe_balance
from matchmaking.delivery.repayments.queries import balances_of
from matchmaking.desks.gatherings.queries import attended_and_signed
from matchmaking.desks.letter.queries import met, overlap
from matchmaking.desks.public.queries import _cells
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.registry.organisations.commands import rename_organisation
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import APRIL, JUNE, MARCH, MILLION, World, morning, open_world
from tests.desks.gatherings.gathering_world import FIRM, MEETING, Gathering
from tests.desks.gatherings.test_gatherings import gathering, market, office  # noqa: F401  fixtures
from tests.market.market_world import World as Market

RENAMED = "安康硒语实业有限公司"
OTHER_BANK = {"lender": "演示巴山银行", "branch": "城东支行"}
MAY = date(2025, 5, 20)


def audit(cases: World) -> AuditSnapshot:
    def work(inside, *, actor):
        portfolio = inside.get_one(Portfolio, cases.portfolio.id)
        return take_snapshot(inside, actor=actor, portfolio=portfolio, as_of=JUNE, known_on=JUNE, at=morning(JUNE)).id

    made: int = cases.do(work)
    return storage.session().get_one(AuditSnapshot, made)


def test_nothing_splits_when_a_firm_is_renamed(gathering: Gathering, market: Market):  # noqa: F811
    """Owed two million elsewhere under the old name, lent two under the new one after it paid the old loan back: no
    yuan of it is new."""
    cases, key = gathering.cases, storage.session().get_one(Organisation, market.firm).public_key
    about = {"firm_key": key, "event_key": MEETING, "event_on": MARCH}
    old = cases.sign("R1", firm=FIRM, amount_minor=2 * MILLION, **about)
    cases.baseline(old)
    cases.do(
        observe_balance, portfolio=cases.portfolio, firm=FIRM, firm_key=key, lender=OTHER_BANK["lender"],
        balance_minor=2 * MILLION, on_day=MARCH, at=morning(MARCH),
    )  # fmt: skip
    cases.do(
        rename_organisation, organisation=storage.session().get_one(Organisation, market.firm), name=RENAMED,
        on_day=APRIL, reason="变更登记", on=APRIL, at=morning(APRIL),
    )  # fmt: skip
    new = cases.sign("R2", firm=RENAMED, amount_minor=2 * MILLION, **about, **OTHER_BANK)
    cases.do(
        observe_balance, portfolio=cases.portfolio, firm=RENAMED, firm_key=key, lender=OTHER_BANK["lender"],
        balance_minor=0, on_day=MAY - timedelta(days=1), at=morning(MAY),
    )  # fmt: skip
    cases.baseline(new)
    cases.sign("R3", firm="安康硒语茶厂", amount_minor=MILLION, **about)
    gathering.pay(new, 2 * MILLION, MAY)
    snapshot = audit(cases)
    work = storage.session()
    row = work.query(AuditRow).filter_by(snapshot_id=snapshot.id, public_key="R2").one()
    assert row.buckets == {"A3": 2 * MILLION}, "what it owed under the old name is its own"
    assert {one.public_key for one in twins_of(work, new)} >= {"R1"}
    assert [one.balance.balance_minor for one in balances_of(work, new)] == [0, 2 * MILLION]
    assert overlap(work, snapshot, "matching") == 1, "on the list under one name, signed under others"
    attended = attended_and_signed(work, work.get_one(Organisation, market.firm))
    assert sum(told.papers for each in attended for told in each.papers) == 3, "under each of its names"
    assert met(work, snapshot).met_minor == 2 * MILLION
    papers = work.execute(_cells(snapshot.id)).all()
    contracts = next(one for one in papers if one.grade == "loan_contract")
    assert contracts.firms == 2, "one firm under three names, and a paper that has a name alone"


def test_a_paper_follows_the_same_firms_intent_under_another_name_and_nobody_elses(database: str):
    world = open_world()
    intent = world.sign(firm=FIRM, firm_key="K1", instrument="intent_letter")
    world.sign(firm=RENAMED, firm_key="K1", supersedes=intent)
    with pytest.raises(Refusal, match="predecessor_of_another"):
        world.sign(firm=FIRM, firm_key="K2", supersedes=intent)
    listed = world.sign(firm=FIRM, instrument="intent_letter")
    world.sign(firm=FIRM, firm_key="K1", supersedes=listed)
