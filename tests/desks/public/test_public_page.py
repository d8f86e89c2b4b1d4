"""What may be public: small and dominated cells are withheld, nobody is named, the file says the same as the page."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.desks.public.openness import DOMINATED, SMALL, Cell, withheld
from matchmaking.foundation import storage
from matchmaking.registry.portfolios.models import Portfolio
from tests.conftest import NOON
from tests.desks.thread.test_thread_page import counted
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser

DAY = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ((5, 5, 100, 0, 0, 20, 50), ""),
        ((4, 4, 100, 0, 0, 20, 50), SMALL),
        ((9, 4, 100, 0, 0, 20, 50), SMALL),
        ((9, 9, 100, 0, 0, 75, 50), ""),
        ((9, 9, 100, 0, 0, 76, 50), DOMINATED),
        ((9, 9, 100, 0, 0, 20, 76), DOMINATED),
        ((9, 9, 0, 0, 0, 0, 0), ""),
    ],
)
def test_what_is_withheld(numbers: tuple[int, ...], why: str) -> None:
    assert withheld(Cell(*numbers), least=5, most_percent=75) == why


def city(session: Session) -> None:
    """2024: six firms at two banks; 2025: four firms; 2026: six firms of which one signed nearly all."""
    portfolio = Portfolio(
        code="town", title_zh="市", title_en="town", kind="cases", currency="CNY", jurisdiction="*", facts_seq=1,
        created_at=NOON,
    )  # fmt: skip
    session.add(portfolio)
    session.flush()
    snapshot = AuditSnapshot(portfolio_id=portfolio.id, as_of=DAY, known_on=DAY, facts_seq=1, payload={}, made_at=NOON)
    session.add(snapshot)
    session.flush()
    signed = [(2024, firm, 1_000_000) for firm in range(6)] + [(2025, firm, 1_000_000) for firm in range(4)]
    signed += [(2026, firm, 90_000_000 if firm == 0 else 1_000_000) for firm in range(6)]
    for number, (year, firm, amount) in enumerate(signed):
        _row(session, portfolio.id, snapshot.id, f"{year}-{number}", date(year, 3, 1), f"企业{firm}", amount, firm % 2)


def _row(session: Session, owner: int, snapshot: int, key: str, on: date, firm: str, amount: int, bank: int) -> None:
    agreement = session.execute(
        insert(Agreement).values(
            public_key=key, portfolio_id=owner, origin="case", series="t", external_id=key, instrument="loan_contract",
            amount_minor=amount, currency="CNY", signed_on=on, declared="new", recorded_at=NOON, recorded_by="t",
        ).returning(Agreement.id)
    ).scalar_one()  # fmt: skip
    told: dict[str, Any] = {
        "snapshot_id": snapshot, "agreement_id": agreement, "public_key": key, "external_id": key, "firm": firm,
        "lender": f"银行{bank}", "grade": "loan_contract", "standing": "member", "status": "drawn", "band": 2,
        "signed_on": on, "signed_minor": amount, "paid": True, "paid_minor": amount // 2,
        "verified_minor": amount // 4, "open_minor": 0, "buckets": {}, "search": "",
    }  # fmt: skip
    session.execute(insert(AuditRow).values(**told))


def test_the_page_and_the_file_name_nobody(app: Flask, client: Browser) -> None:
    write_past_the_trail(city)
    storage.remove_session()
    with counted() as seen:
        page = client.get("/").get_data(as_text=True)
    assert len(seen) <= 2
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert "2024 6 6.00 3.00 1.50" in words
    assert "2025 件数或户数太少" in words and "2026 一家占比过大" in words
    assert not re.search(r"企业\d|银行\d", page)
    rows = list(csv.reader(io.StringIO(client.get("/public/figures.csv").get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[1][1:3] == ["2026", ""] and rows[3] == ["借款合同", "2024", "6", "60000.00", "30000.00", "15000.00", ""]
    assert client.get("/public?lang=en").status_code == 200


def test_before_the_first_audit(app: Flask, client: Browser) -> None:
    assert "还没有可以公布的数字" in client.get("/public").get_data(as_text=True)
    assert client.get("/public/figures.csv").status_code == 404
