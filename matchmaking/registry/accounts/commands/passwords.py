"""Passwords: what is refused when chosen, and Argon2id with a bound on how many run at once."""

from __future__ import annotations

import os
import re
import secrets
import unicodedata
from functools import cache
from pathlib import Path
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from matchmaking.domain.reasons import Reason, Refusal

CLEAR = "23456789abcdefghjkmnpqrstuvwxyz"
LONGEST = 128
"""Characters; a longer text is refused before it is hashed."""

# OWASP's 19 MiB, 2 passes, 1 lane: 32 ms on the reference machine, where the library's default took 315
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# each hash holds 19 MiB: a flood of sign-ins must queue instead of taking the machine's memory
_slots = BoundedSemaphore((os.cpu_count() or 1) * 2)


def hash_password(password: str) -> str:
    """Argon2id of ``password`` in its own notation."""
    with _slots:
        return _hasher.hash(_plain(password))


def initial_password() -> str:
    """A password to hand to somebody: four groups of five letters and digits that cannot be mistaken, some 98 bits."""
    return "-".join("".join(secrets.choice(CLEAR) for _ in range(5)) for _ in range(4))


def verify_password(stored: str, password: str) -> bool:
    """Whether ``password`` is the one behind ``stored``; an empty ``stored`` takes as long and says no."""
    if len(password) > LONGEST:
        password = ""
    with _slots:
        try:
            return _hasher.verify(stored or _decoy(), _plain(password)) and bool(stored)
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(stored: str) -> bool:
    """Whether ``stored`` was made with other parameters than today's."""
    return bool(stored) and _hasher.check_needs_rehash(stored)


def refuse_weak(password: str, *, login: str, shortest: int) -> None:
    """Raise :class:`Refusal` ``password_short|long|common|like_login`` for a password that must not be chosen."""
    plain = _plain(password)
    if len(plain) < shortest:
        raise Refusal(Reason("password_short", {"length": len(plain), "shortest": shortest}))
    if len(password) > LONGEST:
        raise Refusal(Reason("password_long", {"longest": LONGEST}))
    folded = plain.casefold()
    if login and login in folded:
        raise Refusal(Reason("password_like_login", {}))
    if folded in _common() or _repeats(folded) or _runs(folded):
        raise Refusal(Reason("password_common", {}))


def _plain(password: str) -> str:
    # a Chinese input method may send full-width digits for the same keys
    return unicodedata.normalize("NFKC", password)


def _repeats(text: str) -> bool:
    return re.fullmatch(r"(.{1,6})\1+.{0,5}", text) is not None and len(set(text)) <= 6


def _runs(text: str) -> bool:
    steps = {ord(b) - ord(a) for a, b in zip(text, text[1:], strict=False)}
    return steps in ({1}, {-1})


@cache
def _common() -> frozenset[str]:
    lines = (Path(__file__).parent / "common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip() for line in lines if line.strip() and not line.startswith("#"))


@cache
def _decoy() -> str:
    return _hasher.hash("nobody has this password")
