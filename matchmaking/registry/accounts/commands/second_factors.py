"""The second factor: a phone's codes, each good once, and ten recovery codes.

An attempt is counted, compared and used up in one transaction that holds the factor's row, so a hundred browsers at
once get as many guesses as one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.roles import STAFF
from matchmaking.foundation.clock import business_day, on_the_wall
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import record
from matchmaking.registry.accounts.commands.codes import matching_step, new_recovery_codes, recovery_digest
from matchmaking.registry.accounts.commands.pending import CODE, ENROL, stop_waiting
from matchmaking.registry.accounts.commands.sealing import Seal
from matchmaking.registry.accounts.commands.sessions import Place, end_all_sessions, open_session
from matchmaking.registry.accounts.models import RecoveryCode, SecondFactor, UserAccount
from matchmaking.registry.accounts.queries import pending_sign_in
from matchmaking.rulebook import number

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A factor that is now in force: the token of the fresh session, and the recovery codes, told this once."""

    token: str
    codes: tuple[str, ...]


def pass_code(*, token: str, typed: str, at: datetime, place: Place, seal: Seal) -> str:
    """Finish a waiting sign-in with a code (or a recovery code) and open the session; its token.

    Opens its own unit of work. Raises :class:`Refusal` ``sign_in_expired`` (nothing waits under ``token``),
    ``code_failed``, ``code_locked`` or ``factor_unreadable``.
    """
    return _told(run_in_unit_of_work(_pass, token=token, typed=typed, at=at, place=place, seal=seal))


def enrol(*, token: str, typed: str, at: datetime, place: Place, seal: Seal) -> Enrolled:
    """Put the secret offered to ``token`` in force, proven by its first code. Every other session of the person ends.

    Opens its own unit of work. Raises :class:`Refusal` ``sign_in_expired``, ``code_first_failed`` or ``factor_there``.
    """
    return run_in_unit_of_work(_enrol, token=token, typed=typed, at=at, place=place, seal=seal)


def renew_recovery_codes(*, actor: str, user_id: int, typed: str, at: datetime, seal: Seal) -> tuple[str, ...]:
    """Ten new recovery codes against a code; the old ones are void. Refusals as :func:`pass_code`, ``factor_none``."""
    return _told(run_in_unit_of_work(_renew, actor=actor, user_id=user_id, typed=typed, at=at, seal=seal))


def remove_factor(*, actor: str, user_id: int, typed: str, at: datetime, seal: Seal, required: bool) -> None:
    """Do without a factor again, against a code; never for staff where one is ``required``: ``factor_required``."""
    _told(run_in_unit_of_work(_remove, actor=actor, user_id=user_id, typed=typed, at=at, seal=seal, required=required))


def reset_factor(session: Session, *, actor: str, user_id: int, at: datetime) -> bool:
    """The operator takes a lost factor away and ends the person's sessions; whether there was one."""
    factor = _locked(session, user_id)
    if factor is None:
        return False
    _forget(session, factor)
    ended = end_all_sessions(session, user_id=user_id, why="factor", at=at)
    payload = {"sessions_ended": ended}
    record(session, actor=actor, tag="factor.reset", subject=f"user:{user_id}", payload=payload, at=at)
    return True


def clear_code_attempts(session: Session, *, user_id: int) -> bool:
    """Forget wrong codes; whether there were any. The caller writes the trail."""
    mine = (SecondFactor.user_id == user_id) & (SecondFactor.attempts > 0)
    factor = session.scalars(select(SecondFactor).where(mine).with_for_update()).first()
    if factor is None:
        return False
    factor.attempts, factor.locked_until = 0, None
    session.flush()
    return True


def rewrap_factors(session: Session, *, actor: str, at: datetime, seal: Seal) -> int:
    """Close every secret with the present ``SECRET_KEY``; how many. ``factor_unreadable`` leaves all as they were."""
    factors = session.scalars(select(SecondFactor).order_by(SecondFactor.id).with_for_update()).all()
    for factor in factors:
        factor.sealed = seal.renew(factor.sealed)
    if factors:
        payload = {"factors": len(factors)}
        record(session, actor=actor, tag="factor.rewrapped", subject="factors", payload=payload, at=at)
    return len(factors)


def _told(found: T | Refusal) -> T:
    # a refusal is handed back, not raised, inside the transaction: the attempt it counted must stay counted
    if isinstance(found, Refusal):
        raise found
    return found


def _pass(session: Session, *, token: str, typed: str, at: datetime, place: Place, seal: Seal) -> str | Refusal:
    waiting = pending_sign_in(session, token=token, at=at)
    factor = _locked(session, waiting.user_id) if waiting and waiting.awaits == CODE else None
    if waiting is None or factor is None:
        return Refusal(Reason("sign_in_expired", {}))
    refused = _try(session, factor, typed=typed, at=at, seal=seal)
    if refused:
        return refused
    user = session.get(UserAccount, waiting.user_id)
    if not stop_waiting(session, token=token) or user is None or not user.active:
        return Refusal(Reason("sign_in_expired", {}))
    return open_session(session, user=user, at=at, place=place)


def _enrol(session: Session, *, token: str, typed: str, at: datetime, place: Place, seal: Seal) -> Enrolled:
    waiting = pending_sign_in(session, token=token, at=at)
    if waiting is None or waiting.awaits != ENROL:
        raise Refusal(Reason("sign_in_expired", {}))
    step = matching_step(seal.open(waiting.sealed), typed, at=on_the_wall(at), after=-1)
    if step is None:
        raise Refusal(Reason("code_first_failed", {}))
    user = session.get(UserAccount, waiting.user_id)
    if not stop_waiting(session, token=token) or user is None or not user.active:
        raise Refusal(Reason("sign_in_expired", {}))
    codes = _put_in_force(session, user_id=user.id, sealed=waiting.sealed, step=step, at=at)
    end_all_sessions(session, user_id=user.id, why="factor", at=at)
    subject = f"user:{user.id}"
    record(session, actor=subject, tag="factor.enrolled", subject=subject, payload={}, at=at)
    return Enrolled(open_session(session, user=user, at=at, place=place), codes)


