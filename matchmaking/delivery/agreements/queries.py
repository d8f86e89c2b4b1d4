"""Agreements and their terms, as rows and as the kernel's facts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.facts import TERMS, met, signing, term, told_on, void
from matchmaking.delivery.agreements.models import Agreement, Condition, ConditionMet, FactVoid
from matchmaking.domain.conversion.facts import Event, Fact, Need
from matchmaking.domain.money import Money
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by


def visible_agreement(session: Session, viewer: Viewer, public_key: str) -> Agreement | None:
    """The agreement with this key in a portfolio the viewer may see, else None."""
    wanted = select(Agreement).join(Portfolio, Portfolio.id == Agreement.portfolio_id)
    return session.scalars(wanted.where(Agreement.public_key == public_key, seen_by(viewer))).one_or_none()


def agreement_by_key(session: Session, public_key: str) -> Agreement | None:
    """The agreement with this key, for commands, seeds and jobs."""
    return session.scalars(select(Agreement).where(Agreement.public_key == public_key)).one_or_none()


def same_firm(table: Any, agreement: Agreement) -> ColumnElement[bool]:
    """Rows of ``table`` (with ``portfolio_id``, ``firm`` and ``firm_key``) that are about the agreement's firm.

    By its key where both have one, under whatever name; else by the name, or by any name that the key bore here.
    """
    here = table.portfolio_id == agreement.portfolio_id
    if agreement.firm_key is None:
        return and_(here, table.firm == agreement.firm)
    other = aliased(Agreement)
    borne = select(other.firm).where(
        other.portfolio_id == agreement.portfolio_id, other.firm_key == agreement.firm_key, other.firm.is_not(None)
    )
    return and_(here, or_(table.firm_key == agreement.firm_key, and_(table.firm_key.is_(None), table.firm.in_(borne))))


def firms_of_papers() -> Subquery:
    """Which organisation each paper is of: ``agreement_id``, ``organisation_id``. By the firm's key where the paper has
    one, else by the name it bears; a paper of a firm that is not on the platform is not there.
    """
    pair = select(Agreement.id.label("agreement_id"), Organisation.id.label("organisation_id"))
    by_key = pair.join(Organisation, Organisation.public_key == Agreement.firm_key)
    by_name = pair.join(Organisation, Organisation.name == Agreement.firm).where(Agreement.firm_key.is_(None))
    return union_all(by_key, by_name).subquery("firm_of_paper")


def condition_is_met(session: Session, condition: Condition) -> bool:
    """Whether the condition was met."""
    return session.scalars(select(ConditionMet.id).where(ConditionMet.condition_id == condition.id)).first() is not None


def signing_facts(session: Session, portfolio_id: int, agreement_id: int | None = None) -> list[Fact]:
    """Signings, terms and voids of a portfolio, or of one agreement of it: eight SQL statements however many there are.

    Voids always come for the whole portfolio: they name facts by key.
    """
    earlier = aliased(Agreement)
    papers = select(Agreement, earlier.public_key.label("followed")).outerjoin(
        earlier, earlier.id == Agreement.supersedes_id
    )
    found: list[Fact] = [signing(row) for row in session.execute(_of(papers, portfolio_id, agreement_id))]
    for table in TERMS:
        asked = select(table, Agreement.public_key, Agreement.currency).join(
            Agreement, Agreement.id == table.agreement_id
        )
        found += [term(row) for row in session.execute(_of(asked, portfolio_id, agreement_id))]
    done = select(ConditionMet, Condition.public_key.label("key")).join(
        Condition, Condition.id == ConditionMet.condition_id
    )
    done = done.join(Agreement, Agreement.id == Condition.agreement_id)
    found += [met(row) for row in session.execute(_of(done, portfolio_id, agreement_id))]
    voids = session.scalars(select(FactVoid).where(FactVoid.portfolio_id == portfolio_id))
    return [*found, *(void(row) for row in voids)]


def event_facts(
    session: Session, portfolio_id: int, frozen_on: Callable[[date], date], until: datetime | None = None
) -> list[Fact]:
    """The events that signings name, known since the first paper that names them; one SQL statement.

    ``frozen_on``: the day on which an event's sign-in sheet freezes, from the day it was held. ``until``: as papers
    recorded by then tell of them, so that a later paper rewrites nothing that was known.
    """
    wanted = (
        select(Agreement.event_key, func.min(Agreement.event_on), func.min(Agreement.recorded_at))
        .where(
            Agreement.portfolio_id == portfolio_id, Agreement.event_key.is_not(None), Agreement.event_on.is_not(None)
        )
        .where(*_told_by(until))
        .group_by(Agreement.event_key)
        .order_by(Agreement.event_key)
    )
    return [Event(key, held, told_on(told), frozen_on(held)) for key, held, told in session.execute(wanted)]


def need_facts(session: Session, portfolio_id: int, currency: str, until: datetime | None = None) -> list[Fact]:
    """The needs that signings answer, known since the first paper for them; one SQL statement.

    A need keeps the largest amount stated for it; it was declared at the latest when the first paper was signed.
    ``until``: as papers recorded by then state it.
    """
    wanted = (
        select(
            Agreement.need_key,
            func.min(Agreement.firm),
            func.max(Agreement.need_minor),
            func.min(Agreement.signed_on),
            func.min(Agreement.recorded_at),
        )
        .where(Agreement.portfolio_id == portfolio_id, Agreement.need_key.is_not(None))
        .where(Agreement.need_minor.is_not(None), Agreement.signed_on.is_not(None), *_told_by(until))
        .group_by(Agreement.need_key)
        .order_by(Agreement.need_key)
    )
    return [
        Need(key, firm or "", Money(amount, currency), declared, told_on(told))
        for key, firm, amount, declared, told in session.execute(wanted)
    ]


def _told_by(until: datetime | None) -> list[ColumnElement[bool]]:
    return [] if until is None else [Agreement.recorded_at <= until]


def agreements_in(session: Session, portfolio_id: int) -> dict[str, Agreement]:
    """Every case of a portfolio by public key."""
    wanted = select(Agreement).where(Agreement.portfolio_id == portfolio_id, Agreement.origin == "case")
    return {row.public_key: row for row in session.scalars(wanted.order_by(Agreement.id))}


def _of(asked: Select[Any], portfolio_id: int, agreement_id: int | None) -> Select[Any]:
    asked = asked.where(Agreement.portfolio_id == portfolio_id, Agreement.origin == "case")
    return asked if agreement_id is None else asked.where(Agreement.id == agreement_id)
