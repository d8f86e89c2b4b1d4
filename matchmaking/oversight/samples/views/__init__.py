"""Pages of samples."""

from matchmaking.oversight.samples.views import calling as _calling  # noqa: F401  hangs its pages on the blueprint
from matchmaking.oversight.samples.views.keeping import samples

__all__ = ["samples"]
