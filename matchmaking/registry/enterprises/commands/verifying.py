"""The bureau's verdict on a firm, and the code it finds for one that came without."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import parse_uscc
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.files import Kept, attach
from matchmaking.foundation.trail import record
from matchmaking.registry.enterprises.commands.profiling import advance, locked
from matchmaking.registry.enterprises.commands.registering import GB32100
from matchmaking.registry.enterprises.models import BASES, Enterprise, EnterpriseProfile, EnterpriseVerification
from matchmaking.registry.enterprises.queries import enterprise_of_uscc, profile_on, subject_of
from matchmaking.registry.organisations.commands import close_organisation
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import words_enough

FEWEST_CHARACTERS = 10
"""Of the words with which a firm goes back: it must be able to mend something."""
MOST_CHARACTERS = 1_000
ROLE = Role.BUREAU_OFFICER.value


def verify_enterprise(
    session: Session, *, actor: str, enterprise_id: int, version: int, basis: str, on: date, at: datetime,
    words: str = "", evidence: Kept | None = None,
) -> EnterpriseVerification:  # fmt: skip
    """The firm is who it says it is, by ``basis`` (one of ``BASES``), at the version of its profile seen.

    Raises :class:`Refusal` ``basis_unknown``, ``verify_without_code``, ``verify_own_entry`` (who entered a version for
    the firm does not verify it), ``enterprise_changed``, or what the table says.
    """
    if basis not in BASES:
        raise Refusal(Reason("basis_unknown"))
    firm, profile = _looked_at(session, enterprise_id, version, on)
    if firm.uscc is None:
        raise Refusal(Reason("verify_without_code"))
    if _entered_by_hand(session, firm, actor):
        raise Refusal(Reason("verify_own_entry"))
    said = " ".join(words.split())[:MOST_CHARACTERS]
    return _judge(session, actor, firm, profile, "verify", basis, said, on, at, evidence)


def return_enterprise(
    session: Session, *, actor: str, enterprise_id: int, version: int, words: str, on: date, at: datetime,
    evidence: Kept | None = None,
) -> EnterpriseVerification:  # fmt: skip
    """Send the firm back, saying what to mend. Raises :class:`Refusal` ``words_…`` or ``enterprise_changed``."""
    said = words_enough(words, fewest=FEWEST_CHARACTERS, most=MOST_CHARACTERS)
    firm, profile = _looked_at(session, enterprise_id, version, on)
    return _judge(session, actor, firm, profile, "return", "", said, on, at, evidence)


def give_code(session: Session, *, actor: str, enterprise_id: int, uscc: str, at: datetime) -> None:
    """Write the code of a firm that was entered without one. A code that is there is never replaced.

    Raises :class:`Refusal`: those of ``parse_uscc``, ``enterprise_taken`` or ``code_is_there``.
    """
    code = parse_uscc(uscc)
    firm = locked(session, enterprise_id)
    if firm.uscc is not None:
        raise Refusal(Reason("code_is_there"))
    if enterprise_of_uscc(session, code) is not None:
        raise Refusal(Reason("enterprise_taken"))
    advance(session, firm, "change_identity", ROLE)
    session.execute(update(Enterprise).where(Enterprise.id == firm.id).values(uscc=code, uscc_scheme=GB32100))
    session.refresh(firm)
    record(session, actor=actor, tag="enterprise.code_given", subject=subject_of(firm), payload={"uscc": code}, at=at)


def close_enterprise(
    session: Session, *, actor: str, enterprise_id: int, version: int, on_day: date, reason: str, on: date,
    at: datetime,
) -> None:  # fmt: skip
    """注销: the firm ended on ``on_day``; its people are shut out, what it did stays. Raises :class:`Refusal`."""
    firm = locked(session, enterprise_id, version)
    advance(session, firm, "close", ROLE)
    organisation = session.get(Organisation, firm.organisation_id)
    assert organisation is not None  # noqa: S101  told to mypy
    close_organisation(session, actor=actor, organisation=organisation, on_day=on_day, reason=reason, on=on, at=at)
    payload = {"on": on_day.isoformat()}
    record(session, actor=actor, tag="enterprise.closed", subject=subject_of(firm), payload=payload, at=at)


def _looked_at(session: Session, enterprise_id: int, version: int, on: date) -> tuple[Enterprise, EnterpriseProfile]:
    firm = locked(session, enterprise_id, version)
    profile = profile_on(session, firm.id, on)
    if profile is None:
        raise Refusal(Reason("enterprise_unknown"))
    return firm, profile


def _entered_by_hand(session: Session, firm: Enterprise, actor: str) -> bool:
    """Whether ``actor`` entered anything of the profile in the firm's stead since the last verdict."""
    last = select(EnterpriseVerification.profile_id).where(EnterpriseVerification.enterprise_id == firm.id)
    seen = session.scalars(last.order_by(EnterpriseVerification.id.desc()).limit(1)).first() or 0
    mine = select(EnterpriseProfile.id).where(
        EnterpriseProfile.enterprise_id == firm.id,
        EnterpriseProfile.entered_by == "bureau",
        EnterpriseProfile.recorded_by == actor,
        EnterpriseProfile.id > seen,
    )
    return session.scalars(mine.limit(1)).first() is not None


def _judge(
    session: Session, actor: str, firm: Enterprise, profile: EnterpriseProfile, action: str, basis: str, words: str,
    on: date, at: datetime, evidence: Kept | None,
) -> EnterpriseVerification:  # fmt: skip
    advance(session, firm, action, ROLE)
    verdict = {"verify": "verified", "return": "returned"}[action]
    fact = EnterpriseVerification(
        enterprise_id=firm.id, profile_id=profile.id, verdict=verdict, basis=basis, words=words, on_day=on,
        recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(fact)
    session.flush()
    if evidence is not None:
        attach(session, evidence, subject=subject_of(firm), words=f"verification:{fact.id}", actor=actor, at=at)
    payload = {"verification": fact.id, "profile": profile.id, "basis": basis}
    tag = "enterprise.verified" if action == "verify" else "enterprise.returned"
    record(session, actor=actor, tag=tag, subject=subject_of(firm), payload=payload, at=at)
    return fact
