"""Honest tables in every kind and encoding give the same positions, with progress and row errors in words."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from matchmaking.domain.statements.mapping import parse_mapping
from matchmaking.foundation.sandbox import positions_in, preview, read_statement
from tests.foundation.sandbox.tables import GOOD, HEADER, TOML, Read
from tests.foundation.sandbox.workbooks import workbook

ROWS: list[list[object]] = [
    ["编号", "企业", "签约日", "签约额", "已放款"],
    ["A", "某某茶业", date(2025, 3, 20), 300, 180.5],
    ["B", "𠮷野玩具", datetime(2025, 3, 21), 100, 0],  # noqa: DTZ001 a workbook's day
]
KINDS = {
    "gz-zero-padded": gzip.compress(GOOD.encode()) + bytes(512),
    "csv": GOOD.encode(),
    "csv-bom": GOOD.encode("utf-8-sig"),
    "csv-gb18030": GOOD.encode("gb18030"),
    "csv-crlf": GOOD.replace("\n", "\r\n").encode(),
    "csv-lone-cr": GOOD.replace("\n", "\r").encode(),
    "csv-blank-lines": GOOD.replace("\nB", "\n\n,,,,\nB").encode(),
    "csv-trailing-commas": "".join(line + ",,,\n" for line in GOOD.splitlines()).encode(),
    "csv-quoted": GOOD.replace("某某茶业", '"某某茶业"').encode(),
    "gz": gzip.compress(GOOD.encode()),
    "gz-two-members": gzip.compress(HEADER.encode()) + gzip.compress(GOOD[len(HEADER) :].encode()),
    "xlsx": workbook(ROWS),
    "xlsx-second-sheet": workbook(ROWS, empty_first=True),
}


def ods(rows: list[list[object]]) -> bytes:
    """A minimal OpenDocument sheet of texts."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    content = (
        '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="s">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", content)
    return held.getvalue()


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_gives_the_same_positions(name: str, read: Read) -> None:
    report = read(KINDS[name])
    assert (report.rows, report.error_count) == (2, 0)
    first, second = positions_in(report.out)
    assert (first.external_id, first.firm, first.signed_on) == ("A", "某某茶业", date(2025, 3, 20))
    assert (first.original, first.disbursed, first.currency) == (30_000, 18_050, "CNY")
    assert (second.firm, second.signed_on, second.disbursed) == ("𠮷野玩具", date(2025, 3, 21), 0)
    assert report.headers[:2] == ("编号", "企业")


def test_an_opendocument_sheet(read: Read) -> None:
    report = read(ods([line.split(",") for line in GOOD.splitlines()]))
    assert (report.kind, report.rows, report.error_count) == ("ods", 2, 0)


def test_the_report_says_what_the_file_is(read: Read) -> None:
    report = read(KINDS["csv-gb18030"])
    assert (report.kind, report.encoding) == ("csv", "gb18030")
    assert report.sha256 == hashlib.sha256(KINDS["csv-gb18030"]).hexdigest()
    assert read(KINDS["gz"]).kind == "csv.gz"
    assert (read(KINDS["xlsx"]).kind, read(KINDS["xlsx"]).encoding) == ("xlsx", None)


def test_utf_16_where_declared(read: Read) -> None:
    report = read(GOOD.replace(",", "\t").encode("utf-16"), extra='[file]\nencodings = ["utf-16"]\ndelimiter = "\\t"')
    assert (report.rows, report.encoding) == (2, "utf-16")


def test_lines_are_counted_as_an_editor_counts_them(read: Read) -> None:
    text = HEADER + 'A,"two\nlines",2025-03-20,1,1\n\nB,x,never,1,1\n'
    report = read(text.encode())
    assert [(error.line, error.column, error.reason.code) for error in report.errors] == [
        (5, "签约日", "cell_day_unreadable")
    ]
    assert [position.line for position in positions_in(report.out)] == [2]


def test_lines_of_a_workbook_are_its_own_row_numbers(read: Read) -> None:
    report = read(workbook([*ROWS, ["C", "x", "never", 1, 1]], before=4), extra="[file]\nheader_row = 0")
    assert [(error.line, error.column) for error in report.errors] == [(8, "签约日")]
    assert [position.line for position in positions_in(report.out)] == [6, 7]


