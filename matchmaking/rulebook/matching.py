"""The policies of matching, and its reasons in words with the names of codes put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache

from matchmaking.domain.matching.policy import Policy, parse_policies, policy_named, policy_on
from matchmaking.domain.matching.schemes import Scheme, parse_schemes
from matchmaking.domain.reasons import Reason
from matchmaking.rulebook import HERE, say, words

_CODES = re.compile(r"\A[a-z_]+:\S+(?: [a-z_]+:\S+)*\Z")
_BETWEEN = {"zh": "、", "en": ", "}

Naming = Callable[[str, str, str], str | None]
"""(vocabulary, code, language) → the name of an area, an industry or a title; None for what it does not know."""


@cache
def policies() -> tuple[Policy, ...]:
    """Every version, oldest first."""
    return parse_policies((HERE / "policies" / "matching.toml").read_text("utf-8"))


@cache
def schemes() -> tuple[Scheme, ...]:
    """Every support scheme, open or not."""
    return parse_schemes((HERE / "schemes" / "schemes.toml").read_text("utf-8"))


def policy(on: date) -> Policy:
    """The version in force on ``on``."""
    return policy_on(policies(), on)


def policy_of(version: str) -> Policy:
    """The version a stored match names; ``KeyError`` for one nobody has written."""
    return policy_named(policies(), version)


def in_words(reason: Reason, language: str = "zh", naming: Naming | None = None) -> str:
    """A reason of matching. ``guarantee:mortgage guarantee:pledge`` becomes 抵押、质押: by ``naming``, else by the
    words ``match_<vocabulary>_<code>``, else the code itself stands."""
    params = {key: _named(value, language, naming) for key, value in reason.params.items()}
    return say(reason.code, language, **params)


def _named(value: str | int | None, language: str, naming: Naming | None) -> str | int | None:
    if not isinstance(value, str) or not _CODES.match(value):
        return value
    return _BETWEEN[language].join(_name(token, language, naming) for token in value.split(" "))


def _name(token: str, language: str, naming: Naming | None) -> str:
    vocabulary, _, code = token.partition(":")
    given = naming(vocabulary, code, language) if naming else None
    key = f"match_{vocabulary}_{code}"
    return given or (say(key, language) if key in words() else code)
