"""Making and changing accounts."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import func, select

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts import commands
from matchmaking.registry.accounts.models import LoginSession, UserAccount
from tests.registry.accounts.world import GOOD, HOME, MINUTE, OTHER, enter, make, refusal_of, tags, trail, who

pytestmark = pytest.mark.usefixtures("database")


def refused(**changes: object) -> str:
    """The code with which an account is refused."""
    at = changes.pop("at")
    with pytest.raises(Refusal) as caught:
        make(at, **changes)  # type: ignore[arg-type]
    return caught.value.reason.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"login": "ab"}, "login_malformed"),
        ({"login": "-dash"}, "login_malformed"),
        ({"login": "张敏"}, "login_malformed"),
        ({"login": "a b c"}, "login_malformed"),
        ({"login": "a" * 41}, "login_malformed"),
        ({"login": "a\nb"}, "login_malformed"),
        ({"role": "king"}, "role_unknown"),
        ({"jurisdiction": ""}, "jurisdiction_malformed"),
        ({"jurisdiction": "6109 02"}, "jurisdiction_malformed"),
        ({"role": "finance_office_county", "jurisdiction": "*"}, "county_needs_area"),
        ({"password": "short"}, "password_short"),
        ({"password": "zhangmin zhangmin"}, "password_like_login"),
    ],
)
def test_an_account_is_refused_for_its_reason(now: datetime, changes: dict[str, str], code: str) -> None:
    assert refused(at=now, **changes) == code
    assert storage.session().scalar(select(func.count()).select_from(UserAccount)) == 0
    assert tags() == []


def test_a_name_is_taken_once_however_written(now: datetime) -> None:
    make(now)
    assert refused(at=now, login="ZhangMin") == "login_taken"


def test_only_a_demo_account_does_without_a_password(now: datetime) -> None:
    with pytest.raises(ValueError, match="demo"):
        make(now, password=None)
    make(now, password=None, demo=True)
    for guess in ("", " ", GOOD):
        assert refusal_of(now, password=guess)[0] == "sign_in_failed"


def test_a_persona_is_made_once(now: datetime) -> None:
    def ensure(session: storage.session.__class__, name: str) -> int:  # type: ignore[name-defined]
        return commands.ensure_user(
            session,
            actor="seeds",
            login="office_city",
            name=name,
            role="finance_office_city",
            jurisdiction="*",
            demo=True,
            at=now,
        )

    first = run_in_unit_of_work(ensure, "张敏")
    second = run_in_unit_of_work(ensure, "另一个名字")
    assert first == second
    assert storage.session().scalars(select(UserAccount.name)).all() == ["张敏"]
    assert tags() == ["account.created"]


def test_another_role_ends_every_session_at_once(now: datetime) -> None:
    make(now)
    tokens = [enter(now), enter(now)]
    change = {"actor": "test", "login": "zhangmin", "at": now}
    run_in_unit_of_work(commands.change_role, role="finance_office_county", jurisdiction="610902", **change)
    assert [who(token, now) for token in tokens] == [None, None]
    viewer = who(enter(now), now)
    assert viewer is not None and (viewer.role.value, viewer.jurisdiction) == ("finance_office_county", "610902")
    assert trail()[3].payload == {"from": ["finance_office_city", "*"], "to": ["finance_office_county", "610902"]}


def test_the_same_role_again_changes_nothing(now: datetime) -> None:
    make(now)
    token, before = enter(now), tags()
    run_in_unit_of_work(
        commands.change_role, actor="test", login="zhangmin", role="finance_office_city", jurisdiction="*", at=now
    )
    assert who(token, now) is not None and tags() == before


def test_a_shut_account_is_out_and_stays_out(now: datetime) -> None:
    make(now)
    token = enter(now)
    run_in_unit_of_work(commands.shut_user, actor="test", login="zhangmin", at=now)
    assert who(token, now) is None
    assert refusal_of(now, password=GOOD)[0] == "sign_in_failed"


def test_a_new_password_ends_every_session_but_the_one_it_was_typed_in(now: datetime) -> None:
    make(now)
    here, there = enter(now), enter(now)
    place = commands.Place(hours=8, previous=here)
    fresh = commands.change_password(login="zhangmin", current=GOOD, new=OTHER, at=now + MINUTE, place=place)
    assert who(here, now + MINUTE) is None and who(there, now + MINUTE) is None
    assert who(fresh, now + MINUTE) is not None
    assert refusal_of(now + MINUTE, password=GOOD)[0] == "sign_in_failed"
    enter(now + MINUTE, password=OTHER)
    assert GOOD not in str([event.payload for event in trail()])


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [
        ("not the password", OTHER, "password_wrong"),
        (GOOD, GOOD, "password_same"),
        (GOOD, "short", "password_short"),
        (GOOD, "it is zhangmin again", "password_like_login"),
    ],
)
def test_a_change_of_password_is_refused_for_its_reason(now: datetime, current: str, new: str, code: str) -> None:
    make(now)
    token = enter(now)
    with pytest.raises(Refusal) as caught:
        commands.change_password(login="zhangmin", current=current, new=new, at=now, place=HOME)
    assert caught.value.reason.code == code
    assert who(token, now) is not None, "nobody is thrown out by a refusal"


def test_a_stolen_session_cannot_guess_the_password_either(now: datetime) -> None:
    make(now)
    codes = []
    for _ in range(6):
        with pytest.raises(Refusal) as caught:
            commands.change_password(login="zhangmin", current="a wrong guess", new=OTHER, at=now, place=HOME)
        codes.append(caught.value.reason.code)
    assert codes == ["password_wrong"] * 5 + ["sign_in_locked"]


def test_the_operators_new_password_lifts_the_lock(now: datetime) -> None:
    make(now)
    token = enter(now)
    for _ in range(5):
        refusal_of(now)
    run_in_unit_of_work(commands.set_password, actor="test", login="zhangmin", password=OTHER, at=now)
    assert who(token, now) is None
    enter(now, password=OTHER)


@pytest.mark.parametrize("command", [commands.shut_user, commands.unlock_user])
def test_an_unknown_name_is_said_to_be_unknown(now: datetime, command: object) -> None:
    with pytest.raises(Refusal) as caught:
        run_in_unit_of_work(command, actor="test", login="nobody", at=now)  # type: ignore[arg-type]
    assert caught.value.reason.code == "user_unknown"


def test_ending_a_session_is_for_its_owner(now: datetime) -> None:
    mine, other = make(now), make(now, "liqiang")
    session_id = who(enter(now), now).session_id  # type: ignore[union-attr]
    with pytest.raises(Refusal) as caught:
        _revoke(other, session_id, now)
    assert caught.value.reason.code == "session_unknown"
    _revoke(mine, session_id, now)
    with pytest.raises(Refusal):
        _revoke(mine, session_id, now)
    assert storage.session().scalars(select(LoginSession.ended_why)).all() == ["revoked"]


def test_signing_out_twice_is_no_error(now: datetime) -> None:
    make(now)
    viewer = who(enter(now), now)
    assert viewer is not None
    for _ in range(2):
        run_in_unit_of_work(commands.sign_out, actor=viewer.actor, session_id=viewer.session_id, at=now)
    assert tags().count("session.signed_out") == 1


def test_a_language_is_one_of_ours(now: datetime) -> None:
    user_id = make(now)
    run_in_unit_of_work(commands.choose_language, user_id=user_id, language="en", at=now)
    viewer = who(enter(now), now)
    assert viewer is not None and viewer.language == "en"
    with pytest.raises(ValueError, match="language"):
        run_in_unit_of_work(commands.choose_language, user_id=user_id, language="../../etc", at=now)


def _revoke(user_id: int, session_id: int, at: datetime) -> None:
    run_in_unit_of_work(
        commands.revoke_own_session, actor=f"user:{user_id}", user_id=user_id, session_id=session_id, at=at
    )
