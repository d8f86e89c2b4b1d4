"""Reading policies: the one in force on a day, the one a stored match names, and the list for the office."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, object_session

from matchmaking.domain.matching.policy import Policy
from matchmaking.foundation.storage import Base
from matchmaking.market.policies.models import PolicyAct, PolicyVersion
from matchmaking.rulebook import matching as rulebook


def policy_for(session: Session, on: date) -> Policy:
    """The version in force on ``on``: the later of the rulebook's and of those adopted; of one day the adopted one.

    Raises :class:`Refusal` ``match_policy_not_yet`` where none was. One SQL statement.
    """
    written = rulebook.policy(on)
    adopted = session.scalars(_adopted(), {"on": on}).first()
    if adopted is None or adopted.since is None or adopted.since < written.since:
        return written
    return as_policy(adopted)


@cache
def _adopted() -> Select[tuple[PolicyVersion]]:
    on: Any = bindparam("on")
    asked = select(PolicyVersion).where(
        PolicyVersion.since <= on, or_(PolicyVersion.until.is_(None), PolicyVersion.until > on)
    )
    return asked.order_by(PolicyVersion.since.desc(), PolicyVersion.id.desc()).limit(1)


def policy_behind(kept: Base, version: str) -> Policy:
    """The version by which ``kept`` was reckoned: the rulebook's, or one adopted, which its session is asked for.

    ``KeyError`` for one nobody has written; ``ValueError`` for an adopted one whose match was let go by its session.
    """
    if any(policy.version == version for policy in rulebook.policies()):
        return rulebook.policy_of(version)
    session = object_session(kept)
    if session is None:
        raise ValueError("a match by an adopted policy is explained within its session")
    return policy_kept(session, version)


def policy_kept(session: Session, version: str) -> Policy:
    """The version a stored match names, in force or not; ``KeyError`` for one nobody has written or proposed."""
    if any(policy.version == version for policy in rulebook.policies()):
        return rulebook.policy_of(version)
    found = session.scalars(select(PolicyVersion).where(PolicyVersion.version == version)).one_or_none()
    if found is None:
        raise KeyError(version)
    return as_policy(found)


def as_policy(row: PolicyVersion) -> Policy:
    """A stored version as matching reads it."""
    weights = {line: row.weights[line] for line in row.weights["order"]}
    return Policy(row.version, row.since or date.max, row.public_key, True, weights, row.settings)


def policy_rows(session: Session, *, limit: int = 50) -> Sequence[PolicyVersion]:
    """Every proposal, the latest first."""
    return session.scalars(select(PolicyVersion).order_by(PolicyVersion.id.desc()).limit(limit)).all()


def policy_by_key(session: Session, key: str) -> PolicyVersion | None:
    """One proposal."""
    return session.scalars(select(PolicyVersion).where(PolicyVersion.public_key == key)).one_or_none()


def acts_of(session: Session, row: PolicyVersion) -> Sequence[PolicyAct]:
    """What was done with it, in order."""
    asked = select(PolicyAct).where(PolicyAct.policy_version_id == row.id)
    return session.scalars(asked.order_by(PolicyAct.number)).all()


def proposal_of(session: Session, base_version: str, digest: str) -> PolicyVersion | None:
    """A proposal already made beside the same card from the same choices, whatever became of it."""
    asked = select(PolicyVersion).where(
        PolicyVersion.base_version == base_version, PolicyVersion.pairs_digest == digest
    )
    return session.scalars(asked.limit(1)).first()
