"""Pages of what-if: the bank's, product by product, and the offices'."""

from matchmaking.desks.whatif.views.bank import bank_fit
from matchmaking.desks.whatif.views.office import gaps_desk

__all__ = ["bank_fit", "gaps_desk"]
