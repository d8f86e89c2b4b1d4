"""Rows of signings and their terms → the kernel's facts. The recorded instant becomes a Shanghai day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Row

from matchmaking.delivery.agreements.models import (
    Agreement,
    AgreementExit,
    Baseline,
    Condition,
    ConditionMet,
    DrawableMark,
    DrawRequest,
    FactVoid,
)
from matchmaking.domain.areas import Area
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import Money
from matchmaking.foundation.clock import business_day

TERMS = (Baseline, Condition, DrawableMark, DrawRequest, AgreementExit)
"""Tables that hang on a signing; ``to_fact`` reads their rows with the signing's key and currency beside them."""


def told_on(instant: datetime) -> date:
    """The day on which our records learned of something."""
    return business_day(instant)


def money(minor: int | None, currency: str) -> Money | None:
    """An amount, or None where none is stated."""
    return None if minor is None else Money(minor, currency)


def area_of(paper: Agreement) -> Area | None:
    """Where a paper belongs, with the scheme its code is from; None where no source says."""
    if not (paper.area_code or paper.area_name):
        return None
    return Area(paper.area_scheme or "", (paper.area_code or "") if paper.area_scheme else "", paper.area_name or "")


def signing(row: Row[Any]) -> f.Signing:
    """``row``: an :class:`Agreement` with ``followed``, the key of the paper it supersedes."""
    paper: Agreement = row.Agreement
    if paper.signed_on is None:
        raise ValueError(f"{paper.public_key} is no signing")
    return f.Signing(
        key=paper.public_key,
        firm=paper.firm or "",
        lender=paper.lender or "",
        branch=paper.branch or "",
        instrument=paper.instrument,
        amount=Money(paper.amount_minor or 0, paper.currency),
        signed_on=paper.signed_on,
        recorded_on=told_on(paper.recorded_at),
        declared=paper.declared,
        revolving=paper.revolving,
        promised_on=paper.promised_on,
        by_plan=paper.by_project_plan,
        available_until=paper.available_until,
        supersedes=row.followed,
        need=paper.need_key,
        event=paper.event_key,
        firm_key=paper.firm_key,
    )


def term(row: Row[Any]) -> f.Fact:
    """``row``: the table's row first, then the signing's ``key`` and ``currency``."""
    fact, key, currency = row
    common = (fact.public_key, key)
    known = told_on(fact.recorded_at)
    match fact:
        case Baseline():
            numbers = tuple((fact.ious or {}).get("numbers", ()))
            return f.Baseline(*common, Money(fact.balance_minor, currency), fact.on_day, known, numbers)
        case Condition():
            return f.Condition(*common, fact.holder, fact.words, fact.set_on, known, fact.due_on)
        case DrawableMark():
            return f.Drawable(*common, fact.marked_on, known, money(fact.amount_minor, currency))
        case DrawRequest():
            return f.DrawRequest(*common, Money(fact.amount_minor, currency), fact.asked_on, known)
        case AgreementExit():
            return f.Exit(
                *common,
                fact.kind,
                fact.by_party,
                fact.exited_on,
                known,
                money(fact.amount_minor, currency),
                fact.reason,
            )
    raise TypeError(f"{type(fact).__name__} is no term of a signing")


def met(row: Row[Any]) -> f.ConditionMet:
    """``row``: a :class:`ConditionMet` and its condition's ``key``."""
    fact: ConditionMet = row.ConditionMet
    return f.ConditionMet(fact.public_key, row.key, fact.met_on, told_on(fact.recorded_at))


def void(fact: FactVoid) -> f.Void:
    """A fact taken back."""
    return f.Void(fact.public_key, fact.fact_key, fact.voided_on, told_on(fact.recorded_at), fact.reason)
