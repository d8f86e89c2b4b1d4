"""Detectors of 口径异常 on planted portfolios: exact rules find all and nothing else, statistics are measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from math import comb

import pytest
from conversion_histories import DAY, PARAMETERS, SIGNED, baseline, histories, judged, paid, repaid, said, signing
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.delivery.flags.planting.plots import APART, AS_OF
from matchmaking.delivery.flags.planting.scoring import look, plant, score
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.detectors import DETECTORS, NO_SIDELIGHTS, Scene, Thresholds, detect, detector_of
from matchmaking.domain.conversion.detectors.catalogue import PARTIES
from matchmaking.domain.conversion.detectors.tails import binomial_tail_ppm, hypergeometric_tail_ppm
from matchmaking.domain.money import Money
from matchmaking.rulebook import LANGUAGES, explain, number, say
from tests.properties import examples

THRESHOLDS = Thresholds.read(lambda name: number(name, DAY))
SEEDS = (1, 2, pytest.param(3, marks=pytest.mark.release))
scores = cache(score)
planted_once = cache(plant)


def seen(*facts: f.Fact, sidelights=NO_SIDELIGHTS, as_of: date = DAY, thresholds: Thresholds = THRESHOLDS):
    scene = Scene.open(
        f.Portfolio("p", facts), as_of=as_of, known_at=as_of, parameters=PARAMETERS, thresholds=thresholds,
        sidelights=sidelights,
    )  # fmt: skip
    return detect(scene)


def codes(*facts: f.Fact, **more) -> set[str]:
    return {flag.code for flag in seen(*facts, **more)}


@pytest.mark.parametrize("seed", SEEDS)
def test_exact_detectors_find_every_plant_and_no_twin(seed: int):
    for each in scores(seed):
        if each.exact:
            assert (each.recall, each.precision, each.twin_fires) == (1_000_000, 1_000_000, 0), each


@pytest.mark.parametrize("seed", SEEDS)
def test_statistical_detectors_are_measured(seed: int):
    """Plants go from barely to plainly visible, so that not all are found; what is raised is nearly always right.

    Over the seeds 1–25: D10 recall 84.0 %, precision 99.5 %, no twin of 500; D11 90.4 %, 99.9 %, one twin of 750, as
    its level of one in a thousand allows.
    """
    for each in scores(seed):
        if not each.exact:
            assert each.recall >= 650_000, each
            assert each.precision >= 950_000, each
            assert each.twin_fires <= 1, each


def test_a_twin_differs_from_its_plant_in_one_thing():
    """As many facts or one more, and the same amounts but for the one that makes it innocent."""
    planted = planted_once(1)
    cases: dict[str, list[f.Fact]] = {}
    for fact in planted.portfolio.facts:
        cases.setdefault(fact.key.split(APART)[0], []).append(fact)
    pairs = [(name, f"{name[:-1]}t") for name, (_, guilty) in planted.labels.items() if guilty]
    assert len(pairs) > 200
    for guilty, twin in pairs:
        apart = len(cases[guilty]) - len(cases[twin])
        assert abs(apart) <= 2, (guilty, apart)


def test_the_same_seed_plants_the_same_facts():
    assert plant(7).portfolio == plant(7).portfolio
    assert plant(7).portfolio != plant(8).portfolio


def test_every_flag_has_its_words_evidence_subjects_and_innocent_explanations():
    raised = look(planted_once(1))
    assert {flag.code for flag in raised} == {one.code for one in DETECTORS}
    for flag in raised:
        detector = detector_of(flag.code)
        assert detector is not None and detector.innocent and set(detector.answers) <= set(PARTIES)
        assert flag.exhibits and flag.lender and flag.signings
        assert set(flag.at_stake) <= set(flag.signings)
        for language in LANGUAGES:
            assert "{" not in explain(flag.saw, language)
            assert all(say(f"exhibit_{one.kind}", language) for one in flag.exhibits)
            assert say(f"flag_{flag.code}", language)
            assert all(say(code, language) for code in detector.innocent)
            assert all(say(f"flag_party_{party}", language) for party in detector.answers)


def test_no_flag_speaks_of_guilt():
    for code in ("flag_", "innocent_", "exhibit_"):
        from matchmaking.rulebook import words

        for key, texts in words().items():
            if key.startswith(code):
                assert not any(bad in texts["zh"] for bad in ("虚假", "造假", "注水", "违规", "骗")), key
                assert not any(bad in texts["en"].lower() for bad in ("fraud", "fake", "cheat", "guilty")), key


def test_what_takes_nothing_from_real_money_stakes_nothing():
    """Digits, bunching and a dominating project say something of a bank or an event, not that money was not paid."""
    for flag in look(planted_once(2)):
        assert bool(flag.at_stake) == (flag.code not in ("d10", "d11", "d12")), flag


def test_a_flag_has_one_key_whatever_day_it_is_seen_on():
    facts = planted_once(1).portfolio.facts
    found = [seen(*facts, as_of=day) for day in (AS_OF, AS_OF + timedelta(days=20))]
    today, later = ({flag.key for flag in flags if flag.code in ("d2", "d3", "d9")} for flags in found)
    assert today and today <= later
    for flags in found:
        assert len({flag.key for flag in flags}) == len(flags)


def test_a_paper_merged_by_verdict_is_asked_about_no_more():
    one = f.Event("E1", SIGNED, SIGNED), f.Event("E2", SIGNED + timedelta(days=9), SIGNED + timedelta(days=9))
    twins = signing(event="E1"), signing("T", event="E2", signed_on=SIGNED + timedelta(days=9))
    assert codes(*one, *twins) == {"d2"}
    assert codes(*one, *twins, judged("T", "duplicate_signing", other="S")) == set()


def test_a_golden_renewal_is_d1_and_a_first_loan_is_nothing():
    """Golden case 2: three million declared new, the old loan of two million repaid two days later."""
    old = signing(), baseline(balance=2_000_000), paid(), said(), repaid("R", 2_000_000, date(2025, 4, 12))
    assert codes(*old) == {"d1"}
    assert seen(*old)[0].amount == Money.of(2_000_000)
    assert codes(signing(), baseline(), paid(), said()) == set()
    assert codes(*old, as_of=date(2025, 5, 9)) == set(), "before the thirty days are over nobody is asked"
    assert codes(*old, as_of=date(2025, 5, 10)) == {"d1"}
    honest = (replace(old[0], declared="renewal"), *old[1:])
    assert codes(*honest) == set()


def test_thresholds_move_the_line():
    old = signing(), baseline(balance=2_000_000), paid(), said(), repaid("R", 2_000_000, date(2025, 4, 12))
    assert codes(*old, thresholds=replace(THRESHOLDS, d1_old_ppm=700_000)) == set()
    assert codes(*old, thresholds=replace(THRESHOLDS, d1_old_ppm=666_666)) == {"d1"}


def test_deposits_speak_only_from_the_firms_own_statement():
    from matchmaking.domain.conversion.detectors import DepositSeen, Sidelights

    loan = signing(), paid(), said()
    own = DepositSeen("P", "甲", "汉江银行", Money.of(2_900_000), date(2025, 4, 12), True)
    assert codes(*loan, sidelights=Sidelights(deposits=(own,))) == {"d5"}
    for other in (
        replace(own, by_firm=False), replace(own, lender="巴山银行"), replace(own, firm="乙"),
        replace(own, amount=Money.of(2_600_000)), replace(own, on=date(2025, 4, 21)),
    ):  # fmt: skip
        assert codes(*loan, sidelights=Sidelights(deposits=(other,))) == set(), other


def test_control_known_from_facts_or_beside_them():
    from matchmaking.domain.conversion.detectors import Sidelights

    two = signing(amount=6_000_000), signing("T", 6_000_000, firm="乙")
    assert codes(*two) == set()
    assert codes(*two, sidelights=Sidelights(persons={"甲": "某", "乙": "某"})) == {"d6"}
    linked = (f.Control(f"C{firm}", firm, "某", SIGNED, SIGNED) for firm in ("甲", "乙"))
    assert codes(*two, *linked) == {"d6"}


@examples(40)
@given(histories())
def test_any_history_can_be_looked_at_and_no_order_matters(facts):
    found = seen(*facts)
    assert [flag.key for flag in seen(*reversed(facts))] == [flag.key for flag in found]


@given(st.integers(1, 40), st.data())
def test_binomial_tail_is_the_sum_it_says(trials, data):
    hits, chance = data.draw(st.integers(0, trials)), data.draw(st.integers(1, 99))
    p = Fraction(chance, 100)
    whole = sum(comb(trials, x) * p**x * (1 - p) ** (trials - x) for x in range(hits, trials + 1))
    assert abs(binomial_tail_ppm(hits, trials, chance, 100) - whole * 1_000_000) <= 1


@given(st.integers(1, 25), st.integers(0, 25), st.data())
def test_hypergeometric_tail_counts_draws(marked, others, data):
    population = marked + others
    drawn = data.draw(st.integers(1, population))
    assert hypergeometric_tail_ppm(max(0, drawn - others), drawn, marked, population) == 1_000_000
    most = min(drawn, marked)
    only = Fraction(comb(marked, most) * comb(others, drawn - most), comb(population, drawn))
    assert abs(hypergeometric_tail_ppm(most, drawn, marked, population) - only * 1_000_000) <= 1


def test_the_golden_cases_raise_what_their_stories_tell_and_nothing_else():
    """Case 2 is a renewal told as new, case 9 a contract of before the event; the other eight are honest."""
    from matchmaking.seeds.golden_cases import demo_portfolio, golden_cases

    facts = demo_portfolio(golden_cases()).facts
    raised = {(flag.code, flag.signings[0][:3]) for flag in seen(*facts)}
    assert raised == {("d1", "G02"), ("d3", "G09")}
