"""Rows against a mapping: positions, or every error of the row with its place."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.duplicates import Duplicates
from matchmaking.domain.statements.mapping import parse_mapping
from matchmaking.domain.statements.positions import (
    Position,
    RowError,
    RowReader,
    from_record,
    read_position,
    to_record,
)

MAPPING = parse_mapping(
    """
name = "a-bank"
series = "a-bank-ledger"
required = ["firm", "original"]
[title]
zh = "甲银行台账"
en = "A bank's ledger"
[file]
entities = true
blanks = ["-", "无"]
[columns]
external_id = ["合同编号", "No."]
firm = "企业名称"
product = "产品"
status = "状态"
signed_on = "签约日期"
first_money_on = "放款日期"
original = "合同金额(万元)"
disbursed = "放款金额(万元)"
currency = "币种"
rate_ppm = "利率"
[constants]
instrument = "loan_contract"
lender = "甲银行"
[values.status]
"1" = "正常"
[values.currency]
"人民币" = "CNY"
[dates]
formats = ["iso", "%Y年%m月%d日"]
[amounts]
unit = "万元"
currency = "CNY"
[as_of]
column = "截止日"
"""
)
HEADERS = ["合同编号", "企业名称", "产品", "状态", "签约日期", "放款日期"]
HEADERS += ["合同金额（万元）", "放款金额 (万元)", "币种", "利率", "截止日", "其他"]
ROW = [
    "HT-1",
    "某某 &amp; 公司",
    "信用贷",
    "1",
    "2025年3月20日",
    "2025-04-10",
    "300",
    "180.5",
    "人民币",
    "4.35%",
    "2025-06-30",
    "x",
]


def row(**changes: str) -> list[str]:
    """``ROW`` with cells replaced by header."""
    return [changes.get(header, cell) for header, cell in zip(HEADERS, ROW, strict=True)]


def errors_of(cells: list[str], as_of: date | None = None) -> list[tuple[int, str, str]]:
    result = RowReader(MAPPING, HEADERS, as_of).read(cells, 7)
    assert isinstance(result, list)
    return [(error.line, error.column, error.reason.code) for error in result]


def test_a_row_becomes_a_position() -> None:
    assert RowReader(MAPPING, HEADERS).read(ROW, 2) == Position(
        external_id="HT-1",
        line=2,
        firm="某某 & 公司",
        lender="甲银行",
        product="信用贷",
        instrument="loan_contract",
        status="正常",
        signed_on=date(2025, 3, 20),
        first_money_on=date(2025, 4, 10),
        original=300_000_000,
        disbursed=180_500_000,
        currency="CNY",
        rate_ppm=43_500,
    )


def test_what_is_blank_is_unknown_and_never_zero() -> None:
    result = RowReader(MAPPING, HEADERS).read(
        row(**{"放款金额 (万元)": " ", "放款日期": "-", "利率": "无", "币种": ""}), 2
    )
    assert isinstance(result, Position)
    assert (result.disbursed, result.first_money_on, result.rate_ppm, result.currency) == (None, None, None, "CNY")


def test_a_source_may_declare_that_blank_means_zero() -> None:
    mapping = parse_mapping(MAPPING.source.replace('unit = "万元"', 'unit = "万元"\nblank = "zero"'))
    result = RowReader(mapping, HEADERS).read(row(**{"放款金额 (万元)": ""}), 2)
    assert isinstance(result, Position)
    assert result.disbursed == 0
    assert result.cancelled is None, "a column that is not there states nothing"


def test_every_error_of_a_row_is_told_with_its_place() -> None:
    bad = row(
        **{"合同编号": "", "合同金额（万元）": "三百", "签约日期": "2025-02-30", "利率": "LPR", "企业名称": "a\x00"}
    )
    assert sorted(errors_of(bad)) == sorted(
        [
            (7, "合同编号", "cell_required"),
            (7, "企业名称", "cell_text_control"),
            (7, "签约日期", "cell_day_unreadable"),
            (7, "合同金额（万元）", "cell_amount_unreadable"),
            (7, "利率", "cell_rate_unreadable"),
        ]
    )


def test_ragged_rows() -> None:
    assert errors_of(ROW[:-1]) == [(7, "", "row_short")]
    assert errors_of([*ROW, "y"]) == [(7, "", "row_long")]


def test_an_unknown_currency_is_an_error_of_its_column() -> None:
    assert errors_of(row(币种="港元")) == [(7, "币种", "cell_currency")]


def test_a_file_of_another_day_is_refused_as_a_whole() -> None:
    with pytest.raises(Refusal) as refused:
        RowReader(MAPPING, HEADERS, date(2025, 5, 31)).read(ROW, 2)
    assert dict(refused.value.reason.params) == {"stated": "2025-06-30", "declared": "2025-05-31"}


def test_one_row_of_another_day_is_a_row_error() -> None:
    reader = RowReader(MAPPING, HEADERS, date(2025, 6, 30))
    assert isinstance(reader.read(ROW, 2), Position)
    result = reader.read(row(截止日="2025-05-31"), 3)
    assert isinstance(result, list)
    assert [(error.column, error.reason.code) for error in result] == [("截止日", "cell_as_of_differs")]
    assert reader.stated_as_of == date(2025, 6, 30)


def test_a_missing_header_names_the_nearest() -> None:
    with pytest.raises(Refusal) as refused:
        RowReader(MAPPING, ["合同编号", "企业名称(全称)", "合同金额(元)", "放款金额（元）", "截止日"])
    told = {reason.params["field"]: reason.params["nearest"] for reason in refused.value.reasons}
    assert told == {
        "firm": "企业名称(全称)",
        "original": "合同金额(元)",
        "disbursed": "放款金额（元）",
    }


def test_nothing_is_offered_when_nothing_is_near() -> None:
    with pytest.raises(Refusal) as refused:
        RowReader(MAPPING, ["x", "y"])
    assert {reason.params["nearest"] for reason in refused.value.reasons} == {"—"}


def test_a_header_that_stands_twice_is_refused_with_its_columns() -> None:
    with pytest.raises(Refusal) as refused:
        RowReader(MAPPING, [*HEADERS, *[f"z{n}" for n in range(20)], "企业名称"])
    assert dict(refused.value.reason.params) == {"header": "企业名称", "columns": "B, AG"}


def test_headers_are_compared_without_regard_to_width_case_spaces_and_line_breaks() -> None:
    reader = RowReader(MAPPING, [" NO．", "企业\n名称", "合同金额(万元)", "放款金额(万元)", "\ufeff截止日"])
    assert reader.headers[1] == "企业 名称"
    assert reader.absent == ("currency", "first_money_on", "product", "rate_ppm", "signed_on", "status")
    result = reader.read(["HT-1", "甲", "1", "0", "2025-06-30"], 2)
    assert isinstance(result, Position)
    assert result.external_id == "HT-1"


def test_a_key_of_several_columns() -> None:
    text = MAPPING.source.replace('external_id = ["合同编号", "No."]\n', "")
    mapping = parse_mapping(text + '[key.columns]\nbank = "产品"\nnumber = "合同编号"\n')
    result = read_position(dict(zip(HEADERS, ROW, strict=True)), mapping, 2)
    assert isinstance(result, Position)
    assert result.external_id == "信用贷|HT-1"
    missing = read_position(dict(zip(HEADERS, row(合同编号=""), strict=True)), mapping, 2)
    assert isinstance(missing, list)
    assert [error.reason.code for error in missing] == ["cell_required"]


def test_records_keep_everything() -> None:
    position = RowReader(MAPPING, HEADERS).read(ROW, 2)
    assert isinstance(position, Position)
    record = to_record(position)
    assert record["signed_on"] == "2025-03-20"
    assert from_record(record) == position


@pytest.mark.parametrize(
    ("policy", "second", "expected"),
    [
        ("refuse", "same", "error"),
        ("identical", "same", None),
        ("identical", "other", "error"),
        ("keep_first", "other", None),
    ],
)
def test_duplicates_by_policy(policy: str, second: str, expected: str | None) -> None:
    first = Position("A", 2, original=5)
    again = replace(first, line=9, original=5 if second == "same" else 6)
    seen = Duplicates(policy)
    assert seen.admit(first) == first
    result = seen.admit(again)
    if expected is None:
        assert result is None
    else:
        assert isinstance(result, list)
        assert isinstance(result[0], RowError)
        assert dict(result[0].reason.params) == {"key": "A", "first_line": 2}
