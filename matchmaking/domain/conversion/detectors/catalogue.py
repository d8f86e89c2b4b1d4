"""The twelve detectors with what each needs said: who may answer, and why what it saw may be innocent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from matchmaking.domain.conversion.detectors.amounts import deposit_beside_loan, far_above, relabelled, unit_slip
from matchmaking.domain.conversion.detectors.flags import Flag
from matchmaking.domain.conversion.detectors.papers import older_than_event, signed_twice, split_among_relatives
from matchmaking.domain.conversion.detectors.patterns import bunched, dominated, odd_digits
from matchmaking.domain.conversion.detectors.renewals import renewal_as_new, round_trip
from matchmaking.domain.conversion.detectors.scene import Scene

BANK, FIRM, BUREAU = "bank", "firm", "bureau"
PARTIES = (BANK, FIRM, BUREAU)


@dataclass(frozen=True, slots=True)
class Detector:
    """``code`` has the words ``flag_<code>``; ``innocent`` are codes of words; ``answers`` who may answer.

    ``exact``: the rule decides by what is recorded. The others are statistics and may be wrong.
    """

    code: str
    see: Callable[[Scene], Iterable[Flag]]
    answers: tuple[str, ...]
    innocent: tuple[str, ...]
    exact: bool = True


DETECTORS = (
    Detector("d1", renewal_as_new, (BANK, FIRM), ("innocent_added_to_old", "innocent_repaid_elsewhere")),
    Detector("d2", signed_twice, (BANK, FIRM, BUREAU), ("innocent_two_needs", "innocent_link_missing")),
    Detector("d3", older_than_event, (BANK, BUREAU), ("innocent_signed_for_stage", "innocent_day_mistyped")),
    Detector("d4", round_trip, (BANK, FIRM), ("innocent_season_money", "innocent_early_repayment")),
    Detector("d5", deposit_beside_loan, (BANK, FIRM), ("innocent_sales_came_in", "innocent_not_yet_used")),
    Detector("d6", split_among_relatives, (BANK, FIRM), ("innocent_own_business", "innocent_guarantee_apart")),
    Detector("d7", far_above, (BANK, FIRM, BUREAU), ("innocent_need_outdated", "innocent_growing_firm")),
    Detector("d8", relabelled, (BANK,), ("innocent_entered_wrongly", "innocent_core_system")),
    Detector("d9", unit_slip, (BANK, FIRM, BUREAU), ("innocent_really_so",)),
    Detector("d10", bunched, (BANK,), ("innocent_quota_day", "innocent_chance"), exact=False),
    Detector("d11", odd_digits, (BANK,), ("innocent_product_steps", "innocent_chance"), exact=False),
    Detector("d12", dominated, (BANK, BUREAU), ("innocent_project_named",)),
)


def detector_of(code: str) -> Detector | None:
    """The detector ``code``, or None."""
    return next((one for one in DETECTORS if one.code == code), None)


def detect(scene: Scene) -> tuple[Flag, ...]:
    """Everything the twelve see, in their order and by key; what one detector sees twice of one thing comes once."""
    found: dict[str, Flag] = {}
    for detector in DETECTORS:
        for flag in sorted(detector.see(scene), key=lambda flag: flag.key):
            found.setdefault(flag.key, flag)
    return tuple(found.values())
