"""The home of a county's finance office: its own county's papers from the city's audit, and nothing of another."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.portfolios.models import Portfolio
from tests.desks.payloads import cases
from tests.desks.test_office_views import AT, DAY, counted, text_of
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser, sign_in

HANBIN, XUNYANG = "610902", "610981"
WAN = 1_000_000
Paper = tuple[str, str, str, str, int, int, int, date]
"""area, firm, grade, standing, signed, verified, open (万元), signed on"""
PAPERS: tuple[Paper, ...] = (
    (HANBIN, "汉滨甲", "loan_contract", "member", 300, 100, 200, date(2026, 3, 2)),
    (HANBIN, "汉滨乙", "loan_contract", "member", 500, 500, 0, date(2026, 1, 5)),
    (HANBIN, "汉滨丙", "intent_letter", "member", 900, 0, 900, date(2026, 2, 3)),
    (HANBIN, "汉滨补", "loan_contract", "late", 7_777, 0, 7_777, date(2026, 2, 3)),
    (XUNYANG, "旬阳丁", "loan_contract", "member", 4_321, 0, 4_321, date(2025, 12, 1)),
)


def lay(session: Session, papers: tuple[Paper, ...]) -> None:
    """A portfolio of the whole city with one audit; what is open is unexplained, in two pieces."""
    portfolio = Portfolio(
        code="town", title_zh="全市", title_en="City", kind="cases", currency="CNY", jurisdiction="*", created_at=AT,
        default_as_of=DAY,
    )  # fmt: skip
    session.add(portfolio)
    session.flush()
    snapshot = AuditSnapshot(
        portfolio_id=portfolio.id, as_of=DAY, known_on=DAY, facts_seq=0, payload=cases(), made_at=AT
    )
    session.add(snapshot)
    session.flush()
    for place, paper in enumerate(papers):
        _paper(session, portfolio.id, snapshot.id, f"p-{place}", paper)


def _paper(session: Session, portfolio: int, snapshot: int, key: str, told: Paper) -> None:
    area, firm, grade, standing, signed, verified, still_open, on = told
    common: dict[str, Any] = {"public_key": key, "external_id": key, "firm": firm, "signed_on": on}
    session.execute(
        insert(Agreement),
        common
        | {
            "portfolio_id": portfolio, "origin": "case", "series": "t", "instrument": grade, "currency": "CNY",
            "amount_minor": signed * WAN, "declared": "new", "recorded_at": AT, "recorded_by": "t",
            "area_code": area, "need_key": f"need-{key}",
        },
    )  # fmt: skip
    paper = session.scalars(select(Agreement.id).where(Agreement.public_key == key)).one()
    row = {
        "snapshot_id": snapshot, "agreement_id": paper, "lender": "演示银行", "grade": grade, "standing": standing,
        "status": "signed", "band": 2, "signed_minor": signed * WAN, "paid": verified > 0,
        "paid_minor": verified * WAN, "verified_minor": verified * WAN, "open_minor": still_open * WAN,
        "buckets": {}, "search": firm,
    }  # fmt: skip
    session.execute(insert(AuditRow), common | row)
    for part in (still_open // 2, still_open - still_open // 2):
        line = {
            "snapshot_id": snapshot, "agreement_id": paper, "grade": grade, "standing": standing, "bucket": "U",
            "amount_minor": part * WAN, "verified_minor": 0, "band": 2,
        }  # fmt: skip
        if part:
            session.execute(insert(AuditLine), line)


def county(client: Browser) -> Browser:
    sign_in(client, Role.FINANCE_OFFICE_COUNTY)
    return client


def test_a_county_sees_its_own_papers_graded_apart_and_the_longest_waiting_first(app: Flask, client: Browser) -> None:
    write_past_the_trail(lay, PAPERS)
    page = text_of(county(client).get("/office"))
    assert "汉滨区：2 件签约还没放足" in page
    assert "授信合同" in page or "借款合同" in page or "贷款合同" in page
    # contracts: 300 + 500 signed, 600 verified, 200 in two pieces without a word; intents apart, never added
    for figure in ("800.00", "600.00", "200.00", "900.00"):
        assert figure in page, figure
    assert "1,700.00" not in page
    assert page.index("汉滨丙") < page.index("汉滨甲"), "signed a month earlier"
    assert "汉滨乙" not in page, "paid in full, so nobody waits"


def test_nothing_of_another_county_and_nothing_set_apart_comes_in(app: Flask, client: Browser) -> None:
    write_past_the_trail(lay, PAPERS)
    page = text_of(county(client).get("/office"))
    for told in ("旬阳", "4,321", "汉滨补", "7,777"):
        assert told not in page, told


def test_the_number_of_statements_does_not_grow(app: Flask, client: Browser) -> None:
    many = tuple(
        (HANBIN, f"企业{n}", "loan_contract", "member", 10, 0, 10, date(2026, 1, 1 + n % 28)) for n in range(120)
    )
    write_past_the_trail(lay, many)
    county(client)
    with counted() as seen:
        page = text_of(client.get("/office"))
    assert "汉滨区：120 件签约还没放足" in page
    assert "另有 105 件" in page
    assert len(seen) <= 7, seen


def test_where_the_city_has_no_audit_the_county_is_told_so(app: Flask, client: Browser) -> None:
    assert "还没有可看的组合" in text_of(county(client).get("/office"))


def test_a_county_where_nothing_was_signed_is_told_so(app: Flask, client: Browser) -> None:
    write_past_the_trail(lay, PAPERS[-1:])
    page = text_of(county(client).get("/office"))
    assert "汉滨区还没有签约" in page
    assert "旬阳" not in page


def test_in_english(app: Flask, client: Browser) -> None:
    write_past_the_trail(lay, PAPERS)
    page = text_of(county(client).get("/office?lang=en"))
    assert "agreements not fully paid: 2" in page
    assert "Waiting longest" in page


def test_a_hostile_unit_breaks_nothing_and_the_neighbour_stays_hidden(app: Flask, client: Browser) -> None:
    write_past_the_trail(lay, PAPERS)
    county(client)
    for unit in ("", "furlong", "9" * 500, "wan&unit=yi", "\uff11\uff12"):
        page = text_of(client.get(f"/office?unit={unit}&area={XUNYANG}&as_of=2025-01-01"))
        assert "汉滨区：2 件签约还没放足" in page and "旬阳" not in page, unit
    for unread in ("%00", "%F0%A0%AE%B7", "9" * 50_000):
        assert client.get(f"/office?unit={unread}").status_code in (200, 400, 414), unread[:20]
