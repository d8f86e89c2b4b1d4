"""Many hands on one paper and on one line: one wins, the others are told, nothing is paid beyond what was signed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, Baseline
from matchmaking.delivery.agreements.queries import agreement_by_key
from matchmaking.delivery.decisions import commands as deciding
from matchmaking.delivery.decisions.facts import LineTold
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.decisions.queries import decision_by_key
from matchmaking.delivery.disbursements.commands import report_disbursement
from matchmaking.delivery.disbursements.models import Disbursement, DisbursementPosition
from matchmaking.delivery.signings import commands as signing
from matchmaking.delivery.signings.facts import PaperTold
from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import once, run_in_unit_of_work
from matchmaking.foundation.trail import verify
from matchmaking.market.referrals import commands as referring
from matchmaking.seeds.city import ensure_city
from tests.foundation.racing import race
from tests.market.market_world import NOON, TODAY, World, build_world, load
from tests.market.referral_world import act, refer, sell, verified

TERMS = LineTold(Money.of(3_000_000), 12, date(2027, 9, 30), "1Y", 55)
PAPER = PaperTold("loan_contract", Money.of(3_000_000), 12, 35_500, "new", Money.zero("CNY"), date(2026, 11, 30))


@pytest.fixture
def world(database: str) -> World:
    """The market with the city's portfolio, on an empty database of each engine."""
    made = build_world()
    run_in_unit_of_work(ensure_city, actor="seed", at=NOON)
    return made


def told(world: World, login: str) -> dict[str, Any]:
    who = world.people[login]
    return {"actor": who.actor, "role": who.role.value, "at": NOON}


def approved(world: World) -> tuple[str, str]:
    """A line of 3,000,000; the keys of its need and of the decision."""
    need = verified(world)
    referral = refer(world, need, sell(world.bank, "收茶贷"))[0]
    act(world, referring.accept, referral, on=TODAY)

    def decide(inside: Session) -> str:
        made = deciding.start_decision(inside, referral_key=referral, terms=TERMS, on=TODAY, **told(world, "officer"))
        deciding.submit_decision(inside, decision=made, version=1, on=TODAY, **told(world, "officer"))
        deciding.approve_decision(inside, decision=made, version=2, on=TODAY, **told(world, "branch"))
        return made.public_key

    return need, run_in_unit_of_work(decide)


def firm_signed(world: World, decision: str, terms: PaperTold = PAPER) -> str:
    """A paper that waits for the bank's signature."""

    def draft(inside: Session) -> str:
        line = decision_by_key(inside, decision)
        assert line is not None
        made = signing.draft_paper(inside, decision=line, terms=terms, on=TODAY, **told(world, "officer"))
        signing.offer_paper(inside, paper=made, version=1, on=TODAY, **told(world, "officer"))
        signing.sign_for_firm(inside, paper=made, version=2, **told(world, "tea"))
        return made.public_key

    return run_in_unit_of_work(draft)


def paper(inside: Session, key: str) -> Paper:
    return inside.scalars(select(Paper).where(Paper.public_key == key)).one()


def countersigning(world: World, key: str, login: str = "branch") -> Callable[[], Any]:
    def sign(inside: Session) -> str:
        held = paper(inside, key)
        return signing.countersign(inside, paper=held, version=3, on=TODAY, **told(world, login)).public_key

    return lambda: run_in_unit_of_work(sign)


def outcomes(results: list[Any]) -> Counter[str]:
    """How many won, and the codes with which the others were told."""
    for one in results:
        assert isinstance(one, (str, Refusal)), repr(one)
    return Counter(one.reason.code if isinstance(one, Refusal) else "won" for one in results)


def count(table: type) -> int:
    storage.remove_session()
    session = storage.session()
    assert verify(session).sound
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def test_ten_countersigns_of_one_paper_make_one_agreement(world: World) -> None:
    key = firm_signed(world, approved(world)[1])
    found = outcomes(race([countersigning(world, key)] * 10))
    assert found.pop("won") == 1
    assert set(found) <= {"paper_moved_on", "move_final"} and sum(found.values()) == 9
    assert (count(Agreement), count(Baseline)) == (1, 1)


@pytest.mark.parametrize("_again", range(3))
def test_withdrawing_the_need_against_the_countersign(world: World, _again: int) -> None:
    need, decision = approved(world)
    key = firm_signed(world, decision)

    def withdraw(inside: Session) -> str:
        found = load(inside, need)
        return referring.withdraw_need(inside, need=found, version=found.version, **told(world, "tea")).state

    results = race([countersigning(world, key), lambda: run_in_unit_of_work(withdraw)])
    found = outcomes(results)
    assert found["won"] == 1, results
    storage.remove_session()
    session = storage.session()
    signed = not isinstance(results[0], Refusal)
    assert (load(session, need).state == "contracted") is signed
    assert (paper(session, key).state == "signed") is signed
    assert count(Agreement) == int(signed)


