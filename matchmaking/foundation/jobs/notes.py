"""Reasons as JSON and back, so that a refusal in the background is told in words later, in either language."""

from __future__ import annotations

from typing import Any

from matchmaking.domain.reasons import Reason


def note_of(reasons: tuple[Reason, ...]) -> dict[str, Any]:
    """``{"reasons": [{"code", "params"}]}``."""
    return {"reasons": [{"code": reason.code, "params": dict(reason.params)} for reason in reasons]}


def reasons_of(note: dict[str, Any] | None) -> list[Reason]:
    """The reasons in a note; none for None."""
    return [Reason(item["code"], item["params"]) for item in (note or {}).get("reasons", [])]
