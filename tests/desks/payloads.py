"""Payloads by hand, in the shape of ``docs/audit.schema.json``, with figures one can add up on paper."""

from __future__ import annotations

from typing import Any

YUAN = 100
WAN = 10_000 * YUAN

CASES = {
    "A1": (10_686, 10_686, 58),
    "A2": (4_942, 0, 31),
    "A3": (6_315, 5_208, 27),
    "A4": (1_260, 0, 6),
    "A5": (1_094, 486, 7),
    "W6": (842, 0, 5),
    "W1": (1_356, 0, 9),
    "W2": (1_128, 0, 6),
    "W3": (1_475, 0, 7),
    "W4": (2_037, 0, 11),
    "W5": (1_990, 0, 10),
    "W0": (1_540, 0, 8),
    "C1": (486, 0, 3),
    "C2": (372, 0, 2),
    "C3": (240, 0, 2),
    "C4": (185, 0, 2),
    "U": (2_652, 0, 12),
}
"""Bucket → amount, verified part (万元), papers; 38,600 万元 in all."""

STATEMENT = {"SP": (601_000, 0, 8_100), "SO": (3_800, 0, 290), "SC": (89_500, 0, 4_500), "SW": (58_700, 0, 650)}


def bucket(code: str, amount: int, verified: int, count: int) -> dict[str, Any]:
    """One bucket; waiting money stands in the third age band."""
    bands = [0, 0, amount * WAN, 0, 0]
    return {
        "bucket": code,
        "amount_minor": amount * WAN,
        "verified_minor": verified * WAN,
        "count": count,
        "bands": bands,
    }


def grade(name: str, signed: int, count: int, buckets: dict[str, tuple[int, int, int]]) -> dict[str, Any]:
    """One grade; ``signed`` in 万元."""
    return {
        "grade": name,
        "currency": "CNY",
        "amountless": name == "strategic",
        "signed_minor": signed * WAN,
        "excess_minor": 0,
        "count": count,
        "buckets": [bucket(code, *figures) for code, figures in buckets.items()],
    }


def measure(code: str, kind: str, about: str, over: int, under: int, cohort: str, **more: Any) -> dict[str, Any]:
    """One measure in its passport."""
    return {
        "code": code,
        "kind": kind,
        "grade": about,
        "currency": "CNY",
        "numerator": over,
        "denominator": under,
        "ppm": over * 1_000_000 // under if under else None,
        "not_applicable": None if under else {"code": "rate_not_applicable", "params": {"cohort": "x"}},
        "cohort": cohort,
        "passport": {"exclusions": [], "coverage_ppm": 783_900, "provisional": False},
        **more,
    }


def cohort(instrument: str, members: int, predicate: str = "portfolio") -> dict[str, Any]:
    """Whom a measure is about."""
    return {
        "predicate": predicate,
        "instrument": instrument,
        "currency": "CNY",
        "as_of": "2026-09-30",
        "frozen_on": None,
        "members": members,
    }


def cases() -> dict[str, Any]:
    """A portfolio of cases: contracts of 38,600 and intents of 71,700 万元, needs of 243,000."""
    signed, verified, paid = 38_600 * WAN, 16_380 * WAN, 24_297 * WAN
    return {
        "schema": "audit/1",
        "portfolio": {"code": "city", "title_zh": "全市", "title_en": "The city", "kind": "cases", "currency": "CNY"},
        "as_of": "2026-09-30",
        "known_at": "2026-09-30",
        "facts_seq": 1,
        "statement": None,
        "grades": [
            grade("loan_contract", 38_600, 118, CASES),
            grade("intent_letter", 71_700, 61, {"U": (71_700, 0, 61)}),
            grade("strategic", 0, 6, {}),
        ],
        "headline_grade": "loan_contract",
        "measures": [
            measure("contract_disbursement_rate", "amount", "loan_contract", verified, signed, "a" * 64),
            measure("contract_disbursement_rate", "count", "loan_contract", 58, 118, "a" * 64),
            measure("bank_reported_disbursement_rate", "amount", "loan_contract", paid, signed, "a" * 64),
            measure("intent_conversion_rate", "amount", "intent_letter", 0, 71_700 * WAN, "c" * 64),
            measure("need_met_share", "amount", "need", 28_188 * WAN, 243_000 * WAN, "b" * 64),
        ],
        "cohorts": {
            "a" * 64: cohort("loan_contract", 118),
            "b" * 64: cohort("need", 231, "portfolio needs"),
            "c" * 64: cohort("intent_letter", 61),
        },
        "prior_stock": {"count": 0, "amount_minor": 0, "grades": []},
        "late": {"count": 0, "amount_minor": 0, "grades": []},
        "needs": [{"key": "N1", "amount_minor": 243_000 * WAN}],
        "memo": {},
        "findings": {},
    }


def statement(difference: int = -100) -> dict[str, Any]:
    """A portfolio known by a statement whose own columns disagree by ``difference`` 万."""
    signed = sum(amount for amount, _, _ in STATEMENT.values()) + difference
    payload = cases()
    buckets = STATEMENT | ({"SD": (difference, 0, 1_400)} if difference else {})
    over, whole = 3_800 * WAN, signed * WAN
    payload |= {
        "grades": [grade("loan_contract", signed, 8_850, buckets)],
        "measures": [
            measure("with_money_count_rate", "count", "loan_contract", 8_191, 8_850, "d" * 64, over_minor=None),
            measure(
                "with_money_amount_rate", "amount", "loan_contract", 604_800 * WAN, whole, "d" * 64, over_minor=over
            ),
            measure(
                "with_money_amount_capped_rate", "amount", "loan_contract", 601_000 * WAN, signed * WAN, "d" * 64,
                over_minor=over,
            ),
        ],
        "cohorts": {"d" * 64: cohort("loan_contract", 8_850, "portfolio signed")},
        "needs": [],
    }  # fmt: skip
    return payload
