"""Pages of findings, and of verdicts."""

from matchmaking.delivery.findings.views import judging as _judging  # noqa: F401  hangs its pages on the blueprint
from matchmaking.delivery.findings.views.answering import findings

__all__ = ["findings"]
