"""Golden cases that a loan officer can read: every criterion in each of its states, every line, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.criteria import CRITERIA
from matchmaking.domain.matching.explain import explain
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.matching.points import LINES
from matchmaking.domain.matching.verdicts import Verdict
from matchmaking.rulebook.matching import in_words
from tests.domain.matching.golden_reading import FOLDER, STATES, Golden, cases, day
from tests.domain.matching.markets import ON, POLICY

BY_CODE = {criterion.code: criterion for criterion in CRITERIA}
CRITERIA_CASES, LINE_CASES = cases("criteria"), cases("lines")
ALWAYS_KNOWN = {"amount", "term", "loan_kind", "guarantee", "rate"}
"""Asked of every need that is posted, or a wish that may be left open."""


def named(case: Golden) -> str:
    return f"{case.subject}-{case.name}"


@pytest.mark.parametrize("case", CRITERIA_CASES, ids=named)
def test_a_criterion_says_what_the_case_says(case: Golden) -> None:
    verdict = BY_CODE[case.subject].verdict(case.need, case.product, ON)
    assert verdict.state == STATES[case.told["结论"]]
    assert said(verdict.reason) == (case.told["说"], case.told["say"])
    assert (verdict.gap.short if verdict.gap else None) == case.told.get("差")
    assert changed(verdict) == (case.told.get("怎样能符合"), case.told.get("change"))
    if "哪天起符合" in case.told:
        assert verdict.change is not None
        assert verdict.change.on == day(case.told["哪天起符合"])


@pytest.mark.parametrize("case", LINE_CASES, ids=named)
def test_a_line_scores_what_the_case_says(case: Golden) -> None:
    told = explain(case.need, case.product, POLICY, ON)
    line = next(each for each in told.lines if each.line == case.subject)
    assert (line.points / 1000 if line.full else "不计分") == case.told["得分"]
    assert line.full // 1000 == case.told.get("满分", 0)
    assert said(line.reason) == (case.told["说"], case.told["say"])


@pytest.mark.parametrize("case", [*CRITERIA_CASES, *LINE_CASES], ids=named)
def test_the_explanation_sums_to_the_score_that_ranks(case: Golden) -> None:
    told = explain(case.need, case.product, POLICY, ON)
    assert told.points == sum(line.points for line in told.lines)
    assert sum(line.full for line in told.lines) == 100_000
    found = match([case.need], [case.product], POLICY, ON).of_need(0)
    assert [one.points for one in found] == ([told.points] if told.eligible else [])


def test_every_criterion_passes_fails_and_where_it_can_lacks_a_fact() -> None:
    seen = {(case.subject, STATES[case.told["结论"]]) for case in CRITERIA_CASES}
    for code in BY_CODE:
        wanted = {v.PASSED, v.FAILED} | (set() if code in ALWAYS_KNOWN else {v.UNKNOWN})
        assert {state for subject, state in seen if subject == code} == wanted, code
    assert {subject for subject, _ in seen} == set(BY_CODE)


def test_every_line_is_full_in_part_and_where_it_can_be_not_scored() -> None:
    scored = {line.code: [case.told["得分"] for case in LINE_CASES if case.subject == line.code] for line in LINES}
    full = {case.subject for case in LINE_CASES if case.told["得分"] == case.told.get("满分")}
    assert all(len(set(found)) > 1 for found in scored.values())
    assert full == set(scored) - {"record"}
    silent = {line for line, found in scored.items() if "不计分" in found}
    assert silent == {"price", "guarantee", "industry", "speed", "place", "priority", "record"}


def test_the_cases_are_read_from_files() -> None:
    assert len(list(FOLDER.glob("*.yaml"))) == len({case.file for case in (*CRITERIA_CASES, *LINE_CASES)}) == 5


def said(reason: Any) -> tuple[str, str]:
    return in_words(reason), in_words(reason, "en")


def changed(verdict: Verdict) -> tuple[str | None, str | None]:
    return said(verdict.change.reason) if verdict.change else (None, None)
