"""A statement is taken in whole or not at all, once, and compared to the cent with the one before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import select

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits import intake
from matchmaking.delivery.audits.commands import reckon
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.statements import lists
from matchmaking.delivery.statements.models import Statement, StatementPosition
from matchmaking.delivery.statements.queries import positions_of, standing_on, statement_for
from matchmaking.delivery.statements.reading import RowsRefused
from matchmaking.domain.money import MINOR_PER_MAJOR
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.files import evidence_of
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent
from matchmaking.registry.portfolios.commands import create_portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code
from tests.delivery.statements.statement_world import (
    DECEMBER,
    FULL,
    JANUARY,
    LAYOUTS,
    MILLION,
    NOVEMBER,
    Loan,
    as_csv,
    changed,
    counts,
    full,
    loans,
    summary,
    table,
    take,
)
from tests.foundation.racing import race

pytestmark = pytest.mark.usefixtures("database")
OFFICE = Viewer(1, "office_city", "张敏", Role.FINANCE_OFFICE_CITY, "*", 1)


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    storage.remove_session()


def _sheet(key: str) -> lists.StatementSheet:
    found = lists.statement_sheet(storage.session(), OFFICE, key)
    assert found is not None
    return found


def _ids(key: str, kind: str) -> list[str]:
    return [row.external_id for row in lists.changes(storage.session(), _sheet(key), kind, limit=10_000)]


def test_a_first_statement_brings_everything_with_it(now: datetime) -> None:
    came = take(full(loans(7)), at=now)
    assert came.new
    assert (came.rows, came.comparison) == (7, None)
    found = counts()
    assert found == {
        "portfolio": 1,
        "statement": 1,
        "statement_position": 7,
        "agreement": 7,
        "finding": came.findings,
        "audit_snapshot": 1,
        "trail_event": found["trail_event"],
    }
    portfolio = portfolio_by_code(storage.session(), "agency")
    assert portfolio is not None
    assert (portfolio.kind, portfolio.currency, portfolio.default_as_of, portfolio.facts_seq) == (
        "statement",
        "USD",
        NOVEMBER,
        1,
    )
    assert portfolio.title_zh == "世界银行 IBRD 贷款对账单"


def test_the_file_is_evidence_of_the_statement(now: datetime) -> None:
    came = take(full(loans(2)), at=now, name="十一月.csv")
    statement = standing_on(storage.session(), 1, "ibrd-statement-of-loans", NOVEMBER)
    assert statement is not None
    assert statement.file_name == "十一月.csv"
    assert [link.sha256 for link in evidence_of(storage.session(), f"statement:{came.statement}")] == [
        statement.file_sha256
    ]


def test_what_was_read_is_what_is_kept(now: datetime) -> None:
    held = loans(2_301)
    take(full(held), at=now)
    statement = standing_on(storage.session(), 1, "ibrd-statement-of-loans", NOVEMBER)
    assert statement is not None
    kept = list(positions_of(storage.session(), statement.id))
    assert [stored.says.line for stored in kept] == list(range(2, 2_303))
    assert [(p.says.external_id, p.says.original, p.says.disbursed, p.says.signed_on) for p in kept] == [
        (loan.id, loan.original, loan.disbursed, loan.signed) for loan in held
    ]
    assert {p.public_key for p in kept} == {f"agency:ibrd-statement-of-loans:{loan.id}" for loan in held}


def test_an_error_in_the_last_row_leaves_nothing(now: datetime) -> None:
    rows = table(FULL, loans(1_500), NOVEMBER)
    rows[-1][9] = "12,34x"
    with pytest.raises(RowsRefused) as refused:
        take(as_csv(rows), at=now)
    assert [(error.line, error.column) for error in refused.value.errors] == [(1_501, "Original Principal Amount")]
    assert set(counts().values()) == {0}


def test_a_failure_in_the_last_step_leaves_nothing(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_values: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(intake, "take_snapshot", broken)
    with pytest.raises(RuntimeError):
        take(full(loans(20)), at=now)
    assert set(counts().values()) == {0}


def test_a_second_currency_in_the_last_row_leaves_nothing(now: datetime) -> None:
    text = "合同编号,企业名称,合同金额(万元),累计放款金额(万元),签约日期,币种\n"
    text += "".join(f"C{n},某某公司,300,10,2020-03-05,人民币\n" for n in range(1_100))
    with pytest.raises(Refusal) as refused:
        take((text + "D,某某公司,1,1,2020-03-05,美元\n").encode(), at=now, mapping="bank-ledger-cn")
    assert refused.value.reason.code == "statement_currency"
    assert refused.value.reason.params["line"] == 1_102
    assert set(counts().values()) == {0}


def test_the_citys_own_portfolio_takes_no_statement(now: datetime) -> None:
    run_in_unit_of_work(
        create_portfolio, actor="test", code="agency", title_zh="市", title_en="City", kind="cases",
        currency="USD", jurisdiction="*", at=now,
    )  # fmt: skip
    before = counts()
    with pytest.raises(Refusal) as refused:
        take(full(loans(3)), at=now)
    assert refused.value.reason.code == "portfolio_not_statements"
    assert counts() == before


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_statement_in_another_layout_adds_nothing(layout: str, now: datetime) -> None:
    held = loans(60)
    take(full(held), at=now)
    before = counts()
    mapping, write = LAYOUTS[layout]
    came = take(write(held), at=now + timedelta(hours=1), mapping=mapping)
    assert not came.new
    assert came.statement == "agency:ibrd-statement-of-loans:2020-11-30"
    assert counts() == before | {"trail_event": before["trail_event"] + 1}
    tags = storage.session().scalars(select(TrailEvent.tag).order_by(TrailEvent.seq)).all()
    assert tags[-1] == "statement.same_again"
    portfolio = portfolio_by_code(storage.session(), "agency")
    assert portfolio is not None
    assert portfolio.facts_seq == 1


def test_the_exact_figures_of_a_rounded_summary_are_a_correction_only_beyond_half_its_unit(now: datetime) -> None:
    held = [Loan("A", original=10 * MILLION + 499_999, undisbursed=4 * MILLION + 499_999)]
    take(summary(held), at=now, mapping="ibrd-millions")
    assert not take(full(held), at=now).new
    half = 500_001
    beyond = [Loan("A", original=10 * MILLION + half, undisbursed=4 * MILLION + half)]
    assert take(full(beyond), at=now).new


def _later(held: list[Loan]) -> list[Loan]:
    """A month on: one more drawn, one fallen, one only reworded, one gone, one new."""
    held = changed(held, 1, disbursed=held[1].disbursed + 12_345_678, undisbursed=held[1].undisbursed - 12_345_678)
    held = changed(held, 2, disbursed=held[2].disbursed - 100, undisbursed=held[2].undisbursed + 100)
    held = changed(held, 3, status="Repaying")
    return [*held[:4], *held[5:], Loan("NEW", original=5 * MILLION, disbursed=0, undisbursed=5 * MILLION)]


def test_a_later_statement_tells_what_changed_and_bridges_to_the_cent(now: datetime) -> None:
    held = loans(8)
    take(full(held), at=now)
    came = take(full(_later(held), DECEMBER), DECEMBER, at=now + timedelta(hours=1))
    told = came.comparison
    assert told is not None
    assert told["against"] == {"key": "agency:ibrd-statement-of-loans:2020-11-30", "as_of": "2020-11-30"}
    assert told["counts"] == {
        "added": 1, "changed": 2, "decreased": 1, "vanished": 1, "reworded": 1, "unchanged": 4,
        "vanished_signed": 1, "lowered": 0,
    }  # fmt: skip
    bridges = {bridge["measure"]: bridge for bridge in told["bridges"]}
    assert bridges["disbursed"] == {
        "measure": "disbursed",
        "opening": sum(loan.disbursed for loan in held),
        "new": 0,
        "corrected": 12_345_678,
        "fallen": 100 + held[4].disbursed,
        "closing": sum(loan.disbursed for loan in _later(held)),
    }
    for bridge in bridges.values():
        assert bridge["opening"] + bridge["new"] + bridge["corrected"] - bridge["fallen"] == bridge["closing"]


def test_lists_of_changes_are_derived_with_both_figures(now: datetime) -> None:
    held = loans(8)
    take(full(held), at=now)
    came = take(full(_later(held), DECEMBER), DECEMBER, at=now)
    assert {kind: _ids(came.statement, kind) for kind in lists.KINDS} == {
        "added": ["NEW"],
        "changed": ["L00001", "L00002"],
        "decreased": ["L00002"],
        "vanished": ["L00004"],
        "reworded": ["L00003"],
    }
    (fell,) = lists.changes(storage.session(), _sheet(came.statement), "decreased", limit=5)
    assert fell.then is not None
    assert fell.now is not None
    assert fell.moved == ["undisbursed", "disbursed"]
    assert (fell.then.amounts["disbursed"], fell.now.amounts["disbursed"]) == (
        held[2].disbursed,
        held[2].disbursed - 100,
    )
    (reworded,) = lists.changes(storage.session(), _sheet(came.statement), "reworded", limit=5)
    assert reworded.reworded == ["status"]
    (gone,) = lists.changes(storage.session(), _sheet(came.statement), "vanished", limit=5)
    assert gone.now is None


def test_lists_agree_with_the_counts_whatever_the_layouts(now: datetime) -> None:
    held = loans(120)
    later = [
        replace(
            loan,
            disbursed=loan.disbursed + (number % 5 - 2) * 300_000 * (number % 7),
            repaid=number % 3 * 499_999,
            status="Repaying" if number % 11 == 0 else loan.status,
        )
        for number, loan in enumerate(held)
        if number % 13
    ]
    take(summary(held), at=now, mapping="ibrd-millions")
    came = take(full(later, DECEMBER), DECEMBER, at=now)
    last = take(summary(held[3:], JANUARY), JANUARY, at=now, mapping="ibrd-millions")
    for each in (came, last):
        told = (each.comparison or {})["counts"]
        assert {kind: len(_ids(each.statement, kind)) for kind in lists.KINDS} == {
            kind: told[kind] for kind in lists.KINDS
        }
        assert all(told[kind] for kind in ("changed", "decreased"))


def test_a_rounded_statement_keeps_the_exact_figures_it_agrees_with(now: datetime) -> None:
    held = loans(5)
    take(full(held), at=now)
    later = changed(held, 0, disbursed=held[0].disbursed + MILLION)
    came = take(summary(later, DECEMBER), DECEMBER, at=now, mapping="ibrd-millions")
    statement = _sheet(came.statement).statement
    kept = {p.says.external_id: p.says for p in positions_of(storage.session(), statement.id)}
    assert [kept[loan.id].original for loan in held] == [loan.original for loan in held]
    assert [kept[loan.id].disbursed for loan in held[1:]] == [loan.disbursed for loan in held[1:]]
    assert kept["L00000"].disbursed == round((held[0].disbursed + MILLION) / 1_000_000) * 1_000_000
    bridges = {bridge["measure"]: bridge for bridge in (came.comparison or {})["bridges"]}
    assert bridges["original"]["closing"] == sum(loan.original for loan in held)


def test_a_column_the_later_layout_lacks_is_silence_not_a_change(now: datetime) -> None:
    held = loans(4)
    take(full(held), at=now)
    narrow = [column for column in FULL if column[0] not in ("Interest Rate", "Agreement Signing Date", "Loan Status")]
    came = take(as_csv(table(narrow, held, NOVEMBER)), at=now)
    assert not came.new
    later = take(as_csv(table(narrow, held, DECEMBER)), DECEMBER, at=now)
    assert (later.comparison or {})["counts"]["unchanged"] == 4
    statement = _sheet(later.statement).statement
    assert [p.says.signed_on for p in positions_of(storage.session(), statement.id)] == [loan.signed for loan in held]


def test_a_statement_out_of_order_is_compared_with_the_one_before_its_day(now: datetime) -> None:
    held = loans(4)
    take(full(held), at=now)
    last = take(full(held, JANUARY), JANUARY, at=now)
    between = take(full(_later(loans(6))[:4], DECEMBER), DECEMBER, at=now + timedelta(hours=1))
    assert (between.comparison or {})["against"]["as_of"] == "2020-11-30"
    assert _sheet(last.statement).statement.comparison == last.comparison
    portfolio = portfolio_by_code(storage.session(), "agency")
    assert portfolio is not None
    assert portfolio.default_as_of == JANUARY


def test_a_correction_keeps_both_and_the_day_of_knowledge_decides(now: datetime) -> None:
    held = loans(4)
    first = take(full(held), at=now)
    mended = changed(held, 0, disbursed=held[0].disbursed + 100, undisbursed=held[0].undisbursed - 100)
    second = take(full(mended), at=now + timedelta(days=1))
    assert second.new
    assert (second.statement, second.comparison) == (
        first.statement + ":2",
        {"corrects": (second.comparison or {})["corrects"]},
    )
    assert (second.comparison or {})["corrects"]["counts"]["changed"] == 1
    session = storage.session()
    for instant, expected in ((now, first), (now + timedelta(days=1), second)):
        assert [s.public_key for s in statement_for(session, 1, NOVEMBER, instant)] == [expected.statement]
    assert statement_for(session, 1, NOVEMBER, now - timedelta(seconds=1)) == []
    assert statement_for(session, 1, NOVEMBER - timedelta(days=1), now) == []
    portfolio = portfolio_by_code(session, "agency")
    assert portfolio is not None
    known = business_day(now)
    then = reckon(session, portfolio, as_of=NOVEMBER, known_on=known).payload
    after = reckon(session, portfolio, as_of=NOVEMBER, known_on=known + timedelta(days=1)).payload
    assert (then["statement"]["public_key"], after["statement"]["public_key"]) == (first.statement, second.statement)
    assert not _sheet(first.statement).standing
    assert _sheet(second.statement).standing


def test_the_first_content_again_after_a_correction_is_a_correction_too(now: datetime) -> None:
    held = loans(3)
    take(full(held), at=now)
    take(full(changed(held, 0, disbursed=1)), at=now)
    third = take(full(held), at=now)
    assert third.new
    assert third.statement.endswith(":3")
    assert not take(full(held), at=now).new


def test_two_imports_at_once_make_one_statement(now: datetime) -> None:
    content = full(loans(40))
    came = race([partial(take, content, at=now) for _ in range(4)])
    assert sorted(each.new for each in came) == [False, False, False, True]
    found = counts()
    assert (found["portfolio"], found["statement"], found["statement_position"]) == (1, 1, 40)


def test_findings_are_made_once_with_their_evidence(now: datetime) -> None:
    odd = Loan("ODD", original=10 * MILLION, disbursed=11 * MILLION, undisbursed=-MILLION)
    came = take(full([*loans(3), odd]), at=now)
    found = storage.session().scalars(select(Finding).order_by(Finding.code)).all()
    assert came.findings == len(found)
    assert [finding.code for finding in found] == ["disbursed_gt_original", "negative_undisbursed"]
    first = found[0]
    assert first.key == f"{came.statement}:disbursed_gt_original:ODD"
    assert first.as_of == NOVEMBER
    assert (first.params["line"], first.params["amount"]) == (5, MILLION)
    assert first.params["why"]["code"] == "finding_disbursed_gt_original_why"
    agreement = storage.session().get(Agreement, first.agreement_id)
    assert agreement is not None
    assert agreement.external_id == "ODD"


def test_ids_that_cannot_stand_in_an_address_get_a_digest(now: datetime) -> None:
    take(full([Loan("借字/2020 1号"), Loan("../x"), Loan("plain-1")]), at=now)
    keys = storage.session().scalars(select(Agreement.public_key).order_by(Agreement.id)).all()
    assert keys[2] == "agency:ibrd-statement-of-loans:plain-1"
    assert all(key.startswith("agency:ibrd-statement-of-loans:~") and key.isascii() for key in keys[:2])
    assert len(set(keys)) == 3


def test_positions_of_streams_one_statement_only(now: datetime) -> None:
    take(full(loans(5)), at=now)
    take(full(loans(9), DECEMBER), DECEMBER, at=now)
    ids = storage.session().scalars(select(Statement.id).order_by(Statement.id)).all()
    sizes = [len(list(positions_of(storage.session(), id_))) for id_ in ids]
    total = len(storage.session().scalars(select(StatementPosition.id)).all())
    assert sizes == [5, 9]
    assert total == 14


def test_amounts_are_whole_cents(now: datetime) -> None:
    dust = table(FULL, loans(1), date(2020, 11, 30))
    dust[1][12] = "2.33E-10"
    take(as_csv(dust), at=now)
    (position,) = storage.session().scalars(select(StatementPosition)).all()
    assert position.disbursed_minor == 0
    assert position.original_minor == 3 * 1_000_000 * MINOR_PER_MAJOR
