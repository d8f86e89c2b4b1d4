"""Who is looking. Handed to every query, so that what they may not see is not found."""

from __future__ import annotations

from dataclasses import dataclass

from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import Role, permissions_of

EVERYWHERE = "*"
"""The jurisdiction of those who see the whole city."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in person, as of this request's one look at their session and account.

    ``jurisdiction`` is an area code or :data:`EVERYWHERE`; ``session_id`` the row of ``login_session``;
    ``language`` is ``zh``, ``en`` or "" (never chosen). ``organisation_path`` is ``/1/5/``: what a bank's person sees
    of the bank hangs at or under it.
    """

    user_id: int
    login: str
    name: str
    role: Role
    jurisdiction: str
    session_id: int
    language: str = ""
    demo: bool = False
    organisation_id: int | None = None
    organisation_path: str | None = None
    organisation_kind: str | None = None
    password_given: bool = False
    """Somebody else chose the password: nothing but one's own account opens before it is changed."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role allows."""
        return permissions_of(self.role)

    @property
    def actor(self) -> str:
        """The name under which the trail records what this person does."""
        return f"user:{self.user_id}"

    def may(self, permission: Permission) -> bool:
        """Whether the role carries ``permission``."""
        return permission in self.permissions

    def covers(self, jurisdiction: str) -> bool:
        """Whether facts of ``jurisdiction`` are this viewer's to see. A county never sees the whole-city ``*``."""
        return self.jurisdiction in (EVERYWHERE, jurisdiction)
