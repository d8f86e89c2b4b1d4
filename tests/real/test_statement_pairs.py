"""A second statement of the IBRD series, made from the first: the other layout, and a later month."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest

from matchmaking.domain.statements.comparing import COMPARED, Comparison, PositionFigures, compare
from matchmaking.domain.statements.positions import Position
from matchmaking.foundation.sandbox import positions_in, read_statement
from tests.real.sources import Read, data_file, mapping_named

pytestmark = pytest.mark.real
DAY, LATER = date(2020, 11, 30), date(2020, 12, 31)
AMOUNTS = {
    "Original Principal Amount": "Original Principal (US$ m)",
    "Cancelled Amount": "Cancelled (US$ m)",
    "Undisbursed Amount": "Undisbursed (US$ m)",
    "Disbursed Amount": "Disbursed (US$ m)",
    "Repaid to IBRD": "Repaid (US$ m)",
}
DAYS = {
    "End of Period": "Period End",
    "Agreement Signing Date": "Signed",
    "Board Approval Date": "Approved",
    "Effective Date (Most Recent)": "Effective",
    "Closed Date (Most Recent)": "Closing",
    "Last Disbursement Date": "Last Disbursed",
}
WORDS = {
    "Loan Number": "Loan No.",
    "Borrower": "Borrower Name",
    "Region": "Bank Region",
    "Country Code": "Country ISO",
    "Country": "Country Name",
    "Loan Type": "Type of Loan",
    "Loan Status": "Status",
    "Interest Rate": "Rate %",
}
Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The raw rows of the first statement."""
    with gzip.open(data_file("ibrd/ibrd_2020-11-30.csv.gz")) as file:
        return list(csv.DictReader(io.TextIOWrapper(file, "utf-8", newline="")))


def cents(text: str) -> int:
    return int(Decimal(text).quantize(Decimal("0.01"), ROUND_HALF_EVEN).scaleb(2))


