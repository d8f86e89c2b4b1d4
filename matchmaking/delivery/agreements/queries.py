"""Agreements and their terms, as rows."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, Condition, ConditionMet
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import seen_by


def visible_agreement(session: Session, viewer: Viewer, public_key: str) -> Agreement | None:
    """The agreement with this key in a portfolio the viewer may see, else None."""
    wanted = select(Agreement).join(Portfolio, Portfolio.id == Agreement.portfolio_id)
    return session.scalars(wanted.where(Agreement.public_key == public_key, seen_by(viewer))).one_or_none()


def agreement_by_key(session: Session, public_key: str) -> Agreement | None:
    """The agreement with this key, for commands, seeds and jobs."""
    return session.scalars(select(Agreement).where(Agreement.public_key == public_key)).one_or_none()


def condition_is_met(session: Session, condition: Condition) -> bool:
    """Whether the condition was met."""
    return session.scalars(select(ConditionMet.id).where(ConditionMet.condition_id == condition.id)).first() is not None
