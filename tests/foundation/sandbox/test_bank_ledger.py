"""A Chinese bank's own ledger: titles above, 万元, days in four forms, a total below, two kinds of file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.mapping import parse_mapping
from matchmaking.foundation.sandbox import positions_in, read_statement
from tests.foundation.sandbox.workbooks import workbook

ROOT = Path(__file__).resolve().parents[3]
TOML = (ROOT / "matchmaking/delivery/statements/mappings/bank-ledger-cn.toml").read_text("utf-8")
TITLES: list[list[object]] = [["某某银行安康分行政银企签约贷款台账"], ["单位：万元", "", "", "截至 2025 年 6 月 30 日"]]
HEADERS: list[object] = ["序号", "合同编号", "企业名称", "贷款银行", "产品", "签约日期", "放款日期"]
HEADERS += ["合同金额\n（万元）", "累计放款金额（万元）", "执行利率（%）", "币种"]
BODY: list[list[object]] = [
    ["1", "HT2025-001", "汉滨区某某茶业有限公司", "汉滨支行", "信用贷款", "2025年3月20日", "2025-04-10"]
    + ["300", "180.5", "4.35", "人民币"],
    [
        "2",
        "HT2025-002",
        "𠮷野玩具（安康）有限公司",
        "营业部",
        "循环额度",
        "2025/3/21",
        "-",
        "１，２００",
        "—",
        "3.85%",
        "",
    ],
    ["3", "HT2025-003", "旬阳市某某矿业", "旬阳支行", "抵押贷款", "45737", "20250402", "0.0001", "0", "", "人民币"],
]
TOTAL: list[object] = ["合 计", "", "", "", "", "", "", "1500.0001", "180.5", "", ""]


def as_csv(rows: list[list[object]]) -> bytes:
    quoted = (",".join('"' + str(cell) + '"' for cell in row) for row in rows)
    return ("\r\n".join(quoted) + "\r\n").encode("gb18030")


@pytest.mark.parametrize("write", [workbook, as_csv], ids=["xlsx", "csv in gb18030"])
def test_the_ledger_is_read_as_it_is(write: object, tmp_path: Path) -> None:
    path = tmp_path / "台账"
    path.write_bytes(write([*TITLES, HEADERS, *BODY, TOTAL]))  # type: ignore[operator]
    report = read_statement(path, parse_mapping(TOML), out=tmp_path / "out.jsonl")
    assert (report.rows, report.errors, report.footers) == (3, (), 1)
    tea, toys, mine = positions_in(report.out)
    assert (tea.external_id, tea.lender, tea.original, tea.disbursed) == (
        "HT2025-001",
        "汉滨支行",
        3_000_000_00,
        1_805_000_00,
    )
    assert (tea.signed_on, tea.first_money_on, tea.rate_ppm) == (date(2025, 3, 20), date(2025, 4, 10), 43_500)
    assert (toys.original, toys.disbursed, toys.first_money_on) == (12_000_000_00, None, None)
    assert (toys.signed_on, toys.rate_ppm, toys.currency) == (date(2025, 3, 21), 38_500, "CNY")
    assert (mine.signed_on, mine.first_money_on) == (date(2025, 3, 21), date(2025, 4, 2))
    assert (mine.original, mine.disbursed, mine.rate_ppm) == (100, 0, None)
    assert toys.product in parse_mapping(TOML).revolving


def test_amounts_in_yuan_are_not_taken_for_ten_thousands(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_bytes(as_csv([*TITLES, [str(name).replace("万元", "元") for name in HEADERS], *BODY]))
    with pytest.raises(Refusal) as refused:
        read_statement(path, parse_mapping(TOML), out=tmp_path / "out.jsonl")
    told = {reason.params["field"]: reason.params["nearest"] for reason in refused.value.reasons}
    assert (told["original"], told["disbursed"]) == ("合同金额 （元）", "累计放款金额（元）")
