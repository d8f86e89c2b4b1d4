"""Questions on cases that later facts answer are settled by the evening's check; a person's answer stands."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from matchmaking.delivery.audits.questions import raise_findings
from matchmaking.delivery.disbursements.hearing import confirm_receipt, give_verdict
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.delivery.findings.commands import answer_finding
from matchmaking.delivery.findings.models import Finding, FindingAnswer
from matchmaking.delivery.findings.queries import questions_of
from matchmaking.foundation import storage
from matchmaking.foundation.trail import TrailEvent
from tests.delivery.cases_world import JUNE, MILLION, World, morning, open_world

JULY, AUGUST, TODAY = date(2025, 7, 31), date(2025, 8, 31), date(2025, 9, 1)
UNANSWERED, CONFLICT = "receipt_unanswered", "receipt_conflict"


@pytest.fixture
def world(database: str) -> World:
    """A case portfolio of one paper of three million, paid in full and asked about in June: nobody answered."""
    made = open_world()
    paper = made.sign("S-1")
    made.pay(paper, 3 * MILLION)
    check(made, JUNE)
    return made


def check(world: World, day: date) -> None:
    world.do(raise_findings, portfolio=world.portfolio, as_of=day, known_on=day, at=morning(day))


def answer(world: World, said: str, on: date) -> None:
    paid = storage.session().scalars(select(Disbursement)).one()
    world.do(confirm_receipt, disbursement=paid, answer=said, answered_on=on, at=morning(on))


def states(world: World, until: date = TODAY) -> dict[str, str]:
    storage.remove_session()
    found = questions_of(storage.session(), world.portfolio.id, until=until)
    return {one.key.split(":")[1]: one.state for one in found}


def number_of(code: str) -> int:
    return storage.session().scalars(select(Finding.id).where(Finding.code == code)).one()


def test_what_the_firm_answers_late_needs_nobody(world: World):
    assert states(world)[UNANSWERED] == "open"
    check(world, JUNE)
    assert states(world)[UNANSWERED] == "open", "asked still"
    answer(world, "right", JULY)
    check(world, JULY)
    assert states(world)[UNANSWERED] == "settled"
    row = storage.session().scalars(select(FindingAnswer)).one()
    assert (row.kind, row.words) == ("settled", JULY.isoformat())
    last = storage.session().scalars(select(TrailEvent).order_by(TrailEvent.seq.desc())).first()
    assert last is not None and last.tag == "finding.settled"
    check(world, AUGUST)
    assert len(storage.session().scalars(select(FindingAnswer.id)).all()) == 1, "said once"


def test_what_shows_again_is_open_again(world: World):
    answer(world, "not_received", JULY)
    check(world, JULY)
    assert states(world) == {UNANSWERED: "settled", CONFLICT: "open"}
    answer(world, "right", AUGUST)
    check(world, AUGUST)
    assert states(world) == {UNANSWERED: "settled", CONFLICT: "settled"}
    answer(world, "not_received", TODAY)
    check(world, TODAY)
    assert states(world) == {UNANSWERED: "settled", CONFLICT: "open"}


def test_a_verdict_settles_every_question_on_the_payment(world: World):
    answer(world, "not_received", JULY)
    check(world, JULY)
    paid = storage.session().scalars(select(Disbursement)).one()
    told: dict[str, Any] = {"kind": "for_bank", "decided_on": AUGUST, "document": "裁〔2025〕1号"}
    world.do(give_verdict, subject=paid, at=morning(AUGUST), **told)
    check(world, AUGUST)
    assert states(world)[CONFLICT] == "settled"


@pytest.mark.parametrize("kind", ["explained", "closed"])
def test_a_persons_answer_stands(world: World, kind: str):
    number = number_of(UNANSWERED)
    words = "已电话回访企业，下周到账再看"
    world.do(answer_finding, finding_id=number, kind=kind, words=words, at=morning(JUNE))
    answer(world, "right", JULY)
    check(world, JULY)
    assert states(world)[UNANSWERED] == kind


def test_an_earlier_days_check_settles_nothing_of_a_later_day(world: World):
    check(world, date(2025, 5, 31))
    assert states(world)[UNANSWERED] == "open"


def test_an_earlier_days_check_run_again_changes_nothing_of_what_a_later_one_said(world: World):
    answer(world, "right", JULY)
    check(world, JULY)
    check(world, JUNE)
    assert states(world)[UNANSWERED] == "settled", "as was known in June it was still open"
