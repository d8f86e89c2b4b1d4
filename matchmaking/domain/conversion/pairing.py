"""Lines of somebody else's statement and the payments a bank reported: which pairs are one payment (N1).

Exact, then tolerant, then proposed: what is the same and alike to nothing else is paired; what differs within dated
tolerances and is alike to nothing else is paired and says in what it differs; everything else that could be is proposed
to a person. What is left over on either side stays in the answer: nothing is lost, whatever the order of arrival.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.money import Money

EXACT, TOLERANT, PROPOSED = "exact", "tolerant", "proposed"
AMOUNT, DAY, RATE, PAYEE, NUMBER = "amount", "day", "rate", "payee", "iou"
"""In what a pair may differ."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """``days`` and ``minor`` (units) within which a pair agrees, ``rate_ppm`` likewise (1 bp = 100 ppm).

    ``near_days`` and ``near_ppm`` (share of the amount) within which a pair is at least proposed.
    """

    days: int
    minor: int
    rate_ppm: int
    near_days: int
    near_ppm: int


@dataclass(frozen=True, slots=True)
class Side:
    """One payment as one side tells it. ``payee``: whom a 受托支付 went to; None on a line where it is not stated.

    ``iou_no`` and ``rate_ppm`` are None where the side does not state them, and what is not stated never differs.
    """

    key: str
    firm: str
    lender: str
    amount: Money
    value_on: date
    iou_no: str | None = None
    rate_ppm: int | None = None
    payee: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A line and a report. ``differs``: in what, in the order of the module's names; empty when exact."""

    line: Side
    report: Side
    kind: str
    differs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pairing:
    """``pairs`` are exact or tolerant, each side in at most one; ``proposed`` may name a side several times.

    ``lines`` and ``reports`` are in no pair, proposed or not.
    """

    pairs: tuple[Pair, ...]
    proposed: tuple[Pair, ...]
    lines: tuple[Side, ...]
    reports: tuple[Side, ...]


def pair_up(
    lines: Iterable[Side], reports: Iterable[Side], tolerances: Tolerances, *, rejected: frozenset[tuple[str, str]]
) -> Pairing:
    """Pair ``lines`` with ``reports``; ``rejected`` are (line, report) keys that a person said are not one payment."""
    left = {line.key: line for line in sorted(lines, key=lambda side: side.key)}
    there = {report.key: report for report in sorted(reports, key=lambda side: side.key)}
    near = _near(left, there, tolerances, rejected)
    paired: list[Pair] = []
    for kind, alike in ((EXACT, _exact), (TOLERANT, _tolerable(tolerances))):
        paired += _taken(kind, near, left, there, alike)
    proposed = [
        Pair(line, report, PROPOSED, differences(line, report))
        for line in left.values()
        for report in sorted((one for one in near[line.key] if one.key in there), key=lambda one: _distance(line, one))
    ]
    touched = {pair.report.key for pair in proposed}
    return Pairing(
        tuple(paired),
        tuple(proposed),
        tuple(left.values()),
        tuple(report for key, report in there.items() if key not in touched),
    )


def differences(line: Side, report: Side) -> tuple[str, ...]:
    """In what the two tell one payment otherwise; to the cent, to the day, to the ppm."""
    found = []
    if line.amount != report.amount:
        found.append(AMOUNT)
    if line.value_on != report.value_on:
        found.append(DAY)
    if _stated_otherwise(line.rate_ppm, report.rate_ppm):
        found.append(RATE)
    if line.payee is not None and line.payee != (report.payee or report.firm):
        found.append(PAYEE)
    if _stated_otherwise(line.iou_no, report.iou_no):
        found.append(NUMBER)
    return tuple(found)


def _stated_otherwise(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _exact(line: Side, report: Side) -> bool:
    return not differences(line, report)


def _tolerable(tolerances: Tolerances) -> Callable[[Side, Side], bool]:
    def tolerable(line: Side, report: Side) -> bool:
        differs = differences(line, report)
        if PAYEE in differs or NUMBER in differs:
            return False
        off = abs((line.rate_ppm or 0) - (report.rate_ppm or 0)) if RATE in differs else 0
        return (
            abs((line.amount - report.amount).minor) <= tolerances.minor
            and _days(line, report) <= tolerances.days
            and off <= tolerances.rate_ppm
        )

    return tolerable


def _near(
    lines: Mapping[str, Side], reports: Mapping[str, Side], tolerances: Tolerances, rejected: frozenset[tuple[str, str]]
) -> dict[str, list[Side]]:
    """Line's key → reports of its firm and lender that it could be: of the same 借据, or near in day and amount."""
    by_firm: dict[tuple[str, str, str], list[Side]] = defaultdict(list)
    for report in reports.values():
        by_firm[report.firm, report.lender, report.amount.currency].append(report)
    return {
        key: [
            report
            for report in by_firm[line.firm, line.lender, line.amount.currency]
            if (key, report.key) not in rejected and _could_be(line, report, tolerances)
        ]
        for key, line in lines.items()
    }


def _could_be(line: Side, report: Side, tolerances: Tolerances) -> bool:
    if line.iou_no is not None and line.iou_no == report.iou_no:
        return True
    off = abs((line.amount - report.amount).minor)
    near = off * 1_000_000 <= report.amount.minor * tolerances.near_ppm
    return near and _days(line, report) <= tolerances.near_days


def _days(line: Side, report: Side) -> int:
    return abs((line.value_on - report.value_on).days)


def _distance(line: Side, report: Side) -> tuple[bool, int, int, str]:
    """The likeliest first: the same number, then the nearer amount, the nearer day."""
    same = line.iou_no is not None and line.iou_no == report.iou_no
    return not same, abs((line.amount - report.amount).minor), _days(line, report), report.key


def _taken(
    kind: str,
    near: Mapping[str, Sequence[Side]],
    lines: dict[str, Side],
    reports: dict[str, Side],
    alike: Callable[[Side, Side], bool],
) -> list[Pair]:
    """Pairs that are alike and alike to nothing else; both sides leave what is still open."""
    of_line = {
        key: [report for report in near[key] if report.key in reports and alike(line, report)]
        for key, line in lines.items()
    }
    of_report: dict[str, int] = defaultdict(int)
    for found in of_line.values():
        for report in found:
            of_report[report.key] += 1
    taken = [
        Pair(lines[key], found[0], kind, differences(lines[key], found[0]))
        for key, found in of_line.items()
        if len(found) == 1 and of_report[found[0].key] == 1
    ]
    for pair in taken:
        del lines[pair.line.key]
        del reports[pair.report.key]
    return taken
