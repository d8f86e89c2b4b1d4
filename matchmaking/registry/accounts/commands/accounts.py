"""Making and changing accounts. A new password, role or jurisdiction ends every session of the account at once."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.roles import NEEDS_ORGANISATION, ORGANISATION_OF, Role
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import record
from matchmaking.registry.accounts.commands.attempts import Attempt, claim_attempt, clear_attempts, note_failure
from matchmaking.registry.accounts.commands.passwords import hash_password, refuse_weak, verify_password
from matchmaking.registry.accounts.commands.second_factors import clear_code_attempts, reset_factor
from matchmaking.registry.accounts.commands.sessions import Place, end_all_sessions, open_session
from matchmaking.registry.accounts.commands.signing_in import fold_login
from matchmaking.registry.accounts.commands.two_people import (
    refuse_password_alone,
    refuse_password_by_same,
    refuse_reset_by_same,
    refuse_role,
)
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.accounts.queries import account_by_login
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import number

LOGIN = re.compile(r"\A[a-z0-9][a-z0-9._-]{2,39}\Z")
JURISDICTION = re.compile(r"\A(\*|[A-Za-z0-9_-]{1,40})\Z")
LANGUAGES = ("zh", "en")


def create_user(
    session: Session,
    *,
    actor: str,
    login: str,
    name: str,
    role: str,
    jurisdiction: str,
    at: datetime,
    password: str | None = None,
    password_hash: str | None = None,
    demo: bool = False,
    organisation_id: int | None = None,
    given: bool = False,
) -> int:
    """Make an account; its id. Without a password it can be opened by a demo card only, so ``demo`` must be set.

    ``given``: somebody else chose the password, so its owner must change it before anything else opens.

    ``password_hash`` stands for a password that was checked and hashed before the unit of work opened (a public page
    must not hash while it holds the write lock). Raises :class:`Refusal` ``login_malformed|login_taken|role_unknown|
    jurisdiction_malformed|county_needs_area|organisation_needed|organisation_unfit|role_by_shell`` or one of the
    ``password_…``.
    """
    folded = fold_login(login)
    _refuse_bad_place(role, jurisdiction)
    refuse_role(actor, role)
    if not LOGIN.match(folded):
        raise Refusal(Reason("login_malformed", {"login": folded[:40]}))
    if account_by_login(session, folded) is not None:
        raise Refusal(Reason("login_taken", {"login": folded}))
    _refuse_unfit(session, role, organisation_id)
    if password is None and password_hash is None and not demo:
        raise ValueError("only a demo account may do without a password")
    if password is not None:
        refuse_weak(password, login=folded, shortest=number("password_shortest", business_day(at)))
    user = UserAccount(
        login=folded,
        name=name.strip()[:80],
        role=Role(role).value,
        jurisdiction=jurisdiction,
        password_hash=(password_hash or "") if password is None else hash_password(password),
        demo=demo,
        organisation_id=organisation_id,
        created_at=at,
        password_changed_at=at,
        password_given=given,
    )
    session.add(user)
    session.flush()
    payload = {"role": user.role, "jurisdiction": jurisdiction, "demo": demo, "organisation": organisation_id}
    record(session, actor=actor, tag="account.created", subject=f"user:{user.id}", payload=payload, at=at)
    return user.id


def ensure_user(session: Session, *, actor: str, login: str, at: datetime, **as_created: object) -> int:
    """The id of account ``login``, made like :func:`create_user` if it is missing and left alone if it is there."""
    found = account_by_login(session, fold_login(login))
    if found is not None:
        return found.id
    return create_user(session, actor=actor, login=login, at=at, **as_created)  # type: ignore[arg-type]


def change_role(session: Session, *, actor: str, login: str, role: str, jurisdiction: str, at: datetime) -> None:
    """Give an account another role or jurisdiction; nothing happens, and no session ends, when it has both already."""
    _refuse_bad_place(role, jurisdiction)
    user = _found(session, login)
    if (user.role, user.jurisdiction) == (role, jurisdiction):
        return
    refuse_role(actor, role)
    _refuse_unfit(session, role, user.organisation_id)
    payload = {"from": [user.role, user.jurisdiction], "to": [role, jurisdiction]}
    user.role, user.jurisdiction = role, jurisdiction
    end_all_sessions(session, user_id=user.id, why="role", at=at)
    record(session, actor=actor, tag="account.role_changed", subject=f"user:{user.id}", payload=payload, at=at)


def change_work(
    session: Session, *, actor: str, login: str, role: str, jurisdiction: str, organisation_id: int | None, at: datetime
) -> None:
    """Role, jurisdiction and employer in one act, judged together; nothing happens where all are as they were.

    Raises :class:`Refusal` as :func:`create_user` does, and ``user_unknown``.
    """
    _refuse_bad_place(role, jurisdiction)
    user = _found(session, login)
    _refuse_unfit(session, role, organisation_id)
    moved = user.organisation_id != organisation_id
    if moved:
        payload = {"from": user.organisation_id, "to": organisation_id}
        user.organisation_id = organisation_id
        end_all_sessions(session, user_id=user.id, why="moved", at=at)
        record(session, actor=actor, tag="account.moved", subject=f"user:{user.id}", payload=payload, at=at)
    change_role(session, actor=actor, login=login, role=role, jurisdiction=jurisdiction, at=at)


def move_user(session: Session, *, actor: str, login: str, organisation_id: int, at: datetime) -> None:
    """Let an account work for another organisation (an officer changes branches); its sessions end.

    Raises :class:`Refusal` ``user_unknown`` or ``organisation_unfit`` where the role does not belong there.
    """
    user = _found(session, login)
    if user.organisation_id == organisation_id:
        return
    _refuse_unfit(session, user.role, organisation_id)
    payload = {"from": user.organisation_id, "to": organisation_id}
    user.organisation_id = organisation_id
    end_all_sessions(session, user_id=user.id, why="moved", at=at)
    record(session, actor=actor, tag="account.moved", subject=f"user:{user.id}", payload=payload, at=at)


def shut_user(session: Session, *, actor: str, login: str, at: datetime) -> None:
    """Shut an account out for good; what it did stays."""
    user = _found(session, login)
    user.active = False
    end_all_sessions(session, user_id=user.id, why="shut", at=at)
    record(session, actor=actor, tag="account.shut", subject=f"user:{user.id}", payload={}, at=at)


def unlock_user(session: Session, *, actor: str, login: str, at: datetime) -> bool:
    """Lift the locks that failed attempts put on an account's name and codes; whether there was anything to forget."""
    user = _found(session, login)
    lifted = clear_attempts(session, name=user.login) | clear_code_attempts(session, user_id=user.id)
    if lifted:
        record(session, actor=actor, tag="account.unlocked", subject=f"user:{user.id}", payload={}, at=at)
    return lifted


