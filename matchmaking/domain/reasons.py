"""A verdict brings its reasons: a code with parameters here, the words in two languages in the rulebook.

``matchmaking/rulebook/words/*.toml`` hold the Chinese and the English of every code; a test fails when a code used in
the source has no words in either language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Reason:
    """Why. ``code`` is a key of the rulebook's words; ``params`` fill its placeholders and are plain values."""

    code: str
    params: Mapping[str, str | int | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))

    def __hash__(self) -> int:
        return hash((self.code, tuple(sorted((k, str(v)) for k, v in self.params.items()))))


class Refusal(Exception):
    """A rule said no. ``reasons`` name the rule, the figures and what would pass; never empty."""

    def __init__(self, *reasons: Reason) -> None:
        if not reasons:
            raise ValueError("a refusal brings at least one reason")
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons

    @property
    def reason(self) -> Reason:
        """The first reason."""
        return self.reasons[0]
