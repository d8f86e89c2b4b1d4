"""The policy: weights and settings of the soft lines, versioned and dated. A stored match keeps its version."""

from __future__ import annotations

import tomllib
from collections import namedtuple
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from matchmaking.domain.matching.lines import FULL
from matchmaking.domain.matching.points import LATER, LINES, SETTINGS, UNSTATED_LEFT_OUT
from matchmaking.domain.reasons import Reason, Refusal

_Numbers: Any = namedtuple("_Numbers", sorted({*SETTINGS, *LATER}))  # type: ignore[misc]  # the names come from the lines
WHOLE = 100
"""Weights add up to it: the degree of fit is 0–100."""


@dataclass(frozen=True, slots=True)
class Policy:
    """``weights``: line → whole points, adding up to 100. ``settings``: numbers the lines use (‰, ppm, times).

    ``since`` is the first day it holds; ``document`` where it stands; ``verified`` False for design defaults.
    """

    version: str
    since: date
    document: str
    verified: bool
    weights: Mapping[str, int] = field(hash=False)
    settings: Mapping[str, int] = field(hash=False)
    numbers: Any = field(init=False, repr=False, compare=False)
    """``settings`` as a named tuple, as a ``fit`` reads them."""
    _shared: dict[frozenset[str], Mapping[str, int]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))
        object.__setattr__(self, "settings", MappingProxyType({**LATER, **self.settings}))
        names: tuple[str, ...] = _Numbers._fields
        given = {name: self.settings.get(name, 0) for name in names}
        object.__setattr__(self, "numbers", _Numbers(**given))
        numbers = [*self.weights.values(), *self.settings.values()]
        if any(type(number) is not int or number < 0 for number in numbers):
            raise ValueError(f"policy {self.version}: weights and settings are whole numbers, not below zero")
        if sum(self.weights.values()) != WHOLE:
            raise ValueError(f"policy {self.version}: the weights do not add up to {WHOLE}")

    @property
    def scores_all(self) -> bool:
        """Whether a line is scored even where the need states no wish."""
        return not self.settings[UNSTATED_LEFT_OUT]

    def shared(self, stated: Collection[str]) -> Mapping[str, int]:
        """Whole points of each line for a need that states only these: the weight of the others is shared out in
        proportion, so that the lines still add up to 100 (largest remainders first, then the order of the policy).
        All zero where no stated line has a weight."""
        if self.scores_all:
            return self.weights
        # as many patterns as lines can be stated or not; every pair asks again
        pattern = frozenset(stated)
        if pattern not in self._shared:
            self._shared[pattern] = MappingProxyType(self._reckoned(pattern))
        return self._shared[pattern]

    def _reckoned(self, stated: Collection[str]) -> dict[str, int]:
        counted = {line: weight for line, weight in self.weights.items() if line in stated}
        whole = sum(counted.values())
        if not whole:
            return dict.fromkeys(self.weights, 0)
        points = {line: weight * WHOLE // whole for line, weight in counted.items()}
        by_rest = sorted(counted, key=lambda line: -(counted[line] * WHOLE % whole))
        for line in by_rest[: WHOLE - sum(points.values())]:
            points[line] += 1
        return {line: points.get(line, 0) for line in self.weights}


def parse_policies(text: str) -> tuple[Policy, ...]:
    """Every version in a TOML text, oldest first. ``ValueError`` for a version or a day that stands twice, for a
    weight of no line, and for a setting missing, unknown or above its range."""
    found = tuple(_policy(entry) for entry in tomllib.loads(text)["versions"])
    days = [policy.since for policy in found]
    if days != sorted(set(days)) or len({policy.version for policy in found}) != len(found):
        raise ValueError("versions of a policy stand in order of their day, each once")
    return found


def _policy(entry: Mapping[str, Any]) -> Policy:
    made = Policy(**entry)
    if set(made.weights) - {line.code for line in LINES} or set(made.settings) != {*SETTINGS, *LATER}:
        raise ValueError(f"policy {made.version}: lines and settings are not those of the code")
    wide = [name for name in made.settings if name.split("_")[-1] not in ("ppm", "times")]
    if any(made.settings[name] > FULL for name in wide) or not 1 <= made.settings["quota_times"] <= FULL:
        raise ValueError(f"policy {made.version}: a share lies between 0 and {FULL}, quota_times between 1 and {FULL}")
    return made


def policy_on(policies: Sequence[Policy], on: date) -> Policy:
    """The version in force on ``on``; a :class:`Refusal` where none was yet."""
    held = [policy for policy in policies if policy.since <= on]
    if not held:
        raise Refusal(Reason("match_policy_not_yet", {"day": on.isoformat()}))
    return held[-1]


def policy_named(policies: Sequence[Policy], version: str) -> Policy:
    """The version a stored match names; ``KeyError`` for one nobody has written."""
    for policy in policies:
        if policy.version == version:
            return policy
    raise KeyError(version)
