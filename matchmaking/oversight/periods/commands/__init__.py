"""Every change of this slice: closing a month, and restating it."""

from matchmaking.oversight.periods.commands.closing import close_period, first_day_to_close, propose_period
from matchmaking.oversight.periods.commands.restating import restate_period

__all__ = ["close_period", "first_day_to_close", "propose_period", "restate_period"]
