"""Pages of flags: the office's, and those of the bank or firm that may answer."""

from matchmaking.delivery.flags.views.asked import asked
from matchmaking.delivery.flags.views.office import flags

__all__ = ["asked", "flags"]
