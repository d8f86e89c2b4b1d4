"""Rows → what rules judge a firm by on a day: size class, titles in force, whether a loan would be its first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.sizes import SizeVerdict, size_class
from matchmaking.domain.unit_guard import Figures, GuardBounds
from matchmaking.registry.enterprises.models import (
    CreditHistory,
    EnterpriseLoan,
    EnterpriseProfile,
    EnterpriseTitle,
    EnterpriseTitleVoid,
)
from matchmaking.rulebook import number
from matchmaking.rulebook.reference import size_table

FIRST, NOT_FIRST, UNKNOWN = "first", "not_first", "unknown"


@dataclass(frozen=True, slots=True)
class Size:
    """``code`` is large, medium, small or micro; None where it cannot be told, and ``reasons`` say what is missing."""

    code: str | None
    row: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class FirstLoan:
    """``verdict``: first, not_first or unknown; ``evidence_on`` the day of the paper that decided, if one did."""

    verdict: str
    reason: Reason
    definition: int
    evidence_on: date | None = None


@dataclass(frozen=True, slots=True)
class FirmFacts:
    """A firm as rules see it on a day. Money is in yuan; None means "not told", never zero."""

    enterprise_id: int
    public_key: str
    organisation_id: int
    name: str
    uscc: str | None
    state: str
    legal_form: str
    industry_code: str | None
    area_code: str
    zone_code: str | None
    founded_on: date | None
    employees: int | None
    revenue: Money | None
    assets: Money | None
    tax_grade: str | None
    size: Size
    first_loan: FirstLoan
    loans: tuple[EnterpriseLoan, ...]
    titles: frozenset[str]
    valid_from: date
    debt: Money | None = None
    """What it owes banks by its own word; zero where it says that it owes nothing."""
    park_kind: str | None = None


def money(minor: int | None) -> Money | None:
    """Yuan, or None where nothing was told."""
    return None if minor is None else Money(minor)


def debt_of(profile: EnterpriseProfile, loans: Sequence[EnterpriseLoan]) -> Money | None:
    """The balances a version states, zero where it says there are none, None where nothing was said."""
    if loans:
        return Money(sum(loan.balance_minor for loan in loans))
    return Money(0) if profile.without_loans else None


def figures_of(profile: EnterpriseProfile) -> Figures:
    """The profile's figures of the year."""
    return Figures(profile.employees, money(profile.revenue_minor), money(profile.assets_minor))


def guard_bounds(day: date) -> GuardBounds:
    """The bounds in force on ``day`` at which a unit is doubted."""
    names = ("guard_per_head_low", "guard_per_head_high", "guard_apart", "guard_jump")
    return GuardBounds(*(number(name, day) for name in names))


def size_of(profile: EnterpriseProfile | None) -> Size:
    """The class by 国统字〔2017〕213号, derived every time and stored nowhere."""
    if profile is None or not profile.industry_code:
        return Size(None, None, (Reason("size_lacks_industry"),))
    told = figures_of(profile)
    try:
        verdict: SizeVerdict = size_class(
            size_table(), profile.industry_code, employees=told.employees, revenue=told.revenue, assets=told.assets
        )
    except Refusal as refusal:
        return Size(None, None, refusal.reasons)
    return Size(verdict.size, verdict.row.code, verdict.reasons)


def title_ends(title: EnterpriseTitle, void: EnterpriseTitleVoid | None) -> date | None:
    """The last day the title counts, as far as is known: its own end, or the day before it was taken away."""
    if void is None:
        return title.valid_to
    last = date.fromordinal(max(void.on_day.toordinal() - 1, 1))
    return last if title.valid_to is None else min(last, title.valid_to)


def holds_on(title: EnterpriseTitle, void: EnterpriseTitleVoid | None, day: date) -> bool:
    """Whether the title counts on ``day``."""
    last = title_ends(title, void)
    return title.valid_from <= day and (last is None or day <= last)


def first_loan_on(
    day: date, *, profile: EnterpriseProfile | None, loans: Sequence[EnterpriseLoan], told: Iterable[CreditHistory]
) -> FirstLoan:
    """Whether a loan on ``day`` would be the firm's first (E16).

    Any sign of an earlier loan decides against it. For it speaks only a credit report or a bank's query, and only for
    ``first_loan_evidence_days``; the firm's own word leaves it unknown.
    """
    definition = number("first_loan_definition", day)
    heard = sorted((one for one in told if one.stated_on <= day), key=lambda one: (one.stated_on, one.id))
    some = [one for one in heard if one.history == "some"]
    if some:
        return FirstLoan(NOT_FIRST, _told("first_loan_history", some[-1]), definition, some[-1].stated_on)
    if loans and profile is not None:
        reason = Reason("first_loan_has_loans", {"loans": len(loans), "day": profile.valid_from.isoformat()})
        return FirstLoan(NOT_FIRST, reason, definition)
    papers = [one for one in heard if one.source != "own_word"]
    if not papers:
        return FirstLoan(UNKNOWN, Reason("first_loan_no_paper"), definition)
    last, days = papers[-1], number("first_loan_evidence_days", day)
    if (day - last.stated_on).days > days:
        reason = Reason("first_loan_paper_old", {"day": last.stated_on.isoformat(), "days": days})
        return FirstLoan(UNKNOWN, reason, definition, last.stated_on)
    return FirstLoan(FIRST, _told("first_loan_paper", last), definition, last.stated_on)


def _told(code: str, one: CreditHistory) -> Reason:
    return Reason(code, {"day": one.stated_on.isoformat(), "source_word": f"history_source_{one.source}"})
