"""Rows of repayments and balances → the kernel's facts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from matchmaking.delivery.agreements.facts import told_on
from matchmaking.delivery.repayments.models import BalanceObservation, Repayment
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import Money


def repayment(row: Row[Any]) -> f.Repayment:
    """``row``: a :class:`Repayment`, keys of its ``signing`` and ``disbursement``, the portfolio's ``currency``."""
    fact: Repayment = row.Repayment
    return f.Repayment(
        key=fact.public_key,
        firm=fact.firm,
        lender=fact.lender,
        amount=Money(fact.amount_minor, row.currency),
        paid_on=fact.paid_on,
        recorded_on=told_on(fact.recorded_at),
        signing=row.signing,
        disbursement=row.disbursement,
        iou_no=fact.iou_no,
        firm_key=fact.firm_key,
    )


def opening(row: Row[Any]) -> f.OpeningBalance:
    """``row``: a :class:`BalanceObservation` and the portfolio's ``currency``."""
    fact: BalanceObservation = row.BalanceObservation
    balance = Money(fact.balance_minor, row.currency)
    known = told_on(fact.recorded_at)
    return f.OpeningBalance(fact.public_key, fact.firm, fact.lender, balance, fact.on_day, known, fact.firm_key)
