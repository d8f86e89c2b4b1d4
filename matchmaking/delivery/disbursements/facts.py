"""Rows about money that left the bank → the kernel's facts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from matchmaking.delivery.agreements.facts import money, told_on
from matchmaking.delivery.disbursements.models import (
    BankReport,
    Confirmation,
    Disbursement,
    DisbursementVoid,
    ThirdPartyLine,
    Verdict,
)
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import Money

ABOUT = (DisbursementVoid, Confirmation, ThirdPartyLine)
"""Tables that speak about a disbursement; :func:`said` reads their rows with its key and currency beside them."""


def disbursement(row: Row[Any]) -> f.Disbursement:
    """``row``: a :class:`Disbursement`, its signing's ``key`` and ``currency``."""
    fact: Disbursement = row.Disbursement
    return f.Disbursement(
        key=fact.public_key,
        signing=row.key,
        iou_no=fact.iou_no,
        lender=fact.lender,
        branch=fact.branch,
        amount=Money(fact.amount_minor, row.currency),
        value_on=fact.value_on,
        reported_on=fact.reported_on,
        recorded_on=told_on(fact.recorded_at),
        payee=fact.payee,
        form=fact.form,
    )


def said(row: Row[Any]) -> f.Fact:
    """``row``: a row of one of :data:`ABOUT`, then the disbursement's key and currency."""
    fact, key, currency = row
    common = (fact.public_key, key)
    known = told_on(fact.recorded_at)
    match fact:
        case DisbursementVoid():
            return f.Void(*common, fact.voided_on, known, fact.reason)
        case Confirmation():
            amount = money(fact.amount_minor, currency)
            return f.Confirmation(
                *common, fact.answer, fact.answered_on, known, amount, fact.received_on, fact.device_shared
            )
        case ThirdPartyLine():
            return f.ThirdPartyLine(*common, fact.source, Money(fact.amount_minor, currency), fact.value_on, known)
    raise TypeError(f"{type(fact).__name__} says nothing about a disbursement")


def verdict(row: Row[Any]) -> f.Verdict:
    """``row``: a :class:`Verdict`, its ``subject``'s key, the ``other`` signing's key and the ``currency``."""
    fact: Verdict = row.Verdict
    amount = money(fact.amount_minor, row.currency)
    known = told_on(fact.recorded_at)
    return f.Verdict(fact.public_key, row.subject, fact.kind, fact.decided_on, known, row.other, amount, fact.document)


def bank_report(fact: BankReport) -> f.BankReport:
    """How far a lender has reported."""
    return f.BankReport(fact.public_key, fact.lender, fact.through, told_on(fact.recorded_at), fact.zero)
