"""Workbooks made byte by byte: small honest ones, and the hostile."""

from __future__ import annotations

import io
import struct
import zipfile

import xlsxwriter

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
_PARTS = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
    ),
    "_rels/.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
        '<sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.xml"/></Relationships>'
    ),
}


def zipped(parts: dict[str, str | bytes]) -> bytes:
    """A zip of ``parts``."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return held.getvalue()


def raw_workbook(rows: str, *, prolog: str = "", **more: str | bytes) -> bytes:
    """An xlsx whose only sheet holds ``rows`` as XML, after ``prolog``."""
    return zipped({**_PARTS, "xl/worksheets/sheet1.xml": prolog + SHEET.format(rows), **more})


def text_cell(place: str, text: str) -> str:
    """One inline text cell."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def header_row() -> str:
    """The headers of the test mapping as a row of XML."""
    names = zip("ABCDE", ("编号", "企业", "签约日", "签约额", "已放款"), strict=True)
    return '<row r="1">' + "".join(text_cell(f"{letter}1", name) for letter, name in names) + "</row>"


def workbook(rows: list[list[object]], *, before: int = 0, sheet: str = "台账", empty_first: bool = False) -> bytes:
    """An xlsx as a spreadsheet program writes it: ``rows`` after ``before`` blank lines; dates as dates."""
    held = io.BytesIO()
    with xlsxwriter.Workbook(held, {"default_date_format": "yyyy-mm-dd", "in_memory": True}) as book:
        if empty_first:
            book.add_worksheet("空")
        page = book.add_worksheet(sheet)
        for line, row in enumerate(rows, before):
            page.write_row(line, 0, row)
    return held.getvalue()


def lying_zip(declared: int) -> bytes:
    """A zip whose central directory declares ``declared`` bytes for one member."""
    content = bytearray(raw_workbook(header_row()))
    place = content.rfind(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", declared)
    return bytes(content)


def encrypted_zip() -> bytes:
    """A zip whose members are marked as encrypted."""
    content = bytearray(raw_workbook(header_row()))
    place = content.find(b"PK\x01\x02")
    while place >= 0:
        content[place + 8] |= 1
        place = content.find(b"PK\x01\x02", place + 4)
    return bytes(content)
