"""Anomaly checks: each sees what it should at its border, and brings evidence that its words can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from matchmaking.domain.statements.checks import (
    ANOMALIES,
    CHECKS,
    Circumstances,
    all_findings,
    codes,
    findings_of,
    order_by_product,
)
from matchmaking.domain.statements.positions import Position
from matchmaking.rulebook import LANGUAGES, explain, words

DAY = date(2020, 11, 30)
NOW = Circumstances(DAY, frozenset({"revolving"}))
SOUND = Position(
    "A",
    2,
    approved_on=date(2015, 1, 1),
    signed_on=date(2015, 2, 1),
    effective_on=date(2015, 3, 1),
    closing_on=date(2020, 12, 31),
    first_money_on=date(2015, 4, 1),
    last_money_on=date(2019, 1, 1),
    original=1_000,
    cancelled=100,
    undisbursed=200,
    disbursed=700,
)
CLOSED = replace(
    SOUND, closing_on=date(2020, 11, 29), disbursed=0, undisbursed=900, first_money_on=None, last_money_on=None
)

SEEN = [
    ("signing_before_board", replace(SOUND, approved_on=date(2015, 2, 2))),
    ("effective_before_signing", replace(SOUND, effective_on=date(2015, 1, 31))),
    ("disbursed_but_no_signing_date", replace(SOUND, signed_on=None)),
    ("signed_closed_before_asof_zero_disbursed", CLOSED),
    ("last_disbursement_after_closing", replace(SOUND, last_money_on=date(2021, 1, 1))),
    ("negative_undisbursed", replace(SOUND, undisbursed=-1, cancelled=301)),
    ("negative_disbursed", replace(SOUND, disbursed=-1, cancelled=801)),
    ("disbursed_gt_original", replace(SOUND, disbursed=1_002, undisbursed=-102, cancelled=100)),
    ("signing_date_after_asof", replace(SOUND, signed_on=date(2020, 12, 1))),
    ("statement_difference", replace(SOUND, cancelled=102)),
    ("disbursed_before_signing", replace(SOUND, first_money_on=date(2015, 1, 31))),
    ("negative_original", replace(SOUND, original=-1, disbursed=0, undisbursed=-1, cancelled=0)),
]

UNSEEN = [
    SOUND,
    replace(SOUND, approved_on=date(2015, 2, 1)),
    replace(SOUND, effective_on=date(2015, 2, 1)),
    replace(SOUND, signed_on=None, disbursed=0, undisbursed=900, first_money_on=None),
    replace(CLOSED, closing_on=DAY),
    replace(CLOSED, disbursed=1, undisbursed=899),
    replace(CLOSED, disbursed=None),
    replace(SOUND, last_money_on=date(2020, 12, 31)),
    replace(SOUND, undisbursed=0, disbursed=900),
    replace(SOUND, disbursed=1_001, undisbursed=0, cancelled=0),
    replace(SOUND, cancelled=101),
    replace(SOUND, cancelled=None, disbursed=5),
    Position("B", 3),
]


@pytest.mark.parametrize(("code", "position"), SEEN, ids=[code for code, _ in SEEN])
def test_a_check_sees_its_anomaly(code: str, position: Position) -> None:
    found = {finding.code: finding for finding in findings_of(position, NOW)}
    assert code in found
    assert (found[code].external_id, found[code].line, found[code].explained) == ("A", 2, None)


@pytest.mark.parametrize("position", UNSEEN)
def test_what_is_sound_or_unknown_raises_nothing(position: Position) -> None:
    assert findings_of(position, NOW) == []


def test_every_check_is_tried_here() -> None:
    assert {code for code, _ in SEEN} == set(codes())
    assert len(ANOMALIES) == 9
    assert len(codes(CHECKS)) == 12


@pytest.mark.parametrize(("code", "position"), SEEN, ids=[code for code, _ in SEEN])
@pytest.mark.parametrize("language", LANGUAGES)
def test_evidence_can_be_said_in_both_languages(code: str, position: Position, language: str) -> None:
    finding = next(each for each in findings_of(position, NOW) if each.code == code)
    said = explain(finding.evidence, language)
    assert "{" not in said
    assert "—" not in said
    assert {f"finding_{code}", f"finding_{code}_why", f"finding_{code}_innocent"} <= words().keys()


def test_an_excess_on_a_revolving_line_is_counted_and_explained() -> None:
    line = replace(SOUND, product="revolving", disbursed=1_500, undisbursed=0, cancelled=0, original=1_000)
    (found,) = [each for each in findings_of(line, NOW) if each.code == "disbursed_gt_original"]
    assert (found.amount, found.explained) == (500, "explained_revolving")
    assert found.explained in words()
    term = replace(line, product="term")
    assert [each.explained for each in findings_of(term, NOW) if each.code == "disbursed_gt_original"] == [None]


def test_findings_come_in_the_order_of_the_rows() -> None:
    rows = [replace(position, line=line) for line, (_, position) in enumerate(SEEN, 2)]
    lines = [finding.line for finding in all_findings(rows, NOW)]
    assert lines == sorted(lines)


def test_money_before_paper_is_told_by_product() -> None:
    early = replace(SOUND, product="kiva", first_money_on=date(2015, 1, 1))
    rows = [
        early,
        early,
        replace(SOUND, product="kiva"),
        replace(SOUND, product="term"),
        replace(early, product="term"),
    ]
    kiva, term = order_by_product([*rows, Position("C", 9, product="none")])
    assert (kiva.product, kiva.broken, kiva.known, kiva.usual) == ("kiva", 2, 3, True)
    assert (term.product, term.broken, term.known, term.usual) == ("term", 1, 2, False)
