"""匹配权重: the office reads both cards side by side and decides in words; nobody else opens the door."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import session
from matchmaking.market.policies.models import PolicyVersion
from matchmaking.market.policies.queries import policy_by_key, policy_for
from tests.delivery.cases_world import counted
from tests.market.market_world import TODAY, World, _person, enter
from tests.market.policies.test_policies import DEAR, EVIDENCE, proposed, row
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])
SPAN = [333_333, 120_000, 540_000]
FIGURES = dict.fromkeys(("hit1", "hit3", "hit5", "hit10", "mrr"), SPAN)
WHOLE = EVIDENCE | {
    "portfolio": "city", "as_of": "2026-09-30", "since": "2025-03-20", "until": "2026-09-18", "verified": 106,
    "from_needs": 6, "split": "2026-03-05", "learned": 61, "tried": 42,
    "hand": {"version": "2026-09", "weights": dict.fromkeys(DEAR, 10) | {"price": 40}},
    "ways": {"hand": FIGURES, "card": FIGURES}, "gain": FIGURES | {"mrr": [-12_000, -90_000, 64_000]},
}  # fmt: skip


@pytest.fixture
def key(market: World, visitor: Browser, monkeypatch: pytest.MonkeyPatch) -> str:
    """A proposal with a whole backtest, and the office signed in."""
    write_past_the_trail(_person, market, "lead", Role.FINANCE_OFFICE_CITY, "*", None)
    monkeypatch.setattr("tests.market.policies.test_policies.EVIDENCE", WHOLE)
    enter(visitor, "lead")
    return proposed()


def decide(visitor: Browser, key: str, action: str, words: str = "看过回测，先试一季") -> int:
    page = visitor.get(f"/policies/{key}").text
    found = {name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) for name in ("version", "key")}
    told = {name: match[1] for name, match in found.items() if match}
    return visitor.submit(f"/policies/{key}/decide", {**told, "action": action, "words": words}).status_code


def test_both_cards_stand_line_by_line_with_intervals_and_the_sentence(key: str, visitor: Browser) -> None:
    page = visitor.get(f"/policies/{key}").text
    assert "+20" in page and "−5" in page
    assert "33.3 (12.0 – 54.0)" in page and "−1.2 (−9.0 – +6.4)" in page
    assert "区间不含 0" in page and "看不出差别" in page
    assert "更不预测还不还款" in page
    english = visitor.get(f"/policies/{key}?lang=en").text
    assert "never" in english or "predict neither approval nor default" in english


def test_the_list_is_read_in_few_statements(key: str, visitor: Browser) -> None:
    with counted() as statements:
        page = visitor.get("/policies").text
    assert "fit-2026-09-30" in page and "2026-09" in page
    assert len(statements) <= 3


def test_adopted_by_the_office_from_tomorrow_and_withdrawn_again(key: str, visitor: Browser) -> None:
    assert decide(visitor, key, "adopt", "") == 422
    assert decide(visitor, key, "shred") == 422
    assert row(key).state == "proposed"
    assert decide(visitor, key, "adopt") == 303
    assert policy_for(session(), TODAY + timedelta(days=1)).version == "fit-2026-09-30"
    assert decide(visitor, key, "adopt") == 422, "it is adopted already"
    assert decide(visitor, key, "withdraw") == 303
    assert row(key).state == "withdrawn"
    assert "您的决定" not in visitor.get(f"/policies/{key}").text


def test_set_aside_with_words(key: str, visitor: Browser) -> None:
    assert decide(visitor, key, "set_aside", "样本太小，再看一个季度") == 303
    assert "样本太小" in visitor.get(f"/policies/{key}").text


@pytest.mark.parametrize("login", ["county", "manager", "tea"])
def test_others_do_not_find_the_door(key: str, other: Browser, login: str) -> None:
    enter(other, login)
    for path in ("/policies", f"/policies/{key}"):
        assert other.get(path).status_code == 404
    assert decide_blind(other, key) == 404
    found: PolicyVersion | None = policy_by_key(session(), key)
    assert found is not None and found.state == "proposed"


def decide_blind(other: Browser, key: str) -> int:
    return other.submit(f"/policies/{key}/decide", {"version": "1", "action": "adopt", "words": "随便"}).status_code


def test_a_proposal_that_is_not_there_is_a_404(key: str, visitor: Browser) -> None:
    assert visitor.get("/policies/nothing").status_code == 404
    assert decide_blind(visitor, "nothing") == 404
