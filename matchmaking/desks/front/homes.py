"""Each role's home: the page its people open every morning."""

from __future__ import annotations

from matchmaking.foundation.access.roles import Role

HOMES: dict[Role, tuple[str, ...]] = {
    Role.ENTERPRISE: ("firm_desk.home", "needs.index"),
    Role.BANK_OFFICER: ("bank_referrals.index",),
    Role.BANK_MANAGER: ("bank_referrals.index",),
    Role.BUREAU_OFFICER: ("bureau_desk.home", "bureau_needs.index"),
    Role.FINANCE_OFFICE_CITY: ("office.home",),
    Role.FINANCE_OFFICE_COUNTY: ("office.home",),
    Role.OPERATOR: ("operator_desk.home", "statements.index"),
}
"""Role → endpoints without parameters, the first that exists is home; where none does, one's own account."""
