"""Every change to accounts and sessions."""

from matchmaking.registry.accounts.commands.accounts import (
    change_password,
    change_role,
    choose_language,
    create_user,
    ensure_user,
    move_user,
    set_password,
    shut_user,
    unlock_user,
)
from matchmaking.registry.accounts.commands.sessions import (
    Place,
    end_all_sessions,
    note_seen,
    revoke_own_session,
    sign_out,
)
from matchmaking.registry.accounts.commands.signing_in import fold_login, sign_in, sign_in_as_demo

__all__ = [
    "Place",
    "change_password",
    "change_role",
    "choose_language",
    "create_user",
    "end_all_sessions",
    "ensure_user",
    "fold_login",
    "move_user",
    "note_seen",
    "revoke_own_session",
    "set_password",
    "shut_user",
    "sign_in",
    "sign_in_as_demo",
    "sign_out",
    "unlock_user",
]
