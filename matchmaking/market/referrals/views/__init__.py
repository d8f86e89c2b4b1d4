"""Pages of referrals: the firm's, the bank's, the bureau's."""

# these hang their routes on the blueprints of desk and firm
import matchmaking.market.referrals.views.bank
import matchmaking.market.referrals.views.batch
import matchmaking.market.referrals.views.firm_steps  # noqa: F401
from matchmaking.market.referrals.views.bureau import bureau_referrals
from matchmaking.market.referrals.views.desk import bank_referrals
from matchmaking.market.referrals.views.firm import referrals

__all__ = ["bank_referrals", "bureau_referrals", "referrals"]
