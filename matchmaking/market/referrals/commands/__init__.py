"""Everything that changes a referral: sending, moving, answering, passing the turn, giving it to somebody, and ends by
themselves."""

from matchmaking.market.referrals.commands.answering import accept, decline, keep_reason, terminate, undo_decline
from matchmaking.market.referrals.commands.assigning import assign
from matchmaking.market.referrals.commands.ending import close_orphans, lapse, stop_clocks, withdraw_need
from matchmaking.market.referrals.commands.moving import move
from matchmaking.market.referrals.commands.sending import Consenting, push, refer
from matchmaking.market.referrals.commands.turning import answer, pause, resume

__all__ = [
    "Consenting", "accept", "answer", "assign", "close_orphans", "decline", "keep_reason", "lapse", "move", "pause",
    "push", "refer", "resume", "stop_clocks", "terminate", "undo_decline", "withdraw_need",
]  # fmt: skip
