"""Who signs in to the demo. Demo accounts have no password: they open from their cards, and never in production."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaking.foundation.access.roles import Role
from matchmaking.registry.accounts.commands import ensure_user

ACTOR = "seed:demo"


@dataclass(frozen=True, slots=True)
class Persona:
    """One demo account; ``jurisdiction`` is ``*`` or an area code of GB/T 2260."""

    login: str
    name: str
    role: Role
    jurisdiction: str


PERSONAS = (
    Persona("office.city", "周敏（演示）", Role.FINANCE_OFFICE_CITY, "*"),
    Persona("office.county", "陈波（演示）", Role.FINANCE_OFFICE_COUNTY, "610902"),
    Persona("operator", "林涛（演示）", Role.OPERATOR, "*"),
)


def ensure_people(session: Session, *, at: datetime) -> dict[str, int]:
    """Login → id of every persona, made where missing."""
    return {
        who.login: ensure_user(
            session,
            actor=ACTOR,
            login=who.login,
            name=who.name,
            role=who.role.value,
            jurisdiction=who.jurisdiction,
            demo=True,
            at=at,
        )
        for who in PERSONAS
    }
