"""A new version of the profile. Earlier versions stay: what we knew on a day can always be said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import ENTERPRISE
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.trail import record
from matchmaking.registry.enterprises.models import (
    LEGAL_FORMS,
    PARKS,
    TAX_GRADES,
    Enterprise,
    EnterpriseLoan,
    EnterpriseProfile,
)
from matchmaking.registry.enterprises.queries import profile_on, subject_of
from matchmaking.registry.organisations.commands import place
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import plain_name, refuse_later
from matchmaking.rulebook.reference import industries

MOST_LOANS = 30
MOST_EMPLOYEES = 5_000_000
FIRST_YEAR = 1990
IDENTITY = ("legal_form", "industry_code", "area_code")
"""What a verdict of the bureau was about: changing one of them asks for a new verdict."""


@dataclass(frozen=True, slots=True)
class LoanTold:
    """An existing loan: who lent it, what is still owed, when it is due."""

    lender: str
    balance: Money
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class ProfileTold:
    """Everything a version says. None means "not told"; money is in yuan; ``figures_year`` is the figures' year."""

    legal_form: str
    area_code: str
    zone_code: str | None = None
    park: str = ""
    park_kind: str | None = None
    industry: str = ""
    founded_on: date | None = None
    employees: int | None = None
    figures_year: int | None = None
    revenue: Money | None = None
    assets: Money | None = None
    tax_grade: str | None = None
    loans: Sequence[LoanTold] = ()
    without_loans: bool = False


def tell_profile(
    session: Session, *, actor: str, role: str, enterprise_id: int, version: int, told: ProfileTold, on: date,
    at: datetime, valid_from: date | None = None,
) -> EnterpriseProfile:  # fmt: skip
    """Append a version valid from ``valid_from`` (``on`` unless told); ``role`` is the speaker's, firm or bureau.

    A changed legal form, industry or county puts a verified firm back to waiting. Raises :class:`Refusal`
    ``enterprise_changed`` when the firm is no longer at ``version``, ``industry_unknown``, ``profile_…`` or those of
    a place.
    """
    day = valid_from or on
    refuse_later(day, on)
    firm = locked(session, enterprise_id, version)
    before = profile_on(session, firm.id, on)
    made = _row(told, day, on)
    changed = _changes_identity(before, made)
    advance(session, firm, "change_identity" if changed else "update", role)
    made.enterprise_id, made.entered_by = firm.id, speaker(role)
    made.recorded_at, made.recorded_by = at, actor
    session.add(made)
    session.flush()
    _add_loans(session, made, told)
    if profile_on(session, firm.id, on) is made:
        _move(session, firm, made)
    payload = {"profile": made.id, "valid_from": day.isoformat(), "entered_by": made.entered_by, "identity": changed}
    record(session, actor=actor, tag="enterprise.profile_told", subject=subject_of(firm), payload=payload, at=at)
    return made


def speaker(role: str) -> str:
    """``firm`` for its own people, ``bureau`` for whoever enters for it."""
    return "firm" if role == Role.ENTERPRISE else "bureau"


def locked(session: Session, enterprise_id: int, version: int | None = None) -> Enterprise:
    """The firm's row, locked. :class:`Refusal` ``enterprise_unknown``, or ``enterprise_changed`` at another version."""
    wanted = select(Enterprise).where(Enterprise.id == enterprise_id).with_for_update()
    firm = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if firm is None:
        raise Refusal(Reason("enterprise_unknown"))
    if version is not None and firm.version != version:
        raise Refusal(Reason("enterprise_changed"))
    return firm


def advance(session: Session, firm: Enterprise, action: str, role: str) -> None:
    """Move the firm by its table; of two who move it at once the second gets ``enterprise_changed``."""
    state, version = firm.state, firm.version
    to = ENTERPRISE.move(state, action, role)
    moved = session.execute(
        update(Enterprise)
        .where(Enterprise.id == firm.id, Enterprise.state == state, Enterprise.version == version)
        .values(state=to, version=version + 1)
        .returning(Enterprise.id)
        .execution_options(synchronize_session="fetch")
    ).first()
    if moved is None:
        raise Refusal(Reason("enterprise_changed"))


