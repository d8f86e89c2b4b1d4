"""Months between days, for years in business."""

from __future__ import annotations

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """``months`` (≥ 0) after ``day``; the last day of a month too short for it."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = whole // 12, whole % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def completed_months(since: date, on: date) -> int:
    """The most months k with ``add_months(since, k) <= on``; 0 where ``on`` comes before the first is over."""
    months = (on.year - since.year) * 12 + on.month - since.month
    if months > 0 and add_months(since, months) > on:
        months -= 1
    return max(months, 0)


def years_text(months: int, *, up: bool = False) -> str:
    """Years with one decimal where it takes one, rounded down, or up for what is missing: 18 → ``1.5``, 24 → ``2``."""
    tenths = -(-months * 10 // 12) if up else months * 10 // 12
    whole, rest = divmod(tenths, 10)
    return f"{whole}.{rest}" if rest else str(whole)
