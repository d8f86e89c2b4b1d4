"""Industries and divisions: as the public tables have them, with the days on which a code holds."""

from __future__ import annotations

import csv
import gzip
from datetime import date

import pytest

from matchmaking.domain.divisions import Division
from matchmaking.domain.reasons import Refusal
from matchmaking.rulebook.reference import divisions, industries
from tests.house.tree import DATA


def reference(name: str) -> list[dict[str, str]]:
    """Rows of a public table, or a skip where the folder is absent."""
    path = DATA / "reference" / name
    if not path.exists():
        pytest.skip("no ../shared/data/reference here")
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_standard_has_twenty_sections_ninety_seven_divisions_and_1381_classes() -> None:
    lengths = [len(code) for code in industries().entries]
    assert [lengths.count(n) for n in (1, 2, 4)] == [20, 97, 1381]
    assert {industry.section for industry in industries().entries.values()} == set("ABCDEFGHIJKLMNOPQRST")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("0164", "茶叶种植"),
        ("C1530", "精制茶加工"),
        ("a01", "农业"),
        (" J ", "金融业"),
        ("I6591", "呼叫中心"),
        ("6739", "其他非公开募集证券投资基金"),
    ],
)
def test_codes_are_found_with_and_without_their_letter(typed: str, name: str) -> None:
    assert industries().find(typed).name == name


@pytest.mark.parametrize("typed", ["", "B0164", "9999", "016", "茶", "AA01", "0164 0165"])
def test_what_the_standard_lacks_is_refused(typed: str) -> None:
    with pytest.raises(Refusal, match="industry_unknown"):
        industries().find(typed)


def test_divisions_and_classes_lie_in_their_section() -> None:
    assert industries().divisions()["I"] == ("63", "64", "65")
    assert sum(len(held) for held in industries().divisions().values()) == 97
    assert [industry.code for industry in industries().classes("52")][0] == "5211"
    assert sum(len(industries().classes(d)) for held in industries().divisions().values() for d in held) == 1381


@pytest.mark.real
def test_class_names_are_the_references_or_complete_what_print_cut_short() -> None:
    printed = {row["S_2017"]: row["name_2017_as_printed"] for row in reference("gbt4754_2011_2017.csv.gz")}
    held = {code: i.name for code, i in industries().entries.items() if len(code) == 4}
    assert held.keys() == printed.keys()
    brackets = str.maketrans("()", "（）")
    differing = {code for code, name in printed.items() if held[code] != name.translate(brackets)}
    assert [code for code in differing if not held[code].startswith(printed[code])] == []
    assert all(len(printed[code]) >= 10 for code in differing)


@pytest.mark.real
def test_the_ten_counties_are_the_references() -> None:
    rows = [row for row in reference("gbt2260_areas_2023.csv.gz") if row["cityCode"] == "6109"]
    assert [(c.code, c.zh) for c in divisions().on(date(2023, 12, 31))] == [(r["code"], r["name"]) for r in rows]


def test_xunyang_carries_one_code_at_a_time() -> None:
    for day, code, name in ((date(2020, 12, 31), "610928", "旬阳县"), (date(2021, 1, 1), "610981", "旬阳市")):
        held = [county for county in divisions().on(day) if county.zh.startswith("旬阳")]
        assert [(county.code, county.zh) for county in held] == [(code, name)]
        assert len(divisions().on(day)) == 10


def test_an_older_code_is_followed_to_todays_county() -> None:
    assert divisions().current("610928", date(2025, 6, 30)).code == "610981"
    assert divisions().current("610928", date(2019, 6, 30)).code == "610928"
    assert divisions().current("610902", date(2025, 6, 30)).zh == "汉滨区"


@pytest.mark.parametrize(("code", "day"), [("610981", date(2019, 1, 1)), ("610900", date(2025, 1, 1)), ("x", date.max)])
def test_what_is_no_county_on_the_day_is_refused(code: str, day: date) -> None:
    with pytest.raises(Refusal, match="county_unknown"):
        divisions().current(code, day)


def test_zones_are_no_codes_and_lie_in_a_county() -> None:
    assert [zone.zh for zone in divisions().zones_of("610902")] == ["高新区", "恒口示范区"]
    assert divisions().zones_of("610925") == ()
    assert all(not zone.code.isdigit() for zone in divisions().zones)
    counties = {county.code for county in divisions().counties}
    assert all(zone.parent in counties for zone in divisions().zones)


def test_the_city_is_above_its_counties() -> None:
    assert divisions().city == Division("610900", "安康市", "Ankang", None)
    assert {county.parent for county in divisions().counties} == {"610900"}
