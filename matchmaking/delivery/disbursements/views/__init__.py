"""Pages about money: the bank reports, the firm answers."""

from matchmaking.delivery.disbursements.views.bank import bank_agreements
from matchmaking.delivery.disbursements.views.firm import loans

__all__ = ["bank_agreements", "loans"]
