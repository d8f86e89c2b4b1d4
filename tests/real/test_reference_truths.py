"""The reference tables give their published truths, and the calendar we carry is the same calendar."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections import Counter
from datetime import date, timedelta

import pytest

from matchmaking.domain.periods import WorkdayCalendar
from matchmaking.rulebook import workdays
from tests.real.sources import data_file, known

pytestmark = pytest.mark.real
TRUTHS = "reference/truths.json"


def table(name: str) -> list[dict[str, str]]:
    with gzip.open(data_file(f"reference/{name}.csv.gz")) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))


@pytest.fixture
def calendar() -> WorkdayCalendar:
    """Built from the reference table."""
    source = json.loads(data_file("reference/cn_calendar_2004_2026.json").read_text("utf-8"))
    off = {date.fromisoformat(day): False for day in source["holidays"]}
    on = {date.fromisoformat(day): True for day in source["makeup_workdays"]}
    return WorkdayCalendar(off | on, frozenset(range(2004, 2027)))


def test_workdays_of_every_year(calendar: WorkdayCalendar) -> None:
    published = known(TRUTHS)["workdays_per_year"]
    ours = workdays()
    for year, count in published.items():
        first, last = date(int(year), 1, 1), date(int(year), 12, 31)
        for each in (calendar, ours):
            assert each.between(first, last) + each.is_workday(first) == count, year
    assert {int(year) for year in published} == set(calendar.years) == set(ours.years)


def test_the_calendar_we_carry_is_the_reference(calendar: WorkdayCalendar) -> None:
    day, ours = date(2004, 1, 1), workdays()
    while day <= date(2026, 12, 31):
        assert ours.is_workday(day) == calendar.is_workday(day), day
        day += timedelta(days=1)


def test_every_lpr_fixing_is_the_first_workday_on_or_after_the_twentieth() -> None:
    with data_file("reference/lpr_2019-08_2025-01.csv").open(encoding="utf-8") as file:
        days = [date.fromisoformat(row["date"]) for row in csv.DictReader(file)]
    assert len(days) == len(set(days)) == known(TRUTHS)["lpr_rows"]
    assert [workdays().add(date(day.year, day.month, 19), 1) for day in days] == days
    assert {date(2021, 2, 20), date(2021, 9, 22)} <= set(days)


def test_industry_codes() -> None:
    rows, names = table("gbt4754_2011_2017"), table("gbt4754_2011_names")
    new, old = {row["S_2017"] for row in rows}, {row["S_2011"] for row in rows}
    pairs = {(row["S_2011"], row["S_2017"]) for row in rows}
    assert known(TRUTHS)["gbt4754"] == {
        "s2017": len(new),
        "m2017": len({code[:3] for code in new}),
        "l2017": len({code[:2] for code in new}),
        "s2011": len(old),
        "pairs": len(pairs),
        "one_to_many_2011": sum(count > 1 for count in Counter(before for before, _ in pairs).values()),
        "many_to_one_2017": sum(count > 1 for count in Counter(after for _, after in pairs).values()),
    }
    assert {row["code"] for row in names} == old


def test_areas() -> None:
    rows, published = table("gbt2260_areas_2023"), known(TRUTHS)["gbt2260"]
    codes = [row["code"] for row in rows]
    assert len(codes) == len(set(codes)) == published["counties"]
    assert sorted(code for code in codes if code.startswith("6109")) == published["ankang"]
    assert "610928" not in codes, "旬阳 is 610981 since 2021"