def reset_factor_of(session: Session, *, actor: str, login: str, at: datetime) -> bool:
    """The operator takes the second factor of ``login`` away; whether there was one.

    Refuses ``user_unknown``, and ``second_operator_needed`` to the operator who gave the password that holds.
    """
    user = _found(session, login)
    refuse_reset_by_same(session, actor=actor, user_id=user.id)
    return reset_factor(session, actor=actor, user_id=user.id, at=at)


def end_sessions_of(session: Session, *, actor: str, login: str, at: datetime) -> int:
    """The operator ends every session of an account, and its waiting sign-ins; how many sessions there were."""
    user = _found(session, login)
    ended = end_all_sessions(session, user_id=user.id, why="revoked", at=at)
    payload = {"sessions_ended": ended}
    record(session, actor=actor, tag="account.sessions_ended", subject=f"user:{user.id}", payload=payload, at=at)
    return ended


def set_password(session: Session, *, actor: str, login: str, password: str, at: datetime) -> None:
    """The operator gives an account a new password; its sessions end and its lock is lifted.

    Refuses ``second_operator_needed`` to the operator who took the factor away, until another one is set up, and
    ``password_by_shell`` for an office's or operator's account that has no factor yet.
    """
    user = _found(session, login)
    refuse_password_by_same(session, actor=actor, user_id=user.id)
    refuse_password_alone(session, actor=actor, user=user)
    refuse_weak(password, login=user.login, shortest=number("password_shortest", business_day(at)))
    clear_attempts(session, name=user.login)
    _replace_hash(session, actor=actor, user=user, fresh=hash_password(password), at=at)


