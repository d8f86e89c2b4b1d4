"""What was cut, ended or given up is not paid as well: never more than is left, whoever comes first."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from matchmaking.delivery.agreements.cutting import open_proposal, propose_cut
from matchmaking.delivery.agreements.models import Agreement, CutProposal
from matchmaking.delivery.disbursements.asking import left_of, room_of
from matchmaking.delivery.disbursements.commands import report_disbursement
from matchmaking.delivery.disbursements.ending import agree_cut, end_agreement, end_rest, take_back_end
from matchmaking.delivery.disbursements.hearing import give_verdict
from matchmaking.delivery.disbursements.models import DisbursementPosition
from matchmaking.delivery.disbursements.queries import ended_minor
from matchmaking.delivery.repayments.commands import record_repayment
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from tests.delivery.cases_world import ACTOR, APRIL, DESK, MILLION, World, morning
from tests.delivery.disbursements.test_reporting import refused
from tests.foundation.racing import race

MAY = date(2025, 5, 6)
WAYS = {
    "firm_gives_up": {"kind": "firm_gives_up", "by_party": "firm"},
    "bank_ends": {"kind": "bank_ends", "by_party": "bank", "reason": "规模限额"},
}


def end(world: World, paper: Agreement, way: str, on: date = MAY, amount: int | None = None):
    return world.do(end_agreement, agreement=paper, exited_on=on, at=morning(on), amount_minor=amount, **WAYS[way])


def cut(world: World, paper: Agreement, amount: int) -> CutProposal:
    told = {"agreement": paper, "amount_minor": amount, "left_minor": left_of(storage.session(), paper)}
    proposal: CutProposal = world.do(propose_cut, reason="用途减少", proposed_on=MAY, at=morning(MAY), **told)
    return proposal


def test_after_an_agreed_cut_the_rest_passes_and_one_fen_more_does_not(world: World):
    paper = world.sign()
    world.pay(paper, MILLION)
    world.do(agree_cut, agreement=paper, proposal=cut(world, paper, MILLION), answered_on=MAY, at=morning(MAY))
    said = refused("more_than_left", world.pay, paper, MILLION + 1, on=MAY)
    assert said.reason.params == {
        "amount": "1,000,000.01", "left": "1,000,000.00", "limit": "2,000,000.00", "drawn": "1,000,000.00",
    }  # fmt: skip
    world.pay(paper, MILLION, on=MAY)
    assert left_of(storage.session(), paper) == 0
    twin = world.pay(paper, MILLION, on=MAY, branch=DESK)
    told = {"kind": "distinct", "decided_on": MAY, "document": "核〔2025〕1号", "at": morning(MAY)}
    refused("more_than_left", world.do, give_verdict, subject=twin, **told)


@pytest.mark.parametrize("way", WAYS)
def test_after_the_rest_ended_a_wrong_report_is_corrected_and_nothing_new_is_paid(world: World, way: str):
    """The bank's own end or the firm's word: paid before or after, reported later, nothing passes over what is left."""
    paper = world.sign()
    first = world.pay(paper, MILLION)
    end(world, paper, way)
    said = refused("more_than_left", world.pay, paper, 1)
    assert (said.reason.params["left"], said.reason.params["drawn"]) == ("0.00", "1,000,000.00")
    world.void(first, on=MAY)
    assert room_of(storage.session(), paper) == MILLION and left_of(storage.session(), paper) == 0
    refused("more_than_left", world.pay, paper, MILLION + 1)
    said = refused("paid_after_end", world.pay, paper, MILLION, on=MAY + timedelta(days=1))
    assert said.reason.params["until"] == MAY.isoformat()
    world.pay(paper, 9 * MILLION // 10)


def test_unpaid_and_ended_takes_no_report_until_the_end_is_taken_back(world: World):
    paper, other = world.sign(), world.sign()
    fact = end(world, paper, "firm_gives_up")
    refused("more_than_left", world.pay, paper, MILLION, on=MAY)
    told = {"voided_on": MAY, "reason": "录错合同", "at": morning(MAY)}
    world.do(take_back_end, fact=fact, **told)
    world.pay(paper, 3 * MILLION, on=MAY)
    part = end(world, other, "bank_ends", amount=2 * MILLION)
    refused("end_over_left", end, world, other, "bank_ends", amount=MILLION + 1)
    world.do(take_back_end, fact=part, **told)
    world.pay(other, 3 * MILLION, on=MAY)


def test_the_banks_word_that_the_firm_gave_up_ends_nothing(world: World):
    paper = world.sign()
    told = {"kind": "firm_gives_up", "by_party": "bank", "exited_on": MAY, "at": morning(MAY)}
    world.do(end_agreement, agreement=paper, **told)
    world.pay(paper, 3 * MILLION, on=MAY)


def test_after_the_availability_period_nothing_is_paid_but_what_was_paid_in_it_is_still_reported(world: World):
    paper = world.sign(available_until=APRIL)
    said = refused("paid_after_availability", world.pay, paper, MILLION, on=APRIL + timedelta(days=1))
    assert (said.reason.params["left"], said.reason.params["until"]) == ("0.00", APRIL.isoformat())
    world.pay(paper, MILLION, on=APRIL, at=morning(MAY))


def test_a_revolving_line_that_ended_is_not_drawn_again_when_it_was_paid_back(world: World):
    line = world.sign(revolving=True)
    world.pay(line, MILLION)
    end(world, line, "bank_ends", on=APRIL)
    told = {"firm": line.firm, "lender": line.lender, "amount_minor": MILLION, "paid_on": MAY, "at": morning(MAY)}
    world.do(record_repayment, portfolio=world.portfolio, agreement=line, **told)
    refused("paid_after_end", world.pay, line, MILLION, on=MAY)


def test_of_reports_and_ends_at_once_no_yuan_is_both_paid_and_ended(world: World):
    """Sixteen reports of 350,000 against a cut of 1,000,000 and an end of the rest: three million at most, together."""
    paper = world.sign()
    piece, proposal = 35 * MILLION // 100, cut(world, paper, MILLION)

    def report(place: int, session):
        told = {"iou_no": f"JJ-{place}", "amount_minor": piece, "value_on": MAY, "at": morning(MAY)}
        return report_disbursement(session, actor=ACTOR, agreement=session.get_one(Agreement, paper.id), **told).id

    def agree(session):
        waits = open_proposal(session, paper.id) or proposal
        told = {"proposal": waits, "answered_on": MAY, "at": morning(MAY)}
        return agree_cut(session, actor=ACTOR, agreement=session.get_one(Agreement, paper.id), **told).id

    def stop(session):
        own = session.get_one(Agreement, paper.id)
        return end_rest(session, actor=ACTOR, agreement=own, exited_on=MAY, at=morning(MAY), **WAYS["bank_ends"]).id

    calls = [partial(report, place) for place in range(16)]
    results = race([partial(run_in_unit_of_work, call) for call in (*calls[:6], agree, *calls[6:8], stop, *calls[8:])])
    codes = {result.reason.code for result in results if isinstance(result, Refusal)}
    assert codes <= {"more_than_left", "cut_over_left", "nothing_left"}
    assert all(isinstance(result, (int, Refusal)) for result in results)
    held = storage.session().get_one(DisbursementPosition, paper.id)
    paid = sum(isinstance(result, int) for place, result in enumerate(results) if place not in (6, 9)) * piece
    assert held.drawn_minor == paid <= held.limit_minor <= 3 * MILLION
    assert isinstance(results[9], int), "something is left for the end, whatever was paid or cut before it"
    assert left_of(storage.session(), paper) == 0 and ended_minor(storage.session(), paper) > 0
    assert held.limit_minor == paid, "what was ended is no longer payable"
