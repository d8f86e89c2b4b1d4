"""Reading referrals: a bank's inbox, a firm's own, the bureau's; and whether the firm's file is open to the bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.market.needs.models import Need
from matchmaking.market.products.models import Product, ProductVersion
from matchmaking.market.referrals.models import LIVE, OPENED, Referral, ReferralDecline, ReferralEvent
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.consents.models import Consent
from matchmaking.registry.consents.queries import open_consent
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import FirmSheet, sheet_of
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import number, workdays

NEED_OPEN = ("referred", "contracted")
"""States of a need in which its referrals stand; of any other nothing more can be done with them."""
WAITING, IN_HAND, ENDED = TABS = ("waiting", "in_hand", "ended")
OF_TAB = {WAITING: ("sent", "claimed"), IN_HAND: OPENED}


@dataclass(frozen=True, slots=True)
class ReferralRow:
    """A referral with what stands around it. ``firm`` is for the firm and the bureau, and for the bank only where
    :func:`dossier_open` says so."""

    referral: Referral
    need: Need
    bank: str
    product: str
    product_key: str
    product_number: int
    firm: Organisation
    officer: str
    decline: ReferralDecline | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the inbox: no firm, no name of one."""

    referral: Referral
    branch: str
    product: str
    officer: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many wait: over their day, due today, due later; and the ones in hand."""

    overdue: int
    today: int
    later: int
    in_hand: int
    ended: int

    @property
    def waiting(self) -> int:
        """All that wait for an answer."""
        return self.overdue + self.today + self.later


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """Referrals that are this viewer's to see, in a query that joins need and the bank's organisation."""
    if viewer.may(Permission.READ_REFERRALS):
        return Organisation.path.like(viewer.organisation_path + "%") if viewer.organisation_path else false()
    own: ColumnElement[bool] = false()
    if viewer.may(Permission.READ_OWN_NEEDS) and viewer.organisation_id is not None:
        own = Need.organisation_id == viewer.organisation_id
    if not viewer.may(Permission.READ_NEEDS):
        return own
    return or_(
        own, Need.id.is_not(None) if viewer.jurisdiction == EVERYWHERE else Need.area_code == viewer.jurisdiction
    )


def referral_by_key(session: Session, viewer: Viewer, key: str) -> Referral | None:
    """The referral ``key``, or None where there is none for this viewer."""
    asked = select(Referral).join(Need, Need.id == Referral.need_id)
    asked = asked.join(Organisation, Organisation.id == Referral.organisation_id)
    return session.scalars(asked.where(Referral.public_key == key, seen_by(viewer))).one_or_none()


def referral_named(session: Session, key: str) -> Referral | None:
    """The referral ``key``, for commands, which see everything."""
    return session.scalars(select(Referral).where(Referral.public_key == key)).one_or_none()


def referral_row(session: Session, viewer: Viewer, key: str) -> ReferralRow | None:
    """The referral ``key`` with what stands around it, or None where there is none for this viewer; one statement."""
    row = session.execute(_rows().where(Referral.public_key == key, seen_by(viewer))).first()
    return None if row is None else _row(row)


def referrals_of(session: Session, viewer: Viewer, need: Need) -> list[ReferralRow]:
    """Every referral of a need that the viewer may see, the earliest first; one SQL statement."""
    asked = _rows().where(Referral.need_id == need.id, seen_by(viewer)).order_by(Referral.id)
    return [_row(row) for row in session.execute(asked)]


def events_of(session: Session, referral_ids: Sequence[int]) -> list[ReferralEvent]:
    """What was done with these referrals, the earliest first."""
    asked = select(ReferralEvent).where(ReferralEvent.referral_id.in_(referral_ids))
    return list(session.scalars(asked.order_by(ReferralEvent.recorded_at, ReferralEvent.id)))


def inbox(
    session: Session, viewer: Viewer, *, tab: str, on: date, limit: int, offset: int = 0
) -> tuple[list[Line], int]:
    """The bank's list: what is over its day first, then what is due today, each by points; one SQL statement."""
    asked = (
        select(Referral, Organisation.name.label("branch"), Product.name.label("product"), UserAccount.name, _total())
        .join(Need, Need.id == Referral.need_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .join(ProductVersion, ProductVersion.id == Referral.product_version_id)
        .join(Product, Product.id == ProductVersion.product_id)
        .outerjoin(UserAccount, UserAccount.id == Referral.officer_id)
        .where(seen_by(viewer), _in_tab(tab))
        .order_by(*_order(tab), Referral.id)
    )
    rows = session.execute(asked.limit(limit).offset(offset)).all()
    return [Line(row[0], row[1], row[2], row[3] or "") for row in rows], rows[0][4] if rows else 0


def inbox_counts(session: Session, viewer: Viewer, on: date) -> Counts:
    """How many stand where; one SQL statement."""
    waiting = _in_tab(WAITING)

    def of(condition: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    asked = (
        select(
            of(and_(waiting, Referral.due_on < on)), of(and_(waiting, Referral.due_on == on)),
            of(and_(waiting, Referral.due_on > on)), of(_in_tab(IN_HAND)), of(_in_tab(ENDED)),
        )
        .select_from(Referral)
        .join(Need, Need.id == Referral.need_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .where(seen_by(viewer))
    )  # fmt: skip
    return Counts(*(int(count) for count in session.execute(asked).one()))


def live_of(session: Session, need_id: int) -> list[Referral]:
    """Referrals of a need that have not ended, as they are in the database now."""
    asked = select(Referral).where(Referral.need_id == need_id, Referral.state.in_(LIVE)).order_by(Referral.id)
    return list(session.scalars(asked.execution_options(populate_existing=True)))


def consent_for(session: Session, referral: Referral, need: Need, *, on: date) -> Consent | None:
    """The firm's open consent to show its file to this bank for this need."""
    firm = session.scalars(select(Enterprise.id).where(Enterprise.organisation_id == need.organisation_id)).first()
    if firm is None:
        return None
    return open_consent(
        session, enterprise_id=firm, organisation_id=referral.legal_person_id, purpose="share_dossier", on=on,
        need_key=need.public_key,
    )  # fmt: skip


def dossier_open(session: Session, referral: Referral, need: Need, *, on: date) -> bool:
    """Whether the bank may know whose need it is: it accepted, it stands, and the firm's consent is open (B05)."""
    if referral.state not in OPENED or need.state not in NEED_OPEN:
        return False
    return consent_for(session, referral, need, on=on) is not None


def dossier(session: Session, referral: Referral, need: Need, *, on: date) -> FirmSheet | None:
    """The firm's file as the bank may see it, or None while it is shut. Log the reading before showing it."""
    if not dossier_open(session, referral, need, on=on):
        return None
    asked = select(Enterprise, Organisation).join(Organisation, Organisation.id == Enterprise.organisation_id)
    row = session.execute(asked.where(Organisation.id == need.organisation_id)).one()
    return sheet_of(session, row.Enterprise, row.Organisation, on=on)


def branch_for(session: Session, seller: Organisation, area_code: str) -> Organisation:
    """Which unit of the selling bank gets a need from ``area_code``: the nearest open one under the seller."""
    here = select(Organisation).where(
        Organisation.path.like(seller.path + "%"), Organisation.active, Organisation.area_code == area_code
    )
    return session.scalars(here.order_by(Organisation.level, Organisation.id).limit(1)).first() or seller


def units_of(session: Session, viewer: Viewer) -> list[Organisation]:
    """Open units of the viewer's bank at or under their own, to which work can be given."""
    if not viewer.organisation_path:
        return []
    asked = select(Organisation).where(Organisation.path.like(viewer.organisation_path + "%"), Organisation.active)
    return list(session.scalars(asked.order_by(Organisation.path)))


def officers_at(session: Session, organisation_ids: Sequence[int]) -> list[UserAccount]:
    """Bank people who work there and may sign in."""
    asked = select(UserAccount).where(
        UserAccount.organisation_id.in_(organisation_ids), UserAccount.active,
        UserAccount.role.in_(("bank_officer", "bank_manager")),
    )  # fmt: skip
    return list(session.scalars(asked.order_by(UserAccount.name, UserAccount.id)))


def unanswered(session: Session, as_of: date, *, limit: int) -> list[Referral]:
    """Referrals sent so long before ``as_of`` that they lapse: more workdays passed than the parameter of the day."""
    day = as_of
    while workdays().between(day, as_of) <= number("referral_lapse_workdays", as_of):
        day -= timedelta(days=1)
    asked = select(Referral).where(Referral.state.in_(("sent", "claimed")), Referral.sent_on <= day)
    return list(session.scalars(asked.order_by(Referral.id).limit(limit)))


def orphaned(session: Session, *, limit: int) -> list[Referral]:
    """Live referrals whose need was withdrawn or merged from the need's own page; an approved one survives a merger."""
    asked = select(Referral).join(Need, Need.id == Referral.need_id)
    gone = or_(Need.state == "withdrawn", and_(Need.state == "merged", Referral.state.not_in(("approved", "signed"))))
    return list(session.scalars(asked.where(Referral.state.in_(LIVE), gone).order_by(Referral.id).limit(limit)))


def _total() -> Any:
    return func.count().over().label("total")


def _in_tab(tab: str) -> ColumnElement[bool]:
    """A tab's referrals; one whose need has ended stands under the ended ones at once, before the sweep closes it."""
    stands = Need.state.in_(NEED_OPEN)
    if tab in OF_TAB:
        return and_(Referral.state.in_(OF_TAB[tab]), stands)
    return or_(Referral.state.not_in(LIVE), ~stands)


def _order(tab: str) -> tuple[Any, ...]:
    if tab == ENDED:
        return (Referral.answered_on.desc(), Referral.id.desc())
    return (Referral.due_on, func.coalesce(Referral.points, -1).desc())


def _rows() -> Select[Any]:
    firm = aliased(Organisation)
    return (
        select(
            Referral, Need, Organisation.name.label("bank"), Product.name.label("product"), Product.public_key,
            ProductVersion.number, firm, UserAccount.name.label("officer"), ReferralDecline,
        )
        .join(Need, Need.id == Referral.need_id)
        .join(Organisation, Organisation.id == Referral.organisation_id)
        .join(ProductVersion, ProductVersion.id == Referral.product_version_id)
        .join(Product, Product.id == ProductVersion.product_id)
        .join(firm, firm.id == Need.organisation_id)
        .outerjoin(UserAccount, UserAccount.id == Referral.officer_id)
        .outerjoin(ReferralDecline, ReferralDecline.referral_id == Referral.id)
    )  # fmt: skip


def _row(row: Any) -> ReferralRow:
    return ReferralRow(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7] or "", row[8])
