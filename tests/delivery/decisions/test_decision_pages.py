"""Revoking and turning down over HTTP, and who may."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from matchmaking.delivery.decisions import commands
from matchmaking.delivery.decisions.facts import LineTold
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.domain.money import Money
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.market.referrals import commands as referring
from tests.market.conftest import market, visitor  # noqa: F401  fixtures
from tests.market.market_world import NOON, TODAY, World, enter
from tests.market.referral_world import act, now, refer, sell, verified
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def line(world: World) -> tuple[str, str, str]:
    """An approved line of 3,000,000: keys of need, referral and decision."""
    need = verified(world)
    referral = refer(world, need, sell(world.bank, "收茶贷"))[0]
    act(world, referring.accept, referral, on=TODAY)
    officer, manager = (
        {"actor": world.people[who].actor, "role": world.people[who].role.value, "on": TODAY, "at": NOON}
        for who in ("officer", "branch")
    )
    terms = LineTold(
        Money.of(3_000_000), 12, TODAY.replace(year=2027), "1Y", 55, conditions=(("permit", "厂房抵押登记"),)
    )

    def decide(inside: Session) -> str:
        made = commands.start_decision(inside, referral_key=referral, terms=terms, **officer)
        commands.submit_decision(inside, decision=made, version=1, **officer)
        commands.approve_decision(inside, decision=made, version=2, **manager)
        return made.public_key

    return need, referral, run_in_unit_of_work(decide)


def send(browser: Browser, path: str, **data: Any) -> TestResponse:
    answer = browser.submit(path, {"key": uuid.uuid4().hex, **data})
    remove_session()
    return answer


def state(key: str) -> str:
    remove_session()
    return session().scalars(select(CreditDecision.state).where(CreditDecision.public_key == key)).one()


def test_the_manager_revokes_with_a_reason(market: World, visitor: Browser) -> None:  # noqa: F811
    need, referral, key = line(market)
    path = f"/bank/decisions/{key}/revoke"
    enter(visitor, "rival")
    assert send(visitor, path, version=3, reason="debt").status_code == 404
    enter(visitor, "officer")
    assert send(visitor, path, version=3, reason="debt").status_code == 409
    enter(visitor, "branch")
    assert send(visitor, f"/bank/decisions/{key}/move", version=3, action="revoke").status_code == 422
    assert send(visitor, path, version=3, reason="").status_code == 422
    assert send(visitor, path, version=3, reason="debt", words="新增负债").status_code == 303
    assert (state(key), now(referral).state) == ("revoked", "terminated")
    enter(visitor, "tea")
    page = visitor.get(f"/needs/{need}/progress").text
    assert "偿债" in page and "新增负债" in page


def test_a_line_is_saved_and_handed_in_at_once(market: World, visitor: Browser) -> None:  # noqa: F811
    referral = refer(market, verified(market), sell(market.bank, "收茶贷"))[0]
    act(market, referring.accept, referral, on=TODAY)
    assert f"user:{now(referral).officer_id}" == market.people["branch"].actor
    enter(visitor, "officer")
    key = send(visitor, f"/bank/referrals/{referral}/decision").headers["Location"].rsplit("/", 1)[1]
    path, half = f"/bank/decisions/{key}/edit", {"line": "200", "line_unit": "wan", "firm_conditions": "收茶合同备案"}
    refused = send(visitor, path, version=1, then="submit", **half)
    assert refused.status_code == 409
    assert "还没有填期限" in refused.text
    assert 'value="200"' in refused.text
    assert "收茶合同备案" in refused.text
    assert state(key) == "draft"
    rest = {"term_months": "12", "expires_on": "2027-03-31", "lpr_tenor": "1Y", "spread_bp": "55"}
    assert send(visitor, path, version=1, then="submit", **half, **rest).status_code == 303
    assert state(key) == "submitted"


def test_the_firm_reads_its_line_and_turns_it_down(market: World, visitor: Browser) -> None:  # noqa: F811
    need, referral, key = line(market)
    enter(visitor, "toy")
    assert visitor.get(f"/my/lines/{referral}").status_code == visitor.get("/my/lines/absent").status_code == 404
    assert send(visitor, f"/my/lines/{referral}/turn-down", version=3).status_code == 404
    enter(visitor, "tea")
    assert f"/my/lines/{referral}" in visitor.get(f"/needs/{need}/progress").text
    page = visitor.get(f"/my/lines/{referral}").text
    assert "300.00" in page and "厂房抵押登记" in page and "批准不等于签约" in page
    assert send(visitor, f"/my/lines/{referral}/turn-down", version=1).status_code == 409
    assert send(visitor, f"/my/lines/{referral}/turn-down", version=3).status_code == 303
    assert (state(key), now(referral).state) == ("turned_down", "withdrawn")
    assert "不要这笔授信</button>" not in visitor.get(f"/my/lines/{referral}").text
