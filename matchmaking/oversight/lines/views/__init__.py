"""Pages of third parties' lines, and the bridges of banks' reports."""

from matchmaking.oversight.lines.views import bridging as _bridging  # noqa: F401
from matchmaking.oversight.lines.views import judging as _judging  # noqa: F401
from matchmaking.oversight.lines.views.listing import lines

__all__ = ["lines"]
