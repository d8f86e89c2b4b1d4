"""The list behind a figure: filters, orders, pages, one SQL statement, fast at ten thousand rows."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.delivery.audits.queries import PER_PAGE, SORTS, RowFilter, agreement_rows, searched_words
from matchmaking.delivery.audits.questions import raise_findings
from matchmaking.foundation import storage
from tests.databases import crowd, look_at_rows
from tests.delivery.cases_world import APRIL, DESK, JUNE, MILLION, World, counted, morning, open_world, viewer

TODAY = date(2026, 9, 30)


@pytest.fixture
def snapshot(world: World) -> AuditSnapshot:
    """Six papers: paid in full, in part, not at all; an intent; one reported twice; one of a second bank."""
    full = world.sign("A-full", firm="硒语茶业有限公司")
    world.pay(full, 3 * MILLION)
    part = world.sign("B-part", firm="Qinba Silk_100%", promised_on=date(2025, 5, 31))
    world.pay(part, MILLION)
    world.sign("C-none", firm="汉水建材", signed_on=date(2025, 6, 20))
    world.sign("D-intent", firm="硒语茶业有限公司", instrument="intent_letter", amount_minor=9 * MILLION)
    twice = world.sign("E-twice", firm="岚河电子")
    world.pay(twice, 2 * MILLION)
    world.pay(twice, 2 * MILLION, branch=DESK)
    world.sign("F-other", firm="月河药业", lender="演示巴山银行", branch="城东支行", area_name="紫阳县")
    told = {"portfolio": world.portfolio, "as_of": JUNE, "known_on": TODAY, "at": morning(TODAY)}
    world.do(raise_findings, **told)
    return world.do(take_snapshot, **told)


def found(snapshot: AuditSnapshot, **wanted) -> list[str]:
    page = agreement_rows(storage.session(), viewer(), snapshot, RowFilter(**wanted))
    assert page.total == len(page.rows)
    return [row.row.public_key for row in page.rows]


def test_filters(snapshot: AuditSnapshot):
    everything = {"A-full", "B-part", "C-none", "D-intent", "E-twice", "F-other"}
    assert set(found(snapshot)) == everything
    assert found(snapshot, grade="intent_letter") == ["D-intent"]
    assert found(snapshot, bucket="A5") == ["A-full", "E-twice", "B-part"], "no baseline is known"
    assert set(found(snapshot, paid=False)) == {"C-none", "D-intent", "F-other"}
    assert set(found(snapshot, paid=True, grade="loan_contract")) == {"A-full", "B-part", "E-twice"}
    assert found(snapshot, band=0) == ["C-none"]
    assert found(snapshot, status="drawn") == ["A-full"]
    assert found(snapshot, signed=False) == []
    assert set(found(snapshot, signed=True)) == everything
    assert found(snapshot, standing="late") == []
    assert found(snapshot, finding="suspected_duplicate") == ["E-twice"]
    assert found(snapshot, finding="promise_overdue") == ["B-part"]
    assert found(snapshot, finding="no_such") == []
    assert found(snapshot, bucket="Z9") == []


def test_the_amount_is_the_bucket_s_share(snapshot: AuditSnapshot):
    page = agreement_rows(storage.session(), viewer(), snapshot, RowFilter(bucket="U", grade="loan_contract"))
    amounts = {row.row.public_key: row.amount_minor for row in page.rows}
    assert amounts == {
        "B-part": 2 * MILLION, "C-none": 3 * MILLION, "E-twice": MILLION, "F-other": 3 * MILLION,
    }  # fmt: skip
    bucket = next(
        r
        for g in snapshot.payload["grades"]
        if g["grade"] == "loan_contract"
        for r in g["buckets"]
        if r["bucket"] == "U"
    )
    assert (sum(amounts.values()), len(amounts)) == (bucket["amount_minor"], bucket["count"])


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("硒语", {"A-full", "D-intent"}),
        ("QINBA silk", {"B-part"}),
        ("100%", {"B-part"}),
        ("%", {"B-part"}),
        ("_", {"B-part"}),
        ("紫阳 月河", {"F-other"}),
        ("f-other", {"F-other"}),
        ("紫阳 硒语", set()),
        ("\x00\ud800", {"A-full", "B-part", "C-none", "D-intent", "E-twice", "F-other"}),
        ("' OR 1=1 --", set()),
    ],
)
def test_searching(snapshot: AuditSnapshot, search: str, expected: set[str]):
    assert set(found(snapshot, search=search)) == expected


def test_what_is_searched_is_bounded():
    assert searched_words("a " * 500) == ["a"] * 6
    assert searched_words("x" * 5000) == ["x" * 200]


@pytest.mark.parametrize("sort", [*SORTS, "amount", "DROP TABLE"])
def test_every_order_is_total_and_turns_round(snapshot: AuditSnapshot, sort: str):
    down, up = (found(snapshot, sort=sort, descending=way) for way in (True, False))
    assert sorted(down) == sorted(up) == sorted(found(snapshot))
    assert found(snapshot, sort=sort) == down, "the same twice"
    if sort in ("key", "firm", "signed"):
        values = {"key": lambda r: r.external_id, "firm": lambda r: r.firm, "signed": lambda r: r.signed_minor}[sort]
        page = agreement_rows(storage.session(), viewer(), snapshot, RowFilter(sort=sort, descending=False))
        told = [values(row.row) for row in page.rows]
        assert told == sorted(told), "text by code point on both engines"


def test_nulls_come_last_either_way(snapshot: AuditSnapshot):
    for way in (True, False):
        assert found(snapshot, sort="due_on", descending=way)[0] == "B-part"


def many(world: World, number: int) -> AuditSnapshot:
    """A snapshot of ``number`` agreements, written straight into the tables."""

    def write(session, actor):
        snapshot = AuditSnapshot(
            portfolio_id=world.portfolio.id, as_of=JUNE, known_on=TODAY, facts_seq=0, payload={}, made_at=morning(TODAY)
        )
        session.add(snapshot)
        session.flush()
        session.execute(insert(Agreement), [_paper(world, place) for place in range(number)])
        ids = [row for (row,) in session.query(Agreement.id).order_by(Agreement.id)]
        session.execute(insert(AuditRow), [_row(snapshot.id, own, place) for place, own in enumerate(ids)])
        session.execute(insert(AuditLine), [line for p, own in enumerate(ids) for line in _lines(snapshot.id, own, p)])
        look_at_rows(session)
        return snapshot

    return world.do(write, told=False)


def _paper(world: World, place: int) -> dict:
    return {
        "public_key": f"K{place:05d}", "portfolio_id": world.portfolio.id, "origin": "case", "series": "s",
        "external_id": f"K{place:05d}", "currency": "CNY", "amount_minor": 1, "signed_on": APRIL,
        "recorded_at": morning(APRIL), "recorded_by": "x",
    }  # fmt: skip


def _row(snapshot: int, own: int, place: int) -> dict:
    return {
        "snapshot_id": snapshot, "agreement_id": own, "public_key": f"K{place:05d}", "external_id": f"K{place:05d}",
        "grade": "loan_contract", "standing": "member", "status": "partial", "band": place % 5, "signed_on": APRIL,
        "signed_minor": place % 97, "paid": bool(place % 3), "paid_minor": place % 31, "verified_minor": 0,
        "open_minor": 0, "buckets": {"A2": 1}, "search": f"firm {place} k{place:05d}", "firm": f"firm {place}",
    }  # fmt: skip


def _lines(snapshot: int, own: int, place: int) -> list[dict]:
    common = {"snapshot_id": snapshot, "agreement_id": own, "grade": "loan_contract", "band": place % 5}
    return [common | {"bucket": bucket, "amount_minor": place % 89 + 1} for bucket in ("A2", "U")]


def test_pages_of_ten_thousand_cover_all_rows_once(database: str):
    world = open_world()
    number = crowd(10_000)
    snapshot = many(world, number)
    storage.remove_session()
    session = storage.session()
    snapshot = session.get_one(AuditSnapshot, snapshot.id)
    wanted = RowFilter(bucket="U", search="firm", sort="amount", band=2)
    with counted() as sent:
        first = agreement_rows(session, viewer(), snapshot, wanted)
    assert len(sent) == 1
    assert (first.total, len(first.rows), first.pages) == (number // 5, PER_PAGE, number // 5 // PER_PAGE)
    seen = [
        row.row.public_key
        for number in range(1, first.pages + 1)
        for row in agreement_rows(
            session, viewer(), snapshot, RowFilter(bucket="U", search="firm", sort="amount", band=2, page=number)
        ).rows
    ]
    assert len(seen) == len(set(seen)) == number // 5


def test_pages_outside_are_empty_and_never_break(snapshot: AuditSnapshot):
    for page in (2, 10**30):
        past = agreement_rows(storage.session(), viewer(), snapshot, RowFilter(page=page))
        assert (list(past.rows), past.total) == ([], 0)
    assert agreement_rows(storage.session(), viewer(), snapshot, RowFilter(page=-3)).page == 1