def change_password(*, login: str, current: str, new: str, at: datetime, place: Place) -> str:
    """A person changes their own password: every session ends and this browser gets a new one, whose token returns.

    Opens its own units of work. A wrong ``current`` counts as a failed sign-in. Raises :class:`Refusal`
    ``password_wrong|password_same|password_…|sign_in_locked``.
    """
    refuse_weak(new, login=login, shortest=number("password_shortest", business_day(at)))
    attempt = run_in_unit_of_work(claim_attempt, name=login, at=at, demo=True)
    if not verify_password(attempt.stored, current):
        run_in_unit_of_work(note_failure, attempt=attempt, at=at)
        raise Refusal(Reason("password_wrong", {}))
    if verify_password(attempt.stored, new):
        run_in_unit_of_work(clear_attempts, name=login)
        raise Refusal(Reason("password_same", {}))
    return run_in_unit_of_work(_swap, attempt=attempt, fresh=hash_password(new), at=at, place=place)


def confirm_password(*, login: str, password: str, at: datetime) -> None:
    """Ask a signed-in person for their password again, before a factor changes hands; counted like a sign-in.

    Opens its own units of work. Raises :class:`Refusal` ``password_wrong`` or ``sign_in_locked``.
    """
    attempt = run_in_unit_of_work(claim_attempt, name=login, at=at, demo=True)
    if not verify_password(attempt.stored, password):
        run_in_unit_of_work(note_failure, attempt=attempt, at=at)
        raise Refusal(Reason("password_wrong", {}))
    run_in_unit_of_work(clear_attempts, name=login)


def choose_language(session: Session, *, user_id: int, language: str, at: datetime) -> None:
    """Remember the language a person chose; nothing happens where it is that already."""
    if language not in LANGUAGES:
        raise ValueError(f"not a language of the product: {language!r}")
    user = session.get(UserAccount, user_id)
    if user is None or user.language == language:
        return
    user.language = language
    subject = f"user:{user_id}"
    record(session, actor=subject, tag="account.language", subject=subject, payload={"to": language}, at=at)


def _swap(session: Session, *, attempt: Attempt, fresh: str, at: datetime, place: Place) -> str:
    user = _found(session, attempt.name)
    if user.password_hash != attempt.stored or not user.active:
        raise Refusal(Reason("password_wrong", {}))
    clear_attempts(session, name=attempt.name)
    _replace_hash(session, actor=f"user:{user.id}", user=user, fresh=fresh, at=at)
    return open_session(session, user=user, at=at, place=place)


def _replace_hash(session: Session, *, actor: str, user: UserAccount, fresh: str, at: datetime) -> None:
    subject = f"user:{user.id}"
    user.password_hash, user.password_changed_at, user.password_given = fresh, at, actor != subject
    ended = end_all_sessions(session, user_id=user.id, why="password", at=at)
    payload = {"sessions_ended": ended}
    record(session, actor=actor, tag="account.password_changed", subject=subject, payload=payload, at=at)


def _found(session: Session, login: str) -> UserAccount:
    folded = fold_login(login)
    user = account_by_login(session, folded)
    if user is None:
        raise Refusal(Reason("user_unknown", {"login": folded[:40]}))
    return user


def _refuse_bad_place(role: str, jurisdiction: str) -> None:
    if role not in set(Role):
        raise Refusal(Reason("role_unknown", {"role": role[:40]}))
    if not JURISDICTION.match(jurisdiction):
        raise Refusal(Reason("jurisdiction_malformed", {"jurisdiction": jurisdiction[:40]}))
    if role == Role.FINANCE_OFFICE_COUNTY and jurisdiction == EVERYWHERE:
        raise Refusal(Reason("county_needs_area", {}))


def _refuse_unfit(session: Session, role: str, organisation_id: int | None) -> None:
    """A role works for an organisation of its kind that is open; firms' and banks' people cannot do without one."""
    if organisation_id is None:
        if role in NEEDS_ORGANISATION:
            raise Refusal(Reason("organisation_needed", {}))
        return
    found = session.get(Organisation, organisation_id)
    if found is None or not found.active or found.kind != ORGANISATION_OF[Role(role)]:
        raise Refusal(Reason("organisation_unfit", {}))
