"""Reading papers: the bank's, at or under the reader's branch; the firm's own from the moment they are offered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.decisions.queries import under
from matchmaking.delivery.signings.models import PROMISING, Paper, PaperEvent
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.registry.organisations.models import Organisation

Firm, Bank = aliased(Organisation), aliased(Organisation)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """A paper, the firm's name, the branch's, and the agreement where both have signed."""

    paper: Paper
    firm: str
    branch: str
    agreement: Agreement | None


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Papers that are this viewer's to see; drafts are the bank's alone."""
    banks = under(viewer, Bank) if viewer.may(Permission.REPORT_DISBURSEMENTS) else false()
    if not viewer.may(Permission.SIGN_AGREEMENTS) or viewer.organisation_id is None:
        return banks
    shown = Paper.state.not_in(("drafted", "discarded"))
    return or_(banks, and_(Paper.firm_id == viewer.organisation_id, shown))


def visible_paper(session: Session, viewer: Viewer, key: str) -> PaperRow | None:
    """The paper ``key``, or None where there is none for this viewer."""
    row = session.execute(_rows(viewer).where(Paper.public_key == key)).first()
    return PaperRow(*row) if row else None


def papers_of_decision(session: Session, viewer: Viewer, decision_id: int) -> list[PaperRow]:
    """Papers under one decision, the latest first."""
    asked = _rows(viewer).where(Paper.decision_id == decision_id).order_by(Paper.id.desc())
    return [PaperRow(*row) for row in session.execute(asked)]


def signed_papers(session: Session, viewer: Viewer, *, limit: int, offset: int = 0) -> tuple[list[PaperRow], int]:
    """Papers that both have signed, the latest first, and how many; one SQL statement."""
    asked = _rows(viewer, func.count().over()).where(Paper.agreement_id.is_not(None)).order_by(Paper.id.desc())
    rows = session.execute(asked.limit(limit).offset(offset)).all()
    return [PaperRow(row[0], row[1], row[2], row[3]) for row in rows], rows[0][4] if rows else 0


def papers_to_sign(session: Session, viewer: Viewer) -> list[PaperRow]:
    """Papers that wait for a signature, the earliest first; one SQL statement."""
    asked = _rows(viewer).where(Paper.state.in_(("offered", "firm_signed"))).order_by(Paper.id)
    return [PaperRow(*row) for row in session.execute(asked)]


def signed_agreement(session: Session, viewer: Viewer, key: str) -> PaperRow | None:
    """The agreement ``key`` with its paper, or None where there is none for this viewer."""
    row = session.execute(_rows(viewer).where(Agreement.public_key == key)).first()
    return PaperRow(*row) if row else None


def promised_of(session: Session, decision_id: int, *, without: int = 0) -> int:
    """Minor units of the line that papers of the decision take, the paper ``without`` aside."""
    wanted = select(func.coalesce(func.sum(Paper.amount_minor), 0)).where(
        Paper.decision_id == decision_id, Paper.state.in_(PROMISING), Paper.id != without
    )
    return int(session.execute(wanted).scalar_one())


def history(session: Session, paper_id: int) -> Sequence[PaperEvent]:
    """Everything that was done with it, the earliest first."""
    return session.scalars(select(PaperEvent).where(PaperEvent.paper_id == paper_id).order_by(PaperEvent.number)).all()


def _rows(viewer: Viewer, *more: Any) -> Select[Any]:
    asked: Select[Any] = select(Paper, Firm.name, Bank.name, Agreement, *more)
    asked = asked.join(Firm, Firm.id == Paper.firm_id).join(Bank, Bank.id == Paper.bank_id)
    return asked.outerjoin(Agreement, Agreement.id == Paper.agreement_id).where(seen_by(viewer))
