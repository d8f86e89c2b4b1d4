"""From a need clicked through to verified money to a choice that weights are learned from."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.oversight.learning.choices import Told, choices_of
from matchmaking.oversight.learning.commands import propose_fit
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook.matching import policy
from tests.journeys.thread_world import Thread, noon
from tests.market.market_world import NOON, TODAY, offer
from tests.market.referral_world import sell

DAY, AS_OF = date(2026, 10, 14), date(2026, 10, 31)
HAND = policy(TODAY)


def city() -> Portfolio:
    found = portfolio_by_code(storage.session(), "city")
    assert found is not None
    return found


def told(as_of: date) -> Told:
    def audit(work: Session) -> None:
        portfolio = work.get_one(Portfolio, city_id)
        take_snapshot(work, actor="job:audit", portfolio=portfolio, as_of=as_of, known_on=AS_OF, at=noon(AS_OF))

    city_id = city().id
    run_in_unit_of_work(audit)
    return choices_of(storage.session(), city(), HAND)


def test_only_verified_money_makes_a_choice_and_it_is_among_what_fitted(thread: Thread, tea: str) -> None:
    with pytest.raises(Refusal) as refused:
        choices_of(storage.session(), city(), HAND)
    assert refused.value.reason.code == "policy_no_audit"
    dear = sell(thread.world.rival, "贵的贷", offer(spread_low_bp=300, spread_high_bp=350))
    sell(thread.world.rival, "小额贷", offer(criteria={"amount_max": 100_000_000, "term_max": 36}))
    agreement = thread.signed(tea)
    thread.on(DAY)
    thread.report(agreement, "JJ1", "100", DAY)
    assert told(DAY).choices == (), "reported by the bank alone is not verified"
    thread.answer("JJ1", "right")
    found = told(AS_OF)
    (choice,) = found.choices
    assert (found.verified, found.from_needs, choice.on) == (1, 1, TODAY)
    assert len(choice.marks) == 2, "what does not fit the need is no alternative"
    assert choice.chosen == sorted([tea, dear]).index(tea)
    lines = dict(zip(HAND.weights, choice.stated, strict=True))
    assert lines["amount"] and lines["term"] and not lines["price"], "the need states no ceiling"
    assert told(AS_OF).digest == found.digest
    with pytest.raises(Refusal) as refused:
        run_in_unit_of_work(propose)
    assert refused.value.reason.code == "policy_too_few", "one choice proposes nothing"


def propose(work: Session) -> str:
    portfolio = work.get_one(Portfolio, city().id)
    return propose_fit(work, actor="job:policy-fit", portfolio=portfolio, on=TODAY, at=NOON).version
