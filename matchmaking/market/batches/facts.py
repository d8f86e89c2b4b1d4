"""What a list says of a firm, as it comes in, and the hash over who is on a frozen list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from matchmaking.domain.money import Money

Line = tuple[str, str, int]
"""Public key of the firm, its 统一社会信用代码, amount in minor units."""


@dataclass(frozen=True, slots=True)
class MemberTold:
    """One firm as it is entered on a list: its code, the amount asked with the unit it was typed in."""

    uscc: str
    asked: Money
    unit: str = "wan"
    name: str = ""
    """As pasted; empty takes the registered name, another one than the registered is refused."""
    confirmed: bool = False
    """The person was asked about the unit and says that the amount stands."""
    need_key: str | None = None


@dataclass(frozen=True, slots=True)
class CheckTold:
    """What was found of one of the five tests, and on what ground."""

    test: str
    verdict: str
    words: str = ""


def membership_sha256(lines: Iterable[Line]) -> str:
    """The hash by which a frozen list is known again, 64 hexadecimal digits.

    Each firm is one line ``<public key> TAB <code> TAB <amount in fen>``; lines are sorted by their bytes, ended by a
    line feed each, joined and hashed as UTF-8 with SHA-256. Neither order of entry, nor database ids, nor names enter,
    so that anybody holding the list can reckon it with standard tools (``LC_ALL=C sort | sha256sum``).
    """
    written = sorted(f"{key}\t{code}\t{minor}".encode() for key, code, minor in lines)
    return sha256(b"".join(line + b"\n" for line in written)).hexdigest()
