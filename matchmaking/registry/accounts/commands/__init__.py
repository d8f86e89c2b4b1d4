"""Every change to accounts and sessions."""

from matchmaking.registry.accounts.commands.accounts import (
    change_password,
    change_role,
    change_work,
    choose_language,
    confirm_password,
    create_user,
    end_sessions_of,
    ensure_user,
    move_user,
    reset_factor_of,
    set_password,
    shut_user,
    unlock_user,
)
from matchmaking.registry.accounts.commands.passwords import hash_password, initial_password
from matchmaking.registry.accounts.commands.pending import CODE, ENROL, leave, offer_factor, stop_waiting
from matchmaking.registry.accounts.commands.sealing import Seal
from matchmaking.registry.accounts.commands.second_factors import (
    Enrolled,
    enrol,
    pass_code,
    remove_factor,
    renew_recovery_codes,
    reset_factor,
    rewrap_factors,
)
from matchmaking.registry.accounts.commands.sessions import (
    Place,
    end_all_sessions,
    note_seen,
    revoke_own_session,
    sign_out,
)
from matchmaking.registry.accounts.commands.signing_in import Entry, fold_login, sign_in, sign_in_as_demo

__all__ = [
    "CODE",
    "ENROL",
    "Enrolled",
    "Entry",
    "Place",
    "Seal",
    "change_password",
    "change_role",
    "change_work",
    "choose_language",
    "confirm_password",
    "create_user",
    "end_all_sessions",
    "end_sessions_of",
    "enrol",
    "ensure_user",
    "fold_login",
    "hash_password",
    "initial_password",
    "leave",
    "move_user",
    "note_seen",
    "offer_factor",
    "pass_code",
    "remove_factor",
    "renew_recovery_codes",
    "reset_factor",
    "reset_factor_of",
    "revoke_own_session",
    "rewrap_factors",
    "set_password",
    "shut_user",
    "sign_in",
    "sign_in_as_demo",
    "sign_out",
    "stop_waiting",
    "unlock_user",
]
