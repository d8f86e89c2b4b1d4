"""Pages of referrals: the firm's, the bank's, the bureau's."""

from matchmaking.market.referrals.views.bank import bank_referrals
from matchmaking.market.referrals.views.bureau import bureau_referrals
from matchmaking.market.referrals.views.firm import referrals

__all__ = ["bank_referrals", "bureau_referrals", "referrals"]
