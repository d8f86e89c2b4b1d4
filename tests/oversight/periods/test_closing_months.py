"""Closing a month and restating it: refusals in words, frozen figures, differences with their facts, to the cent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from matchmaking.delivery.audits.commands import reckon
from matchmaking.delivery.disbursements.hearing import confirm_receipt, give_verdict
from matchmaking.domain.conversion.closing import Held, cells_of, headlines
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent
from matchmaking.oversight.periods.commands import close_period, propose_period, restate_period
from matchmaking.oversight.periods.commands.restating import held_so_far
from matchmaking.oversight.periods.models import PeriodCause, PeriodRestatement
from matchmaking.oversight.periods.queries import (
    Closed,
    changes_of,
    closed_month,
    frozen_lines,
    periods_of,
    snapshot_of,
)
from matchmaking.oversight.periods.sealing import seal_of_facts, seal_of_snapshot
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import APRIL, JUNE, MILLION, World, morning

MAKER, CHECKER = "user:maker", "user:checker"
FOURTH, FIFTH = date(2025, 7, 4), date(2025, 7, 5)


def propose(world: World, month: str = "2025-06", on: date = FOURTH, actor: str = MAKER) -> Any:
    try:
        return run_in_unit_of_work(propose_period, actor=actor, portfolio=world.portfolio, month=month, at=morning(on))
    finally:
        storage.session().expunge_all()


def close(world: World, month: str = "2025-06", on: date = FOURTH) -> Closed:
    proposal = propose(world, month, on)
    run_in_unit_of_work(close_period, actor=CHECKER, portfolio=world.portfolio, proposal=proposal, at=morning(on))
    return found(world, month)


def found(world: World, month: str = "2025-06") -> Closed:
    storage.remove_session()
    there = closed_month(storage.session(), world.portfolio.id, month)
    assert there is not None
    return there


def restate(world: World, month: str = "2025-06", on: date = FIFTH) -> PeriodRestatement | None:
    closed = found(world, month)
    return run_in_unit_of_work(
        restate_period, actor="job:restate-periods", portfolio=world.portfolio, closed=closed, at=morning(on)
    )


def refused(fn: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as caught:
        fn(*args, **kwargs)
    return caught.value.reason.code


def disputed(world: World) -> Any:
    """Golden case 4: the bank says 3,000,000, the firm 2,400,000."""
    paper = world.sign()
    world.baseline(paper)
    paid = world.pay(paper, 3 * MILLION)
    told = {"answer": "wrong", "answered_on": APRIL, "amount_minor": 2_400_000_00}
    world.do(confirm_receipt, disbursement=paid, at=morning(APRIL), **told)
    return paid


def verdict(world: World, paid: Any, kind: str = "for_bank", on: date = FIFTH) -> Any:
    return world.do(give_verdict, subject=paid, kind=kind, decided_on=on, document="裁〔2025〕1号", at=morning(on))


def known_now(world: World, on: date, as_of: date = JUNE) -> dict[Any, Held]:
    storage.remove_session()
    session = storage.session()
    portfolio = session.get_one(Portfolio, world.portfolio.id)
    return cells_of(reckon(session, portfolio, as_of=as_of, known_on=on).lines)


def test_a_month_is_closed_by_a_second_person_once_in_order_and_when_its_reports_are_in(world: World):
    disputed(world)
    assert refused(propose, world, on=date(2025, 7, 3)) == "period_too_early"
    assert refused(propose, world, month="2025-6x") == "period_unreadable"
    proposal = propose(world)
    assert (proposal.as_of, proposal.known_on) == (JUNE, date(2025, 7, 3))
    same = {"portfolio": world.portfolio, "proposal": proposal, "at": morning(FOURTH)}
    assert refused(run_in_unit_of_work, close_period, actor=MAKER, **same) == "other_hands"
    run_in_unit_of_work(close_period, actor=CHECKER, **same)
    assert refused(propose, world) == "period_closed"
    assert refused(propose, world, month="2025-08", on=date(2025, 9, 9)) == "period_out_of_order"
    assert refused(propose, world, month="2025-05", on=date(2025, 9, 9)) == "period_out_of_order"
    assert propose(world, month="2025-07", on=date(2025, 9, 9)).month == "2025-07"
    tags = [event.tag for event in storage.session().scalars(select(TrailEvent)) if event.tag.startswith("period.")]
    assert tags == ["period.proposed", "period.closed", "period.proposed"]


def test_a_stale_proposal_of_a_closed_month_closes_nothing(world: World):
    disputed(world)
    one, two = propose(world), propose(world, on=FIFTH)
    told = {"actor": CHECKER, "portfolio": world.portfolio, "at": morning(FIFTH)}
    run_in_unit_of_work(close_period, proposal=one, **told)
    assert refused(run_in_unit_of_work, close_period, proposal=two, **told) == "period_closed"


def test_golden_case_4_june_stays_nought_and_three_million_stands_beside_it(world: World):
    paid = disputed(world)
    close(world)
    judged = verdict(world, paid)
    made = restate(world)
    assert made is not None and made.number == 1
    closed = found(world)
    frozen = headlines(
        (line["grade"], line["bucket"], Held(line["amount_minor"], line["verified_minor"]))
        for _, line in frozen_lines(storage.session(), closed.proposal.snapshot_id)
    )
    assert frozen["loan_contract"].verified == 0
    changed = {cell.bucket: held for cell, held in changes_of(storage.session(), closed.close.id)[made.id].items()}
    assert changed == {"A4": Held(-3 * MILLION, 0), "A1": Held(3 * MILLION, 3 * MILLION)}
    (cause,) = storage.session().scalars(select(PeriodCause)).all()
    assert (cause.fact_key, cause.kind, cause.told_by) == (judged.public_key, "verdict", "user:test")
    assert cause.told_at == morning(FIFTH)
    (listed,) = periods_of(storage.session(), world.portfolio)
    assert (listed.frozen["loan_contract"].verified, listed.changed["loan_contract"].verified) == (0, 3 * MILLION)
    assert listed.restatements == 1


def test_each_difference_is_restated_once_and_all_of_them_add_up_to_the_figure_as_known_now(world: World):
    paid = disputed(world)
    close(world)
    verdict(world, paid)
    assert restate(world) is not None
    assert restate(world) is None, "nothing came in since"
    world.sign(signed_on=FIFTH)
    assert restate(world) is None, "what happened in July changes no figure of June"
    later = FIFTH + timedelta(days=20)
    verdict(world, paid, "for_firm", later)
    second = restate(world, on=later)
    assert second is not None and second.number == 2
    closed = found(world)
    assert held_so_far(storage.session(), closed) == known_now(world, later)
    named = list(storage.session().scalars(select(PeriodCause).where(PeriodCause.restatement_id == second.id)))
    assert [(one.kind, one.told_at) for one in named] == [("verdict", morning(later))], "each fact is a cause once"


def test_a_payment_told_late_restates_the_month_it_was_paid_in_and_names_its_teller(world: World):
    paper = world.sign()
    world.baseline(paper)
    close(world)
    late = world.pay(paper, MILLION, on=APRIL, at=morning(FIFTH))
    made = restate(world)
    assert made is not None
    closed = found(world)
    changed = {c.bucket: h.amount for c, h in changes_of(storage.session(), closed.close.id)[made.id].items()}
    assert changed == {"A2": MILLION, "U": -MILLION}
    assert [one.fact_key for one in storage.session().scalars(select(PeriodCause))] == [late.public_key]


def test_a_closed_month_is_never_rewritten(world: World):
    disputed(world)
    close(world)
    restate(world)
    for table in ("period_proposal", "period_close"):
        with pytest.raises(DBAPIError, match="append_only"), storage.engine().begin() as connection:
            connection.execute(text(f"UPDATE {table} SET month = '2025-01'"))


def test_the_frozen_figures_and_the_facts_known_then_hash_alike_for_ever(world: World):
    paid = disputed(world)
    close(world)
    verdict(world, paid)
    world.pay(world.sign(signed_on=date(2025, 6, 2), at=morning(FIFTH)), MILLION, on=JUNE, at=morning(FIFTH))
    restate(world)
    closed = found(world)
    session = storage.session()
    portfolio = session.get_one(Portfolio, world.portfolio.id)
    lines = frozen_lines(session, closed.proposal.snapshot_id)
    assert seal_of_snapshot(snapshot_of(session, closed.proposal), lines) == closed.proposal.digest
    assert seal_of_facts(session, portfolio, closed.proposal) == closed.proposal.digest
    lines[0][1]["amount_minor"] += 1
    assert seal_of_snapshot(snapshot_of(session, closed.proposal), lines) != closed.proposal.digest


def test_a_need_told_larger_by_a_later_paper_leaves_the_closed_month_as_it_was(world: World):
    told = {"need_key": "N1", "need_minor": 3 * MILLION}
    world.sign(**told)
    close(world)
    world.sign(signed_on=FIFTH, need_key="N1", need_minor=5 * MILLION)
    closed = found(world)
    session = storage.session()
    portfolio = session.get_one(Portfolio, world.portfolio.id)
    assert seal_of_facts(session, portfolio, closed.proposal) == closed.proposal.digest


def test_what_is_told_between_proposing_and_closing_restates(world: World):
    paid = disputed(world)
    proposal = propose(world)
    verdict(world, paid)
    run_in_unit_of_work(close_period, actor=CHECKER, portfolio=world.portfolio, proposal=proposal, at=morning(FIFTH))
    made = restate(world)
    assert made is not None
