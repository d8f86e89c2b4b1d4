"""Pages of credit decisions: the bank's, and the firm's own line."""

from matchmaking.delivery.decisions.views.bank import decisions
from matchmaking.delivery.decisions.views.firm import my_lines

__all__ = ["decisions", "my_lines"]
