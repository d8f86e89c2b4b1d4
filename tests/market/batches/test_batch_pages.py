"""Pages of lists: pasted with a preview, nothing half-taken, read in few statements, frozen by one press."""

from __future__ import annotations

import re
from hashlib import sha256
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from matchmaking.domain.identifiers import uscc_from
from matchmaking.foundation.storage import session
from matchmaking.market.batches.models import Batch
from matchmaking.market.batches.queries import batch_of_number, membership
from tests.delivery.cases_world import counted
from tests.market.market_world import HANBIN, ZIYANG, World, enter
from tests.web_fixtures import Browser

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])
TEA, TOY, WATER = (uscc_from("91", area, serial) for area, serial in ((HANBIN, 1), (HANBIN, 2), (ZIYANG, 3)))


def made(visitor: Browser, kind: str = "city") -> Batch:
    told = {"kind": kind, "number": "2026-01", "title": "第一批", "recipient": "", "key": "k" * 32}
    answer = visitor.submit("/batches/new", told)
    assert answer.status_code == 303, answer.text
    batch = batch_of_number(session(), "2026-01")
    assert batch is not None
    return batch


def fields(page: str, ending: str = "") -> dict[str, str]:
    found = dict(re.findall(r'<input[^>]*id="([a-z_]+)"[^>]*value="([^"]*)"', page))
    return {"version": found[f"{ending}version"], "key": found[f"{ending}key"]}


def paste(visitor: Browser, batch: Batch, rows: str, **more: str) -> tuple[int, str]:
    told = fields(visitor.get(f"/batches/{batch.public_key}/paste").text)
    answer = visitor.submit(f"/batches/{batch.public_key}/paste", {**told, "unit": "wan", "rows": rows, **more})
    return answer.status_code, answer.text


def test_rows_are_previewed_and_one_bad_line_takes_none(market: World, visitor: Browser) -> None:
    enter(visitor, "city")
    batch = made(visitor)
    good = f"统一社会信用代码\t企业名称\t金额\n{TEA}\t安康硒语茶业有限公司\t300\n{WATER}\t\t500"
    status, page = paste(visitor, batch, good + f"\n{TOY[:-1]}\t汉江毛绒玩具有限公司\t200\n一行", then="take")
    assert status == 422
    assert "长度" in page or "18" in page
    assert "这一行读出 1 格" in page
    assert "一行" in page and TOY[:-1] in page, "nothing typed is lost"
    assert membership(session(), batch.id) == []
    assert paste(visitor, batch, good)[0] == 200
    assert membership(session(), batch.id) == [], "a preview takes nothing"
    assert paste(visitor, batch, good, then="take")[0] == 303
    assert sorted(row[1:] for row in membership(session(), batch.id)) == sorted(
        [(TEA, 300_000_000), (WATER, 500_000_000)]
    )


def test_an_amount_in_doubt_is_asked_about_and_taken_once_said(market: World, visitor: Browser) -> None:
    enter(visitor, "city")
    batch = made(visitor)
    row = f"{TEA},3000000"
    status, page = paste(visitor, batch, row, then="take")
    assert status == 422
    assert 'name="confirmed"' in page
    assert paste(visitor, batch, row, then="take", confirmed="y")[0] == 303


def test_a_list_is_tested_frozen_restated_and_taken_away(market: World, visitor: Browser) -> None:
    enter(visitor, "city")
    batch = made(visitor, "upward")
    paste(visitor, batch, f"{TEA},300\n{WATER},500", then="take")
    sheet = f"/batches/{batch.public_key}"
    member = f"{sheet}/firms/1"
    told = {f"{test}": "passed" for test in ("lawful", "premises", "true_need", "credit", "lawful_use")}
    refused = visitor.submit(f"{member}/tests", {**fields(visitor.get(member).text, "tests_"), **told})
    assert refused.status_code == 422
    assert "依据" in refused.text
    words = {f"{test}_words": "看了执照" for test in told}
    assert (
        visitor.submit(f"{member}/tests", {**fields(visitor.get(member).text, "tests_"), **told, **words}).status_code
        == 303
    )
    frozen = visitor.submit(f"{sheet}/freeze", fields(visitor.get(sheet).text, "freeze_"))
    assert frozen.status_code == 303
    page = visitor.get(sheet).text
    assert "已冻结" in page and "名单指纹" in page
    outcome = {"outcome": "accepted", "on_day": "2026-09-30", **fields(visitor.get(member).text, "outcome_")}
    assert visitor.submit(f"{member}/outcome", outcome).status_code == 303
    correction = {
        "direction": "less", "firms": "0", "amount": "20", "amount_unit": "wan", "cause": "重复计入一笔需求",
        **fields(visitor.get(sheet).text, "restate_"),
    }  # fmt: skip
    assert visitor.submit(f"{sheet}/restate", correction).status_code == 303
    page = visitor.get(sheet).text
    assert "重复计入一笔需求" in page and "省级采纳" in page
    file = visitor.get(f"{sheet}/list.xlsx")
    told = CalamineWorkbook.from_filelike(BytesIO(file.data))
    lines = told.get_sheet_by_index(2).to_python()
    written = b"".join(sorted(("\t".join(map(str, line)) + "\n").encode() for line in lines))
    assert len(lines) == 2 and sha256(written).hexdigest() == told.get_sheet_by_index(1).to_python()[-1][1]


def test_reading_takes_few_statements_whatever_the_length(market: World, visitor: Browser) -> None:
    enter(visitor, "city")
    batch = made(visitor)
    paste(visitor, batch, f"{TEA},300\n{TOY},200\n{WATER},500", then="take")
    with counted() as statements:
        visitor.get("/batches")
    assert len(statements) <= 3
    with counted() as statements:
        visitor.get(f"/batches/{batch.public_key}?sort=-amount")
    assert len(statements) <= 5


def test_a_county_reads_the_citys_list_and_cannot_write_on_it(market: World, visitor: Browser, other: Browser) -> None:
    enter(visitor, "city")
    batch = made(visitor)
    paste(visitor, batch, f"{TEA},300\n{WATER},500", then="take")
    enter(other, "elsewhere")
    page = other.get(f"/batches/{batch.public_key}").text
    assert WATER in page and TEA not in page
    assert other.get(f"/batches/{batch.public_key}/paste").status_code == 404
    assert other.get(f"/batches/{batch.public_key}/firms/1").status_code == 404
    assert other.submit(f"/batches/{batch.public_key}/freeze", {"version": "2", "key": "z" * 32}).status_code == 404
