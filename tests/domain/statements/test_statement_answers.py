"""The answers: exact numbers under stable names, and unknown where the source is silent."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.answers import answers_of, json_text
from matchmaking.domain.statements.checks import Circumstances
from matchmaking.domain.statements.positions import Position

NOW = Circumstances(date(2020, 11, 30), frozenset({"revolving"}))
SIGNED = date(2020, 1, 1)


def test_counts_rates_and_sums() -> None:
    rows = [
        Position("A", lender="X", status="s", signed_on=SIGNED, original=300_00, disbursed=100_00),
        Position("B", lender="X", status="s", signed_on=SIGNED, original=100_00, disbursed=150_01, product="revolving"),
        Position("C", lender="Y", status="t", signed_on=SIGNED, original=200_00, disbursed=0),
        Position("D", status="t", original=50_00, disbursed=0),
    ]
    answer = answers_of(rows, NOW)
    assert (answer["rows"], answer["signed"], answer["unsigned"], answer["banks"]) == (4, 3, 1, 2)
    assert (answer["signed_with_disbursed_gt0"], answer["disbursed_gt0"], answer["disbursed_gt_approved"]) == (2, 2, 1)
    assert answer["conversion_count_pct"] == Decimal("66.6667")
    assert answer["conversion_amount_pct"] == Decimal("41.6683")
    assert answer["conversion_amount_capped_pct"] == Decimal("33.3333")
    assert answer["sum_over_disbursed"] == Decimal("50.01")
    assert (answer["sum_approved"], answer["sum_disbursed"]) == (650, Decimal("250.01"))
    assert answer["status_counts"] == {"s": 2, "t": 2}
    assert answer["explained_findings"] == {"disbursed_gt_original": 1}
    assert isinstance(answer["anomalies"], dict)
    assert answer["anomalies"]["disbursed_gt_original"] == 1


def test_a_source_without_amounts_answers_by_first_money_and_is_silent_on_sums() -> None:
    rows = [
        Position("A", signed_on=SIGNED, first_money_on=date(2020, 3, 1), original=5),
        Position("B", signed_on=SIGNED, original=5),
    ]
    answer = answers_of(rows, NOW)
    assert (answer["signed_with_money"], answer["conversion_count_pct"]) == (1, 50)
    for name in ("signed_with_disbursed_gt0", "disbursed_gt0", "sum_disbursed", "conversion_amount_pct"):
        assert answer[name] is None
    assert isinstance(answer["days"], dict)
    assert answer["days"]["n"] == 1
    assert answer["days"]["median"] == 60


def test_nothing_is_paid_within_an_original_below_zero() -> None:
    rows = [
        Position("A", signed_on=SIGNED, original=300_00, disbursed=100_00),
        Position("B", signed_on=SIGNED, original=-100_00, disbursed=50_00),
    ]
    answer = answers_of(rows, NOW)
    assert (answer["conversion_amount_pct"], answer["conversion_amount_capped_pct"]) == (75, 50)
    assert answer["sum_over_disbursed"] == 50
    assert isinstance(answer["further_findings"], dict)
    assert answer["further_findings"]["negative_original"] == 1
    assert "negative_original" not in (answer["anomalies"] or {})


def test_no_rows_divide_by_nothing() -> None:
    answer = answers_of([], NOW)
    assert (answer["rows"], answer["conversion_count_pct"], answer["conversion_amount_pct"]) == (0, None, None)


def test_json_holds_every_digit() -> None:
    text = json_text({"a": Decimal("768699132976.39"), "b": [1, None, '汉 " ', Decimal("0.0001")], "c": {}, "d": True})
    assert text == '{"a": 768699132976.39, "b": [1, null, "汉 \\" ", 0.0001], "c": {}, "d": true}'
    assert json.loads(text, parse_float=Decimal)["a"] == Decimal("768699132976.39")


def test_two_currencies_are_never_added() -> None:
    with pytest.raises(Refusal):
        answers_of([Position("A"), Position("B", currency="USD")], NOW)
