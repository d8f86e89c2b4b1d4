"""What stands beside the audit's facts for the detectors: sales, who controls a firm, deposits it told us of."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.flags.facts import deposit
from matchmaking.delivery.flags.models import SuppliedDeposit
from matchmaking.domain.conversion.detectors import Sidelights
from matchmaking.domain.money import Money
from matchmaking.foundation.clock import end_of_day
from matchmaking.registry.enterprises.models import Enterprise, EnterprisePerson, EnterpriseProfile
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio

CONTROLS = ("owner", "controller")


def sidelights(session: Session, portfolio: Portfolio, *, as_of: date, known_on: date) -> Sidelights:
    """As of one day and as known by the end of another; three SQL statements however many firms there are.

    Persons are those that a firm named itself, with the last four of their number: a name alone is not one person.
    Firms are known by their organisation's key, as their papers name it.
    """
    until = end_of_day(known_on)
    firm = Organisation.public_key
    of_firm = Enterprise.organisation_id == Organisation.id
    revenue = (
        select(firm, EnterpriseProfile.revenue_minor)
        .join(Enterprise, of_firm)
        .join(EnterpriseProfile, EnterpriseProfile.enterprise_id == Enterprise.id)
        .where(EnterpriseProfile.valid_from <= as_of, EnterpriseProfile.recorded_at <= until)
        .where(EnterpriseProfile.revenue_minor > 0)
        .order_by(EnterpriseProfile.valid_from, EnterpriseProfile.id)
    )
    people = (
        select(firm, EnterprisePerson.name, EnterprisePerson.id_tail)
        .join(Enterprise, of_firm)
        .join(EnterprisePerson, EnterprisePerson.enterprise_id == Enterprise.id)
        .where(EnterprisePerson.relation.in_(CONTROLS), EnterprisePerson.entered_by == "firm")
        .where(EnterprisePerson.id_tail != "", EnterprisePerson.recorded_at <= until)
        .order_by(EnterprisePerson.id)
    )
    deposits = select(SuppliedDeposit).where(
        SuppliedDeposit.portfolio_id == portfolio.id, SuppliedDeposit.on_day <= as_of,
        SuppliedDeposit.recorded_at <= until,
    )  # fmt: skip
    return Sidelights(
        {key: Money(minor, portfolio.currency) for key, minor in session.execute(revenue) if minor},
        {key: f"{name} {tail}" for key, name, tail in session.execute(people)},
        tuple(deposit(row, portfolio.currency) for row in session.scalars(deposits)),
    )
