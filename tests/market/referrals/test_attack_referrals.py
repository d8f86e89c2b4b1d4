"""Attacks on the bank's desk: a record sent to the wrong firm, pages grown old, another bank's referrals in a batch."""

from __future__ import annotations

import re

import pytest

from tests.market.market_world import World, enter
from tests.market.referral_world import now, sell
from tests.market.referrals.test_desk_pages import made, pdf, send
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def tea(market: World) -> str:
    """A product of the branch's bank."""
    return sell(market.bank, "收茶贷")


def test_the_record_of_a_decline_goes_with_the_decline(
    market: World, visitor: Browser, other: Browser, tea: str
) -> None:
    need, referral = made(market, tea)
    enter(visitor, "officer")
    enter(other, "tea")
    told = {"reason": "lost_contact", "words": "三次电话记录"}
    assert send(visitor, f"/inbox/{referral}/decline", version=1, **told, evidence=pdf()).status_code == 303
    link = re.findall(r'href="([^"]+/files/\d+)"', other.get(f"/needs/{need}/progress").text)[0]
    own = f"/inbox/{referral}/files/{link.rsplit('/', 1)[1]}"
    assert (other.get(link).status_code, visitor.get(own).status_code) == (200, 200)
    assert send(visitor, f"/inbox/{referral}/undo", version=2).status_code == 303
    assert (other.get(link).status_code, visitor.get(own).status_code) == (404, 404)
    assert link not in other.get(f"/needs/{need}/progress").text
    # the same bytes again with a decline that stands
    assert send(visitor, f"/inbox/{referral}/decline", version=3, **told, evidence=pdf()).status_code == 303
    fresh = re.findall(r'href="([^"]+/files/\d+)"', other.get(f"/needs/{need}/progress").text)
    assert len(fresh) == 1 and fresh[0] != link and other.get(fresh[0]).status_code == 200


def test_old_pages_move_nothing(market: World, visitor: Browser, tea: str) -> None:
    _need, referral = made(market, tea)
    enter(visitor, "officer")
    for step in ("accept", "undo", "decline", "turn"):
        for version in ("", "0", "-1", "1e9", "99999999999", "2"):
            told = {"reason": "quota" if step == "decline" else "ask_firm:papers", "words": "本年规模已满"}
            answer = send(visitor, f"/inbox/{referral}/{step}", version=version, **told)
            assert answer.status_code in (409, 422), (step, version)
    assert (now(referral).state, now(referral).version) == ("sent", 1)


def test_a_batch_takes_no_other_banks_referral(market: World, visitor: Browser, tea: str) -> None:
    _need, referral = made(market, tea)
    enter(visitor, "rival")
    for act in ("accept", "decline"):
        answer = send(visitor, "/inbox/batch", pick=f"{referral}:1", act=act, reason="quota", words="本年规模已满")
        assert answer.status_code == 422 and referral not in answer.text
    for path in ("accept", "undo", "terminate", "turn", "decline"):
        unknown = send(visitor, f"/inbox/nobodys/{path}", version=1)
        answer = send(visitor, f"/inbox/{referral}/{path}", version=1)
        assert (answer.status_code, unknown.status_code) == (404, 404), path
    assert now(referral).state == "sent"
