"""Three locks: the door (guard), the window (viewer), the act (transition tables refuse the move).

What queries and commands need is named here and knows no web. Views take the door from ``access.guard``
(``requires``, ``public``) and the person from ``access.login`` (``current_viewer``).
"""

from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer

__all__ = ["EVERYWHERE", "Permission", "Role", "Viewer"]
