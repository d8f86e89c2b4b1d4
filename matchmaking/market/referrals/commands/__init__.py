"""Everything that changes a referral: sending, moving, answering, giving it to somebody, and ends by themselves."""

from matchmaking.market.referrals.commands.answering import accept, decline
from matchmaking.market.referrals.commands.assigning import assign
from matchmaking.market.referrals.commands.ending import close_orphans, lapse, withdraw_need
from matchmaking.market.referrals.commands.moving import move
from matchmaking.market.referrals.commands.sending import Consenting, push, refer

__all__ = [
    "Consenting", "accept", "assign", "close_orphans", "decline", "lapse", "move", "push", "refer", "withdraw_need",
]  # fmt: skip
