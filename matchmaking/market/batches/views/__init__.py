"""Pages of lists."""

from matchmaking.market.batches.views import members as _members  # noqa: F401  hangs its routes on the blueprint
from matchmaking.market.batches.views.lists import batches

__all__ = ["batches"]
