"""Attacks on the public table: one firm's loan read off a row in which it alone was paid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert

from matchmaking.delivery.audits.models import AuditRow
from matchmaking.desks.public.openness import DOMINATED, Cell, withheld
from matchmaking.desks.public.queries import published
from matchmaking.foundation import storage
from tests.desks.public import test_public_page
from tests.desks.public.test_public_page import DAY
from tests.past import write_past_the_trail

OPEN = Cell(9, 9, 900, 400, 400, 100, 400, 100, 100)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"paid": 0, "verified": 0, "largest_paid": 0, "largest_verified": 0}, ""),
        ({"largest_paid": 301}, DOMINATED),
        ({"largest_verified": 301}, DOMINATED),
        ({"verified": 100}, DOMINATED),
    ],
)
def test_one_party_stands_out_in_no_column(changes: dict[str, int], why: str) -> None:
    assert withheld(replace(OPEN, **changes), least=5, most_percent=75) == why


@pytest.mark.parametrize("alone", ["paid_minor", "verified_minor"])
def test_the_only_firm_that_was_paid_is_not_published(
    database: str, alone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def as_told(table: Any) -> Any:
        made = insert(table)
        return made if table is not AuditRow else Only(made)

    class Only:
        """Of all firms but one the column ``alone`` is empty."""

        def __init__(self, made: Any) -> None:
            self.made = made

        def values(self, **told: Any) -> Any:
            if told["firm"] != "企业0":
                told |= {"verified_minor": 0} | ({"paid_minor": 0} if alone == "paid_minor" else {})
            return self.made.values(**told)

    monkeypatch.setattr(test_public_page, "insert", as_told)
    write_past_the_trail(test_public_page.city)
    told = published(storage.session(), on=DAY, least=5, most_percent=75)
    assert told is not None
    assert [(line.why, line.cell) for line in told.lines if line.year == 2024] == [(DOMINATED, None)]