def _put_in_force(session: Session, *, user_id: int, sealed: str, step: int, at: datetime) -> tuple[str, ...]:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(SecondFactor).values(
        user_id=user_id, sealed=sealed, last_step=step, attempts=0, attempted_at=at, enrolled_at=at
    )
    made = session.execute(row.on_conflict_do_nothing(index_elements=["user_id"]).returning(SecondFactor.id)).first()
    if made is None:
        raise Refusal(Reason("factor_there", {}))
    return _issue_codes(session, made.id)


def _renew(
    session: Session, *, actor: str, user_id: int, typed: str, at: datetime, seal: Seal
) -> tuple[str, ...] | Refusal:
    factor = _locked(session, user_id)
    if factor is None:
        return Refusal(Reason("factor_none", {}))
    refused = _try(session, factor, typed=typed, at=at, seal=seal)
    if refused:
        return refused
    _void_codes(session, factor)
    codes = _issue_codes(session, factor.id)
    record(session, actor=actor, tag="factor.codes_renewed", subject=f"user:{user_id}", payload={}, at=at)
    return codes


def _remove(
    session: Session, *, actor: str, user_id: int, typed: str, at: datetime, seal: Seal, required: bool
) -> Refusal | None:
    factor, user = _locked(session, user_id), session.get(UserAccount, user_id)
    if factor is None or user is None:
        return Refusal(Reason("factor_none", {}))
    if required and user.role in STAFF:
        return Refusal(Reason("factor_required", {}))
    refused = _try(session, factor, typed=typed, at=at, seal=seal)
    if refused:
        return refused
    _forget(session, factor)
    record(session, actor=actor, tag="factor.removed", subject=f"user:{user_id}", payload={}, at=at)
    return None


def _try(session: Session, factor: SecondFactor, *, typed: str, at: datetime, seal: Seal) -> Refusal | None:
    """Count one attempt against a locked row and use the code up; None when it was right."""
    day, subject = business_day(at), f"user:{factor.user_id}"
    minutes, most = number("sign_in_lock_minutes", day), number("sign_in_failures", day)
    if factor.locked_until is not None and at < factor.locked_until:
        return Refusal(Reason("code_locked", {"minutes": minutes}))
    if factor.locked_until is not None or at - factor.attempted_at > timedelta(minutes=minutes):
        factor.attempts, factor.locked_until = 0, None
    factor.attempts, factor.attempted_at = factor.attempts + 1, at
    if _use_up(session, factor, typed=typed, at=at, seal=seal):
        factor.attempts = 0
        return None
    record(session, actor="anonymous", tag="sign_in.code_failed", subject=subject, payload={}, at=at)
    if factor.attempts >= most:
        factor.locked_until = at + timedelta(minutes=minutes)
        record(session, actor="anonymous", tag="sign_in.code_locked", subject=subject, payload={}, at=at)
    return Refusal(Reason("code_failed", {"failures": most, "minutes": minutes}))


def _use_up(session: Session, factor: SecondFactor, *, typed: str, at: datetime, seal: Seal) -> bool:
    digest = recovery_digest(typed)
    if digest is not None:
        return _use_recovery(session, factor, digest=digest, at=at)
    step = matching_step(seal.open(factor.sealed), typed, at=on_the_wall(at), after=factor.last_step)
    if step is None:
        return False
    later = update(SecondFactor).where(SecondFactor.id == factor.id, SecondFactor.last_step < step)
    used = later.values(last_step=step).returning(SecondFactor.id)
    return session.execute(used.execution_options(synchronize_session=False)).first() is not None


def _use_recovery(session: Session, factor: SecondFactor, *, digest: str, at: datetime) -> bool:
    mine = (RecoveryCode.factor_id == factor.id) & RecoveryCode.used_at.is_(None)
    used = update(RecoveryCode).where(mine, RecoveryCode.code_digest == digest).values(used_at=at)
    found = session.execute(used.returning(RecoveryCode.id).execution_options(synchronize_session=False)).first()
    if found is None:
        return False
    left = len(session.execute(select(RecoveryCode.id).where(mine)).all())
    subject = f"user:{factor.user_id}"
    record(session, actor=subject, tag="factor.recovery_used", subject=subject, payload={"left": left}, at=at)
    return True


def _locked(session: Session, user_id: int) -> SecondFactor | None:
    one = select(SecondFactor).where(SecondFactor.user_id == user_id).with_for_update()
    return session.scalars(one.execution_options(populate_existing=True)).first()


def _issue_codes(session: Session, factor_id: int) -> tuple[str, ...]:
    codes = new_recovery_codes()
    session.add_all(RecoveryCode(factor_id=factor_id, code_digest=recovery_digest(code) or "") for code in codes)
    session.flush()
    return tuple(codes)


def _void_codes(session: Session, factor: SecondFactor) -> None:
    mine = delete(RecoveryCode).where(RecoveryCode.factor_id == factor.id)
    session.execute(mine.execution_options(synchronize_session=False))


def _forget(session: Session, factor: SecondFactor) -> None:
    _void_codes(session, factor)
    session.delete(factor)
    session.flush()
