"""Pages of papers: the bank's and the firm's."""

from matchmaking.delivery.signings.views.bank import bank_papers
from matchmaking.delivery.signings.views.firm import papers

__all__ = ["bank_papers", "papers"]
