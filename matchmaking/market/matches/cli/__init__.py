"""``flask match …``: runs, backtests and what-ifs of matching from the shell."""

from __future__ import annotations

import click

from matchmaking.market.matches.cli.ranking import rank
from matchmaking.market.matches.cli.run import run_command
from matchmaking.market.matches.cli.whatif import whatif

match = click.Group("match", help="Match needs with products, rank lenders, ask what a rule shuts out.")
COMMANDS: tuple[click.Command, ...] = (run_command, rank, whatif)
for _command in COMMANDS:
    match.add_command(_command)
