"""The published answers of Freireich's 6-MP trial and of R's lung data."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from matchmaking.domain.conversion.survival import LOG, Outcome, Spell, aalen_johansen, compare, kaplan_meier, log_rank
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


def test_lung_as_r_prints_it() -> None:
    """``print(survfit(Surv(time, status) ~ 1, lung), print.rmean = TRUE)``: 376.3 (19.7) up to day 1022;
    ``survdiff(… ~ sex)``: 10.3 on one degree, p = 0.001."""
    rows = known(FILE)["survival_lung"]["rows"]
    curve = kaplan_meier(Spell(days, status == 2) for days, status, _ in rows)
    mean = curve.restricted_mean(1022)
    assert (round(mean.days, 1), round(mean.error, 1)) == (Fraction("376.3"), Decimal("19.7"))
    found = compare([[Spell(days, status == 2) for days, status, of in rows if of == sex] for sex in (1, 2)])
    assert found is not None
    assert (round(found.chi_square, 1), found.freedom, round(found.p, 3)) == (Decimal("10.3"), 1, Decimal("0.001"))


def test_freireich_by_several_ways() -> None:
    """The exact statistic, the one of many groups and the published one are one; half of either waits as published."""
    trial = known(FILE)["freireich_6MP"]
    arms = [[Spell(days, bool(event)) for days, event in trial[arm]] for arm in ("treated", "placebo")]
    found = compare(arms)
    assert found is not None and str(round(found.chi_square, 4)) == str(trial["logrank_chi2"])
    placebo = aalen_johansen(Outcome(one.days, "relapse" if one.happened else None) for one in arms[1])
    assert placebo.median("relapse") == trial["median_placebo"]
