"""What was said of one agreement's terms, for its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import (
    Agreement,
    AgreementExit,
    Baseline,
    Condition,
    ConditionMet,
    CutAnswer,
    CutProposal,
    DrawableMark,
    DrawRequest,
    FactVoid,
)
from matchmaking.foundation.files import EvidenceLink


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition, the fact that it was met, and its proof."""

    condition: Condition
    met: ConditionMet | None
    proof: EvidenceLink | None


@dataclass(frozen=True, slots=True)
class TermsTold:
    """Everything said of an agreement's terms that nobody took back, the earliest first."""

    conditions: Sequence[ConditionRow]
    marks: Sequence[DrawableMark]
    requests: Sequence[DrawRequest]
    exits: Sequence[AgreementExit]
    cuts: Sequence[tuple[CutProposal, CutAnswer | None]]
    baseline: Baseline | None

    @property
    def open_conditions(self) -> list[Condition]:
        """What is not met yet."""
        return [one.condition for one in self.conditions if one.met is None]

    @property
    def open_cut(self) -> CutProposal | None:
        """The proposal that waits for the firm."""
        return next((proposal for proposal, answer in self.cuts if answer is None), None)


def condition_rows(session: Session, agreement_id: int) -> list[ConditionRow]:
    """Conditions of one agreement; one SQL statement."""
    wanted = (
        select(Condition, ConditionMet, EvidenceLink)
        .outerjoin(ConditionMet, ConditionMet.condition_id == Condition.id)
        .outerjoin(EvidenceLink, EvidenceLink.subject == "condition_met:" + ConditionMet.public_key)
        .where(Condition.agreement_id == agreement_id, ~_taken_back(Condition))
    )
    return [ConditionRow(*row) for row in session.execute(wanted.order_by(Condition.id))]


def terms_of(session: Session, agreement: Agreement) -> TermsTold:
    """Everything said of its terms; six SQL statements."""

    def rows(table: Any) -> list[Any]:
        wanted: Select[Any] = select(table).where(table.agreement_id == agreement.id, ~_taken_back(table))
        return list(session.scalars(wanted.order_by(table.id)))

    cuts = select(CutProposal, CutAnswer).outerjoin(CutAnswer, CutAnswer.proposal_id == CutProposal.id)
    cuts = cuts.where(CutProposal.agreement_id == agreement.id).order_by(CutProposal.id)
    bases = rows(Baseline)
    return TermsTold(
        condition_rows(session, agreement.id), rows(DrawableMark), rows(DrawRequest), rows(AgreementExit),
        [(row[0], row[1]) for row in session.execute(cuts)],
        max(bases, key=lambda one: one.balance_minor, default=None),
    )  # fmt: skip


def _taken_back(table: Any) -> ColumnElement[bool]:
    return select(FactVoid.id).where(FactVoid.fact_key == table.public_key).exists()
