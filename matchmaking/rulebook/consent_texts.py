"""The words a consent is given by, with their versions (``consents/*.toml``). A version in use is never rewritten."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from matchmaking.domain.reasons import Reason, Refusal

TEXTS = Path(__file__).parent / "consents"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One version. ``title`` and ``body`` by language; a body names ``{institution}``, ``{first}`` and ``{last}``."""

    purpose: str
    version: int
    since: date
    title: Mapping[str, str]
    body: Mapping[str, str]

    def filled(self, language: str, *, institution: str, first: date, last: date) -> str:
        """Title and body as shown and kept. Every brace of the text is a placeholder; names are put in as they are."""
        told = {"institution": institution, "first": first.isoformat(), "last": last.isoformat()}
        return self.title[language] + "\n" + self.body[language].format_map(told).strip()


@cache
def consent_texts() -> Mapping[str, tuple[ConsentText, ...]]:
    """Purpose → its versions, the oldest first."""
    return {table[0].purpose: table for table in (_versions(path) for path in sorted(TEXTS.glob("*.toml")))}


def consent_text(purpose: str, day: date) -> ConsentText:
    """The version shown on ``day``; a :class:`Refusal` ``consent_text_unknown`` where there is none yet."""
    found = [text for text in consent_texts().get(purpose, ()) if text.since <= day]
    if not found:
        raise Refusal(Reason("consent_text_unknown", {"purpose": purpose[:40], "day": day.isoformat()}))
    return found[-1]


def _versions(path: Path) -> tuple[ConsentText, ...]:
    table = tomllib.loads(path.read_text("utf-8"))
    texts = tuple(
        ConsentText(
            table["purpose"],
            one["version"],
            one["since"],
            {"zh": one["title_zh"], "en": one["title_en"]},
            {"zh": one["body_zh"].strip(), "en": one["body_en"].strip()},
        )
        for one in table["versions"]
    )
    if [text.version for text in texts] != list(range(1, len(texts) + 1)):
        raise ValueError(f"{path.name}: versions count from 1 without gaps")
    return texts
