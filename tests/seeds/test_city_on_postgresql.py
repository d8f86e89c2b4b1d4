"""The demo city on PostgreSQL gives the same figures; a release test, since the city is loaded once more for it."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaking.delivery.audits.case_audit import reckon_cases
from matchmaking.foundation import storage
from matchmaking.foundation.trail import verify
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.seeds.ankang import seed_city
from matchmaking.seeds.demo import seed_demo

TODAY = date(2026, 9, 30)
WAN = 1_000_000


@pytest.mark.release
@pytest.mark.parametrize("engine_name", ["postgresql"], indirect=True)
def test_the_city_is_the_same_there(database: str) -> None:
    seed_demo()
    assert seed_city().acts > 2_000
    assert seed_city().acts == 0
    storage.remove_session()
    session = storage.session()
    city = portfolio_by_code(session, "city")
    assert city is not None
    payload = reckon_cases(session, city, as_of=TODAY, known_on=TODAY).payload
    assert {grade: sum(held.values()) for grade, held in payload["ledger"].items()}["loan_contract"] == 38_600 * WAN
    assert payload["ledger"]["loan_contract"]["A1"] == 10_686 * WAN
    assert payload["ledger"]["loan_contract"]["U"] == 2_652 * WAN
    assert verify(session).sound
