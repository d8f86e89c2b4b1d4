"""The demo city's 120 loan contracts, 386,000,000.00 yuan, and what became of each yuan by 2026-09-30.

A line: bank, number of the meeting, then pieces in 万元. A code is the bucket the piece ends in (``practice.md`` §3):
A1 paid and confirmed · A2 paid, the bank's word alone · A3 an old loan renewed (A3b: nobody confirmed) · A4 paid, the
firm says otherwise · A5 paid without a known baseline (A5b: nobody confirmed) · C1–C4 closed · W0–W6 waiting · U the
rest. Invented throughout; what it adds up to per bucket, bank and age is what the demo's front page shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cache

WAN = 1_000_000


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract as told: ``pieces`` are (code, minor units), paid ones first."""

    number: int
    bank: str
    meeting: int
    pieces: tuple[tuple[str, int], ...]

    @property
    def amount_minor(self) -> int:
        """What was signed."""
        return sum(minor for _, minor in self.pieces)

    def minor(self, *codes: str) -> int:
        """What the pieces of these codes come to."""
        return sum(minor for code, minor in self.pieces if code in codes)


@cache
def contracts() -> tuple[Contract, ...]:
    """Every contract, in the order of the table."""
    return tuple(_read(number, line.split()) for number, line in enumerate(TABLE.strip().splitlines(), 1))


def _read(number: int, words: list[str]) -> Contract:
    bank, meeting, *rest = words
    pieces = tuple((code, int(Decimal(wan) * WAN)) for code, wan in zip(rest[::2], rest[1::2], strict=True))
    return Contract(number, bank, int(meeting), pieces)


TABLE = """
bashan 01 A1 240 A4 110
bashan 02 A3 150
bashan 05 A3b 150
bashan 07 A5 200
bashan 08 A1 130 A2 140
bashan 09 A1 270 A3 200 W1 190
bashan 12 A1 100 A2 176 W4 155
bashan 15 A1 170 W4 205
bashan 19 A1 100 A2 180 W0 97
bashan 20 A3 210 W6 177
bashan 23 A1 210 A2 200 W2 90
changling 10 U 350
changling 16 A1 190 W3 325
changling 17 A1 160 W4 305
changling 18 A1 200 W2 320
changling 18 U 270
changling 20 A4 270 W4 276.5
changling 21 A1 220 W0 258.5
changling 22 A1 170 W0 275
changling 22 A3 300 W5 310
hanjiang 01 A1 120 A3 250
hanjiang 02 A1 120 A2 160
hanjiang 03 A3b 187
hanjiang 04 A5b 150
hanjiang 05 A1 180 A2 200
hanjiang 06 A1 120 A2 140
hanjiang 06 A5b 110
hanjiang 07 A1 180 A3 210
hanjiang 07 A1 200 A3 255 C1 156
hanjiang 08 A1 280 A3 190
hanjiang 11 A3b 137
hanjiang 13 A1 300 A2 110 W4 175
hanjiang 13 A3b 170
hanjiang 14 A1 180 A2 190 W1 110
hanjiang 15 A1 150 A4 210 W5 205
hanjiang 16 A1 170 A4 200 U 85
jinzhou 01 A1 210
jinzhou 02 A1 120
jinzhou 03 A1 292
jinzhou 04 A3 260
jinzhou 05 A1 260
jinzhou 05 A2 140
jinzhou 08 A1 130
jinzhou 23 A2 110
jinzhou 10 A1 240
jinzhou 10 A2 130 C4 120
jinzhou 12 A1 170
jinzhou 12 A3 230
jinzhou 13 A3 278
jinzhou 14 A5b 148
jinzhou 16 A3b 210 W2 197
jinzhou 17 A2 160 W4 180
jinzhou 18 A2 130 W5 200
jinzhou 19 A1 150 W3 85
nangongshan 06 A1 200
nangongshan 08 A2 200
nangongshan 11 W4 240
qinling 01 A3 240
qinling 03 A3 270
qinling 04 A5 186
qinling 09 A1 190 A4 260 W4 250
qinling 10 U 150
qinling 11 A1 210 A2 220 C2 230
qinling 12 A2 230 W5 255
qinling 15 A1 160 A3 220 W3 235
qinling 17 A3b 220 W5 235
qinling 17 U 160
qinling 19 A2 220 W0 118
qinling 21 A1 200 A3 240 W1 270
qinling 22 A1 114 A3 230 W0 235
qinling 23 A1 150 A2 342 W6 260
tianzhu 04 W4 250
tianzhu 06 U 350
tianzhu 11 W3 360
tianzhu 13 U 497
tianzhu 16 U 303
tianzhu 20 U 187
tianzhu 21 W2 338
tianzhu 21 W5 520
tianzhu 23 W0 295
xiangxi 02 A5b 130.5
xiangxi 03 A3 280 W5 100
xiangxi 07 A1 230 C3 130
xiangxi 09 A1 270 C1 170
xiangxi 12 A2 200 C1 160
xiangxi 15 A1 160 W1 90
xiangxi 18 A1 140 W1 210
xiangxi 19 A3 185 W1 156.5
xiangxi 20 A1 200 W6 205
xiangxi 23 A3b 33 W3 150
xingan 01 A1 190 A2 190
xingan 04 A5b 69.5
xingan 05 A1 180
xingan 07 A3 270
xingan 09 U 150
xingan 11 A1 160 A2 150 C2 142
xingan 13 A4 131.5
xingan 14 A1 130 W5 165
xingan 14 A1 260 W2 180
xingan 15 A1 180 W2 3
xingan 17 A1 180 A2 4 W6 200
xingan 22 A1 220 A2 170 W0 175
xingan 22 A3 280 W1 180
yinghu 03 A1 120
yinghu 06 A2 70
yinghu 10 A1 110
yinghu 14 A2 80
yuehe 02 A1 230
yuehe 05 A2 210
yuehe 06 A1 180 C4 65
yuehe 08 A1 130 A2 20 C3 110
yuehe 10 A5 100
yuehe 14 A3 320
yuehe 18 A2 100
yuehe 20 A2 180 W3 210
yuehe 21 A1 160 A4 78.5 W0 86.5
ziwu 16 A1 140 W1 150
ziwu 18 A1 160 U 25
ziwu 19 A3 140 W3 110
ziwu 20 A2 190 U 125
"""
