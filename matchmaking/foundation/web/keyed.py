"""A form that is sent twice acts once, and says which version of the thing it was made from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session
from wtforms import HiddenField

from matchmaking.foundation import clock
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.storage import once, run_in_unit_of_work

LARGEST_VERSION = 2**31 - 1


class VersionField(HiddenField):
    """Which version of the thing a page was made from; anything that is no such number reads as 0, which never fits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Digits, bounded."""
        typed = valuelist[0] if valuelist else ""
        fine = typed.isascii() and typed.isdigit() and len(typed) <= 10
        self.data = min(int(typed), LARGEST_VERSION) if fine else 0


def keyed(route: str, key: str | None, body: dict[str, Any], do: Callable[[Session], dict[str, Any]]) -> dict[str, Any]:
    """Run a command once for this page's key; the answer, or the earlier one where the page was sent twice."""
    viewer, at = current_viewer(), clock.now()

    def work(inside: Session) -> dict[str, Any]:
        def act() -> dict[str, Any]:
            return do(inside)

        return once(inside, actor=viewer.actor, route=route, key=key or "", body=body, at=at, do=act).answer

    return run_in_unit_of_work(work)
