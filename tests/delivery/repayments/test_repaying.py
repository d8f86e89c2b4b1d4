"""Principal paid back: on a revolving line it gives room, elsewhere it does not; a balance is an answer, 0 included."""

from __future__ import annotations

import pytest

from matchmaking.delivery.repayments.commands import observe_balance, record_repayment, take_back_repayment
from matchmaking.domain.reasons import Refusal
from tests.delivery.cases_world import JUNE, LENDER, MILLION, World, morning


def repay(world: World, paper, amount: int, **more):
    told = {"firm": "演示企业有限公司", "lender": LENDER, "amount_minor": amount, "paid_on": JUNE, "at": morning(JUNE)}
    return world.do(record_repayment, portfolio=world.portfolio, agreement=paper, **(told | more))


def refused(code: str, call, *args, **kwargs) -> Refusal:
    with pytest.raises(Refusal) as found:
        call(*args, **kwargs)
    assert found.value.reason.code == code
    return found.value


def test_a_revolving_line_is_drawn_again_after_repayment_and_never_over(world: World):
    line = world.sign(revolving=True)
    world.pay(line, 3 * MILLION)
    refused("more_than_left", world.pay, line, 1)
    repay(world, line, MILLION)
    assert world.drawn(line) == (3 * MILLION, MILLION)
    refused("more_than_left", world.pay, line, MILLION + 1)
    world.pay(line, MILLION)
    assert world.drawn(line) == (4 * MILLION, MILLION)


def test_a_fixed_contract_is_not_drawn_again(world: World):
    paper = world.sign()
    world.pay(paper, 3 * MILLION)
    repay(world, paper, MILLION)
    assert world.drawn(paper) == (3 * MILLION, 0)
    refused("more_than_left", world.pay, paper, 1)


def test_more_than_is_owed_on_a_line_is_refused_naming_it(world: World):
    line = world.sign(revolving=True)
    world.pay(line, MILLION)
    said = refused("repaid_over_drawn", repay, world, line, MILLION + 1)
    assert said.reason.params == {"amount": "1,000,000.01", "owed": "1,000,000.00"}


def test_an_old_loan_is_repaid_without_any_signing(world: World):
    assert repay(world, None, MILLION, iou_no="OLD-1").agreement_id is None


def test_a_repayment_taken_back_takes_its_room_again(world: World):
    line = world.sign(revolving=True)
    world.pay(line, 3 * MILLION)
    back = repay(world, line, MILLION)
    told = {"repayment": back, "voided_on": JUNE, "reason": "录错", "at": morning(JUNE)}
    world.do(take_back_repayment, **told)
    assert world.drawn(line) == (3 * MILLION, 0)


def test_but_not_where_that_room_is_drawn_already(world: World):
    line = world.sign(revolving=True)
    world.pay(line, 3 * MILLION)
    back = repay(world, line, MILLION)
    world.pay(line, MILLION)
    told = {"repayment": back, "voided_on": JUNE, "reason": "录错", "at": morning(JUNE)}
    refused("more_than_left", world.do, take_back_repayment, **told)


def test_a_void_after_a_repayment_never_makes_the_position_negative(world: World):
    line = world.sign(revolving=True)
    paid = world.pay(line, MILLION)
    repay(world, line, MILLION)
    world.void(paid)
    assert world.drawn(line) == (0, MILLION)
    world.pay(line, 3 * MILLION)


def test_balances(world: World):
    told = {"portfolio": world.portfolio, "firm": "甲", "lender": LENDER, "on_day": JUNE, "at": morning(JUNE)}
    assert world.do(observe_balance, balance_minor=0, **told).balance_minor == 0
    refused("amount_not_positive", world.do, observe_balance, balance_minor=-1, **told)
