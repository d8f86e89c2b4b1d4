"""Pages of accounts: signing in, one's own account, one's second factor."""

from matchmaking.registry.accounts.views import factor as _factor  # noqa: F401  hangs its routes
from matchmaking.registry.accounts.views import own as _own  # noqa: F401
from matchmaking.registry.accounts.views import people as _people  # noqa: F401
from matchmaking.registry.accounts.views import signing_in as _signing_in  # noqa: F401
from matchmaking.registry.accounts.views.hanging import accounts

__all__ = ["accounts"]
