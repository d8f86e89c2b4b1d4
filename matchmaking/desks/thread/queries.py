"""Whose thread it is to read: the firm's own, a bank's own part of it, the bureau's and the offices' of their area."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from matchmaking.desks.thread.deeds import MONEY, STEPS
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.market.needs.models import Need
from matchmaking.market.needs.queries import PRIVATE
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import known_to_bank
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.models import Organisation

FIRM, BANK, BUREAU, OFFICE = "firm", "bank", "bureau", "office"


@dataclass(frozen=True, slots=True)
class Opened:
    """A need's thread as one reader may open it. ``reader``: firm, bank, bureau or office. ``referrals``: the bank's
    own, id → public key; None where all of them may be read. ``under``: by what right, for the reading log."""

    need: Need
    firm: str
    enterprise_key: str
    reader: str
    referrals: Mapping[int, str] | None
    under: str

    @property
    def sources(self) -> Collection[str]:
        """Kinds of deeds this reader may read: who may not see agreements sees no amount that was signed or paid."""
        return STEPS - {"paper"} if self.reader == BUREAU else STEPS | MONEY


def thread_of(session: Session, viewer: Viewer, key: str, *, on: date) -> Opened | None:
    """The thread of the need ``key``, or None where there is none for ``viewer``.

    A bank reads its own part while the firm's file is open to it on ``on``, and where the two have signed for good.
    One SQL statement; for a bank two more.
    """
    asked = select(Need, Organisation.name, Enterprise.public_key).join(
        Organisation, Organisation.id == Need.organisation_id
    )
    asked = asked.outerjoin(Enterprise, Enterprise.organisation_id == Need.organisation_id)
    reader = _reader(viewer)
    row = session.execute(asked.where(Need.public_key == key, _window(viewer, reader))).first()
    if row is None:
        return None
    need, firm, enterprise = row
    if reader != BANK:
        return Opened(need, firm, enterprise or "", reader, None, f"need:{need.public_key}")
    mine = _own_referrals(session, viewer, need)
    own = {one.id: one.public_key for one in mine}
    known = known_to_bank(session, list(own.values()), on=on)
    if not known:
        return None
    under = next(key for key in own.values() if key in known)
    return Opened(need, firm, enterprise or "", reader, own, f"referral:{under}")


def names_of(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """``user:<id>`` → the person's name, for those who have an account; one SQL statement."""
    ids = {int(actor[5:]) for actor in actors if actor.startswith("user:") and actor[5:].isdecimal()}
    if not ids:
        return {}
    asked = select(UserAccount.id, UserAccount.name).where(UserAccount.id.in_(ids))
    return {f"user:{number}": name for number, name in session.execute(asked)}


def _reader(viewer: Viewer) -> str:
    if viewer.may(Permission.READ_REFERRALS):
        return BANK
    if viewer.may(Permission.READ_OWN_NEEDS):
        return FIRM
    return OFFICE if viewer.may(Permission.READ_AGREEMENTS) else BUREAU


def _window(viewer: Viewer, reader: str) -> ColumnElement[bool]:
    if reader == FIRM:
        return Need.organisation_id == viewer.organisation_id if viewer.organisation_id is not None else false()
    told: ColumnElement[bool] = Need.state.not_in(PRIVATE)
    if reader == BANK:
        return told
    if reader == BUREAU:  # what a bureau writes for a firm is its own from the first word
        told = or_(told, Need.entered_by == "bureau")
    return told if viewer.jurisdiction == EVERYWHERE else told & (Need.area_code == viewer.jurisdiction)


def _own_referrals(session: Session, viewer: Viewer, need: Need) -> list[Referral]:
    if not viewer.organisation_path:
        return []
    asked = select(Referral).join(Organisation, Organisation.id == Referral.organisation_id)
    asked = asked.where(Referral.need_id == need.id, Organisation.path.like(viewer.organisation_path + "%"))
    return list(session.scalars(asked.order_by(Referral.id)))
