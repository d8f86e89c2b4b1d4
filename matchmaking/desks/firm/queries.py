"""What the firm's home reads: its needs with where they stand, reports it has not answered, meetings and what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.asking import Told
from matchmaking.delivery.disbursements.models import (
    Confirmation,
    Disbursement,
    DisbursementPosition,
    DisbursementVoid,
)
from matchmaking.delivery.signings.models import Paper
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.market.needs.models import Need
from matchmaking.market.needs.queries import OPEN
from matchmaking.market.referrals.models import LIVE, Referral
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.organisations.models import Organisation


@dataclass(frozen=True, slots=True)
class At:
    """A need at a bank. ``officer`` is empty where the bank named nobody."""

    referral: Referral
    branch: str
    officer: str

    @property
    def live(self) -> bool:
        """It has not ended."""
        return self.referral.state in LIVE


@dataclass(slots=True)
class Standing:
    """A need and the banks that have or had it, the earliest first."""

    need: Need
    banks: list[At] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Own:
    """The firm's name, the bureau of its county, one page of its needs, and how many there are."""

    firm: str
    bureau: str
    needs: Sequence[Standing]
    total: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a meeting for this firm: one signed paper, minor units signed and reported as paid."""

    event_key: str
    instrument: str
    currency: str
    signed_minor: int
    paid_minor: int


def own_standing(session: Session, viewer: Viewer, *, limit: int, offset: int = 0) -> Own:
    """The firm's needs, open ones first and of these the latest; one SQL statement."""
    firm, place, officer = aliased(Organisation), aliased(Organisation), aliased(UserAccount)
    page = _page(viewer, limit, offset)
    asked = (
        select(firm.name, _bureau(firm), page.c.total, Need, Referral, place.name, officer.name)
        .select_from(firm)
        .outerjoin(page, page.c.organisation_id == firm.id)
        .outerjoin(Need, Need.id == page.c.id)
        .outerjoin(Referral, Referral.need_id == Need.id)
        .outerjoin(place, place.id == Referral.organisation_id)
        .outerjoin(officer, officer.id == Referral.officer_id)
        .where(firm.id == viewer.organisation_id)
        .order_by(page.c.shut, Need.id.desc(), Referral.id)
    )
    rows = session.execute(asked).all()
    standing: dict[int, Standing] = {}
    for _firm, _county, _total, need, referral, branch, name in rows:
        if need is not None:
            one = standing.setdefault(need.id, Standing(need))
            if referral is not None:
                one.banks.append(At(referral, branch, name or ""))
    first = rows[0] if rows else ("", "", 0)
    return Own(first[0], first[1] or "", list(standing.values()), first[2] or 0)


def unanswered_reports(session: Session, viewer: Viewer, *, limit: int) -> tuple[list[Told], int]:
    """Reports that stand and on which the firm has said nothing, the earliest first; and how many in all. One
    SQL statement."""
    voided = select(DisbursementVoid.id).where(DisbursementVoid.disbursement_id == Disbursement.id).exists()
    answered = select(Confirmation.id).where(Confirmation.disbursement_id == Disbursement.id).exists()
    asked = (
        select(Disbursement, Agreement, Paper, func.count().over().label("total"))
        .join(Agreement, Agreement.id == Disbursement.agreement_id)
        .join(Paper, Paper.agreement_id == Agreement.id)
        .where(Paper.firm_id == viewer.organisation_id, ~voided, ~answered)
        .order_by(Disbursement.value_on, Disbursement.id)
        .limit(limit)
    )
    rows = session.execute(asked).all()
    told = [Told(disbursement=row[0], void=None, answer=None, agreement=row[1], paper=row[2]) for row in rows]
    return told, rows[0].total if rows else 0


def outcomes_of(session: Session, viewer: Viewer, events: Sequence[str]) -> list[Outcome]:
    """Papers the firm signed at these meetings; one SQL statement, none without a meeting."""
    if not events:
        return []
    drawn = func.coalesce(DisbursementPosition.drawn_minor, 0)
    asked = (
        select(Agreement.event_key, Agreement.instrument, Agreement.currency, Agreement.amount_minor, drawn)
        .join(Paper, Paper.agreement_id == Agreement.id)
        .outerjoin(DisbursementPosition, DisbursementPosition.agreement_id == Agreement.id)
        .where(Paper.firm_id == viewer.organisation_id, Agreement.event_key.in_(events))
        .order_by(Agreement.id)
    )
    return [Outcome(*row) for row in session.execute(asked)]


def _page(viewer: Viewer, limit: int, offset: int) -> Subquery:
    shut = case((Need.state.in_(OPEN), 0), else_=1)
    asked = select(Need.id, Need.organisation_id, shut.label("shut"), func.count().over().label("total"))
    asked = asked.where(Need.organisation_id == viewer.organisation_id, Need.state != "discarded")
    return asked.order_by(shut, Need.id.desc()).limit(limit).offset(offset).subquery()


def _bureau(firm: type[Organisation]) -> ColumnElement[str | None]:
    """Name of the bureau of the firm's county, else of the city's."""
    bureau = aliased(Organisation)
    asked = select(func.min(bureau.name)).where(bureau.kind == "bureau", bureau.active)
    near = asked.where(bureau.area_code == firm.area_code).correlate(firm).scalar_subquery()
    return func.coalesce(near, asked.where(bureau.area_code == EVERYWHERE).scalar_subquery())
