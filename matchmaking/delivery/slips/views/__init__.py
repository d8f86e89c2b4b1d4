"""The bank's slips; the office's board of who has not reported, and the slips that came back."""

from matchmaking.delivery.slips.views.bank import bank_slips
from matchmaking.delivery.slips.views.office import reporting

__all__ = ["bank_slips", "reporting"]
