"""What a statement portfolio answers, as one dictionary of exact numbers under stable names.

Counts are ints, percentages and sums exact decimals (whole ones ints): never floats. Amounts are in currency units.
What the source does not state is None.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction

from matchmaking.domain.conversion.timing import DurationSummary, summarise
from matchmaking.domain.money import per_million
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.statements.checks import ANOMALIES, CENT, CHECKS, Circumstances, codes
from matchmaking.domain.statements.positions import Position

Number = int | Decimal
Answer = Number | str | None | Mapping[str, "Answer"] | Sequence["Answer"]

DAY_PLACES = 4
"""Decimals to which days are given, half to even."""


@dataclass(slots=True)
class _Tally:
    """Running counts; amounts in minor units."""

    rows: int = 0
    signed: int = 0
    signed_paid: int = 0
    signed_with_money: int = 0
    signed_original: int = 0
    signed_disbursed: int = 0
    signed_within: int = 0
    paid: int = 0
    over: int = 0
    stated: int = 0
    original: int = 0
    disbursed: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    explained: Counter[str] = field(default_factory=Counter)
    lenders: set[str] = field(default_factory=set)
    currencies: set[str] = field(default_factory=set)
    days: list[int] = field(default_factory=list)

    def add(self, position: Position, now: Circumstances) -> None:
        """Count one position."""
        self.rows += 1
        self.currencies.add(position.currency)
        self.statuses[position.status or ""] += 1
        if position.lender:
            self.lenders.add(position.lender)
        if position.signed_on is not None and position.first_money_on is not None:
            self.days.append((position.first_money_on - position.signed_on).days)
        self._amounts(position)
        for check in CHECKS:
            found = check(position, now)
            if found is not None:
                self.findings[found.code] += 1
                self.explained[found.code] += found.explained is not None

    def _amounts(self, position: Position) -> None:
        original, disbursed = position.original or 0, position.disbursed or 0
        self.original += original
        self.disbursed += disbursed
        self.stated += position.disbursed is not None
        self.paid += disbursed > 0
        self.over += disbursed - original > CENT
        if position.signed_on is not None:
            self.signed += 1
            self.signed_paid += disbursed > 0
            unknown = position.disbursed is None
            self.signed_with_money += disbursed > 0 or (unknown and position.first_money_on is not None)
            self.signed_original += original
            self.signed_disbursed += disbursed
            self.signed_within += min(disbursed, max(original, 0))


def answers_of(positions: Iterable[Position], now: Circumstances) -> dict[str, Answer]:
    """The answers of one statement.

    ``conversion_count_pct``: signed agreements with money (disbursed above zero; first money known where no amount is
    stated) of all signed. ``conversion_amount_pct``: disbursed on signed agreements ÷ their original amounts,
    uncapped; ``conversion_amount_capped_pct`` counts each up to its original; ``sum_over_disbursed`` is what lies
    between. ``days``: from signing to first money. Raises :class:`Refusal` ``statement_currencies`` for several
    currencies.
    """
    tally = _Tally()
    for position in positions:
        tally.add(position, now)
    if len(tally.currencies) > 1:
        raise Refusal(Reason("statement_currencies", {"currencies": ", ".join(sorted(tally.currencies))}))
    return _counts(tally) | _rates(tally) | _findings(tally) | {"days": days_answer(summarise(tally.days))}


def _counts(tally: _Tally) -> dict[str, Answer]:
    known = tally.stated > 0
    statuses = sorted(tally.statuses.items(), key=lambda item: (-item[1], item[0]))
    return {
        "rows": tally.rows,
        "signed": tally.signed,
        "unsigned": tally.rows - tally.signed,
        "signed_with_disbursed_gt0": tally.signed_paid if known else None,
        "signed_with_money": tally.signed_with_money,
        "disbursed_gt0": tally.paid if known else None,
        "disbursed_gt_approved": tally.over if known else None,
        "sum_approved": _major(tally.original),
        "sum_disbursed": _major(tally.disbursed) if known else None,
        "status_counts": dict(statuses),
        "banks": len(tally.lenders),
    }


def _rates(tally: _Tally) -> dict[str, Answer]:
    known = tally.stated > 0
    over = tally.signed_disbursed - tally.signed_within
    return {
        "conversion_count_pct": _percent(tally.signed_with_money, tally.signed),
        "conversion_amount_pct": _percent(tally.signed_disbursed, tally.signed_original) if known else None,
        "conversion_amount_capped_pct": _percent(tally.signed_within, tally.signed_original) if known else None,
        "sum_over_disbursed": _major(over) if known else None,
    }


def _findings(tally: _Tally) -> dict[str, Answer]:
    named = codes(ANOMALIES)
    return {
        "anomalies": {code: tally.findings[code] for code in named},
        "further_findings": {code: tally.findings[code] for code in codes() if code not in named},
        "explained_findings": {code: count for code, count in sorted(tally.explained.items()) if count},
    }


def days_answer(summary: DurationSummary) -> dict[str, Answer]:
    """A summary of days as exact numbers, to :data:`DAY_PLACES` decimals."""
    values = ((entry.name, getattr(summary, entry.name)) for entry in fields(summary))
    return {name: _decimal(value, DAY_PLACES) if isinstance(value, Fraction) else value for name, value in values}


def json_text(answer: Answer) -> str:
    """``answer`` as JSON with its numbers to the last digit, as no float could hold them."""
    if isinstance(answer, Mapping):
        return (
            "{"
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {json_text(each)}" for key, each in answer.items())
            + "}"
        )
    if isinstance(answer, Decimal):
        return f"{answer:f}"
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return "[" + ", ".join(json_text(each) for each in answer) + "]"
    return json.dumps(answer, ensure_ascii=False)


def _percent(numerator: int, denominator: int) -> Number | None:
    """A percentage to four decimals, which is a whole number of parts per million; None of nothing."""
    return None if denominator <= 0 else _shifted(per_million(numerator, denominator), 4)


def _major(minor: int) -> Number:
    return _shifted(minor, 2)


def _decimal(value: Fraction, places: int) -> Number:
    return _shifted(round(value * 10**places), places)


def _shifted(scaled: int, places: int) -> Number:
    """``scaled`` ÷ 10^``places``, exactly; an int where it is whole."""
    whole, rest = divmod(scaled, 10**places)
    return whole if not rest else Decimal(scaled).scaleb(-places).normalize()
