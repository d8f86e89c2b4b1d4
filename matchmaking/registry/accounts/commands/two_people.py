"""三员分立: what one operator alone may not do on the pages, so that nobody makes themselves somebody else.

An operator who knows a person's password cannot also take that person's second factor away, and the other way round;
and the pages give nobody the operator's or a finance office's role. The shell on the server remains for all of it.
"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.trail import TrailEvent
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.accounts.queries import has_factor

PASSWORDS = ("account.created", "account.password_changed")
FACTORS = ("factor.enrolled", "factor.reset", "factor.removed")
BY_SHELL = frozenset({Role.OPERATOR, Role.FINANCE_OFFICE_CITY, Role.FINANCE_OFFICE_COUNTY})
"""Roles that are given on the server alone."""


def refuse_role(actor: str, role: str) -> None:
    """``role_by_shell`` where somebody at a page would give a role of :data:`BY_SHELL`."""
    if _at_a_page(actor) and role in BY_SHELL:
        raise Refusal(Reason("role_by_shell", {"role_word": f"role_{role}"}))


def refuse_reset_by_same(session: Session, *, actor: str, user_id: int) -> None:
    """``second_operator_needed`` where ``actor`` gave the password that holds."""
    _refuse_if_last(session, actor, user_id, PASSWORDS, PASSWORDS)


def refuse_password_by_same(session: Session, *, actor: str, user_id: int) -> None:
    """``second_operator_needed`` where ``actor`` took the factor away and the person has not set up another."""
    _refuse_if_last(session, actor, user_id, FACTORS, ("factor.reset",))


def refuse_password_alone(session: Session, *, actor: str, user: UserAccount) -> None:
    """``password_by_shell`` where a page would give a new password to an account of :data:`BY_SHELL` that no second
    factor guards yet: who gives it could sign in with it and set up a phone of their own."""
    mine = actor == f"user:{user.id}"
    if _at_a_page(actor) and not mine and user.role in BY_SHELL and not has_factor(session, user.id):
        raise Refusal(Reason("password_by_shell", {"role_word": f"role_{user.role}"}))


def _refuse_if_last(
    session: Session, actor: str, user_id: int, among: tuple[str, ...], tags: tuple[str, ...]
) -> None:  # fmt: skip
    subject = f"user:{user_id}"
    if not _at_a_page(actor) or actor == subject:
        return
    asked = select(TrailEvent.tag, TrailEvent.actor).where(TrailEvent.subject == subject, TrailEvent.tag.in_(among))
    last = session.execute(asked.order_by(TrailEvent.seq.desc()).limit(1)).first()
    if last is not None and last.tag in tags and last.actor == actor:
        raise Refusal(Reason("second_operator_needed"))


def _at_a_page(actor: str) -> bool:
    return actor.startswith("user:")
