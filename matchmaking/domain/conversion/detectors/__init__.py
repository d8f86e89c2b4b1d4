"""口径异常 (N5): twelve detectors, each a pure function over the audit's facts that says what it saw and
never accuses.

A flag names its subjects, shows its evidence, says why it may be innocent and who may answer. It changes no figure:
only a flag that the office upholds after the bank's reply leaves a numerator (``measures``), by a verdict alone.
"""

from matchmaking.domain.conversion.detectors.catalogue import DETECTORS, Detector, detect, detector_of
from matchmaking.domain.conversion.detectors.flags import Exhibit, Flag
from matchmaking.domain.conversion.detectors.scene import Scene
from matchmaking.domain.conversion.detectors.sidelights import NO_SIDELIGHTS, DepositSeen, Sidelights
from matchmaking.domain.conversion.detectors.thresholds import Thresholds

__all__ = [
    "DETECTORS",
    "NO_SIDELIGHTS",
    "DepositSeen",
    "Detector",
    "Exhibit",
    "Flag",
    "Scene",
    "Sidelights",
    "Thresholds",
    "detect",
    "detector_of",
]
