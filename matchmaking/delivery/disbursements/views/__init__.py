"""Pages about money: the bank reports, the firm answers."""

from matchmaking.delivery.disbursements.views import terms as _terms  # noqa: F401  hangs its pages on the bank's blueprint
from matchmaking.delivery.disbursements.views.bank import bank_agreements
from matchmaking.delivery.disbursements.views.firm import loans
from matchmaking.delivery.disbursements.views.monthly import bank_reports

__all__ = ["bank_agreements", "bank_reports", "loans"]
