"""Rate cards: one big figure, its numerator and denominator beneath it, its passport beneath that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matchmaking.oversight.passports.told import passport_of
from matchmaking.oversight.samples.models import AuditSample

BESIDE = {
    "contract_disbursement_rate": "bank_reported_disbursement_rate",
    "new_money_rate": "bank_reported_new_money_rate",
    "with_money_amount_rate": "with_money_amount_capped_rate",
}
"""A rate → the reading that stands beside it, smaller: the bank's own, or the capped one."""

HEADLINES = {
    "contract_disbursement_rate": "amount",
    "new_money_rate": "amount",
    "intent_conversion_rate": "amount",
    "need_met_share": "amount",
    "with_money_count_rate": "count",
    "with_money_amount_rate": "amount",
}
"""Rates with a card of their own, in this order, and whether the card shows amounts or counts."""

STATEMENT_ONLY = ("with_money_count_rate", "with_money_amount_rate", "with_money_amount_capped_rate")
TRACK = 4000
"""Length of the track under a rate, in tenths of a pixel."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """``ppm`` = numerator ÷ denominator; None with ``reason`` where not applicable. ``kind`` is amount or count."""

    kind: str
    numerator: int
    denominator: int
    ppm: int | None
    reason: Any = None

    @property
    def length(self) -> int:
        """How much of the track it fills, in tenths; never beyond its end."""
        return min(TRACK, TRACK * (self.ppm or 0) // 1_000_000)


@dataclass(frozen=True, slots=True)
class RateCard:
    """One card. ``beside``: another reading of the same question, ``capped`` or the bank's own.

    ``over``: minor units of the numerator that lie beyond what was signed.
    """

    code: str
    main: Quotient
    beside: Quotient | None
    capped: bool
    by_count: Quotient | None
    places: int
    passport: Mapping[str, Any]
    over: int = 0


def rate_cards(
    payload: Mapping[str, Any], grade: str, closed: Mapping[str, AuditSample] | None = None
) -> list[RateCard]:
    """The cards of one grade; those of needs too, where some were recorded. ``closed``: measure → its sample."""
    found = {(m["code"], m["kind"]): m for m in payload["measures"] if m["grade"] in (grade, "need")}
    cards = []
    for code, kind in HEADLINES.items():
        main = found.get((code, kind))
        if main is None or (code == "need_met_share" and not main["denominator"]):
            continue
        beside = found.get((BESIDE.get(code, ""), kind))
        by_count = found.get((code, "count")) if kind == "amount" else None
        cards.append(
            RateCard(
                code=code,
                main=_quotient(main),
                beside=_quotient(beside) if beside else None,
                capped=code in STATEMENT_ONLY,
                by_count=_quotient(by_count) if by_count else None,
                places=4 if code in STATEMENT_ONLY else 2,
                passport=passport_of(payload, main, (closed or {}).get(code)),
                over=main.get("over_minor") or 0,
            )
        )
    return cards


def _quotient(measure: Mapping[str, Any]) -> Quotient:
    return Quotient(
        measure["kind"], measure["numerator"], measure["denominator"], measure["ppm"], measure.get("not_applicable")
    )
