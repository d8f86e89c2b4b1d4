"""Hostile and broken files: a refusal in words, never an exception of another kind, and nothing left behind."""

from __future__ import annotations

import gzip
import random
import zipfile
from collections.abc import Callable

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.sandbox import Limits
from matchmaking.rulebook import LANGUAGES, explain
from tests.foundation.sandbox.tables import GOOD, HEADER, Read
from tests.foundation.sandbox.workbooks import (
    encrypted_zip,
    header_row,
    lying_zip,
    raw_workbook,
    text_cell,
    workbook,
    zipped,
)

Refused = Callable[..., list[str]]
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(
        f'<!ENTITY {name} "{("&" + before + ";") * 10}">' for before, name in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
LINE = "C,汉滨区某某公司,2025-03-20,1,1\n"
FAR = raw_workbook(header_row() + f'<row r="1048576">{text_cell("XFD1048576", "far")}</row>')
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

WHOLE = {
    "empty": (b"", "table_empty"),
    "only a mark": (b"\xef\xbb\xbf", "table_empty"),
    "blank lines": (b"\n\n,,,\n", "table_empty"),
    "header only": (HEADER.encode(), "table_no_rows"),
    "header only, workbook": (workbook([["编号", "企业", "签约日", "签约额", "已放款"]]), "table_no_rows"),
    "empty workbook": (workbook([]), "table_empty"),
    "wrong header": (GOOD.replace("签约额", "签约金").encode(), "header_missing"),
    "header twice": (GOOD.replace("企业", "编号").encode(), "header_twice"),
    "binary": (bytes(range(256)) * 40, "table_not_text"),
    "pdf": (b"%PDF-1.7\n", "table_kind"),
    "png": (b"\x89PNG\r\n\x1a\n", "table_kind"),
    "html": (b"<html><table></table></html>", "table_kind"),
    "xml": (b"<?xml version='1.0'?><Workbook/>", "table_kind"),
    "program": (b"\x7fELF\x02\x01", "table_kind"),
    "zip of a csv": (zipped({"a.csv": GOOD}), "table_kind"),
    "word document": (zipped({"[Content_Types].xml": "", "word/document.xml": ""}), "table_kind"),
    "utf-16": (GOOD.encode("utf-16"), "table_utf16"),
    "utf-16 without mark": (GOOD.encode("utf-16-le"), "table_not_text"),
    "no encoding": (GOOD.encode() + b"\xff\xff\xff,1\n", "table_encoding"),
    "mixed encodings": (GOOD.encode() + "C,汉滨区某某公司,2025-03-20,1,1\n".encode("gb18030"), "table_encoding_mixed"),
    "mixed, other way": (
        HEADER.encode("gb18030") + "C,汉滨区某某公司,2025-03-20,1,1\n".encode(),
        "table_encoding_mixed",
    ),
    "lone surrogates": (GOOD.encode() + b"C,\xed\xa0\x80,2025-03-20,1,1\n", "table_surrogate"),
    "open quote": (GOOD.encode() + b'C,"x,2025-03-20,1,1\n', "table_quotes"),
    "huge field": (HEADER.encode() + b"A," + b"x" * 40_000 + b",2025-03-20,1,1\n", "table_field_too_long"),
    "a million columns": (b"," * 1_000_000 + b"\n", "table_empty"),
    "a million headers": (b"a," * 1_000_000 + b"\n1\n", "table_too_wide"),
    "a million cells in a row": (HEADER.encode() + b"1," * 1_000_000, "table_too_wide"),
    "gzip cut short": (gzip.compress(GOOD.encode())[:-12], "table_gzip_broken"),
    "gzip with a tail": (gzip.compress(GOOD.encode()) + b"tail", "table_gzip_broken"),
    "broken gzip": (gzip.compress(GOOD.encode())[:-12] + b"x" * 20, "table_gzip_broken"),
    "zip cut short": (workbook([["x"]])[:-60], "table_zip_broken"),
    "zip with many parts": (zipped({f"xl/{number}.xml": "" for number in range(250)}), "table_zip_entries"),
    "zip that declares too much": (lying_zip(2**31), "table_zip_size"),
    "encrypted zip": (encrypted_zip(), "table_encrypted"),
    "password": (OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 600, "table_encrypted"),
    "broken old workbook": (OLE + b"\0" * 4_000, "table_workbook_broken"),
    "broken sheet": (raw_workbook("</row><row>"), None),
    "wide workbook": (raw_workbook(f'<row r="1">{text_cell("XFD1", "x")}</row>'), "table_too_wide"),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_broken_file_is_refused_in_words(name: str, refused: Refused) -> None:
    content, code = WHOLE[name]
    codes = refused(content)
    assert code is None or codes[0] == code


@pytest.mark.parametrize("name", WHOLE)
def test_the_words_stand_in_both_languages(name: str, read: Read) -> None:
    with pytest.raises(Refusal) as refusal:
        read(WHOLE[name][0])
    for reason in refusal.value.reasons:
        assert all("{" not in explain(reason, language) for language in LANGUAGES)


def test_a_wrong_header_names_the_nearest(read: Read) -> None:
    with pytest.raises(Refusal) as refusal:
        read(GOOD.replace("签约额", "签约金额").encode())
    assert dict(refusal.value.reason.params) == {"field": "original", "expected": "签约额", "nearest": "签约金额"}


def test_a_far_cell_kills_the_child_and_only_the_child(refused: Refused) -> None:
    assert refused(FAR) == ["file_rejected", "file_rejected_memory"]


def test_memory_ends_at_the_limit_and_says_so(refused: Refused) -> None:
    wide = raw_workbook(header_row() + f'<row r="1048576">{text_cell("SA1048576", "far")}</row>')
    assert refused(wide, limits=Limits(memory_mb=300)) == ["file_rejected", "file_rejected_memory"]


def test_a_far_row_that_fits_in_memory_is_over_the_row_limit(refused: Refused) -> None:
    tall = raw_workbook(header_row() + f'<row r="1048576">{text_cell("E1048576", "far")}</row>')
    assert refused(tall) == ["table_too_many_rows"]


def test_processor_time_ends_at_the_limit(refused: Refused) -> None:
    text = HEADER + "".join(f"{number},x,2025-03-20,1,1\n" for number in range(190_000))
    assert refused(text.encode(), limits=Limits(cpu_seconds=1, wall_seconds=60)) == [
        "file_rejected",
        "file_rejected_cpu",
    ]


def test_wall_time_ends_at_the_limit(refused: Refused) -> None:
    assert refused(GOOD.encode(), limits=Limits(wall_seconds=0)) == ["file_rejected", "file_rejected_time"]


def test_billion_laughs(refused: Refused) -> None:
    rows = header_row() + f'<row r="2">{text_cell("A2", "&j;")}</row>'
    assert refused(raw_workbook(rows, prolog=LAUGHS))


def test_an_external_entity_is_never_fetched(read: Read) -> None:
    prolog = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    rows = header_row() + f'<row r="2">{text_cell("A2", "&e;")}{text_cell("D2", "1")}</row>'
    try:
        report = read(raw_workbook(rows, prolog=prolog))
    except Refusal:
        return
    assert "root" not in report.out.read_text("utf-8")


def test_a_zip_bomb_is_refused_by_what_it_declares(refused: Refused) -> None:
    bomb = raw_workbook(header_row(), **{"xl/sharedStrings.xml": b"\0" * (120 * 1024 * 1024)})
    assert len(bomb) < 400_000
    assert refused(bomb) == ["table_zip_size"]


def test_a_zip_that_declares_too_little_is_held_by_the_memory_limit(refused: Refused) -> None:
    rows = header_row() + '<row r="2">' + text_cell("A2", "x" * (90 * 1024 * 1024)) + "</row>"
    content = bytearray(raw_workbook(rows))
    for mark, place in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.rfind(mark)
        content[at + place : at + place + 4] = (1_000).to_bytes(4, "little")
    assert refused(bytes(content), limits=Limits(memory_mb=250))


def test_a_gzip_bomb_is_refused_while_it_unpacks(refused: Refused) -> None:
    bomb = gzip.compress(gzip.compress(b"0" * (200 * 1024 * 1024), 9), 9)
    layered = gzip.compress(HEADER.encode() + b"0" * (150 * 1024 * 1024), 9)
    assert len(layered) < 400_000
    assert refused(layered) == ["table_gzip_size"]
    assert refused(bomb)[0] in ("table_not_text", "table_encoding", "header_missing", "table_no_rows")


def test_the_file_itself_may_not_be_too_large(refused: Refused) -> None:
    assert refused(GOOD.encode() + b" " * 2_000_000, limits=Limits(file_mb=1)) == ["table_too_large"]


def test_rows_end_at_the_limit(refused: Refused) -> None:
    text = HEADER + "".join(f"{number},x,2025-03-20,1,1\n" for number in range(120))
    assert refused(text.encode(), limits=Limits(rows=100)) == ["table_too_many_rows"]
    rows: list[list[object]] = [[number, "x", "2025-03-20", 1, 1] for number in range(300)]
    assert refused(workbook([HEADER.strip().split(","), *rows]), limits=Limits(rows=100)) == ["table_too_many_rows"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("C,a\x00b,2025-03-20,1,1", "cell_text_control"),
        ("C,a\x1bb,2025-03-20,1,1", "cell_text_control"),
        ("C,x,2025-03-20,1e999999,1", "cell_amount_unreadable"),
        ("C,x,2025-03-20,1e9999,1", "cell_amount_too_large"),
        ("C,x,2025-03-20,Infinity,1", "cell_amount_unreadable"),
        ("C,x,2025-03-20,NaN,1", "cell_amount_unreadable"),
        ("C,x,2025-03-20,=1+1,1", "cell_amount_unreadable"),
        ("C,x,2025-03-20," + "9" * 300 + ",1", "cell_amount_too_long"),
        ("C," + "字" * 400 + ",2025-03-20,1,1", "cell_text_too_long"),
        ("C" * 200 + ",x,2025-03-20,1,1", "cell_text_too_long"),
        ("C,x,2025-02-30,1,1", "cell_day_unreadable"),
        (",x,2025-03-20,1,1", "cell_required"),
        ("C,x,2025-03-20,1", "row_short"),
        ("C,x,2025-03-20,1,1,2", "row_long"),
        ("A,x,2025-03-20,1,1", "row_duplicate_key"),
    ],
)
def test_a_bad_row_is_an_error_with_its_line_and_the_others_stand(line: str, code: str, read: Read) -> None:
    report = read((GOOD + line + "\n").encode())
    assert report.rows == 2
    assert [(error.line, error.reason.code) for error in report.errors] == [(4, code)]


def test_random_bytes_are_always_read_or_refused(read: Read) -> None:
    source = random.Random(20201130)
    starts = [b"", b"PK\x03\x04", b"\x1f\x8b\x08\x00", OLE, b"\xef\xbb\xbf", b"\xff\xfe", HEADER.encode()]
    for number in range(21):
        content = starts[number % len(starts)] + source.randbytes(2_000)
        with pytest.raises(Refusal):
            read(content)


def test_a_damaged_workbook_is_always_read_or_refused(read: Read) -> None:
    source = random.Random(20201130)
    sound = workbook([HEADER.strip().split(","), *[[f"A{n}", "x", "2025-03-20", n, 1] for n in range(50)]])
    for _ in range(15):
        content = bytearray(sound)
        for _ in range(8):
            content[source.randrange(len(content))] = source.randrange(256)
        try:
            assert read(bytes(content)).rows <= 50
        except Refusal as refusal:
            assert refusal.reason.code


def test_the_corpus_is_made_of_real_archives() -> None:
    import io

    assert zipfile.is_zipfile(io.BytesIO(FAR))
    assert len(FAR) < 3_000, "the file that asks for 512 GB is a kilobyte or two"
