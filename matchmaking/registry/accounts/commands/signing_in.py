"""Signing in: count the attempt, compare the password outside any transaction, then open the session — or, where there
is a second factor or must be one, a wait that only its code ends.

Known and unknown names take the same steps and get the same words.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.access.roles import STAFF
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts.commands.attempts import Attempt, claim_attempt, clear_attempts, note_failure
from matchmaking.registry.accounts.commands.passwords import hash_password, is_outdated, verify_password
from matchmaking.registry.accounts.commands.pending import CODE, ENROL, await_code, offer_factor
from matchmaking.registry.accounts.commands.sealing import Seal
from matchmaking.registry.accounts.commands.sessions import Place, open_session
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.accounts.queries import account_by_login, has_factor
from matchmaking.rulebook import number


@dataclass(frozen=True, slots=True)
class Entry:
    """What a right password gives: a token, and what that still ``awaits``.

    "" – it is a session; ``code`` – the factor's code; ``enrol`` – setting a factor up.
    """

    token: str
    awaits: str = ""


def fold_login(text: str) -> str:
    """A name as typed → as stored: NFKC, no spaces around, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def sign_in(
    *, login: str, password: str, at: datetime, place: Place, demo: bool, seal: Seal, factor_required: bool = False
) -> Entry:
    """Check name and password; open a session, or let the browser wait for its code.

    Opens its own units of work. ``demo``: whether demo accounts may come in; ``factor_required``: whether staff may not
    do without a second factor. Raises :class:`Refusal` ``sign_in_locked`` or ``sign_in_failed`` — the same for a wrong
    password and a name that does not exist.
    """
    attempt = run_in_unit_of_work(claim_attempt, name=fold_login(login), at=at, demo=demo)
    if not verify_password(attempt.stored, password):
        run_in_unit_of_work(note_failure, attempt=attempt, at=at)
        raise _failed(at)
    fresh = hash_password(password) if is_outdated(attempt.stored) else ""
    rule = (seal, factor_required)
    entry = run_in_unit_of_work(_admit, attempt=attempt, fresh=fresh, at=at, place=place, rule=rule)
    if entry is None:
        raise _failed(at)
    return entry


def sign_in_as_demo(session: Session, *, login: str, at: datetime, place: Place) -> str:
    """Open a session for a demo account without its password; the caller has made sure that this is a demo.

    A card asks for no second factor either: demo accounts are everybody's, and production has none. Raises
    :class:`Refusal` ``demo_only`` for an account that is not marked ``demo``.
    """
    user = account_by_login(session, fold_login(login))
    if user is None or not user.demo or not user.active:
        raise Refusal(Reason("demo_only", {}))
    return open_session(session, user=user, at=at, place=place)


def _admit(
    session: Session, *, attempt: Attempt, fresh: str, at: datetime, place: Place, rule: tuple[Seal, bool]
) -> Entry | None:
    user = account_by_login(session, attempt.name)
    if not _still_holds(user, attempt):
        return None
    assert user is not None  # noqa: S101  told to mypy
    clear_attempts(session, name=attempt.name)
    if fresh:
        user.password_hash = fresh
    seal, required = rule
    if has_factor(session, user.id):
        return Entry(await_code(session, user_id=user.id, at=at), CODE)
    if required and user.role in STAFF:
        return Entry(offer_factor(session, user_id=user.id, at=at, seal=seal), ENROL)
    return Entry(open_session(session, user=user, at=at, place=place))


def _still_holds(user: UserAccount | None, attempt: Attempt) -> bool:
    # the account may have been shut, or its password replaced, while this one was being compared
    return user is not None and user.active and user.password_hash == attempt.stored


def _failed(at: datetime) -> Refusal:
    day = business_day(at)
    params = {"failures": number("sign_in_failures", day), "minutes": number("sign_in_lock_minutes", day)}
    return Refusal(Reason("sign_in_failed", params))
