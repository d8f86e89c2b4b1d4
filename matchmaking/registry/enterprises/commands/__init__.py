"""Every change to firms."""

from matchmaking.registry.enterprises.commands.holding import add_credit_history, add_person, add_title, void_title
from matchmaking.registry.enterprises.commands.profiling import LoanTold, ProfileTold, tell_profile
from matchmaking.registry.enterprises.commands.registering import (
    Applicant,
    FirmTold,
    enter_enterprise,
    open_firm,
    register_enterprise,
)
from matchmaking.registry.enterprises.commands.verifying import (
    close_enterprise,
    give_code,
    return_enterprise,
    verify_enterprise,
)

__all__ = [
    "Applicant",
    "FirmTold",
    "LoanTold",
    "ProfileTold",
    "add_credit_history",
    "add_person",
    "add_title",
    "close_enterprise",
    "enter_enterprise",
    "give_code",
    "open_firm",
    "register_enterprise",
    "return_enterprise",
    "tell_profile",
    "verify_enterprise",
    "void_title",
]
