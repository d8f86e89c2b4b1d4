"""One agreement's page: parties, two days per fact, conditions, vouchers, what was known before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from matchmaking.delivery.agreements import commands as agreements
from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.questions import raise_findings
from matchmaking.delivery.audits.sheets import AgreementSheet, agreement_sheet, difference
from matchmaking.delivery.disbursements.hearing import confirm_receipt, give_verdict, record_third_party_line
from matchmaking.delivery.repayments.commands import record_repayment
from matchmaking.foundation import storage
from matchmaking.foundation.files import attach, keep
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.rulebook import explain
from tests.delivery.cases_world import APRIL, DESK, JUNE, LENDER, MARCH, MILLION, World, morning, open_world, viewer

TODAY = date(2026, 9, 30)
MAY, JULY = date(2025, 5, 20), date(2025, 7, 5)


def sheet_of(world: World, key: str, known_on: date = TODAY, as_of: date = JUNE) -> AgreementSheet | None:
    told = {"portfolio": world.portfolio, "as_of": as_of, "known_on": known_on, "at": morning(TODAY)}
    snapshot = world.do(take_snapshot, **told)
    storage.remove_session()
    return agreement_sheet(storage.session(), viewer(), snapshot, key)


@pytest.fixture
def told(world: World) -> World:
    """One paper with every kind of fact: a payment disputed and judged in July, one voided, one told twice."""
    paper = world.sign("P-1", promised_on=date(2025, 5, 31), revolving=True)
    world.baseline(paper)
    common = {"agreement": paper}
    condition = world.do(
        agreements.open_condition,
        holder="permit",
        words="抵押登记",
        set_on=MARCH,
        due_on=MAY,
        at=morning(MARCH),
        **common,
    )
    done = world.do(agreements.open_condition, holder="firm", words="章程", set_on=MARCH, at=morning(MARCH), **common)
    world.do(agreements.meet_condition, condition=done, met_on=APRIL, at=morning(APRIL), **common)
    wrong = world.pay(paper, 2 * MILLION, "JJ0")
    world.void(wrong)
    first = world.pay(paper, MILLION, "JJ1", public_key="D-1", at=morning(date(2025, 4, 16)))
    line = {"source": "演示包装公司", "amount_minor": MILLION, "value_on": APRIL, "at": morning(MAY)}
    world.do(record_third_party_line, disbursement=first, **line)
    no = {"answer": "not_received", "answered_on": MAY, "at": morning(MAY)}
    world.do(confirm_receipt, disbursement=first, **no)
    world.pay(paper, MILLION, "JJ1-Y", branch=DESK, at=morning(date(2025, 4, 17)))
    back = {"portfolio": world.portfolio, "firm": paper.firm, "lender": LENDER, "amount_minor": MILLION // 2}
    world.do(record_repayment, paid_on=JUNE, at=morning(JUNE), agreement=paper, **back)
    world.do(agreements.request_draw, amount_minor=MILLION, asked_on=JUNE, at=morning(JUNE), **common)
    world.do(agreements.mark_drawable, marked_on=JUNE, at=morning(JUNE), **common)
    verdict = {"kind": "for_bank", "decided_on": JULY, "document": "裁定2025-1", "at": morning(JULY)}
    world.do(give_verdict, subject=first, **verdict)
    assert condition.due_on == MAY
    return world


def test_every_party_s_word_stands_beside_the_report(told: World):
    sheet = sheet_of(told, "P-1")
    states = {d.iou_no: d for d in sheet.disbursements}
    judged, voided, twin = states["JJ1"], states["JJ0"], states["JJ1-Y"]
    assert (judged.state, judged.verified_minor, judged.buckets) == ("two", MILLION, ("A1",))
    assert [answer.says for answer in judged.firm] == ["not_received"]
    assert [(line.says, line.amount_minor) for line in judged.third] == [("演示包装公司", MILLION)]
    assert [(v.says, v.document, v.known_on) for v in judged.verdicts] == [("for_bank", "裁定2025-1", JULY)]
    assert (voided.state, voided.voided_on, voided.void_reason) == ("voided", date(2025, 4, 15), "金额录错")
    assert (twin.state, twin.same_as, twin.counted_minor) == ("duplicate", "D-1", 0)
    assert all(
        "{" not in explain(reason, lang) for d in sheet.disbursements for reason in d.reasons for lang in ("zh", "en")
    )


def test_lines_add_up_and_stand_on_facts_that_the_timeline_shows(told: World):
    sheet = sheet_of(told, "P-1")
    assert sum(line.amount_minor for line in sheet.lines) == 3 * MILLION
    moments = {moment.key for moment in sheet.timeline}
    named = {key for line in sheet.lines for key in line.facts}
    assert named and named <= moments
    assert all(line.reason is not None and "{" not in explain(line.reason) for line in sheet.lines)


def test_the_timeline_has_two_days_for_every_fact(told: World):
    sheet = sheet_of(told, "P-1")
    days = [(moment.day, moment.known_on) for moment in sheet.timeline]
    assert days == sorted(days)
    assert {moment.kind for moment in sheet.timeline} == {
        "agreement", "baseline", "condition", "condition_met", "disbursement", "disbursement_void", "confirmation",
        "third_party_line", "verdict", "repayment", "draw_request", "drawable_mark",
    }  # fmt: skip
    late = next(moment for moment in sheet.timeline if moment.key == "D-1")
    assert (late.day, late.known_on, late.void) == (APRIL, date(2025, 4, 16), False)
    assert [m.params["iou"] for m in sheet.timeline if m.void] == ["JJ0"]


def test_what_was_not_known_yet_is_not_shown(told: World):
    june = sheet_of(told, "P-1", known_on=JUNE)
    assert "verdict" not in {moment.kind for moment in june.timeline}
    assert next(d for d in june.disbursements if d.iou_no == "JJ1").state == "conflict"
    april = sheet_of(told, "P-1", known_on=APRIL)
    assert [d.iou_no for d in april.disbursements] == ["JJ0"]


def test_the_difference_between_then_and_now(told: World):
    sheet_of(told, "P-1", known_on=APRIL)
    sheet_of(told, "P-1", known_on=JUNE)
    now = sheet_of(told, "P-1")
    assert [then.known_on for then in now.restated] == [JUNE, APRIL]
    june = now.restated[0]
    assert june.buckets["A4"] == MILLION
    assert june.difference == {"A1": MILLION, "A4": -MILLION}
    assert difference({"U": 5, "A1": 1}, {"U": 3, "A1": 1, "A2": 2}) == {"A2": 2, "U": -2}
    assert sheet_of(told, "P-1", known_on=APRIL).restated == []


def test_conditions_say_how_late_they_are(told: World):
    sheet = sheet_of(told, "P-1")
    assert [(c.words, c.holder, c.met_on, c.overdue_days) for c in sheet.conditions] == [
        ("抵押登记", "permit", None, (JUNE - MAY).days), ("章程", "firm", APRIL, 0),
    ]  # fmt: skip


def test_vouchers_hang_on_what_they_prove(told: World):
    kept = keep("凭证".encode(), name="借据.txt", media={"text"})
    attach_it = {"subject": "disbursement:D-1", "words": "借据", "actor": "user:x", "at": morning(TODAY)}
    run_in_unit_of_work(attach, kept, **attach_it)
    other = {"subject": "disbursement:D-2", "words": "别家", "actor": "user:x", "at": morning(TODAY)}
    run_in_unit_of_work(attach, kept, **other)
    sheet = sheet_of(told, "P-1")
    assert [link.name for link in sheet.evidence_for("disbursement:D-1")] == ["借据.txt"]
    assert len(sheet.evidence) == 1


def test_findings_of_the_agreement(told: World):
    for _ in range(2):
        raised = {"portfolio": told.portfolio, "as_of": JUNE, "known_on": JUNE, "at": morning(JUNE)}
        told.do(raise_findings, **raised)
    codes = [finding.code for finding in sheet_of(told, "P-1").findings]
    assert codes == sorted(set(codes))
    assert {"receipt_conflict", "suspected_duplicate"} <= set(codes)
    before = sheet_of(told, "P-1", known_on=JUNE - timedelta(days=1))
    assert before.findings == []


def test_predecessor_and_successors_are_named(world: World):
    intent = world.sign("I-1", instrument="intent_letter")
    world.sign("C-1", supersedes=intent, signed_on=APRIL)
    assert sheet_of(world, "I-1").superseded_by == ["C-1"]
    assert sheet_of(world, "C-1").supersedes == "I-1"


def test_an_agreement_of_another_portfolio_or_of_nobody_is_not_found(world: World):
    open_world("other").sign("X-1")
    assert sheet_of(world, "X-1") is None
    assert sheet_of(world, "nobody") is None


def test_a_paper_signed_later_has_a_sheet_without_figures(world: World):
    world.sign("L-1", signed_on=JULY)
    sheet = sheet_of(world, "L-1")
    assert (sheet.row, sheet.lines, sheet.timeline) == (None, [], [])
