"""What commands of the registry share: public keys nobody can guess, days that have come, texts within bounds."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import UTC, date, datetime

from matchmaking.domain.reasons import Reason, Refusal


def fresh_key(prefix: str, at: datetime) -> str:
    """A public key: sorts by the instant it was told, and nobody can guess it."""
    return f"{prefix}-{at.astimezone(UTC):%Y%m%d%H%M%S%f}-{secrets.token_hex(4)}"


def refuse_later(day: date, on: date) -> None:
    """Refuse a fact dated after ``on``, the business day on which it is told."""
    if day > on:
        raise Refusal(Reason("day_not_yet", {"day": day.isoformat(), "today": on.isoformat()}))


def plain_name(text: str, *, longest: int = 200) -> str:
    """A name in NFKC with single blanks; full-width brackets, as Chinese names carry them, are kept.

    Raises :class:`Refusal` ``name_needed`` or ``name_long``.
    """
    kept = "".join(c if c in "（）" else unicodedata.normalize("NFKC", c) for c in unicodedata.normalize("NFC", text))
    name = " ".join(kept.split())
    if not name:
        raise Refusal(Reason("name_needed", {}))
    if len(name) > longest:
        raise Refusal(Reason("name_long", {"longest": longest, "length": len(name)}))
    return name


def words_enough(words: str, *, fewest: int, most: int = 1000) -> str:
    """A reason in words with single blanks. Raises :class:`Refusal` ``words_short`` or ``words_long``."""
    text = " ".join(words.split())
    if len(text) < fewest:
        raise Refusal(Reason("words_short", {"fewest": fewest, "given": len(text)}))
    if len(text) > most:
        raise Refusal(Reason("words_long", {"most": most, "given": len(text)}))
    return text
