"""Reading referrals: a firm's own, the bureau's, the bank's one by one; whether the firm's file is open to the bank."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.foundation.files import EvidenceLink, evidence_of
from matchmaking.market.needs.models import Need, NeedEvent
from matchmaking.market.products.models import Product, ProductVersion
from matchmaking.market.referrals.models import (
    LIVE,
    OPENED,
    Referral,
    ReferralDecline,
    ReferralDeclineUndo,
    ReferralEvent,
    ReferralTurn,
)
from matchmaking.market.referrals.turns import Turned, subject_of_turn
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.consents.models import Consent, ConsentRevocation
from matchmaking.registry.consents.queries import covers_need, holds, open_consent
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import FirmSheet, sheet_of
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import number, workdays

NEED_OPEN = ("referred", "contracted")
"""States of a need in which its referrals stand; of any other nothing more can be done with them."""


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


def handed_on(session: Session, viewer: Viewer, key: str) -> bool:
    """Whether the referral ``key`` stood at the viewer's branch, or under it, and was given to another unit since.

    Who was shown it a moment ago is told why it is gone; to everybody else it was never there.
    """
    if not viewer.may(Permission.READ_REFERRALS) or not viewer.organisation_path:
        return False
    had = select(ReferralEvent.id).join(Referral, Referral.id == ReferralEvent.referral_id)
    had = had.join(Organisation, Organisation.id == ReferralEvent.organisation_id)
    asked = had.where(Referral.public_key == key, Organisation.path.like(viewer.organisation_path + "%")).limit(1)
    return session.scalars(asked).first() is not None and referral_by_key(session, viewer, key) is None


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


def turned_of(session: Session, referral: Referral, *, all_open: bool) -> list[Turned]:
    """Every step of the clock, the earliest first. What the firm said and sent stays shut while its file is.

    ``all_open``: the reader is the firm itself, or a bank to which the file is open.
    """
    asked = select(ReferralTurn).where(ReferralTurn.referral_id == referral.id).order_by(ReferralTurn.number)
    found = []
    for turn in session.scalars(asked):
        hidden = turn.action == "answer" and not all_open
        files = [] if hidden else evidence_of(session, subject_of_turn(referral, turn.number))
        found.append(Turned(turn, "" if hidden else turn.words, files, hidden))
    return found


def decline_of(session: Session, referral_id: int) -> ReferralDecline | None:
    """The bank's reason that stands: the last one that was not taken back."""
    asked = select(ReferralDecline).where(ReferralDecline.referral_id == referral_id, _stands(ReferralDecline))
    return session.scalars(asked.order_by(ReferralDecline.id.desc()).limit(1)).first()


def record_of_decline(session: Session, referral: Referral) -> list[EvidenceLink]:
    """Files of the bank's reason that stands; what came with a decline that was taken back is shown to nobody."""
    said = decline_of(session, referral.id)
    links = evidence_of(session, f"decline:{referral.public_key}") if said else []
    return [link for link in links if said and link.at == said.recorded_at]


def declined_from(session: Session, referral_id: int) -> str:
    """In which state a referral stood when it was last declined."""
    asked = select(ReferralEvent.before).where(
        ReferralEvent.referral_id == referral_id, ReferralEvent.action == "decline"
    )
    return session.scalars(asked.order_by(ReferralEvent.number.desc()).limit(1)).one()


def acted_since(session: Session, need_id: int, moment: datetime) -> bool:
    """Whether anything was done with a need after ``moment``."""
    asked = select(NeedEvent.id).where(NeedEvent.need_id == need_id, NeedEvent.recorded_at > moment).limit(1)
    return session.scalars(asked).first() is not None


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


def known_to_bank(session: Session, keys: Collection[str], *, on: date) -> set[str]:
    """Of these referrals those whose firm the bank may know on ``on``: the file is open, or the two have signed.

    The same rule as :func:`dossier_open`, for a whole list in one SQL statement.
    """
    given = and_(
        Consent.enterprise_id == Enterprise.id, Consent.organisation_id == Referral.legal_person_id,
        Consent.purpose == "share_dossier", Consent.person_id.is_(None),
    )  # fmt: skip
    opened = and_(Referral.state.in_(OPENED), Need.state.in_(NEED_OPEN), holds(on))
    asked = (
        select(Referral.public_key, Referral.state, Need.public_key, Consent)
        .join(Need, Need.id == Referral.need_id)
        .outerjoin(Enterprise, Enterprise.organisation_id == Need.organisation_id)
        .outerjoin(Consent, given)
        .outerjoin(ConsentRevocation, ConsentRevocation.consent_id == Consent.id)
        .where(Referral.public_key.in_(keys), or_(Referral.state == "signed", opened))
    )
    return {key for key, state, need, consent in session.execute(asked)
            if state == "signed" or covers_need(consent, need)}  # fmt: skip


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
    """Referrals that lapse: more workdays passed since they were sent than the parameter of the day, those not counted
    on which the bank's clock stood (they have moved its day, from which is reckoned here); none whose clock stands."""
    day, grace = as_of, number("referral_lapse_workdays", as_of) - number("referral_answer_workdays", as_of)
    while workdays().between(day, as_of) <= grace:
        day -= timedelta(days=1)
    asked = select(Referral).where(
        Referral.state.in_(("sent", "claimed")), Referral.turn == "with_bank", Referral.due_on <= day
    )
    return list(session.scalars(asked.order_by(Referral.id).limit(limit)))


def orphaned(session: Session, *, limit: int) -> list[Referral]:
    """Live referrals whose need was withdrawn or merged from the need's own page; an approved one survives a merger."""
    asked = select(Referral).join(Need, Need.id == Referral.need_id)
    gone = or_(Need.state == "withdrawn", and_(Need.state == "merged", Referral.state.not_in(("approved", "signed"))))
    return list(session.scalars(asked.where(Referral.state.in_(LIVE), gone).order_by(Referral.id).limit(limit)))


def still_ticking(session: Session, last: datetime, *, limit: int) -> list[Referral]:
    """Declined referrals whose clock was not stopped yet, and whose decline of ``last`` or earlier is for good."""
    kept = exists().where(ReferralDecline.referral_id == Referral.id, ReferralDecline.recorded_at > last)
    asked = select(Referral).where(Referral.state == "declined", Referral.turn != "stopped", ~kept)
    return list(session.scalars(asked.order_by(Referral.id).limit(limit)))


def _rows() -> Select[Any]:
    firm, reason = aliased(Organisation), aliased(ReferralDecline)
    kept = select(func.max(reason.id)).where(reason.referral_id == Referral.id, _stands(reason))
    latest = kept.correlate(Referral).scalar_subquery()
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
        .outerjoin(ReferralDecline, ReferralDecline.id == latest)
    )  # fmt: skip


def _row(row: Any) -> ReferralRow:
    return ReferralRow(row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7] or "", row[8])


def _stands(reason: Any) -> ColumnElement[bool]:
    return ~exists().where(ReferralDeclineUndo.decline_id == reason.id)
