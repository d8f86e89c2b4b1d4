"""Pages of needs: the firm's and the bureau's."""

from matchmaking.market.needs.views.bureau import bureau_needs
from matchmaking.market.needs.views.firm import needs

__all__ = ["bureau_needs", "needs"]
