"""A number in a rule has a date and a document; the workday table says what the State Council's notices say."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.rulebook import explain, parameters, workdays
from tests.house.tree import DATA


@pytest.mark.parametrize("name", sorted(parameters()))
def test_every_parameter_has_its_day_its_document_and_its_unit(name: str) -> None:
    parameter = parameters()[name]
    assert parameter.unit.strip()
    assert parameter.values
    days = [value.since for value in parameter.values]
    assert days == sorted(set(days)), "two values from one day"
    for value in parameter.values:
        assert type(value.since) is date
        assert type(value.value) is int
        assert type(value.verified) is bool
        assert len(value.document.strip()) >= 5


def test_there_are_parameters() -> None:
    assert parameters()


def test_a_year_without_a_notice_is_refused_not_guessed() -> None:
    years = workdays().years
    with pytest.raises(Refusal):
        workdays().is_workday(date(max(years) + 1, 1, 4))


@pytest.mark.real
def test_the_workday_table_agrees_with_the_reference() -> None:
    reference = DATA / "reference" / "cn_calendar_2004_2026.json"
    if not reference.exists():
        pytest.skip("no ../shared/data/reference here")
    table = json.loads(reference.read_text("utf-8"))
    off, work = _named(table)
    first = date(min(workdays().years), 1, 1)
    last = date(max(workdays().years), 12, 31)
    wrong = []
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        expected = day in work or (day.weekday() < 5 and day not in off)
        if workdays().is_workday(day) != expected:
            wrong.append(day.isoformat())
    assert wrong == []


def _named(table: dict[str, dict[str, str]]) -> tuple[set[date], set[date]]:
    """Days off and make-up workdays of the reference."""
    return tuple({date.fromisoformat(day) for day in table[key]} for key in ("holidays", "makeup_workdays"))  # type: ignore[return-value]


@pytest.mark.real
def test_every_year_has_as_many_workdays_as_the_reference_counts() -> None:
    reference = DATA / "reference" / "truths.json"
    if not reference.exists():
        pytest.skip("no ../shared/data/reference here")
    expected = json.loads(reference.read_text("utf-8"))["workdays_per_year"]
    counted = {
        year: workdays().between(date(int(year), 1, 1) - timedelta(days=1), date(int(year), 12, 31))
        for year in expected
    }
    assert counted == expected


def test_amounts_in_reasons_are_said_in_the_language_of_the_page() -> None:
    told = Reason("settled_for_bank", {"amount": "3,000,000.00 CNY", "document": "CNY 1"})
    assert explain(told, "zh") == "裁定银行属实，按 3,000,000.00 元 计（CNY 1）"
    assert explain(told, "en") == "Verdict for the bank, at 3,000,000.00 CNY (CNY 1)"
    other = Reason("settled_for_bank", {"amount": "1.00 USD", "document": "-"})
    assert "1.00 USD" in explain(other, "zh")
