"""``flask match rank`` on made-up loans in both layouts: every style of amount, and errors that name row and column."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from matchmaking.market.matches.cli.ranking import rank
from matchmaking.market.matches.loan_lists import layout_names

STYLES = ("60000", "$60,000", " $60,000.00 ", "$50,000-70,000", "e $50,000-70,000")
SBA = ("id", "State", "City", "Zip", "NAICS", "ApprovalDate", "Term", "NoEmp", "NewExist", "FranchiseCode",
       "UrbanRural", "RevLineCr", "LowDoc", "GrAppv", "Bank")  # fmt: skip
PPP = ("id", "LoanAmountOrRange", "CityRaw", "CityClean", "State", "Zip", "NAICSCode", "BusinessType", "NonProfit",
       "JobsRetained", "DateApproved", "Lender")  # fmt: skip
TOWNS = (("ELM", "01001", "ELM BANK"), ("OAK", "59101", "OAK BANK"))


def row(layout: str, nth: int, style: int = 0) -> dict[str, str]:
    """One loan in the layout: the town's own bank lends."""
    city, code, bank = TOWNS[nth % 2]
    day, amount = f"{1 + nth // 60}/{1 + nth // 2 % 28}/2004", STYLES[(nth + style) % len(STYLES)]
    if layout == "sba-rank":
        told = (f"S{nth}", "NA", city, code, "722110", day, "84", "3", "1", "1", "1", "N", "Y", amount, bank)
        return dict(zip(SBA, told, strict=True))
    told = (f"P{nth}", amount, city, city, "NA", code, "722511", "Corporation", "", "7", day, bank)
    return dict(zip(PPP, told, strict=True))


def written(path: Path, rows: list[dict[str, str]], without: str = "") -> Path:
    opened: Any = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wt", encoding="utf-8-sig", newline="") as text:
        lines = csv.DictWriter(text, [name for name in rows[0] if name != without], extrasaction="ignore")
        lines.writeheader()
        lines.writerows(rows)
    return path


def run(train: Path, queries: Path, mapping: str, out: Path, *more: str) -> Result:
    arguments = ["--train", train, "--queries", queries, "--mapping", mapping, "--out", out, *more]
    return CliRunner().invoke(rank, [str(argument) for argument in arguments])


LENDER = {"sba-rank": "Bank", "ppp-rank": "Lender"}


@pytest.mark.parametrize("mapping", ["sba-rank", "ppp-rank"])
def test_the_towns_own_bank_comes_first_whatever_the_style_of_the_amount(mapping: str, tmp_path: Path) -> None:
    assert set(layout_names()) == {"sba-rank", "ppp-rank"}
    train = written(tmp_path / "t.csv.gz", [row(mapping, nth) for nth in range(200)])
    asked = [row(mapping, nth, style=1) for nth in range(200, 220)]
    queries, out = written(tmp_path / "q.csv", asked, without=LENDER[mapping]), tmp_path / "ranks.csv"
    done = run(train, queries, mapping, out, "--top", "10")
    assert done.exit_code == 0, done.output
    assert "更不预测还不还款" in done.output
    with out.open(encoding="utf-8") as text:
        told = list(csv.DictReader(text))
    best = {one["id"]: one["lender"] for one in told if one["rank"] == "1"}
    assert best == {one["id"]: one[LENDER[mapping]] for one in asked}
    assert [one["rank"] for one in told if one["id"] == asked[0]["id"]] == ["1", "2"]
    again = tmp_path / "again.csv"
    assert run(train, queries, mapping, again, "--top", "10").exit_code == 0
    assert again.read_bytes() == out.read_bytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"GrAppv": "plenty"}, "row 5, column “GrAppv”"),
        ({"ApprovalDate": "32/1/2004"}, "row 5, column “ApprovalDate”"),
        ({"Bank": ""}, "row 5, column “Bank”"),
        ({"NoEmp": "a few"}, "row 5, column “NoEmp”"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_nothing_is_written(
    change: dict[str, str], said: str, tmp_path: Path
) -> None:
    rows = [row("sba-rank", nth) for nth in range(60)]
    queries = written(tmp_path / "q.csv", rows[:2])
    rows[4] |= change
    done = run(written(tmp_path / "t.csv", rows), queries, "sba-rank", tmp_path / "out.csv", "--lang", "en")
    assert done.exit_code == 2
    assert said in done.stderr.replace("Row", "row")
    assert list(tmp_path.glob("out*")) == []


def test_a_file_or_a_layout_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    here = written(tmp_path / "t.csv", [row("sba-rank", nth) for nth in range(60)])
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress(here.read_bytes())[:-20])
    latin = tmp_path / "latin.csv"
    latin.write_bytes(here.read_bytes() + b"\xff\xfe")
    for train, mapping, said in (
        (here, "tax-rank", "sba-rank"),
        (tmp_path / "none.csv", "sba-rank", "none.csv"),
        (cut, "sba-rank", "cut.csv.gz"),
        (latin, "sba-rank", "latin.csv"),
        (here, "ppp-rank", "DateApproved"),
        (written(tmp_path / "few.csv", [row("sba-rank", nth) for nth in range(9)]), "sba-rank", "50"),
    ):
        done = run(train, here, mapping, tmp_path / "out.csv")
        assert done.exit_code == 2, (train, mapping)
        assert said in done.stderr
        assert not isinstance(done.exception, UnicodeError)