def same_layout(rows: list[Row], path: Path) -> Path:
    with gzip.open(path, "wt", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path


def in_millions(rows: list[Row], path: Path) -> Path:
    """The other layout: BOM, dd/mm/yyyy, renamed columns in another order, millions with thousands separators."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*AMOUNTS.values(), *WORDS.values(), *DAYS.values()])
        for row in rows:
            millions = [f"{(Decimal(row[name]) / 10**6).quantize(Decimal('0.01')):,}" for name in AMOUNTS]
            days = ["/".join(reversed(row[name][:10].split("-"))) for name in DAYS]
            writer.writerow([*millions, *(row[name] for name in WORDS), *days])
    return path


def later_month(rows: list[Row]) -> tuple[list[Row], dict[str, list[str]]]:
    """A month on: agreements added, paid further, corrected down, gone; which ones, by their numbers."""
    made = [dict(row, **{"End of Period": "2020-12-31T00:00:00.000"}) for row in rows]
    told: dict[str, list[str]] = {"added": [], "raised": [], "decreased": [], "vanished": []}
    open_ones = [row for row in made if cents(row["Undisbursed Amount"]) > 5_000_000_00][:40]
    for row in open_ones:
        row["Undisbursed Amount"] = str(Decimal(row["Undisbursed Amount"]) - Decimal("1234567.89"))
        row["Disbursed Amount"] = str(Decimal(row["Disbursed Amount"]) + Decimal("1234567.89"))
        told["raised"].append(row["Loan Number"])
    busy = set(told["raised"])
    paid = [row for row in made if cents(row["Disbursed Amount"]) > 900_000_00 and row["Loan Number"] not in busy]
    for row in paid[:15]:
        row["Disbursed Amount"] = str(Decimal(row["Disbursed Amount"]) - Decimal("500000.01"))
        told["decreased"].append(row["Loan Number"])
    told["vanished"] = [row["Loan Number"] for row in paid[100:109]]
    made = [row for row in made if row["Loan Number"] not in told["vanished"]]
    for number in range(7):
        fresh = dict(paid[200 + number], **{"Loan Number": f"IBRD9999{number}"})
        made.append(fresh)
        told["added"].append(fresh["Loan Number"])
    return made, told


def figures(positions: list[Position]) -> dict[str, PositionFigures]:
    return {position.external_id: PositionFigures.of(position) for position in positions}


Made = Callable[[list[Row], Path], Path]
Compared = Callable[[Made, list[Row], str, date], Comparison]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> dict[str, PositionFigures]:
    """The figures of the first statement, read once."""
    out = tmp_path_factory.mktemp("first") / "positions.jsonl"
    report = read_statement(data_file("ibrd/ibrd_2020-11-30.csv.gz"), mapping_named("ibrd"), out=out, as_of=DAY)
    return figures(list(positions_in(report.out)))


@pytest.fixture
def compared(
    read: Read, first: dict[str, PositionFigures], tmp_path: Path
) -> Callable[[Made, list[Row], str, date], Comparison]:
    """Write ``rows`` in a layout, read them, and compare with the first statement."""

    def _compared(made: Made, rows: list[Row], mapping: str, day: date) -> Comparison:
        report, second = read(made(rows, tmp_path / "second.csv"), mapping, day)
        assert (report.rows, report.error_count) == (len(rows), 0)
        return compare(first, figures(second), rounded_to=mapping_named(mapping).rounded_to_minor)

    return _compared


def assert_bridges_close(found: Comparison) -> None:
    for bridge in found.bridges.values():
        assert bridge.opening + bridge.new + bridge.corrected - bridge.fallen == bridge.closing


@pytest.mark.parametrize(("made", "mapping"), [(same_layout, "ibrd"), (in_millions, "ibrd-millions")])
def test_the_same_statement_again_says_nothing_new(
    made: Made, mapping: str, rows: list[Row], compared: Callable[..., Comparison]
) -> None:
    found = compared(made, rows, mapping, DAY)
    assert found.nothing_new
    assert len(found.unchanged) == 8_986
    assert_bridges_close(found)
    for bridge in found.bridges.values():
        assert (bridge.new, bridge.corrected, bridge.fallen) == (0, 0, 0)
        assert bridge.opening == bridge.closing
    assert found.bridges["disbursed"].closing == sum(cents(row["Disbursed Amount"]) for row in rows)


@pytest.mark.parametrize(("made", "mapping"), [(same_layout, "ibrd"), (in_millions, "ibrd-millions")])
def test_a_later_statement_tells_what_came_went_and_changed(
    made: Made, mapping: str, rows: list[Row], compared: Callable[..., Comparison]
) -> None:
    later, told = later_month(rows)
    found = compared(made, later, mapping, LATER)
    assert found.added == tuple(sorted(told["added"]))
    assert found.vanished == tuple(sorted(told["vanished"]))
    assert found.changed == tuple(sorted(told["raised"] + told["decreased"]))
    assert found.decreased == tuple(sorted(told["decreased"]))
    assert found.reworded == ()
    assert_bridges_close(found)


def test_the_bridge_of_exact_statements_to_the_cent(rows: list[Row], compared: Callable[..., Comparison]) -> None:
    later, told = later_month(rows)
    found = compared(same_layout, later, "ibrd", LATER)
    columns = dict(zip(COMPARED, AMOUNTS, strict=True))
    before = {row["Loan Number"]: row for row in rows}
    after = {row["Loan Number"]: row for row in later}
    for name, column in columns.items():
        bridge = found.bridges[name]
        steps = [cents(after[key][column]) - cents(before[key][column]) for key in before.keys() & after.keys()]
        assert bridge.opening == sum(cents(row[column]) for row in rows)
        assert bridge.new == sum(cents(after[key][column]) for key in told["added"])
        assert bridge.corrected == sum(step for step in steps if step > 0)
        gone = sum(cents(before[key][column]) for key in told["vanished"])
        assert bridge.fallen == gone - sum(step for step in steps if step < 0)
        assert bridge.closing == sum(cents(row[column]) for row in later)
    assert found.bridges["disbursed"].corrected == 40 * 123_456_789
