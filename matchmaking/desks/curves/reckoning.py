"""Curves of one wait: of all, and of each group, as they are stored, printed and shown."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from matchmaking.desks.curves.facts import ALL, Case, Cases, Wait
from matchmaking.domain.conversion.shown_curves import difference_told, group_told

SCHEMA = "curves/1"


def curves_told(wait: Wait, told: Cases, *, least: int) -> dict[str, Any]:
    """``slices``: by what → the groups that have a curve, the largest first, then those too small for one."""
    return {
        "schema": SCHEMA,
        "wait": wait.code,
        "causes": list(wait.causes),
        "unit": "workdays" if wait.own else "days",
        "least": least,
        "marks": list(wait.marks),
        "members": len(told.cases),
        "digest": hashlib.sha256("\n".join(sorted(case.key for case in told.cases)).encode()).hexdigest(),
        "apart": dict(told.apart),
        "slices": {by: _slice(wait, by, told.cases, least) for by in wait.by},
    }


def _slice(wait: Wait, by: str, cases: Sequence[Case], least: int) -> dict[str, Any]:
    groups: dict[str, list[Case]] = defaultdict(list)
    names: dict[str, str] = {}
    for case in cases:
        key, name = (ALL, ALL) if by == ALL else case.groups.get(by, ("", ""))
        groups[key].append(case)
        names[key] = name
    none = groups.pop("", []) if by != ALL else []
    order = sorted(groups, key=lambda key: (-len(groups[key]), key))
    outcomes = {key: [case.outcome for case in groups[key]] for key in order}
    made = [
        {"key": key, "name": names[key]}
        | group_told(outcomes[key], wait.main, wait.causes, least=least, marks=wait.marks)
        for key in order
    ]
    large = [outcomes[key] for key in order if len(outcomes[key]) >= least]
    return {
        "groups": made,
        # of none: papers that name no product or event
        "without": len(none),
        "difference": difference_told(large, wait.main) if by != ALL else None,
    }
