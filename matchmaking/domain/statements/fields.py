"""What a mapping declares: the fields a statement can state and how one source writes them."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field

from matchmaking.domain.money import MINOR_PER_MAJOR

TEXT_FIELDS = {
    "external_id": 160,
    "firm": 300,
    "lender": 200,
    "branch": 200,
    "area_code": 40,
    "area_name": 120,
    "product": 200,
    "instrument": 30,
    "status": 80,
}
"""Words of a position and the most characters kept of each."""

DAY_FIELDS = ("approved_on", "signed_on", "effective_on", "closing_on", "first_money_on", "last_money_on")
AMOUNT_FIELDS = ("original", "cancelled", "undisbursed", "disbursed", "repaid")
FIELDS = (*TEXT_FIELDS, *DAY_FIELDS, *AMOUNT_FIELDS, "currency", "rate_ppm")
"""Every canonical field of a position, in the order of the position itself."""

UNITS = {"元": 1, "yuan": 1, "千": 1_000, "thousand": 1_000, "万": 10_000, "万元": 10_000, "百万": 1_000_000}
UNITS |= {"百万元": 1_000_000, "million": 1_000_000, "亿": 100_000_000, "亿元": 100_000_000}
ENCODINGS = ("utf-8-sig", "gb18030", "utf-16", "cp1252")
FORMATS = ("auto", "csv", "xlsx")
DUPLICATES = ("refuse", "keep_first", "identical")
RATES = {"percent": 10_000, "fraction": 1_000_000, "ppm": 1}


@dataclass(frozen=True, slots=True)
class Mapping:
    """A checked declaration. Build it with :func:`parse_mapping`.

    ``columns``: canonical field → header aliases. ``key_columns``: when not empty, the agreement's key is these
    columns' texts joined by ``|`` (name → aliases). ``unit``: currency units per written unit. ``rounded_to``:
    currency units to which the source rounds, or None when exact. ``header_row``: 1-based line of the headers, 0 to
    look for them in the first lines. ``values``: field → (text in the file → text kept). ``amounts_unknown``: the
    source never states disbursed amounts. ``answers_under``: key under which the JSON answers are repeated.
    ``source``: the TOML text.
    """

    name: str
    series: str
    title: Lookup[str, str]
    portfolio: Lookup[str, str]
    columns: Lookup[str, tuple[str, ...]]
    required: frozenset[str]
    source: str = field(repr=False)
    format: str = "auto"
    encodings: tuple[str, ...] = ("utf-8-sig", "gb18030")
    delimiter: str = ","
    header_row: int = 1
    sheet: str | None = None
    footers: tuple[str, ...] = ()
    blanks: frozenset[str] = frozenset()
    entities: bool = False
    constants: Lookup[str, str] = field(default_factory=dict)
    values: Lookup[str, Lookup[str, str]] = field(default_factory=dict)
    day_formats: tuple[str, ...] = ("iso",)
    pivot: int = 50
    unit: int = 1
    rounded_to: int | None = None
    thousands: str = ""
    decimal: str = "."
    blank_amounts: str = "unknown"
    currency: str | None = None
    ppm_per_unit: int = 10_000
    amounts_unknown: bool = False
    key_columns: Lookup[str, tuple[str, ...]] = field(default_factory=dict)
    duplicates: str = "refuse"
    as_of_column: tuple[str, ...] = ()
    as_of_difference: str = "refuse"
    area_scheme: str | None = None
    revolving: frozenset[str] = frozenset()
    answers_under: str | None = None

    @property
    def rounded_to_minor(self) -> int:
        """The rounding unit in minor units; 0 when the source is exact."""
        return (self.rounded_to or 0) * MINOR_PER_MAJOR
