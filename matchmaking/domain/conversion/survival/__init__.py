"""How long things take when many have not happened yet (N6): curves with intervals, competing outcomes, tests.

``curves`` asks for one outcome (Kaplan–Meier, restricted mean), ``competing`` for several that exclude one another
(Aalen–Johansen), ``comparing`` whether groups differ (log-rank). All three are exact. ``columns`` says the same of
millions of spells in floats, is read by nobody exact, and is tested against them.
"""

from matchmaking.domain.conversion.survival.comparing import Compared, compare, log_rank
from matchmaking.domain.conversion.survival.competing import Incidence, Outcome, aalen_johansen
from matchmaking.domain.conversion.survival.curves import (
    HALF,
    LOG,
    LOG_LOG,
    Z95,
    Curve,
    RestrictedMean,
    Spell,
    Step,
    kaplan_meier,
)

__all__ = [
    "HALF",
    "LOG",
    "LOG_LOG",
    "Z95",
    "Compared",
    "Curve",
    "Incidence",
    "Outcome",
    "RestrictedMean",
    "Spell",
    "Step",
    "aalen_johansen",
    "compare",
    "kaplan_meier",
    "log_rank",
]