def test_turning_down_against_the_countersign(world: World) -> None:
    key = firm_signed(world, approved(world)[1])

    def turn_down(inside: Session) -> str:
        held = paper(inside, key)
        return signing.move_paper(inside, paper=held, version=3, action="turn_down", **told(world, "tea")).state

    results = race([countersigning(world, key), lambda: run_in_unit_of_work(turn_down)])
    assert outcomes(results)["won"] == 1
    assert count(Agreement) == int(not isinstance(results[0], Refusal))


def test_papers_offered_at_once_never_exceed_the_line(world: World) -> None:
    decision = approved(world)[1]

    def draft(inside: Session) -> str:
        line = decision_by_key(inside, decision)
        assert line is not None
        terms = PaperTold(
            "loan_contract", Money.of(1_000_000), 12, 35_500, "new", Money.zero("CNY"), date(2026, 11, 30)
        )
        made = signing.draft_paper(inside, decision=line, terms=terms, on=TODAY, **told(world, "officer"))
        return made.public_key

    keys = [run_in_unit_of_work(draft) for _ in range(6)]

    def offering(key: str) -> Callable[[], Any]:
        def offer(inside: Session) -> str:
            held = paper(inside, key)
            return signing.offer_paper(inside, paper=held, version=1, on=TODAY, **told(world, "officer")).public_key

        return lambda: run_in_unit_of_work(offer)

    assert outcomes(race([offering(key) for key in keys])) == {"won": 3, "over_line": 3}


def test_two_decisions_begun_at_once_are_one(world: World) -> None:
    need = verified(world)
    referral = refer(world, need, sell(world.bank, "收茶贷"))[0]
    act(world, referring.accept, referral, on=TODAY)

    def begin(inside: Session) -> str:
        return deciding.start_decision(inside, referral_key=referral, on=TODAY, **told(world, "officer")).public_key

    found = outcomes(race([lambda: run_in_unit_of_work(begin)] * 6))
    assert found == {"won": 1, "decision_stands": 5}
    assert count(CreditDecision) == 1


def reporting(agreement: str, key: str, iou: str, minor: int) -> Callable[[], Any]:
    def report(inside: Session) -> str:
        def do() -> dict[str, Any]:
            found = agreement_by_key(inside, agreement)
            assert found is not None
            made = report_disbursement(
                inside, actor="user:1", agreement=found, iou_no=iou, amount_minor=minor, value_on=TODAY, at=NOON
            )
            return {"disbursement": made.public_key}

        body = {"agreement": agreement, "iou": iou, "amount_minor": minor}
        answered = once(inside, actor="user:1", route="disbursements.report", key=key, body=body, at=NOON, do=do)
        return str(answered.answer["disbursement"])

    return lambda: run_in_unit_of_work(report)


def test_thirty_threads_report_under_one_key(world: World) -> None:
    agreement = countersigning(world, firm_signed(world, approved(world)[1]))()
    results = race([reporting(agreement, "one-key-for-all", "JJ1", 100_000_000)] * 30)
    assert outcomes(results) == {"won": 30}, "everybody is answered alike"
    assert len(set(results)) == 1 and count(Disbursement) == 1


def test_thirty_threads_report_under_many_keys(world: World) -> None:
    agreement = countersigning(world, firm_signed(world, approved(world)[1]))()
    calls = [reporting(agreement, f"key-number-{n}", f"JJ{n}", 20_000_000 + n) for n in range(30)]
    found = outcomes(race(calls))
    assert found["won"] == 14 and found["more_than_left"] == 16, "fourteen times 200,000 and a bit fit into 3,000,000"
    assert count(Disbursement) == 14
    drawn, limit = storage.session().execute(
        select(DisbursementPosition.drawn_minor, DisbursementPosition.limit_minor)
    ).one()  # fmt: skip
    assert drawn <= limit == 300_000_000


def test_one_number_reported_under_many_keys_counts_once(world: World) -> None:
    agreement = countersigning(world, firm_signed(world, approved(world)[1]))()
    calls = [reporting(agreement, f"key-number-{n}", "JJ1", 50_000_000) for n in range(30)]
    assert outcomes(race(calls)) == {"won": 1, "iou_taken": 29}
    assert count(Disbursement) == 1
