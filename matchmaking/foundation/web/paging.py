"""Lists that sort, filter and page on the server: what was asked for, and the addresses that ask for something else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

PER_PAGE = 50
LAST_PAGE = 1_000_000
"""Beyond any list; a larger number in an address is read as this one."""

Address = Callable[[Mapping[str, str | None]], str]
"""(changed query values; None takes one away) → the address of this list with them."""


@dataclass(frozen=True, slots=True)
class Step:
    """A page number in the row of pages, or a gap."""

    number: int
    url: str = ""
    current: bool = False
    gap: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Where in the list we are. ``number`` counts from 1 and is never beyond the last page."""

    number: int
    total: int
    address: Address
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // self.per_page))

    @property
    def offset(self) -> int:
        """Rows before this page."""
        return (min(self.number, self.pages) - 1) * self.per_page

    @property
    def first(self) -> int:
        """Number of the first row shown; 0 in an empty list."""
        return min(self.offset + 1, self.total)

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return min(self.offset + self.per_page, self.total)

    def url(self, number: int) -> str:
        """Address of page ``number``; the first has none in its address."""
        return self.address({"page": str(number) if number > 1 else None})

    @property
    def previous_url(self) -> str:
        """Address of the page before, or empty."""
        return self.url(self.number - 1) if self.number > 1 else ""

    @property
    def next_url(self) -> str:
        """Address of the page after, or empty."""
        return self.url(self.number + 1) if self.number < self.pages else ""

    @property
    def steps(self) -> Iterator[Step]:
        """First, last and two on each side of the current page, with gaps between."""
        wanted = {1, self.pages, *range(self.number - 2, self.number + 3)}
        before = 0
        for number in sorted(n for n in wanted if 1 <= n <= self.pages):
            if number > before + 1:
                yield Step(0, gap=True)
            yield Step(number, self.url(number), number == self.number)
            before = number


@dataclass(frozen=True, slots=True)
class ListState:
    """Sorting of a list. ``asked``: the query's ``sort``, a key of ``allowed``, with ``-`` before for descending."""

    asked: str
    allowed: tuple[str, ...]
    default: str
    address: Address

    @property
    def sort(self) -> str:
        """The order in force: what was asked when it is allowed, else the default."""
        return self.asked if self.asked.removeprefix("-") in self.allowed else self.default

    @property
    def key(self) -> str:
        """Column of the order in force."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest comes first."""
        return self.sort.startswith("-")

    def direction_of(self, key: str) -> str:
        """``asc``, ``desc`` or empty for the head of column ``key``."""
        return "" if key != self.key else "desc" if self.descending else "asc"

    def sort_url(self, key: str) -> str:
        """Address that sorts by ``key``, or turns the order round when it already does."""
        turned = f"-{key}" if self.direction_of(key) == "asc" else key
        if not self.direction_of(key) and key in ("amount", "bucket_amount", "signed", "verified", "paid"):
            turned = f"-{key}"
        return self.address({"sort": turned, "page": None})


def page_number(asked: str | None) -> int:
    """The page asked for; anything that is not a plain number from 1 up is 1."""
    if not asked or not asked.isascii() or not asked.isdigit() or len(asked) > 7:
        return 1
    return min(max(int(asked), 1), LAST_PAGE)
