"""The published answers of Freireich's 6-MP trial and of R's lung data."""

from __future__ import annotations

from fractions import Fraction

import pytest

from matchmaking.domain.conversion.survival import LOG, Spell, kaplan_meier, log_rank
from tests.real.sources import known

pytestmark = pytest.mark.real
FILE = "survival/km_known.json"


def test_freireich() -> None:
    """Survival after each remission, both medians, and the log-rank statistic."""
    trial = known(FILE)["freireich_6MP"]
    treated = [Spell(days, bool(event)) for days, event in trial["treated"]]
    placebo = [Spell(days, bool(event)) for days, event in trial["placebo"]]
    curve = kaplan_meier(treated)
    assert {str(step.days): round(step.survival, 6) for step in curve.steps} == {
        days: Fraction(str(share)) for days, share in trial["S_treated"].items()
    }
    assert curve.median() == trial["median_treated"]
    assert kaplan_meier(placebo).median() == trial["median_placebo"]
    found = log_rank(treated, placebo)
    assert found is not None
    assert round(found, 4) == Fraction(str(trial["logrank_chi2"]))


def test_lung() -> None:
    """228 patients, 165 deaths, R's medians by sex and R's interval of the whole."""
    lung = known(FILE)["survival_lung"]
    spells = [(Spell(days, status == 2), sex) for days, status, sex in lung["rows"]]
    curve = kaplan_meier(spell for spell, _ in spells)
    assert (curve.n, curve.events, curve.median()) == (lung["n"], lung["events"], lung["median"])
    for sex, median in lung["median_by_sex"].items():
        assert kaplan_meier(spell for spell, of in spells if of == int(sex)).median() == median
    assert curve.median_interval(LOG) == (285, 363)
