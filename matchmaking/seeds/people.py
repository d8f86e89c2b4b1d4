"""Who signs in to the demo. Demo accounts have no password: they open from their cards, and never in production."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaking.foundation.access.roles import Role
from matchmaking.registry.accounts.commands import ensure_user

ACTOR = "seed:demo"
FIRM, BANK, BUREAU = "demo-firm-tea", "bank-jinzhou", "demo-bureau"
"""Public keys of the organisations that demo people work for."""


@dataclass(frozen=True, slots=True)
class Persona:
    """One demo account; ``jurisdiction`` is ``*`` or an area code of GB/T 2260."""

    login: str
    name: str
    role: Role
    jurisdiction: str
    works_for: str | None = None
    """Public key of the organisation, for roles that see only their own."""


PERSONAS = (
    Persona("office.city", "周敏（演示）", Role.FINANCE_OFFICE_CITY, "*"),
    Persona("office.county", "陈波（演示）", Role.FINANCE_OFFICE_COUNTY, "610902"),
    Persona("operator", "林涛（演示）", Role.OPERATOR, "*"),
    Persona("firm.tea", "吴芳（演示）", Role.ENTERPRISE, "610902", FIRM),
    Persona("bank.officer", "陈立（演示）", Role.BANK_OFFICER, "*", BANK),
    Persona("bank.manager", "高远（演示）", Role.BANK_MANAGER, "*", BANK),
    Persona("bureau.officer", "王静（演示）", Role.BUREAU_OFFICER, "*", BUREAU),
)


def ensure_people(
    session: Session, *, places: Mapping[str, int], at: datetime, people: Sequence[Persona] = PERSONAS
) -> dict[str, int]:
    """Login → id of every persona, made where missing. ``places``: key → id of the organisations they work for."""
    return {
        who.login: ensure_user(
            session,
            actor=ACTOR,
            login=who.login,
            name=who.name,
            role=who.role.value,
            jurisdiction=who.jurisdiction,
            demo=True,
            organisation_id=None if who.works_for is None else places[who.works_for],
            at=at,
        )
        for who in people
    }
