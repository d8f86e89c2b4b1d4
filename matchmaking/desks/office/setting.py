"""What every page of a portfolio shares: which portfolio, which two days, which unit, whether it is stale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from matchmaking.delivery.audits.queries import OpenedAudit
from matchmaking.desks.office.asked import Addresses, Asked, unit_for
from matchmaking.foundation.web.figures import unit_choices
from matchmaking.foundation.web.words import language
from matchmaking.registry.portfolios.models import Portfolio


@dataclass(frozen=True, slots=True)
class Setting:
    """The bar under the top bar. ``kept`` are query values that choosing other days does not drop."""

    portfolio: Portfolio
    portfolios: Sequence[Portfolio]
    as_of: date
    known_on: date
    known_asked: bool
    unit: str
    action: str
    addresses: Addresses
    stale: bool = False
    made_at: datetime | None = None
    may_reckon: bool = False
    notice: str = ""
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The portfolio's name in this page's language."""
        return self.portfolio.title_en if language() == "en" else self.portfolio.title_zh

    @property
    def units(self) -> tuple[str, ...]:
        """Units its amounts may be read in."""
        return unit_choices(self.portfolio.currency)

    @property
    def from_statements(self) -> bool:
        """Whether only statements speak here."""
        return self.portfolio.kind == "statement"


def setting_of(
    opened: OpenedAudit,
    asked: Asked,
    *,
    portfolios: Sequence[Portfolio],
    action: str,
    may_reckon: bool,
    notice: str = "",
    **more: Any,
) -> Setting:
    """The setting of a page of ``opened``."""
    unit = unit_for(asked.unit, opened.portfolio.currency)
    known = opened.known_on if asked.known_on else None
    return Setting(
        portfolio=opened.portfolio,
        portfolios=portfolios,
        as_of=opened.as_of,
        known_on=opened.known_on,
        known_asked=asked.known_on is not None,
        unit=unit,
        action=action,
        addresses=Addresses(opened.portfolio.code, opened.as_of, known, unit, asked.grade),
        stale=opened.stale,
        made_at=opened.snapshot.made_at if opened.snapshot else None,
        may_reckon=may_reckon,
        notice=notice,
        **more,
    )