def _changes_identity(before: EnterpriseProfile | None, made: EnterpriseProfile) -> bool:
    # what was not told before is no change
    pairs = [(getattr(before, name), getattr(made, name)) for name in IDENTITY] if before is not None else []
    return any(old is not None and old != new for old, new in pairs)


def _row(told: ProfileTold, day: date, on: date) -> EnterpriseProfile:
    area, zone = place(told.area_code, told.zone_code, on=on)
    _refuse_figures(told, day)
    return EnterpriseProfile(
        valid_from=day,
        legal_form=told.legal_form,
        industry_code=_industry(told.industry),
        area_code=area,
        zone_code=zone,
        park=plain_name(told.park, longest=120) if told.park.strip() else "",
        park_kind=told.park_kind or None,
        founded_on=told.founded_on,
        employees=told.employees,
        figures_year=told.figures_year,
        revenue_minor=told.revenue.minor if told.revenue is not None else None,
        assets_minor=told.assets.minor if told.assets is not None else None,
        tax_grade=told.tax_grade or None,
        without_loans=told.without_loans,
    )


def _industry(typed: str) -> str | None:
    if not typed.strip():
        return None
    found = industries().find(typed)
    if len(found.code) == 1:
        raise Refusal(Reason("profile_industry_letter", {"typed": typed[:20]}))
    return found.code


def _refuse_figures(told: ProfileTold, day: date) -> None:
    if told.legal_form not in LEGAL_FORMS:
        raise Refusal(Reason("legal_form_unknown", {"form": told.legal_form[:20]}))
    if told.tax_grade and told.tax_grade not in TAX_GRADES:
        raise Refusal(Reason("profile_tax_grade", {"grade": told.tax_grade[:4]}))
    if told.park_kind and told.park_kind not in PARKS:
        raise Refusal(Reason("choice_unknown"))
    if told.founded_on is not None and told.founded_on > day:
        raise Refusal(Reason("day_not_yet", {"day": told.founded_on.isoformat(), "today": day.isoformat()}))
    if told.employees is not None and not 0 <= told.employees <= MOST_EMPLOYEES:
        raise Refusal(Reason("profile_employees", {"most": MOST_EMPLOYEES}))
    year = told.figures_year
    if year is not None and not FIRST_YEAR <= year <= day.year:
        raise Refusal(Reason("profile_year", {"first": FIRST_YEAR, "last": day.year}))
    if told.revenue is not None and year is None:
        raise Refusal(Reason("profile_year_needed"))
    if any(amount is not None and amount.minor < 0 for amount in (told.revenue, told.assets)):
        raise Refusal(Reason("size_negative"))
    _refuse_loans(told)


def _refuse_loans(told: ProfileTold) -> None:
    if len(told.loans) > MOST_LOANS:
        raise Refusal(Reason("profile_loans_many", {"most": MOST_LOANS}))
    if told.loans and told.without_loans:
        raise Refusal(Reason("profile_loans_and_none"))
    if any(loan.balance.minor <= 0 for loan in told.loans):
        raise Refusal(Reason("amount_zero"))


def _add_loans(session: Session, made: EnterpriseProfile, told: ProfileTold) -> None:
    for loan in told.loans:
        session.add(
            EnterpriseLoan(
                profile_id=made.id, lender=plain_name(loan.lender), balance_minor=loan.balance.minor,
                due_on=loan.due_on,
            )
        )  # fmt: skip
    session.flush()


def _move(session: Session, firm: Enterprise, made: EnterpriseProfile) -> None:
    # who may see the firm goes by where it is today
    organisation = session.get(Organisation, firm.organisation_id)
    assert organisation is not None  # noqa: S101  told to mypy
    organisation.area_code, organisation.zone_code = made.area_code, made.zone_code
