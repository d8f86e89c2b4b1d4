"""Who did what, by name."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.registry.accounts.models import UserAccount


def names_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """``user:<id>`` → the person's name, for those who have an account; one SQL statement."""
    ids = {int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdecimal()}
    if not ids:
        return {}
    asked = select(UserAccount.id, UserAccount.name).where(UserAccount.id.in_(ids))
    return {f"user:{number}": name for number, name in session.execute(asked)}
