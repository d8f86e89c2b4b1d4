"""开工前检查 (B06): what is looked at before work begins, each check with code, state, words and who may clear it.

Nothing here says whose need it is. No blacklist is checked: there is no list with a source and a day to check against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import parse_uscc
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import BUREAU, FIRM
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals.models import OPENED, Referral
from matchmaking.registry.consents.queries import open_consent
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import enterprise_of_organisation

OK, WARN, STOP = "ok", "warn", "stop"
OPEN_NEEDS = ("posted", "verified", "listed", "referred", "contracted")
CODES = ("uscc", "registration", "duplicate", "served", "share_consent", "return_consent")


@dataclass(frozen=True, slots=True)
class Check:
    """``code`` of :data:`CODES` (words ``check_<code>``), ``state`` ok, warn or stop, what was ``said``, and the roles
    that may ``clear`` it (none where it is fine)."""

    code: str
    state: str
    said: Reason
    clear: tuple[str, ...] = ()

    @property
    def look(self) -> tuple[str, str]:
        """Shape and kind of its badge."""
        return {OK: ("ok", "ok"), WARN: ("one", "wait"), STOP: ("stop", "bad")}[self.state]


def checks_of(session: Session, referral: Referral, on: date) -> list[Check]:
    """Every check of a referral on ``on``, in the order of :data:`CODES`."""
    need = session.get_one(Need, referral.need_id)
    firm = enterprise_of_organisation(session, need.organisation_id)
    return [
        _uscc(firm),
        _registration(firm),
        _duplicate(session, need),
        _served(session, referral, need),
        _consent(session, firm, referral, need, "share_dossier", "share_consent", on),
        _consent(session, firm, referral, need, "return_credit_information", "return_consent", on),
    ]


def stopping(session: Session, referral: Referral, on: date) -> Sequence[Reason]:
    """Why work may not begin; empty where it may."""
    return [check.said for check in checks_of(session, referral, on) if check.state == STOP]


def _uscc(firm: Enterprise | None) -> Check:
    if firm is None or firm.uscc is None:
        return Check("uscc", WARN, Reason("check_uscc_missing"), (FIRM, BUREAU))
    try:
        parse_uscc(firm.uscc)
    except Refusal:
        return Check("uscc", STOP, Reason("check_uscc_wrong"), (BUREAU,))
    return Check("uscc", OK, Reason("check_uscc_sound"))


def _registration(firm: Enterprise | None) -> Check:
    state = firm.state if firm else "closed"
    if state == "verified":
        return Check("registration", OK, Reason("check_registration_verified"))
    if state == "closed":
        return Check("registration", STOP, Reason("check_registration_closed"), (BUREAU,))
    return Check("registration", WARN, Reason("check_registration_open"), (BUREAU,))


def _duplicate(session: Session, need: Need) -> Check:
    """Another open need of the same firm for the same amount."""
    asked = select(func.count()).where(
        Need.organisation_id == need.organisation_id, Need.id != need.id, Need.state.in_(OPEN_NEEDS),
        Need.amount_minor == need.amount_minor,
    )  # fmt: skip
    found = session.scalar(asked) or 0
    if found:
        return Check("duplicate", WARN, Reason("check_duplicate_found", {"count": found}), (FIRM, BUREAU))
    return Check("duplicate", OK, Reason("check_duplicate_none"))


def _served(session: Session, referral: Referral, need: Need) -> Check:
    """Other needs of the same firm that this bank has taken in hand, whichever branch."""
    asked = (
        select(func.count())
        .select_from(Referral)
        .join(Need, Need.id == Referral.need_id)
        .where(
            Need.organisation_id == need.organisation_id, Referral.legal_person_id == referral.legal_person_id,
            Referral.id != referral.id, Referral.state.in_(OPENED),
        )
    )  # fmt: skip
    if session.scalar(asked):
        return Check("served", WARN, Reason("check_served_yes"), ())
    return Check("served", OK, Reason("check_served_no"))


def _consent(
    session: Session, firm: Enterprise | None, referral: Referral, need: Need, purpose: str, code: str, on: date
) -> Check:
    held = firm is not None and open_consent(
        session, enterprise_id=firm.id, organisation_id=referral.legal_person_id, purpose=purpose, on=on,
        need_key=need.public_key,
    )  # fmt: skip
    if held:
        return Check(code, OK, Reason("check_consent_open", {"last": held.expires_on.isoformat()}))
    return Check(code, WARN, Reason("check_consent_none"), (FIRM,))
