"""Reading accounts: sessions (asked on every request), second factors, and people as the operator keeps them."""

from matchmaking.registry.accounts.queries.factors import (
    FactorLine,
    Waiting,
    has_factor,
    own_factor,
    pending_sign_in,
)
from matchmaking.registry.accounts.queries.people import (
    PersonRow,
    PersonSheet,
    WantedPeople,
    employers_named,
    locked_people,
    people_list,
    person_sheet,
)
from matchmaking.registry.accounts.queries.sessions import (
    LiveSession,
    SessionLine,
    account_by_login,
    all_accounts,
    demo_accounts,
    digest_of,
    find_live_session,
    is_open,
    own_sessions,
)

__all__ = [
    "FactorLine",
    "LiveSession",
    "PersonRow",
    "PersonSheet",
    "SessionLine",
    "Waiting",
    "WantedPeople",
    "account_by_login",
    "all_accounts",
    "demo_accounts",
    "digest_of",
    "employers_named",
    "find_live_session",
    "has_factor",
    "is_open",
    "locked_people",
    "own_factor",
    "own_sessions",
    "pending_sign_in",
    "people_list",
    "person_sheet",
]
