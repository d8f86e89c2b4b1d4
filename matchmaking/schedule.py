"""The table of timed jobs, and the import of every slice's tasks. Read by the worker and the shell, never by pages.

A slice adds a line to ``JOBS``; a slice whose ``jobs`` room registers tasks is imported here for that alone.
"""

from __future__ import annotations

from matchmaking.delivery.audits import jobs as audits
from matchmaking.delivery.audits.intake import jobs as _import  # noqa: F401  registers statement.import
from matchmaking.delivery.decisions import jobs as decisions
from matchmaking.delivery.signings import jobs as signings
from matchmaking.delivery.statements import jobs as _preview  # noqa: F401  registers statement.preview
from matchmaking.desks.curves import jobs as curves
from matchmaking.desks.gatherings import jobs as gatherings
from matchmaking.desks.standings import jobs as standings
from matchmaking.foundation.files import jobs as files
from matchmaking.foundation.jobs.declared import Job
from matchmaking.foundation.trail import jobs as trail
from matchmaking.market.allocations import jobs as _allocations  # noqa: F401  registers allocation.solve
from matchmaking.market.events import jobs as events
from matchmaking.market.matches.runs import jobs as match_runs
from matchmaking.market.needs import jobs as needs
from matchmaking.market.products import jobs as products
from matchmaking.market.referrals import jobs as referrals
from matchmaking.oversight.learning import jobs as learning
from matchmaking.oversight.lines import jobs as lines
from matchmaking.oversight.periods import jobs as periods
from matchmaking.oversight.reports import jobs as reports

JOBS: tuple[Job, ...] = (
    # name          run         minute hour day month weekday     days made up
    Job("checkpoint", trail.run, "0 * * * *"),
    Job("sweep-files", files.run, "30 3 * * *"),
    Job("expire-needs", needs.run, "15 0 * * *"),
    Job("supersede-products", products.run, "20 0 * * *"),
    Job("lapse-referrals", referrals.run, "25 0 * * *"),
    Job("freeze-sheets", events.run, "30 0 * * *"),
    # after products have taken over from one another
    Job("match-run", match_runs.run, "40 0 * * *"),
    # after lines and referrals have lapsed
    Job("lapse-papers", signings.run, "35 0 * * *"),
    Job("close-referrals", referrals.run_sweep, "*/10 * * * *"),
    Job("lapse-decisions", decisions.run, "30 0 * * *"),
    Job("close-decisions", decisions.run_sweep, "*/10 * * * *"),
    # lines of third parties verify, so they are matched before anything is reckoned
    Job("match-lines", lines.run, "50 20 * * *"),
    # what needs a word is asked first, so that the audit of the same evening counts it
    Job("findings", audits.run_findings, "0 21 * * *", 7),
    Job("flags", audits.run_flags, "10 21 * * *", 7),
    Job("audit", audits.run_audit, "30 21 * * *", 7),
    # counted from the audit of the same evening
    Job("lender-records", audits.run_records, "40 21 * * *", 7),
    # after the day's facts are in and judged
    Job("restate-periods", periods.run, "50 21 * * *"),
    Job("event-outcomes", gatherings.run, "45 21 * * *"),
    # of the audit of the same evening
    Job("curves", curves.run, "50 21 * * *"),
    Job("bank-standings", standings.run, "50 21 * * *"),
    Job("reports", reports.run, "50 21 * * *"),
    # once a month, on the audit of the evening before; it proposes and never adopts
    Job("policy-fit", learning.run, "30 6 1 * *"),
)
