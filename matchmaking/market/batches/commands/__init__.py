"""Everything that changes a list: started, filled, tested, frozen; afterwards only restated beside, and answered."""

from matchmaking.market.batches.commands.after import OutcomeTold, record_outcomes, restate_batch
from matchmaking.market.batches.commands.compiling import fill_batch, record_tests, start_batch, strike_member
from matchmaking.market.batches.commands.freezing import discard_batch, freeze_batch

__all__ = [
    "OutcomeTold",
    "discard_batch",
    "fill_batch",
    "freeze_batch",
    "record_outcomes",
    "record_tests",
    "restate_batch",
    "start_batch",
    "strike_member",
]
