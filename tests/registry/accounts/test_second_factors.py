"""Codes, recovery codes, locks and the wait between password and code, on both engines, at explicit instants."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.commands import Enrolled, Seal, codes, second_factors
from matchmaking.registry.accounts.commands.passwords import hash_password
from matchmaking.registry.accounts.models import PendingSignIn, RecoveryCode, SecondFactor
from tests.past import write_past_the_trail
from tests.registry.accounts.world import GOOD, HOME, MINUTE, SEAL, begin, enter, make, tags, trail, who

pytestmark = pytest.mark.usefixtures("database")
HALF = timedelta(seconds=30)
HASHED = hash_password(GOOD)


def make_quick(at: datetime, login: str = "zhangmin", **changes: object) -> int:
    """An account whose password was hashed beforehand."""
    return make(at, login, password=None, password_hash=HASHED, **changes)


def secret_of(token: str, at: datetime) -> str:
    """The secret offered to a waiting browser."""
    waiting = queries.pending_sign_in(storage.session(), token=token, at=at)
    assert waiting is not None and waiting.awaits == "enrol"
    storage.remove_session()
    return SEAL.open(waiting.sealed)


def enrolled(at: datetime, login: str = "zhangmin") -> tuple[str, Enrolled]:
    """Set a factor up for an account at its sign-in, a minute earlier than ``at``; secret and what it gave."""
    before = at - MINUTE
    entry = begin(before, login, factor_required=True)
    secret = secret_of(entry.token, before)
    code = codes.code_of(secret, codes.step_of(before))
    return secret, commands.enrol(token=entry.token, typed=code, at=before, place=HOME, seal=SEAL)


def passes(token: str, typed: str, at: datetime) -> str:
    """Finish a sign-in; the session's token."""
    return commands.pass_code(token=token, typed=typed, at=at, place=HOME, seal=SEAL)


def refused(do: Callable[[], object]) -> str:
    """The code of the refusal that ``do`` must end in."""
    with pytest.raises(Refusal) as caught:
        do()
    storage.remove_session()
    return caught.value.reason.code


@pytest.fixture
def secret(now: datetime) -> str:
    """The secret of the account ``zhangmin``, which has a factor."""
    make_quick(now - MINUTE)
    return enrolled(now)[0]


def right(secret: str, at: datetime, drift: int = 0) -> str:
    """The code a phone shows that is ``drift`` steps off."""
    return codes.code_of(secret, codes.step_of(at) + drift)


def test_a_right_password_alone_opens_nothing(now: datetime, secret: str) -> None:
    entry = begin(now)
    assert entry.awaits == "code"
    assert who(entry.token, now) is None
    token = passes(entry.token, right(secret, now), now)
    assert token != entry.token and who(token, now) is not None and who(entry.token, now) is None
    later = now + MINUTE
    assert refused(lambda: passes(entry.token, right(secret, later), later)) == "sign_in_expired", "finished once"


