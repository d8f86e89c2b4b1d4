"""Every command of accounts leaves its row in the trail, in the transaction that changes a table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts import commands
from matchmaking.registry.accounts.commands import codes
from tests.registry.accounts.test_second_factors import HALF, enrolled, make_quick, passes, right, secret_of
from tests.registry.accounts.world import GOOD, HOME, MINUTE, SEAL, begin, enter, make, tags, who
from tests.registry.registry_world import make_bank, make_branch

pytestmark = pytest.mark.usefixtures("database")
OPERATOR = "user:99"
NO_COMMANDS = {
    "CODE", "ENROL", "Enrolled", "Entry", "Place", "Seal", "fold_login", "hash_password", "initial_password",
}  # fmt: skip
PARTS = {
    "end_all_sessions": "a part of the commands that end sessions, which have rows of their own",
    "stop_waiting": "a part of finishing a sign-in, which opens a session",
    "note_seen": "the instant a session was last used: a reading, not a command",
    "confirm_password": "a question; a wrong answer is a failed sign-in and has its row",
}


def _by(command: Callable[..., Any], actor: str = OPERATOR, **told: Any) -> Callable[[datetime], Any]:
    """A command on the account ``zhangmin``, by the operator."""
    return lambda at: run_in_unit_of_work(command, actor=actor, login="zhangmin", at=at, **told)


def _of_session(command: Callable[..., Any], **told: Any) -> Callable[[datetime], Any]:
    def do(at: datetime) -> None:
        viewer = who(enter(at, "liu"), at)
        assert viewer is not None
        own = {"user_id": viewer.user_id} if command is commands.revoke_own_session else {}
        run_in_unit_of_work(command, actor=viewer.actor, session_id=viewer.session_id, at=at, **own, **told)

    return do


def _code(at: datetime) -> None:
    token = begin(at).token
    with pytest.raises(Refusal):
        passes(token, "000000", at)
    passes(token, right(SECRET[0], at), at)


def _recovery(at: datetime) -> None:
    passes(begin(at).token, CODES[0], at)


def _renew(at: datetime) -> None:
    typed = right(SECRET[0], at)
    commands.renew_recovery_codes(actor="user:1", user_id=1, typed=typed, at=at, seal=SEAL)


def _remove(at: datetime) -> None:
    typed = right(SECRET[0], at)
    commands.remove_factor(actor="user:1", user_id=1, typed=typed, at=at, seal=SEAL, required=False)


def _enrol(at: datetime) -> None:
    entry = begin(at, "liu", factor_required=True)
    typed = codes.code_of(secret_of(entry.token, at), codes.step_of(at))
    commands.enrol(token=entry.token, typed=typed, at=at, place=HOME, seal=SEAL)


def _unlock(at: datetime) -> None:
    token = begin(at).token
    with pytest.raises(Refusal):
        passes(token, "000000", at)
    _by(commands.unlock_user)(at)


def _demo(at: datetime) -> None:
    make(at, "card", password=None, demo=True)
    run_in_unit_of_work(commands.sign_in_as_demo, login="card", at=at, place=HOME)


def _move(at: datetime) -> None:
    bank = make_bank()
    branch = make_branch(bank, "汉滨支行")
    make_quick(at, "mover", role="bank_officer", organisation_id=bank.id)
    run_in_unit_of_work(commands.move_user, actor=OPERATOR, login="mover", organisation_id=branch.id, at=at)


SECRET: list[str] = []
CODES: list[str] = []
DEEDS: dict[str, tuple[Callable[[datetime], Any], set[str]]] = {
    # command → (doing it, the tags it must leave)
    "create_user": (lambda at: make_quick(at, "chen"), {"account.created"}),
    "ensure_user": (
        lambda at: run_in_unit_of_work(
            commands.ensure_user, actor="seed", login="chen", at=at, name="陈", role="operator", jurisdiction="*",
            password_hash="x",
        ),
        {"account.created"},
    ),
    "change_role": (
        _by(commands.change_role, "shell", role="finance_office_county", jurisdiction="610902"),
        {"account.role_changed"},
    ),
    "change_work": (
        _by(commands.change_work, role="bureau_officer", jurisdiction="610902", organisation_id=None),
        {"account.role_changed"},
    ),
    "move_user": (_move, {"account.moved"}),
    "shut_user": (_by(commands.shut_user), {"account.shut"}),
    "set_password": (_by(commands.set_password, password="rain on the east bridge"), {"account.password_changed"}),
    "end_sessions_of": (_by(commands.end_sessions_of), {"account.sessions_ended"}),
    "reset_factor_of": (_by(commands.reset_factor_of), {"factor.reset"}),
    "reset_factor": (
        lambda at: run_in_unit_of_work(commands.reset_factor, actor=OPERATOR, user_id=1, at=at), {"factor.reset"},
    ),
    "unlock_user": (_unlock, {"sign_in.code_awaited", "sign_in.code_failed", "account.unlocked"}),
    "change_password": (
        lambda at: commands.change_password(
            login="zhangmin", current=GOOD, new="snow on the west bridge", at=at, place=HOME
        ),
        {"account.password_changed", "session.opened"},
    ),
    "choose_language": (
        lambda at: run_in_unit_of_work(commands.choose_language, user_id=1, language="en", at=at),
        {"account.language"},
    ),
    "sign_in": (lambda at: enter(at, "liu"), {"session.opened"}),
    "sign_in_as_demo": (_demo, {"account.created", "session.opened"}),
    "sign_out": (_of_session(commands.sign_out), {"session.signed_out"}),
    "revoke_own_session": (_of_session(commands.revoke_own_session), {"session.revoked"}),
    "offer_factor": (
        lambda at: run_in_unit_of_work(commands.offer_factor, user_id=1, at=at, seal=SEAL), {"factor.offered"},
    ),
    "enrol": (_enrol, {"factor.offered", "factor.enrolled", "session.opened"}),
    "leave": (
        lambda at: run_in_unit_of_work(commands.leave, token=begin(at).token, at=at),
        {"sign_in.code_awaited", "sign_in.left"},
    ),
    "pass_code": (_code, {"sign_in.code_awaited", "sign_in.code_failed", "session.opened"}),
    "pass_code by a recovery code": (_recovery, {"sign_in.code_awaited", "factor.recovery_used", "session.opened"}),
    "renew_recovery_codes": (_renew, {"factor.codes_renewed"}),
    "remove_factor": (_remove, {"factor.removed"}),
    "rewrap_factors": (
        lambda at: run_in_unit_of_work(commands.rewrap_factors, actor="shell", at=at, seal=SEAL),
        {"factor.rewrapped"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DEEDS)
def test_a_command_leaves_its_row(now: datetime, name: str) -> None:
    make_quick(now - 2 * MINUTE)
    make_quick(now - 2 * MINUTE, "liu")
    secret, gave = enrolled(now)
    SECRET[:], CODES[:] = [secret], gave.codes
    before = len(tags())
    do, wanted = DEEDS[name]
    do(now + HALF)
    assert set(tags()[before:]) >= wanted, tags()[before:]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_no_command_of_accounts_is_forgotten(engine_name: str) -> None:
    named = {name.split(" ")[0] for name in DEEDS} | NO_COMMANDS | set(PARTS)
    assert named == set(commands.__all__)
