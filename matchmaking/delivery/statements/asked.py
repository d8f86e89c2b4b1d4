"""What a person asked for on the upload page, as it travels in a task's parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from matchmaking.foundation.files import Kept


@dataclass(frozen=True, slots=True)
class Asked:
    """A kept file with the choices made for it. Titles matter only where the portfolio has to be made."""

    kept: Kept
    mapping: str
    portfolio: str
    as_of: date
    title_zh: str = ""
    title_en: str = ""

    def as_params(self) -> dict[str, Any]:
        """Plain values for ``create_task``."""
        return {
            "sha256": self.kept.sha256,
            "size": self.kept.size,
            "kind": self.kept.kind,
            "name": self.kept.name,
            "mapping": self.mapping,
            "portfolio": self.portfolio,
            "as_of": self.as_of.isoformat(),
            "title_zh": self.title_zh,
            "title_en": self.title_en,
        }

    @classmethod
    def from_params(cls, params: Mapping[str, Any]) -> Asked:
        """The inverse of :meth:`as_params`; further parameters are ignored."""
        return cls(
            Kept(params["sha256"], params["size"], params["kind"], params["name"]),
            params["mapping"],
            params["portfolio"],
            date.fromisoformat(params["as_of"]),
            params.get("title_zh", ""),
            params.get("title_en", ""),
        )
