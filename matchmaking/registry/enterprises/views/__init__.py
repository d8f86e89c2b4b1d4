"""Pages about firms: registering, the firm's own profile, and the bureau's list and sheets."""

from matchmaking.registry.enterprises.views import bureau, firm, registering  # noqa: F401  hang their routes
from matchmaking.registry.enterprises.views.hanging import enterprises

__all__ = ["enterprises"]