@pytest.mark.parametrize(("drift", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_one_step_of_drift_is_forgiven(now: datetime, secret: str, drift: int, good: bool) -> None:
    at = now + 5 * MINUTE
    token = begin(at).token
    if good:
        assert who(passes(token, right(secret, at, drift), at), at) is not None
    else:
        assert refused(lambda: passes(token, right(secret, at, drift), at)) == "code_failed"


def test_a_code_is_good_once_and_so_are_the_ones_before_it(now: datetime, secret: str) -> None:
    code = right(secret, now)
    passes(begin(now).token, code, now)
    again = begin(now).token
    assert refused(lambda: passes(again, code, now)) == "code_failed"
    assert refused(lambda: passes(again, right(secret, now, -1), now)) == "code_failed"
    later = now + HALF
    assert who(passes(again, right(secret, later), later), later) is not None


def test_the_code_that_enrolled_is_used_up(now: datetime) -> None:
    make_quick(now)
    entry = begin(now, factor_required=True)
    code = right(secret_of(entry.token, now), now)
    commands.enrol(token=entry.token, typed=code, at=now, place=HOME, seal=SEAL)
    assert refused(lambda: passes(begin(now).token, code, now)) == "code_failed"


def test_five_wrong_codes_lock_and_the_right_one_no_longer_helps(now: datetime, secret: str) -> None:
    token = begin(now).token
    for _ in range(5):
        assert refused(lambda: passes(token, "000000", now + 10 * HALF)) == "code_failed"
    at = now + 10 * HALF
    assert refused(lambda: passes(token, right(secret, at), at)) == "code_locked"
    assert refused(lambda: passes(begin(at).token, right(secret, at), at)) == "code_locked", (
        "a new password does not lift it"
    )
    assert refused(lambda: passes(begin(at).token, "AAAA-BBBB-CCCC-DDDD", at)) == "code_locked"
    free = at + timedelta(minutes=15)
    assert who(passes(begin(free).token, right(secret, free), free), free) is not None
    assert tags().count("sign_in.code_failed") == 5 and tags().count("sign_in.code_locked") == 1


def test_a_right_code_wipes_the_count(now: datetime, secret: str) -> None:
    for round_ in range(2):
        at = now + round_ * MINUTE
        token = begin(at).token
        for _ in range(4):
            assert refused(lambda token=token, at=at: passes(token, "000000", at)) == "code_failed"
        passes(token, right(secret, at), at)


def _together(count: int, do: Callable[[int], str]) -> list[str]:
    """``do(0…count−1)`` from as many threads at once; what each gave or was refused with."""
    start, told = threading.Barrier(count), []

    def run(number: int) -> None:
        start.wait(60)
        try:
            told.append(do(number))
        except Refusal as refusal:
            told.append(refusal.reason.code)
        finally:
            storage.remove_session()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return told


def test_one_code_from_many_browsers_at_once_opens_exactly_one(now: datetime, secret: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("matchmaking.registry.accounts.commands.signing_in.verify_password", lambda *_: True)
        waiting = [begin(now).token for _ in range(4)]
    code = right(secret, now)
    told = _together(4, lambda number: "in" if passes(waiting[number], code, now) else "")
    assert sorted(told) == ["code_failed"] * 3 + ["in"]


def test_one_wait_is_finished_once_even_with_two_good_codes(now: datetime, secret: str) -> None:
    token = begin(now).token
    typed = [right(secret, now, drift) for drift in (0, 1)]
    told = _together(2, lambda number: "in" if passes(token, typed[number], now) else "")
    assert told.count("in") == 1


def test_a_hundred_guesses_at_once_are_five(now: datetime, secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def compare(_secret: str, typed: str, **_how: object) -> None:
        compared.append(typed)

    monkeypatch.setattr(second_factors, "matching_step", compare)
    token = begin(now).token
    told = _together(24, lambda number: passes(token, f"{number:06d}", now))
    assert len(compared) == 5
    assert sorted(told) == ["code_failed"] * 5 + ["code_locked"] * 19


def test_two_browsers_enrolling_at_once_leave_one_factor(now: datetime) -> None:
    make_quick(now)
    tokens = [begin(now, factor_required=True).token for _ in range(2)]
    secrets = [secret_of(token, now) for token in tokens]
    assert secrets[0] != secrets[1], "what one browser was offered is nobody else's"

    def put(number: int) -> str:
        code = right(secrets[number], now)
        commands.enrol(token=tokens[number], typed=code, at=now, place=HOME, seal=SEAL)
        return "in"

    told = _together(2, put)
    assert told.count("in") == 1 and set(told) - {"in"} <= {"factor_there", "sign_in_expired"}
    assert storage.session().scalar(select(func.count()).select_from(SecondFactor)) == 1


def test_recovery_codes_work_once_each(now: datetime) -> None:
    make_quick(now - MINUTE)
    _, given = enrolled(now)
    assert len(set(given.codes)) == 10
    spare = given.codes[3].lower().replace("-", " ")
    assert who(passes(begin(now).token, spare, now), now) is not None
    assert refused(lambda: passes(begin(now).token, spare, now)) == "code_failed"
    assert who(passes(begin(now).token, given.codes[4], now), now) is not None
    assert [event.payload for event in trail() if event.tag == "factor.recovery_used"] == [{"left": 9}, {"left": 8}]


def test_nothing_secret_is_stored_or_told_in_the_clear(now: datetime) -> None:
    make_quick(now - MINUTE)
    secret, given = enrolled(now)
    factor = storage.session().scalars(select(SecondFactor)).one()
    digests = set(storage.session().scalars(select(RecoveryCode.code_digest)))
    assert secret not in factor.sealed and SEAL.open(factor.sealed) == secret
    told = str([(e.actor, e.subject, e.payload) for e in trail()]) + factor.sealed + str(digests)
    assert not any(code in told or code.replace("-", "") in told for code in given.codes)


def test_staff_must_enrol_and_firms_need_not(now: datetime) -> None:
    make_quick(now)
    assert begin(now, factor_required=False).awaits == ""
    assert begin(now, factor_required=True).awaits == "enrol"
    write_past_the_trail(lambda s: _to_firm(s, now))
    assert begin(now, factor_required=True).awaits == ""


def _to_firm(session: storage.session.__class__, now: datetime) -> None:  # type: ignore[name-defined]
    account = queries.account_by_login(session, "zhangmin")
    account.role = "enterprise"  # type: ignore[union-attr]


def test_a_wrong_first_code_enrols_nothing_and_loses_nothing(now: datetime) -> None:
    make_quick(now)
    token = begin(now, factor_required=True).token
    secret = secret_of(token, now)
    give = {"token": token, "at": now, "place": HOME, "seal": SEAL}
    assert refused(lambda: commands.enrol(typed="000000", **give)) == "code_first_failed"
    assert secret_of(token, now) == secret
    assert who(commands.enrol(typed=right(secret, now), **give).token, now) is not None


def test_the_wait_is_short_and_ends_with_a_new_password_and_with_shutting(now: datetime, secret: str) -> None:
    token = begin(now).token
    late = now + timedelta(minutes=10)
    assert refused(lambda: passes(token, right(secret, late), late)) == "sign_in_expired"
    token = begin(now).token
    other = "snow on the west mountain"
    run_in_unit_of_work(commands.set_password, actor="test", login="zhangmin", password=other, at=now)
    assert refused(lambda: passes(token, right(secret, now), now)) == "sign_in_expired"
    token = begin(now, password=other).token
    run_in_unit_of_work(commands.shut_user, actor="test", login="zhangmin", at=now)
    assert refused(lambda: passes(token, right(secret, now), now)) == "sign_in_expired"


@pytest.mark.parametrize("token", ["", "x", "令牌", "\ud800"])
def test_a_made_up_token_waits_for_nothing(now: datetime, secret: str, token: str) -> None:
    assert refused(lambda: passes(token, right(secret, now), now)) == "sign_in_expired"


def test_a_session_is_no_wait_and_an_enrolling_wait_takes_no_code(now: datetime, secret: str) -> None:
    session = passes(begin(now).token, right(secret, now), now)
    later = now + MINUTE
    assert refused(lambda: passes(session, right(secret, later), later)) == "sign_in_expired"
    make_quick(now, "lihong")
    enrolling = begin(now, "lihong", factor_required=True).token
    assert refused(lambda: passes(enrolling, right(secret_of(enrolling, now), now), now)) == "sign_in_expired"
    waiting = begin(later).token
    give = {"token": waiting, "typed": right(secret, later), "at": later, "place": HOME, "seal": SEAL}
    assert refused(lambda: commands.enrol(**give)) == "sign_in_expired", "a waiting code is no way to another factor"


def test_waits_that_ran_out_do_not_fill_the_table(now: datetime, secret: str) -> None:
    for _ in range(3):
        begin(now)
    begin(now + timedelta(minutes=11))
    assert storage.session().scalar(select(func.count()).select_from(PendingSignIn)) == 1


def test_the_operator_takes_a_lost_factor_away(now: datetime) -> None:
    make_quick(now - MINUTE)
    _, given = enrolled(now)
    waiting = begin(now).token
    assert run_in_unit_of_work(commands.reset_factor_of, actor="user:9", login="zhangmin", at=now) is True
    assert run_in_unit_of_work(commands.reset_factor_of, actor="user:9", login="zhangmin", at=now) is False
    assert who(given.token, now) is None, "the sessions it opened have ended"
    assert refused(lambda: passes(waiting, given.codes[0], now)) == "sign_in_expired"
    assert begin(now, factor_required=True).awaits == "enrol"
    (event,) = [event for event in trail() if event.tag == "factor.reset"]
    assert event.actor == "user:9"


def test_new_recovery_codes_void_the_old_and_staff_keep_their_factor(now: datetime) -> None:
    user_id = make_quick(now - MINUTE)
    secret, given = enrolled(now)
    told = {"actor": f"user:{user_id}", "user_id": user_id, "seal": SEAL}
    fresh = commands.renew_recovery_codes(typed=right(secret, now), at=now, **told)
    assert len(fresh) == 10 and not set(fresh) & set(given.codes)
    assert refused(lambda: passes(begin(now).token, given.codes[0], now)) == "code_failed"
    later = now + MINUTE
    remove = {"typed": right(secret, later), "at": later, **told}
    assert refused(lambda: commands.remove_factor(required=True, **remove)) == "factor_required"
    commands.remove_factor(required=False, **remove)
    assert who(enter(later), later) is not None
    assert refused(lambda: commands.renew_recovery_codes(typed="000000", at=later, **told)) == "factor_none"


def test_the_installations_key_can_be_replaced(now: datetime, secret: str) -> None:
    fresh = Seal("n" * 40, ("t" * 40,))
    assert run_in_unit_of_work(commands.rewrap_factors, actor="shell", at=now, seal=fresh) == 1
    only = Seal("n" * 40)
    token = begin(now).token
    give = {"token": token, "typed": right(secret, now), "at": now, "place": HOME}
    assert refused(lambda: commands.pass_code(seal=SEAL, **give)) == "factor_unreadable"
    assert who(commands.pass_code(seal=only, **give), now) is not None


def test_the_day_is_an_argument_here_too(secret: str, now: datetime) -> None:
    """A code of 2026 is right at its own instant, whatever the machine's clock says, and wrong at another."""
    far = now + timedelta(days=4000)
    assert refused(lambda: passes(begin(far).token, right(secret, now), far)) == "code_failed"
    assert who(passes(begin(far).token, right(secret, far), far), far) is not None
