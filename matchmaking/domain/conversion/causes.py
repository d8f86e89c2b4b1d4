"""Which facts a restatement goes back to: those that became known since, and speak about the signings that changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from matchmaking.domain.conversion.facts import (
    ConditionMet,
    Confirmation,
    Fact,
    Repayment,
    Signing,
    ThirdPartyLine,
    Verdict,
    Void,
    let_through,
)

Subjects = Mapping[str, frozenset[str]]
"""Fact's key → keys of the signings it speaks about; none for what is said of a firm, a bank or an event."""


def subjects(facts: Iterable[Fact]) -> Subjects:
    """The signings each fact speaks about, through whatever it names: a void through the fact it takes back, a paper
    that follows another through that one too.
    """
    told = {fact.key: fact for fact in facts}

    def about(key: str, seen: frozenset[str]) -> frozenset[str]:
        fact = told.get(key)
        if fact is None or key in seen:
            return frozenset()
        own = {key} if isinstance(fact, Signing) else set[str]()
        return frozenset(own).union(*(about(name, seen | {key}) for name in _names(fact)))

    return {key: about(key, frozenset()) for key in told}


def _names(fact: Fact) -> tuple[str, ...]:
    """Keys that ``fact`` names."""
    match fact:
        case Signing():
            return (fact.supersedes,) if fact.supersedes else ()
        case Confirmation() | ThirdPartyLine():
            return (fact.disbursement,)
        case Verdict():
            return (fact.subject, fact.other) if fact.other else (fact.subject,)
        case Void():
            return (fact.fact,)
        case ConditionMet():
            return (fact.condition,)
        case Repayment():
            return tuple(key for key in (fact.signing, fact.disbursement) if key)
        case _:
            signing = getattr(fact, "signing", None)
            return (signing,) if signing else ()


def causes(
    facts: Collection[Fact], changed: Collection[str], *, as_of: date, since: date, until: date, named: Collection[str]
) -> dict[str, tuple[Fact, ...]]:
    """Signing of ``changed`` → the facts behind its change: recorded after ``since`` and by ``until``, let through by
    ``as_of``, and not ``named`` as a cause before; in order of their recording.

    A signing of which nothing new is said itself changed through its firm (a balance counts once for all its papers),
    and failing that through what is said of banks and events.
    """
    new = [
        fact
        for fact in let_through(facts, as_of=as_of, known_at=until)
        if fact.recorded_on > since and fact.key not in named
    ]
    spoken = subjects(facts)
    firms = _firms(facts)
    own: dict[str, list[Fact]] = defaultdict(list)
    of_firm: dict[str, list[Fact]] = defaultdict(list)
    rest: list[Fact] = []
    for fact in sorted(new, key=lambda one: (one.recorded_on, one.key)):
        papers = spoken[fact.key]
        for paper in papers:
            own[paper].append(fact)
        borne = {firms[paper] for paper in papers if paper in firms} | _own_firm(fact)
        for firm in borne:
            of_firm[firm].append(fact)
        if not papers and not borne:
            rest.append(fact)
    return {paper: tuple(own.get(paper) or of_firm.get(firms.get(paper, ""), ()) or rest) for paper in changed}


def _firms(facts: Iterable[Fact]) -> dict[str, str]:
    return {fact.key: fact.firm_key or fact.firm for fact in facts if isinstance(fact, Signing)}


def _own_firm(fact: Fact) -> set[str]:
    names = (getattr(fact, "firm_key", None), getattr(fact, "firm", None))
    return {name for name in names if name}
