"""The bank's list of agreements and the firm's page of loans, each in one SQL statement however many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import (
    AgreementExit,
    CutAnswer,
    CutProposal,
    DrawRequest,
    FactVoid,
)
from matchmaking.delivery.disbursements.models import DisbursementPosition
from matchmaking.delivery.signings.models import Paper
from matchmaking.delivery.signings.queries import PaperRow, paper_rows
from matchmaking.foundation.access.viewer import Viewer

WAITING = ("offered", "firm_signed")


@dataclass(frozen=True, slots=True)
class LoanRow:
    """A paper that both have signed, or that waits for a signature, and where its money stands.

    ``drawn``: minor units drawn and not given back. ``ended``: the last end by one side. ``cut``: minor units both
    agreed to cut. ``proposal``: a cut that waits for the firm's word. ``asked``: the firm's last request to draw.
    ``gone``: minor units that ends with an amount took, cuts among them.
    """

    row: PaperRow
    drawn: int
    ended: AgreementExit | None
    cut: int
    proposal: CutProposal | None
    asked: DrawRequest | None
    gone: int

    @property
    def left(self) -> int:
        """Minor units that are neither drawn, cut nor ended."""
        if self.ended is not None and self.ended.amount_minor is None:
            return 0
        return max(self.row.paper.amount_minor - self.drawn - self.gone, 0)


def loan_list(session: Session, viewer: Viewer, *, limit: int, offset: int = 0) -> tuple[list[LoanRow], int]:
    """What waits for a signature first, then what is signed, the latest first; and how many. One SQL statement."""
    waits = Paper.state.in_(WAITING)
    order = (case((waits, 0), else_=1), Paper.id.desc())
    asked = _loans(viewer).where(or_(waits, Paper.agreement_id.is_not(None))).order_by(*order)
    found = session.execute(asked.limit(limit).offset(offset)).all()
    rows = [LoanRow(PaperRow(*one[:5]), one[6], one[7], int(one[8]), one[9], one[10], int(one[11])) for one in found]
    return rows, found[0][5] if found else 0


def _loans(viewer: Viewer) -> Select[Any]:
    position = DisbursementPosition
    drawn = position.drawn_minor - position.repaid_minor
    asked = paper_rows(
        viewer, func.count().over(), func.coalesce(drawn, 0), AgreementExit, func.coalesce(_cut(), 0), CutProposal,
        DrawRequest, func.coalesce(_gone(), 0),
    )  # fmt: skip
    asked = asked.outerjoin(position, position.agreement_id == Paper.agreement_id)
    asked = asked.outerjoin(AgreementExit, AgreementExit.id == _last_end())
    asked = asked.outerjoin(CutProposal, CutProposal.id == _open_cut())
    return asked.outerjoin(DrawRequest, DrawRequest.id == _last_request())


def _cut() -> Any:
    one = aliased(AgreementExit)
    return select(func.sum(one.amount_minor)).where(_holds(one), one.kind == "agreed_cut").scalar_subquery()


def _gone() -> Any:
    one = aliased(AgreementExit)
    return select(func.sum(one.amount_minor)).where(_holds(one)).scalar_subquery()


def _last_end() -> Any:
    one = aliased(AgreementExit)
    return select(func.max(one.id)).where(_holds(one), one.kind != "agreed_cut").scalar_subquery()


def _holds(one: Any) -> ColumnElement[bool]:
    # the bank's word that the firm gave up is kept, and counts once the firm says so itself
    hearsay = and_(one.kind == "firm_gives_up", one.by_party == "bank")
    return and_(one.agreement_id == Paper.agreement_id, ~hearsay, ~_taken_back(one.public_key))


def _open_cut() -> Any:
    one = aliased(CutProposal)
    answered = select(CutAnswer.id).where(CutAnswer.proposal_id == one.id).exists()
    return select(func.max(one.id)).where(one.agreement_id == Paper.agreement_id, ~answered).scalar_subquery()


def _last_request() -> Any:
    one = aliased(DrawRequest)
    last = select(func.max(one.id)).where(one.agreement_id == Paper.agreement_id, ~_taken_back(one.public_key))
    return last.scalar_subquery()


def _taken_back(key: Any) -> ColumnElement[bool]:
    return select(FactVoid.id).where(FactVoid.fact_key == key).exists()