def test_a_declared_header_row(read: Read) -> None:
    text = "某某银行贷款台账\n单位：元\n" + GOOD
    assert read(text.encode(), extra="[file]\nheader_row = 3").rows == 2
    assert read(text.encode(), extra="[file]\nheader_row = 0").rows == 2


def test_total_lines_are_passed_over_and_counted(read: Read) -> None:
    text = GOOD + "合  计,,,400,180.5\n制表：某某,,,,\n"
    report = read(text.encode(), extra='[file]\nfooters = ["合计", "制表"]')
    assert (report.rows, report.error_count, report.footers) == (2, 0, 2)


def test_duplicates_by_policy(read: Read) -> None:
    text = GOOD + "A,某某茶业,2025-03-20,300,180.5\n"
    assert [error.reason.code for error in read(text.encode()).errors] == ["row_duplicate_key"]
    report = read(text.encode(), extra='[key]\nduplicates = "identical"')
    assert (report.rows, report.error_count, report.repeated) == (2, 0, 1)


def test_a_long_identifier_kept_as_a_number_is_refused_with_a_hint(read: Read) -> None:
    report = read(workbook([ROWS[0], [61092112345678901, "x", date(2025, 3, 20), 1, 1]]))
    assert [(error.column, error.reason.code) for error in report.errors] == [("编号", "cell_digits_lost")]


def test_numbers_of_a_workbook_are_written_out_exactly(read: Read) -> None:
    rows = [["A", "x", None, 0.1 + 0.2, 1e15], ["7", 12, None, 123456789.01, 2.33e-10], [8.0, "y", None, 1e-7, -0.01]]
    report = read(workbook([ROWS[0], *rows]))
    assert report.error_count == 0
    found = list(positions_in(report.out))
    assert [(position.external_id, position.original, position.disbursed) for position in found] == [
        ("A", 30, 10**17),
        ("7", 12_345_678_901, 0),
        ("8", 0, -1),
    ]
    assert found[1].firm == "12"


def test_the_first_errors_are_told_and_the_rest_counted(read: Read) -> None:
    text = HEADER + "".join(f"{number},x,2025-03-20,abc,1\n" for number in range(500))
    report = read(text.encode())
    assert (report.rows, report.error_count, len(report.errors)) == (0, 500, 200)


def test_progress_is_passed_on(read: Read) -> None:
    seen: list[tuple[int, int | None]] = []
    text = HEADER + "".join(f"{number},x,2025-03-20,1,1\n" for number in range(3_500))
    read(text.encode(), on_progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == [1_000, 2_000, 3_000, 3_500]
    assert all(total is not None and total >= 3_500 for _, total in seen)


def test_a_caller_that_gives_up_leaves_nothing_behind(read: Read, tmp_path: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    text = HEADER + "".join(f"{number},x,2025-03-20,1,1\n" for number in range(5_000))
    with pytest.raises(KeyboardInterrupt):
        read(text.encode(), on_progress=stop)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_preview_is_the_first_rows(read: Read) -> None:
    report = read(GOOD.encode())
    assert [position.external_id for position in preview(report.out, 1)] == ["A"]
    assert len(preview(report.out, 9)) == 2


def test_the_day_of_the_file(read: Read, refused: Callable[..., list[str]]) -> None:
    text = GOOD.replace("\n", ",2025-06-30\n").replace("已放款,2025-06-30", "已放款,截止日")
    extra = '[as_of]\ncolumn = "截止日"'
    assert read(text.encode(), extra=extra, as_of=date(2025, 6, 30)).as_of == date(2025, 6, 30)
    assert read(text.encode(), extra=extra).as_of == date(2025, 6, 30)
    assert refused(text.encode(), extra=extra, as_of=date(2025, 5, 31)) == ["table_as_of_differs"]


def test_names_of_files_are_never_a_command(tmp_path: Path) -> None:
    path = tmp_path / "$(touch x);`id` --help 台账.csv"
    path.write_bytes(GOOD.encode())
    assert read_statement(path, parse_mapping(TOML), out=tmp_path / "o ut.jsonl").rows == 2
