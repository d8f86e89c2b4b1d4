"""Reports of money paid: never more than is left, numbers once, duplicates draw nothing, voids touch one row."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from matchmaking.delivery.disbursements import commands
from matchmaking.delivery.disbursements.hearing import confirm_receipt, give_verdict, record_third_party_line
from matchmaking.delivery.disbursements.models import Confirmation, Disbursement
from matchmaking.delivery.disbursements.queries import InForce, drawn_by, in_force
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.rulebook import explain
from tests.delivery.cases_world import APRIL, DESK, JUNE, MILLION, World, morning


def refused(code: str, call, *args, **kwargs) -> Refusal:
    with pytest.raises(Refusal) as found:
        call(*args, **kwargs)
    assert found.value.reason.code == code
    for language in ("zh", "en"):
        assert "{" not in explain(found.value.reason, language)
    return found.value


def test_a_report_draws_and_the_rest_is_left(world: World):
    paper = world.sign()
    world.pay(paper, MILLION)
    world.pay(paper, 2 * MILLION)
    assert world.drawn(paper) == (3 * MILLION, 0)


def test_one_fen_too_much_is_refused_naming_both_numbers_and_what_would_pass(world: World):
    paper = world.sign()
    world.pay(paper, 2 * MILLION)
    said = refused("more_than_left", world.pay, paper, MILLION + 1)
    assert said.reason.params == {
        "amount": "1,000,000.01", "left": "1,000,000.00", "limit": "3,000,000.00", "drawn": "2,000,000.00",
    }  # fmt: skip
    assert world.drawn(paper) == (2 * MILLION, 0)
    world.pay(paper, MILLION)


def test_a_refusal_leaves_nothing_behind(world: World):
    paper = world.sign()
    before = world.seq()
    refused("more_than_left", world.pay, paper, 4 * MILLION)
    assert world.seq() == before
    assert storage.session().query(Disbursement).count() == 0


def test_a_number_is_in_force_once_per_lender_and_comes_again_after_a_void(world: World):
    paper, other = world.sign(), world.sign(lender="演示巴山银行", branch="城东支行")
    first = world.pay(paper, MILLION, "JJ1")
    said = refused("iou_taken", world.pay, paper, 1, "JJ1")
    assert said.reason.params["amount"] == "1,000,000.00"
    world.pay(other, MILLION, "JJ1")
    world.void(first)
    again = world.pay(paper, 9 * MILLION // 10, "JJ1")
    assert (first.revision, again.revision) == (1, 2)
    assert world.drawn(paper) == (9 * MILLION // 10, 0)


def test_a_void_gives_its_room_back_and_touches_nothing_else(world: World):
    paper = world.sign()
    first, second = world.pay(paper, 2 * MILLION), world.pay(paper, MILLION)
    before = storage.session().query(Disbursement.id, Disbursement.amount_minor).order_by(Disbursement.id).all()
    world.void(first)
    assert world.drawn(paper) == (MILLION, 0)
    assert storage.session().query(Disbursement.id, Disbursement.amount_minor).order_by(Disbursement.id).all() == before
    assert [row.id for row in in_force(storage.session(), paper.id)] == [second.id]
    refused("voided_already", world.void, first)


def test_the_same_money_from_another_branch_is_kept_and_draws_nothing(world: World):
    paper = world.sign()
    first = world.pay(paper, 3 * MILLION)
    twin = world.pay(paper, 3 * MILLION, branch=DESK)
    assert (first.repeats_id, twin.repeats_id) == (None, first.id)
    assert world.drawn(paper) == (3 * MILLION, 0)


def test_the_same_money_twice_from_one_branch_is_two_payments(world: World):
    paper = world.sign()
    world.pay(paper, MILLION)
    assert world.pay(paper, MILLION).repeats_id is None
    assert world.drawn(paper) == (2 * MILLION, 0)


def test_when_the_first_of_two_is_voided_the_other_stands_for_the_payment(world: World):
    paper = world.sign()
    first = world.pay(paper, 3 * MILLION)
    twin = world.pay(paper, 3 * MILLION, branch=DESK)
    world.void(first)
    assert world.drawn(paper) == (3 * MILLION, 0)
    refused("more_than_left", world.pay, paper, 1)
    world.void(twin)
    assert world.drawn(paper) == (0, 0)


def test_a_verdict_that_two_reports_are_two_payments_takes_room(world: World):
    paper = world.sign()
    world.pay(paper, MILLION)
    twin = world.pay(paper, MILLION, branch=DESK)
    told = {"kind": "distinct", "decided_on": JUNE, "document": "裁定1", "at": morning(JUNE)}
    world.do(give_verdict, subject=twin, **told)
    assert world.drawn(paper) == (2 * MILLION, 0)


def test_and_is_refused_where_none_is_left(world: World):
    paper = world.sign()
    world.pay(paper, 3 * MILLION)
    twin = world.pay(paper, 3 * MILLION, branch=DESK)
    told = {"kind": "distinct", "decided_on": JUNE, "document": "裁定1", "at": morning(JUNE)}
    refused("more_than_left", world.do, give_verdict, subject=twin, **told)


def test_forms_that_are_not_loan_principal_draw_nothing(world: World):
    paper = world.sign()
    world.pay(paper, 9 * MILLION, form="acceptance")
    assert world.drawn(paper) == (0, 0)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"amount": 0}, "amount_not_positive"),
        ({"amount": -1}, "amount_not_positive"),
        ({"iou_no": " "}, "iou_unreadable"),
        ({"iou_no": "x" * 81}, "iou_unreadable"),
        ({"lender": "演示巴山银行"}, "lender_differs"),
        ({"at": morning(APRIL - timedelta(days=1))}, "day_not_yet"),
    ],
)
def test_reports_that_cannot_be(world: World, more, code):
    more = dict(more)
    refused(code, world.pay, world.sign(), more.pop("amount", MILLION), **more)


def test_the_table_itself_refuses_more_than_was_signed(world: World):
    paper = world.sign()
    world.pay(paper, MILLION)
    with pytest.raises(IntegrityError, match="never_more_than_signed"), storage.engine().begin() as connection:
        connection.execute(text("UPDATE disbursement_position SET drawn_minor = limit_minor + 1"))


def test_drawn_by_counts_the_branch_that_told_most():
    day = date(2025, 4, 10)
    a, b = (InForce(1, 5, day, "甲"), InForce(2, 5, day, "甲")), InForce(3, 5, day, "乙")
    assert drawn_by(a) == 10
    assert drawn_by([*a, b]) == 10
    assert drawn_by([b]) == 5
    assert drawn_by([*a, InForce(3, 5, day, "乙", distinct=True)]) == 15
    assert drawn_by([InForce(1, 5, day, "甲"), InForce(2, 5, JUNE, "乙"), InForce(3, 6, day, "丙")]) == 16
    assert drawn_by([]) == 0


def test_answers_are_rows_of_their_own_and_the_report_stays(world: World):
    paid = world.pay(world.sign(), MILLION)
    for answer in ("not_received", "right"):
        world.do(confirm_receipt, disbursement=paid, answer=answer, answered_on=APRIL, at=morning(APRIL))
    assert [row.answer for row in storage.session().query(Confirmation).order_by(Confirmation.id)] == [
        "not_received", "right",
    ]  # fmt: skip


def test_later_answers_of_one_day_sort_after_earlier_ones(world: World):
    """The kernel lets the last answer hold, by day and key."""
    paid = world.pay(world.sign(), MILLION)
    made = [
        world.do(
            confirm_receipt, disbursement=paid, answer=answer, answered_on=APRIL,
            at=morning(APRIL) + timedelta(seconds=second),
        )
        for second, answer in enumerate(("not_received", "wrong", "right"))
    ]  # fmt: skip
    assert sorted(made, key=lambda row: row.public_key) == made


def test_what_others_may_not_say(world: World):
    paper = world.sign()
    paid = world.pay(paper, MILLION)
    day = {"at": morning(JUNE)}
    answer = {"disbursement": paid, "answered_on": JUNE, **day}
    refused("answer_unknown", world.do, confirm_receipt, answer="maybe", **answer)
    line = {"disbursement": paid, "amount_minor": 1, "value_on": JUNE, **day}
    refused("source_is_lender", world.do, record_third_party_line, source=paid.lender, **line)
    verdict = {"decided_on": JUNE, "document": "裁定", **day}
    refused("verdict_unfit", world.do, give_verdict, subject=paid, kind="duplicate_signing", **verdict)
    refused("verdict_unfit", world.do, give_verdict, subject=paper, kind="for_bank", **verdict)
    refused("verdict_needs_twin", world.do, give_verdict, subject=paper, kind="duplicate_signing", **verdict)
    twin = {"kind": "duplicate_signing", "other": paper}
    refused("verdict_needs_twin", world.do, give_verdict, subject=paper, **twin, **verdict)
    world.void(paid)
    refused("disbursement_voided", world.do, confirm_receipt, answer="right", **answer)


def test_a_zero_report_is_a_report(world: World):
    told = {"portfolio": world.portfolio, "lender": "演示汉江银行", "through": JUNE, "zero": True, "at": morning(JUNE)}
    assert world.do(commands.report_through, **told).zero
    refused("day_not_yet", world.do, commands.report_through, **(told | {"through": JUNE + timedelta(days=1)}))
