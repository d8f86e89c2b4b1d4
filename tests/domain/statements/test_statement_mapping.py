"""Mappings: every wrong entry is told, with its place and what would pass; the shipped ones are sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.mapping import FIELDS, Mapping, parse_mapping

SHIPPED = sorted((Path(__file__).parents[3] / "matchmaking/delivery/statements/mappings").glob("*.toml"))

GOOD = """
name = "a-bank"
series = "a-bank-ledger"
[title]
zh = "甲银行台账"
en = "A bank's ledger"
[columns]
external_id = "No."
original = ["Amount", "金额"]
disbursed = "Paid"
[amounts]
currency = "CNY"
"""


def codes_of(text: str) -> list[str]:
    with pytest.raises(Refusal) as refused:
        parse_mapping(text)
    return [reason.code for reason in refused.value.reasons]


def test_the_least_mapping_has_the_documented_defaults() -> None:
    mapping = parse_mapping(GOOD)
    assert mapping.columns["original"] == ("Amount", "金额")
    assert mapping.columns["external_id"] == ("No.",)
    assert mapping.required == {"external_id", "original"}
    assert (mapping.unit, mapping.rounded_to, mapping.rounded_to_minor) == (1, None, 0)
    assert (mapping.encodings, mapping.day_formats) == (("utf-8-sig", "gb18030"), ("iso",))
    assert (mapping.duplicates, mapping.header_row, mapping.blank_amounts) == ("refuse", 1, "unknown")
    assert mapping.source == GOOD


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_mapping_is_sound_and_named_after_its_file(path: Path) -> None:
    mapping = parse_mapping(path.read_text("utf-8"))
    assert mapping.name == path.stem
    assert set(mapping.columns) <= set(FIELDS)


def test_the_two_layouts_of_one_series() -> None:
    by_name: dict[str, Mapping] = {path.stem: parse_mapping(path.read_text("utf-8")) for path in SHIPPED}
    assert by_name["ibrd"].series == by_name["ibrd-millions"].series
    assert by_name["ibrd-millions"].rounded_to_minor == 1_000_000
    assert by_name["ibrd"].answers_under == "dev_truths"
    assert set(by_name["ibrd"].columns) == set(by_name["ibrd-millions"].columns)


@pytest.mark.parametrize(("unit", "value"), [('"万元"', 10_000), ('"亿"', 10**8), ('"million"', 10**6), ("1000", 1000)])
def test_units(unit: str, value: int) -> None:
    assert parse_mapping(GOOD.replace("[amounts]", f"[amounts]\nunit = {unit}")).unit == value


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('name = "a-bank"\n', "", "mapping_missing"),
        ('name = "a-bank"', "name = 7", "mapping_type"),
        ('name = "a-bank"', 'name = "../etc/passwd"', "mapping_choice"),
        ('en = "A bank\'s ledger"', "", "mapping_missing"),
        ("[columns]", "[colums]", "mapping_unknown"),
        ('disbursed = "Paid"', 'disbursd = "Paid"', "mapping_unknown"),
        ('disbursed = "Paid"', "", "mapping_no_disbursed"),
        ("[amounts]", "[amounts]\nunknown = true", "mapping_no_disbursed"),
        ('currency = "CNY"', "", "mapping_no_currency"),
        ('currency = "CNY"', 'currency = "yuan"', "mapping_choice"),
        ('external_id = "No."', "", "mapping_no_key"),
        ('external_id = "No."', "external_id = []", "mapping_missing"),
        ('external_id = "No."', "external_id = [1]", "mapping_type"),
        ("[amounts]", "[amounts]\nunit = 0", "mapping_choice"),
        ("[amounts]", '[amounts]\nunit = "dozen"', "mapping_choice"),
        ("[amounts]", "[amounts]\nunit = true", "mapping_choice"),
        ("[amounts]", "[amounts]\nrounded_to = -5", "mapping_choice"),
        ("[amounts]", '[amounts]\nthousands = "."', "mapping_separators"),
        ("[amounts]", '[amounts]\nblank = "maybe"', "mapping_choice"),
        ("[amounts]", '[dates]\nformats = ["%Q"]\n[amounts]', "mapping_day_format"),
        ("[amounts]", '[dates]\nformats = ["%d/%m/%Y", "%m/%d/%Y"]\n[amounts]', "mapping_days_ambiguous"),
        ("[amounts]", '[dates]\nformats = ["%d-%b-%y", "%y-%b-%d"]\n[amounts]', "mapping_days_ambiguous"),
        ("[amounts]", '[dates]\nformats = ["excel", "sas"]\n[amounts]', "mapping_days_ambiguous"),
        ("[amounts]", "[dates]\npivot = 101\n[amounts]", "mapping_choice"),
        ("[amounts]", '[file]\nencodings = ["latin-1"]\n[amounts]', "mapping_choice"),
        ("[amounts]", '[file]\ndelimiter = ",,"\n[amounts]', "mapping_choice"),
        ("[amounts]", '[file]\nformat = "pdf"\n[amounts]', "mapping_choice"),
        ("[amounts]", '[key]\nduplicates = "ignore"\n[amounts]', "mapping_choice"),
        ('series = "a-bank-ledger"', 'series = "a-bank-ledger"\nrequired = ["signed_on"]', "mapping_missing"),
        ('series = "a-bank-ledger"', 'series = "a-bank-ledger"\nrequired = ["lone_amount"]', "mapping_choice"),
        ("[title]", "title = 5\n[titel]", "mapping_type"),
    ],
)
def test_a_wrong_entry_is_told(old: str, new: str, code: str) -> None:
    assert old in GOOD
    assert code in codes_of(GOOD.replace(old, new))


def test_everything_wrong_is_told_at_once() -> None:
    text = GOOD.replace('name = "a-bank"', "name = 7").replace("[amounts]", "[amounts]\nunit = 0\nrounded = 5")
    assert codes_of(text) == ["mapping_type", "mapping_choice", "mapping_unknown"]


def test_a_misspelt_entry_names_the_nearest() -> None:
    with pytest.raises(Refusal) as refused:
        parse_mapping(GOOD.replace("disbursed", "disbursd"))
    params = [reason.params for reason in refused.value.reasons if reason.code == "mapping_unknown"]
    assert params == [{"where": "columns.disbursd", "nearest": "disbursed"}]


@pytest.mark.parametrize("text", ["= 5", "name = ", "\x00", "[a\n", "a" * 100_001])
def test_what_is_no_toml_is_refused(text: str) -> None:
    assert codes_of(text) == ["mapping_not_toml"]


def test_days_that_can_be_told_apart_may_stand_together() -> None:
    formats = '["iso", "%d/%m/%Y", "%Y/%m/%d", "%d-%b-%y", "%Y%m%d", "excel"]'
    assert len(parse_mapping(GOOD + f"[dates]\nformats = {formats}\n").day_formats) == 6
