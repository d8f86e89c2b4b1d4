"""Signing in, lockout, enumeration and the life of a session, on both engines, at explicit instants."""

from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, text

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.commands import Place, signing_in
from matchmaking.registry.accounts.models import LoginSession, SignInAttempts, UserAccount
from tests.past import write_past_the_trail
from tests.registry.accounts.world import GOOD, HOME, MINUTE, enter, make, refusal_of, tags, trail, who

pytestmark = pytest.mark.usefixtures("database")


def test_the_right_password_opens_a_session(now: datetime) -> None:
    user_id = make(now)
    viewer = who(enter(now), now)
    assert viewer is not None
    assert (viewer.user_id, viewer.login, viewer.role.value) == (user_id, "zhangmin", "finance_office_city")


@pytest.mark.parametrize("typed", ["ZhangMin", "  zhangmin ", "ｚｈａｎｇｍｉｎ"])
def test_a_name_is_folded_as_people_type_it(now: datetime, typed: str) -> None:
    make(now)
    assert who(enter(now, typed), now) is not None


def test_a_wrong_password_and_an_unknown_name_get_the_same_words(now: datetime) -> None:
    make(now)
    known, unknown = refusal_of(now, "zhangmin"), refusal_of(now, "nobody")
    assert known == unknown == ("sign_in_failed", {"failures": 5, "minutes": 15})


