"""Third parties' lines: read, taken in once, matched by rule, proposed, accepted, turned down, never lost; bridges."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from matchmaking.delivery.agreements.commands import take_back
from matchmaking.delivery.audits.commands import reckon
from matchmaking.delivery.disbursements.models import Disbursement, DisbursementVoid, ThirdPartyLine
from matchmaking.domain.conversion.bridging import Bridge, Report, bridge
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent
from matchmaking.oversight.lines import queries
from matchmaking.oversight.lines.commands import CameOf, accept_match, match_lines, reject_match, take_in_lines
from matchmaking.oversight.lines.models import OutsideLine
from matchmaking.oversight.lines.reading import LineTold, read_lines
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import APRIL, BRANCH, JUNE, LENDER, MILLION, World, counted, morning

FIRM, OTHER = "演示企业有限公司", "演示巴山银行城东支行"
TOLD = "2025-04-10\t1,000,000.00\t演示汉江银行汉滨支行\tJJ1"


def take(world: World, *rows: LineTold, source: str = OTHER, on: date = JUNE) -> CameOf:
    told = {"portfolio": world.portfolio, "source": source, "firm": FIRM, "rows": rows, "at": morning(on)}
    came: CameOf = world.do(take_in_lines, **told)
    storage.remove_session()
    return came


def line(amount: int = MILLION, on: date = APRIL, **more: Any) -> LineTold:
    return LineTold(on, amount, more.pop("lender", BRANCH), **more)


def listed(world: World, which: Any = queries.open_lines) -> list[Any]:
    storage.remove_session()
    with counted() as sent:
        found = which(storage.session(), world.portfolio.id, limit=50)
    assert len(sent) == 1
    assert found.total == len(found.rows)
    return list(found.rows)


def buckets(world: World) -> dict[str, int]:
    session = storage.session()
    portfolio = session.get_one(Portfolio, world.portfolio.id)
    return reckon(session, portfolio, as_of=JUNE, known_on=JUNE).payload["ledger"]["loan_contract"]


def refused(fn: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(Refusal) as caught:
        fn(*args, **kwargs)
    return caught.value.reason.code


def judge(world: World, fn: Any, report: Disbursement, **more: Any) -> Any:
    (open_,) = listed(world)
    told = {"line": open_.line, "report_key": report.public_key, "at": morning(JUNE), **more}
    return world.do(fn, **told)


class TestReading:
    def test_rows_of_a_sheet_or_with_commas_with_or_without_a_head(self):
        told = LineTold(APRIL, MILLION, "演示汉江银行汉滨支行", "JJ1")
        assert read_lines(TOLD) == [told]
        assert read_lines("日期\t金额\t银行\n" + TOLD + "\n\n") == [told]
        (full,) = read_lines("2025/4/10，1000000，甲行，JJ1，3.65%，乙供应商")
        assert full == LineTold(APRIL, MILLION, "甲行", "JJ1", 36_500, "乙供应商")

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "lines_none"),
            ("日期,金额,银行", "lines_none"),
            (TOLD + "\n2025-13-01,5,甲行", "lines_day"),
            (TOLD + "\n2025-04-01,−5,甲行", "lines_amount"),
            (TOLD + "\n2025-04-01,0.001,甲行", "lines_amount"),
            (TOLD + "\n2025-04-01,5", "lines_cells"),
            (TOLD + "\n2025-04-01,5,,JJ", "lines_lender"),
            (TOLD + "\n2025-04-01,5,甲行,JJ,三", "lines_rate"),
            (TOLD + "\n2025-04-01,5,甲行," + "J" * 81, "lines_long"),
            ("\n".join([TOLD] * 501), "lines_many"),
        ],
    )
    def test_what_cannot_be_read_names_its_row(self, text: str, code: str):
        with pytest.raises(Refusal) as caught:
            read_lines(text)
        assert caught.value.reason.code == code
        assert caught.value.reason.params.get("row", 2) == 2

    @given(st.text(max_size=200))
    def test_any_text_is_read_or_refused(self, text: str):
        try:
            assert read_lines(text)
        except Refusal as refusal:
            assert refusal.reasons


def test_an_exact_line_verifies_the_payment_at_once(world: World):
    paper = world.sign()
    world.baseline(paper)
    world.pay(paper, MILLION, "JJ1")
    assert buckets(world)["A2"] == MILLION
    assert take(world, line(iou_no="JJ1")) == CameOf(1, 0, 1, 0)
    assert buckets(world) == {"A1": MILLION, "U": 2 * MILLION}
    assert listed(world) == [] and listed(world, queries.silent_reports) == []
    (match,) = listed(world, queries.matched_lines)
    assert (match.match.kind, match.match.differs) == ("exact", {"in": []})
    tags = [event.tag for event in storage.session().scalars(select(TrailEvent))]
    assert tags[-3:] == ["line.recorded", "line.matched", "lines.taken_in"]


def test_the_same_statement_again_adds_nothing(world: World):
    world.sign()
    rows = (line(), line(), line(on=JUNE))
    assert take(world, *rows) == CameOf(3, 0, 0, 0)
    assert take(world, *rows) == CameOf(0, 3, 0, 0)
    assert take(world, *rows, line()) == CameOf(1, 3, 0, 0)
    assert len(listed(world)) == 4


def test_a_line_before_its_report_waits_and_is_matched_at_night(world: World):
    paper = world.sign()
    assert take(world, line(on=APRIL + timedelta(days=3))) == CameOf(1, 0, 0, 0)
    (open_,) = listed(world)
    assert open_.proposals == 0
    world.pay(paper, MILLION)
    told = {"actor": "job:match-lines", "portfolio": world.portfolio, "at": morning(JUNE)}
    assert run_in_unit_of_work(match_lines, **told) == (1, 0)
    assert run_in_unit_of_work(match_lines, **told) == (0, 0), "twice changes nothing"
    (match,) = listed(world, queries.matched_lines)
    assert (match.match.kind, match.match.differs) == ("tolerant", {"in": ["day"]})


def test_a_proposal_counts_only_when_a_person_accepts_it(world: World):
    paper = world.sign()
    world.baseline(paper)
    paid = world.pay(paper, MILLION, "JJ1")
    assert take(world, line(960_000_00)) == CameOf(1, 0, 0, 1)
    assert "A4" not in buckets(world)
    assert listed(world)[0].proposals == 1
    judge(world, accept_match, paid, portfolio=world.portfolio)
    assert buckets(world)["A4"] == MILLION, "both figures are seen, and the office has to judge"
    assert listed(world) == []


def test_a_rejected_pair_stays_apart_with_its_reason(world: World):
    paper = world.sign()
    paid = world.pay(paper, MILLION, "JJ1")
    take(world, line(960_000_00))
    assert refused(judge, world, reject_match, paid, words="不") == "words_short"
    judge(world, reject_match, paid, words="付款方是另一笔往来")
    (open_,) = listed(world)
    assert open_.proposals == 0, "the line is still there"
    assert refused(judge, world, accept_match, paid, portfolio=world.portfolio) == "line_rejected_already"
    assert [one.report.id for one in listed(world, queries.silent_reports)] == [paid.id]


def test_a_pair_that_nobody_proposed_is_not_accepted(world: World):
    paper = world.sign()
    far = world.pay(paper, 2 * MILLION, "JJ9")
    take(world, line())
    assert refused(judge, world, accept_match, far, portfolio=world.portfolio) == "line_not_proposed"


def test_when_the_match_is_taken_back_the_line_is_open_again(world: World):
    paper = world.sign()
    paid = world.pay(paper, MILLION, "JJ1")
    take(world, line(iou_no="JJ1"))
    fact = storage.session().scalars(select(ThirdPartyLine)).one()
    told = {"portfolio_id": world.portfolio.id, "fact": fact, "voided_on": JUNE, "reason": "贴错企业"}
    world.do(take_back, at=morning(JUNE), **told)
    assert len(listed(world)) == 1
    assert [one.report.id for one in listed(world, queries.silent_reports)] == [paid.id]


def test_when_the_report_is_taken_back_the_line_is_open_again(world: World):
    paper = world.sign()
    paid = world.pay(paper, MILLION, "JJ1")
    take(world, line(iou_no="JJ1"))
    world.void(paid, on=JUNE)
    assert len(listed(world)) == 1
    assert listed(world, queries.silent_reports) == []


def test_the_lender_is_no_third_party_and_an_unknown_firm_matches_nothing(world: World):
    world.sign()
    assert refused(take, world, line(), source=LENDER) == "source_is_lender"
    assert refused(take, world, line(), source=BRANCH) == "source_is_lender"
    assert refused(take, world, line(on=JUNE + timedelta(days=1))) == "day_not_yet"
    told = {"portfolio": world.portfolio, "source": OTHER, "firm": "没有这家", "rows": (line(),), "at": morning(JUNE)}
    assert refused(world.do, take_in_lines, **told) == "lines_firm_unknown"
    assert storage.session().scalars(select(OutsideLine)).all() == []


def test_bridges_summed_by_the_database_are_those_of_the_rule(world: World):
    paper = world.sign()
    first = world.pay(paper, MILLION, "JJ1")
    world.pay(paper, 500_000_00, "JJ2")
    world.void(first, on=date(2025, 4, 15))
    world.pay(paper, 900_000_00, "JJ1", on=date(2025, 4, 17))
    world.pay(world.sign(lender="演示巴山银行", branch=OTHER), MILLION, "B1", on=date(2025, 5, 20))
    storage.remove_session()
    session = storage.session()
    asked = select(Disbursement, DisbursementVoid.recorded_at).outerjoin(
        DisbursementVoid, DisbursementVoid.disbursement_id == Disbursement.id
    )
    rows = session.execute(asked).all()
    for before, last in ((date(2025, 3, 31), date(2025, 4, 30)), (date(2025, 4, 30), date(2025, 5, 31)), (APRIL, JUNE)):
        found = queries.bridges(session, world.portfolio.id, before=before, last=last)
        for lender in ("演示汉江银行", "演示巴山银行"):
            own = [
                Report(row.amount_minor, row.revision, business_day(row.recorded_at), void and business_day(void))
                for row, void in rows
                if row.lender == lender
            ]
            assert found.get(lender, Bridge()) == bridge(own, before=before, last=last)
            assert found.get(lender, Bridge()).closes
    april = queries.bridges(session, world.portfolio.id, before=date(2025, 3, 31), last=date(2025, 4, 30))
    assert april == {LENDER: Bridge(0, 1_500_000_00, 900_000_00, MILLION, 1_400_000_00)}
