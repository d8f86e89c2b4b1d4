"""Signings and their terms: what is recorded, what is refused and in which words, and that nothing is rewritten."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from matchmaking.delivery.agreements import commands
from matchmaking.delivery.agreements.models import Agreement, FactVoid
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.trail import TrailEvent
from matchmaking.rulebook import explain
from tests.delivery.cases_world import JUNE, MARCH, MILLION, World, morning, open_world


def refused(code: str, call, *args, **kwargs) -> Refusal:
    """``call`` is refused with ``code``, in words of both languages with every placeholder filled."""
    with pytest.raises(Refusal) as found:
        call(*args, **kwargs)
    assert found.value.reason.code == code
    for language in ("zh", "en"):
        assert "{" not in explain(found.value.reason, language)
    return found.value


def test_a_signing_is_one_row_one_trail_event_and_one_step_of_the_counter(world: World):
    made = world.sign("S-1")
    assert world.seq() == 1
    event = storage.session().query(TrailEvent).filter_by(subject="agreement:S-1").one()
    assert (event.tag, event.payload["amount_minor"]) == ("agreement.signed", 3 * MILLION)
    assert (made.origin, made.amount_minor, made.currency) == ("case", 3 * MILLION, "CNY")


def test_a_signing_is_never_rewritten(world: World):
    made = world.sign()
    for statement in ("UPDATE agreement SET amount_minor = 1 WHERE id = :i", "DELETE FROM agreement WHERE id = :i"):
        with pytest.raises(DBAPIError, match="append_only"), storage.engine().begin() as connection:
            connection.execute(text(statement), {"i": made.id})


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"amount_minor": 0}, "amount_not_positive"),
        ({"amount_minor": -5}, "amount_not_positive"),
        ({"amount_minor": None}, "amount_zero"),
        ({"instrument": "promise"}, "instrument_unknown"),
        ({"signed_on": MARCH, "at": morning(MARCH - timedelta(days=1))}, "day_not_yet"),
        ({"promised_on": date(2025, 3, 19)}, "promised_before_signing"),
    ],
)
def test_papers_that_cannot_be(world: World, terms, code):
    refused(code, world.sign, **terms)
    assert storage.session().query(Agreement).count() == 0


def test_a_key_is_used_once(world: World):
    world.sign("S-1")
    assert refused("agreement_taken", world.sign, "S-1").reason.params["key"] == "S-1"


def test_a_framework_paper_needs_no_amount(world: World):
    assert world.sign(instrument="strategic", amount_minor=None).amount_minor is None


def test_what_a_contract_may_follow(world: World):
    intent = world.sign(instrument="intent_letter")
    contract = world.sign(supersedes=intent, signed_on=date(2025, 4, 15))
    assert contract.supersedes_id == intent.id
    refused("predecessor_is_contract", world.sign, supersedes=contract, signed_on=date(2025, 5, 1))
    refused("predecessor_of_another", world.sign, supersedes=intent, firm="另一家", signed_on=date(2025, 5, 1))
    refused("predecessor_is_later", world.sign, supersedes=intent, signed_on=date(2025, 3, 1))


def test_a_condition_is_met_once(world: World):
    paper = world.sign()
    told = {"agreement": paper, "holder": "permit", "words": "抵押登记", "set_on": MARCH, "at": morning(MARCH)}
    condition = world.do(commands.open_condition, **told)
    met = {"agreement": paper, "condition": condition, "met_on": JUNE, "at": morning(JUNE)}
    world.do(commands.meet_condition, **met)
    refused("condition_met_already", world.do, commands.meet_condition, **met)


@pytest.mark.parametrize(
    ("kind", "by", "reason", "amount", "code"),
    [
        ("agreed_cut", "bank", "", None, "exit_voice"),
        ("agreed_cut", "firm", "", None, "exit_voice"),
        ("bank_ends", "firm", "x", None, "exit_voice"),
        ("bank_ends", "bank", "  ", None, "exit_needs_reason"),
        ("vanished", "bank", "x", None, "exit_voice"),
        ("firm_gives_up", "firm", "", 4 * MILLION, "exit_over_signed"),
        ("firm_gives_up", "firm", "", 0, "amount_not_positive"),
    ],
)
def test_an_exit_takes_its_own_voice(world: World, kind, by, reason, amount, code):
    told = {"agreement": world.sign(), "kind": kind, "by_party": by, "reason": reason, "amount_minor": amount}
    refused(code, world.do, commands.exit_agreement, exited_on=JUNE, at=morning(JUNE), **told)


def test_a_bank_that_says_the_firm_gave_up_is_kept(world: World):
    told = {"agreement": world.sign(), "kind": "firm_gives_up", "by_party": "bank"}
    kept = world.do(commands.exit_agreement, exited_on=JUNE, at=morning(JUNE), **told)
    assert kept.by_party == "bank"


def test_a_wrong_fact_is_taken_back_once_and_stays(world: World):
    paper = world.sign()
    mark = world.do(commands.mark_drawable, agreement=paper, marked_on=JUNE, at=morning(JUNE))
    told = {"portfolio_id": paper.portfolio_id, "fact": mark, "voided_on": JUNE, "reason": "录错", "at": morning(JUNE)}
    void = world.do(commands.take_back, **told)
    assert storage.session().get(FactVoid, void.id).fact_key == mark.public_key
    refused("voided_already", world.do, commands.take_back, **told)


def test_a_payment_is_not_taken_back_by_that_door(world: World):
    paid = world.pay(world.sign(), MILLION)
    told = {"portfolio_id": world.portfolio.id, "fact": paid, "voided_on": JUNE, "reason": "x", "at": morning(JUNE)}
    refused("fact_stands", world.do, commands.take_back, **told)


def test_facts_of_tomorrow_are_refused_everywhere(world: World):
    paper, eve, tomorrow = world.sign(), morning(JUNE), JUNE + timedelta(days=1)
    for command, told in (
        (commands.record_baseline, {"balance_minor": 0, "on_day": tomorrow}),
        (commands.open_condition, {"holder": "bank", "words": "x", "set_on": tomorrow}),
        (commands.mark_drawable, {"marked_on": tomorrow}),
        (commands.request_draw, {"amount_minor": 1, "asked_on": tomorrow}),
        (commands.exit_agreement, {"kind": "firm_gives_up", "by_party": "firm", "exited_on": tomorrow}),
    ):
        refused("day_not_yet", world.do, command, agreement=paper, at=eve, **told)
    assert world.seq() == 1


def test_the_counter_rises_once_in_a_unit_of_work_and_remembers_the_latest_instant(database: str):
    world = open_world()

    def both(session, actor):
        first = commands.sign_agreement(
            session, actor=actor, portfolio=world.portfolio, firm="甲", lender="乙", branch="丙", declared="new",
            instrument="loan_contract", amount_minor=1, signed_on=MARCH, at=morning(JUNE), public_key="A",
        )  # fmt: skip
        commands.record_baseline(
            session, actor=actor, agreement=first, balance_minor=0, on_day=MARCH, at=morning(MARCH)
        )

    world.do(both)
    assert world.seq() == 1
    assert storage.session().get(type(world.portfolio), world.portfolio.id).facts_until == morning(JUNE)