def test_known_and_unknown_names_take_the_same_steps(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    make(now)
    make(now, "shut")
    run_in_unit_of_work(commands.shut_user, actor="test", login="shut", at=now)
    make(now, "card", password=None, demo=True)
    compared: list[str] = []

    def compare(stored: str, password: str) -> bool:
        compared.append(password)
        return False

    monkeypatch.setattr(signing_in, "verify_password", compare)
    statements: dict[str, list[str]] = {}
    from sqlalchemy import event

    for name in ("zhangmin", "nobody", "shut", "card"):
        seen: list[str] = []

        def note(_c: object, _u: object, statement: str, *_rest: object, seen: list[str] = seen) -> None:
            seen.append(statement)

        event.listen(storage.engine(), "before_cursor_execute", note)
        refusal_of(now, name)
        event.remove(storage.engine(), "before_cursor_execute", note)
        statements[name] = seen
    assert len(compared) == 4
    assert statements["zhangmin"] == statements["nobody"] == statements["shut"] == statements["card"]


def test_five_failures_lock_a_name_for_fifteen_minutes(now: datetime) -> None:
    make(now)
    for guess in range(5):
        assert refusal_of(now + guess * MINUTE)[0] == "sign_in_failed"
    locked_at = now + 4 * MINUTE
    assert refusal_of(locked_at, password=GOOD) == ("sign_in_locked", {"minutes": 15})
    assert refusal_of(locked_at + timedelta(minutes=14, seconds=59), password=GOOD)[0] == "sign_in_locked"
    assert who(enter(locked_at + 15 * MINUTE), locked_at + 15 * MINUTE) is not None


def test_an_unknown_name_locks_just_the_same(now: datetime) -> None:
    for _ in range(5):
        assert refusal_of(now, "nobody")[0] == "sign_in_failed"
    assert refusal_of(now, "nobody") == ("sign_in_locked", {"minutes": 15})
    assert refusal_of(now, "somebody")[0] == "sign_in_failed", "another name is not touched"


def test_after_the_lock_one_has_five_guesses_again(now: datetime) -> None:
    make(now)
    for _ in range(5):
        refusal_of(now)
    later = now + 15 * MINUTE
    for _ in range(5):
        assert refusal_of(later)[0] == "sign_in_failed"
    assert refusal_of(later)[0] == "sign_in_locked"


def test_success_and_time_wipe_the_count(now: datetime) -> None:
    make(now)
    for _ in range(4):
        refusal_of(now)
    enter(now)
    for _ in range(4):
        assert refusal_of(now)[0] == "sign_in_failed"
    later = now + 16 * MINUTE
    for _ in range(4):
        assert refusal_of(later)[0] == "sign_in_failed"
    enter(later)


def test_a_hundred_guesses_at_once_are_not_a_hundred_guesses(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    make(now)
    compared: list[str] = []
    monkeypatch.setattr(signing_in, "verify_password", lambda stored, password: bool(compared.append(password)))
    codes: list[str] = []

    def guess(number: int) -> None:
        try:
            codes.append(refusal_of(now, password=f"guess number {number}")[0])
        finally:
            storage.remove_session()

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(compared) == 5
    assert sorted(codes) == ["sign_in_failed"] * 5 + ["sign_in_locked"] * 19


def test_the_operator_lifts_a_lock(now: datetime) -> None:
    make(now)
    for _ in range(5):
        refusal_of(now)
    assert run_in_unit_of_work(commands.unlock_user, actor="test", login="zhangmin", at=now) is True
    assert run_in_unit_of_work(commands.unlock_user, actor="test", login="zhangmin", at=now) is False
    enter(now)
    assert tags().count("account.unlocked") == 1


def test_invented_names_do_not_fill_the_table(now: datetime) -> None:
    for number in range(3):
        refusal_of(now, f"invented{number}")
    refusal_of(now + timedelta(days=1, seconds=1), "another")
    assert storage.session().scalar(select(func.count()).select_from(SignInAttempts)) == 1


def test_the_trail_tells_it_all_and_no_password(now: datetime) -> None:
    user_id = make(now)
    for _ in range(5):
        refusal_of(now, password="my secret guess")
    refusal_of(now, "my secret guess typed as a name")
    token = enter(now + 20 * MINUTE)
    events = trail()
    assert [event.tag for event in events] == [
        "account.created",
        *["sign_in.failed"] * 5,
        "sign_in.locked",
        "sign_in.failed",
        "session.opened",
    ]
    assert {event.subject for event in events[:7]} == {f"user:{user_id}"}
    assert events[7].subject.startswith("name:") and len(events[7].subject) == 21
    told = json.dumps([[e.actor, e.subject, e.payload] for e in events], ensure_ascii=False)
    assert "secret" not in told and GOOD not in told and token not in told and "$argon2" not in told


@pytest.mark.usefixtures("full_strength")
def test_a_hash_of_older_strength_is_renewed_on_success_only(now: datetime) -> None:
    user_id = make(now)
    weaker = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)

    def weaken(session: storage.session.__class__) -> None:  # type: ignore[name-defined]
        session.get(UserAccount, user_id).password_hash = weaker

    write_past_the_trail(weaken)
    refusal_of(now)
    assert _hash(user_id) == weaker
    enter(now)
    assert _hash(user_id).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    enter(now)


def test_a_password_replaced_meanwhile_does_not_open(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    make(now)

    def compare_slowly(stored: str, password: str) -> bool:
        run_in_unit_of_work(
            commands.set_password, actor="test", login="zhangmin", password="snow on the west mountain", at=now
        )
        return True

    monkeypatch.setattr(signing_in, "verify_password", compare_slowly)
    assert refusal_of(now, password=GOOD)[0] == "sign_in_failed"


def test_the_token_is_not_in_the_table(now: datetime) -> None:
    make(now)
    token = enter(now)
    row = storage.session().scalars(select(LoginSession)).one()
    assert row.token_digest == queries.digest_of(token) != token
    assert (row.address, row.browser) == ("10.0.0.1", "Firefox")


def test_a_session_ends_at_its_hour_however_busy(now: datetime) -> None:
    make(now)
    token = enter(now)
    busy = now + timedelta(hours=8)
    commands.note_seen(session_id=who(token, now).session_id, at=busy - MINUTE)  # type: ignore[union-attr]
    assert who(token, busy - timedelta(microseconds=1)) is not None
    assert who(token, busy) is None


def test_a_session_ends_when_nobody_uses_it(now: datetime) -> None:
    make(now)
    token = enter(now)
    assert who(token, now + 30 * MINUTE) is not None
    assert who(token, now + 30 * MINUTE + timedelta(microseconds=1)) is None
    viewer = who(token, now + 29 * MINUTE)
    assert viewer is not None
    assert commands.note_seen(session_id=viewer.session_id, at=now + 29 * MINUTE)
    assert who(token, now + 58 * MINUTE) is not None


def test_last_seen_never_goes_back(now: datetime) -> None:
    make(now)
    viewer = who(enter(now), now)
    assert viewer is not None
    commands.note_seen(session_id=viewer.session_id, at=now + 5 * MINUTE)
    commands.note_seen(session_id=viewer.session_id, at=now + 2 * MINUTE)
    storage.remove_session()
    assert storage.session().scalars(select(LoginSession.last_seen_at)).one() == now + 5 * MINUTE


def test_a_page_does_not_wait_behind_a_long_import(now: datetime) -> None:
    make(now)
    viewer = who(enter(now), now)
    assert viewer is not None
    storage.remove_session()
    began, go_on = threading.Event(), threading.Event()

    def importing(session: storage.session.__class__) -> None:  # type: ignore[name-defined]
        session.execute(text("UPDATE login_session SET browser = 'x'"))
        began.set()
        go_on.wait(20)

    thread = threading.Thread(target=write_past_the_trail, args=(importing,))
    thread.start()
    began.wait(20)
    try:
        assert commands.note_seen(session_id=viewer.session_id, at=now + MINUTE) is False
    finally:
        go_on.set()
        thread.join(20)
    assert commands.note_seen(session_id=viewer.session_id, at=now + MINUTE) is True


def test_only_five_browsers_at_once(now: datetime) -> None:
    make(now)
    tokens = [enter(now + number * timedelta(seconds=1)) for number in range(6)]
    at = now + MINUTE
    assert [who(token, at) is not None for token in tokens] == [False, True, True, True, True, True]
    ended = storage.session().scalars(select(LoginSession.ended_why).where(LoginSession.ended_at.is_not(None))).all()
    assert ended == ["limit"]


def test_signing_in_again_ends_what_the_browser_carried(now: datetime) -> None:
    make(now)
    first = enter(now)
    second = enter(now, place=Place(hours=8, previous=first))
    assert first != second
    assert who(first, now) is None and who(second, now) is not None


def test_one_statement_loads_session_and_person(now: datetime) -> None:
    from sqlalchemy import event

    make(now)
    token, seen = enter(now), []
    storage.remove_session()
    event.listen(storage.engine(), "before_cursor_execute", lambda *args: seen.append(args[2]))
    assert who(token, now) is not None
    assert len([statement for statement in seen if statement != "BEGIN"]) == 1


@pytest.mark.parametrize("token", ["", "x", "0" * 64, "' OR 1=1 --", "\ud800", "令牌"])
def test_a_made_up_token_is_nobody(now: datetime, token: str) -> None:
    make(now)
    enter(now)
    assert who(token, now) is None


def test_demo_accounts_stay_outside_where_there_is_no_demo(now: datetime) -> None:
    make(now, "card", demo=True)
    token = enter(now, "card", demo=True)
    assert who(token, now, demo=True) is not None
    assert who(token, now, demo=False) is None
    with pytest.raises(Refusal):
        enter(now, "card", demo=False)


def test_a_card_opens_demo_accounts_only(now: datetime) -> None:
    make(now)
    make(now, "card", password=None, demo=True)
    token = run_in_unit_of_work(commands.sign_in_as_demo, login="card", at=now, place=HOME)
    viewer = who(token, now)
    assert viewer is not None and viewer.demo
    for login in ("zhangmin", "nobody"):
        with pytest.raises(Refusal) as caught:
            run_in_unit_of_work(commands.sign_in_as_demo, login=login, at=now, place=HOME)
        assert caught.value.reason.code == "demo_only"


def _hash(user_id: int) -> str:
    storage.remove_session()
    account = storage.session().get(UserAccount, user_id)
    assert account is not None
    return account.password_hash
