"""The golden cases: YAML that a loan officer can read → domain facts and the exact figures they must give.

Amounts in the files are yuan. Firms, lenders and papers are fictional (演示数据).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import Money

FOLDER = Path(__file__).parent / "golden"
DEMO_PORTFOLIO = "golden"

KINDS: Mapping[str, type] = {
    "events": f.Event,
    "needs": f.Need,
    "controls": f.Control,
    "signings": f.Signing,
    "baselines": f.Baseline,
    "openings": f.OpeningBalance,
    "disbursements": f.Disbursement,
    "repayments": f.Repayment,
    "conditions": f.Condition,
    "conditions_met": f.ConditionMet,
    "drawables": f.Drawable,
    "draw_requests": f.DrawRequest,
    "exits": f.Exit,
    "voids": f.Void,
    "confirmations": f.Confirmation,
    "third_party_lines": f.ThirdPartyLine,
    "verdicts": f.Verdict,
    "bank_reports": f.BankReport,
}
"""Sections of a file, in the order in which their facts can be recorded, and the facts they hold."""


class _PlainWords(yaml.SafeLoader):
    """YAML in which ``on`` is a word and only ``true`` and ``false`` are answers."""


_PlainWords.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

_AMOUNTS = frozenset({"amount", "balance"})


@dataclass(frozen=True, slots=True)
class Expectation:
    """Figures that must come out on two days. ``words`` is the block as written: ledgers, rates, states …"""

    as_of: date
    known_at: date
    words: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class GoldenCase:
    """One file: its facts, and one expectation per pair of days. ``name`` is the file's, ``number`` practice's."""

    name: str
    number: str
    title: str
    title_en: str
    facts: tuple[f.Fact, ...]
    expectations: tuple[Expectation, ...]

    @property
    def portfolio(self) -> f.Portfolio:
        """The case alone, as a portfolio."""
        return f.Portfolio(self.name, self.facts)


def golden_cases(folder: Path = FOLDER) -> tuple[GoldenCase, ...]:
    """Every golden case, in order of file name."""
    return tuple(read_case(path) for path in sorted(folder.glob("*.yaml")))


def read_case(path: Path) -> GoldenCase:
    """One file. An unknown section or field raises ``KeyError`` or ``TypeError``: a case is never half read."""
    told = yaml.load(path.read_text("utf-8"), Loader=_PlainWords)  # noqa: S506  a SafeLoader
    found = tuple(_fact(KINDS[section], row) for section, rows in told["facts"].items() for row in rows)
    expected = tuple(Expectation(block["as_of"], block["known_at"], block) for block in told["expect"])
    return GoldenCase(path.stem, told["case"], told["title"], told["title_en"], found, expected)


def demo_portfolio(cases: Iterable[GoldenCase]) -> f.Portfolio:
    """All cases in one portfolio; the event they share is there once."""
    merged: dict[str, f.Fact] = {}
    for case in cases:
        for fact in case.facts:
            if merged.setdefault(fact.key, fact) != fact:
                raise ValueError(f"{case.name}: {fact.key} says something else in another case")
    return f.Portfolio(DEMO_PORTFOLIO, tuple(merged.values()))


def _fact(kind: type, row: Mapping[str, Any]) -> f.Fact:
    known = {field.name for field in fields(kind)}
    if unknown := set(row) - known:
        raise TypeError(f"{kind.__name__} has no {', '.join(sorted(unknown))}")
    values = {name: _value(name, value) for name, value in row.items()}
    return kind(**values)


def _value(name: str, value: Any) -> Any:
    if name in _AMOUNTS and value is not None:
        return Money.of(value)
    return tuple(value) if isinstance(value, list) else value
