"""Which passwords may be chosen, and how they are kept."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher

from matchmaking.domain.reasons import Refusal
from matchmaking.registry.accounts.commands import passwords
from matchmaking.registry.accounts.commands.passwords import hash_password, is_outdated, refuse_weak, verify_password

pytestmark = pytest.mark.usefixtures("full_strength")
GOOD = "rain on the east bridge"


def refused(password: str, login: str = "zhangmin") -> str:
    """The code of the refusal, or empty."""
    try:
        refuse_weak(password, login=login, shortest=12)
    except Refusal as refusal:
        return refusal.reason.code
    return ""


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("", "password_short"),
        ("elevenchars", "password_short"),
        ("汉水之滨金州", "password_short"),
        ("x" * 60 + GOOD * 4, "password_long"),
        ("password1234", "password_common"),
        ("PassWord1234", "password_common"),
        ("ｐａｓｓｗｏｒｄ１２３４", "password_common"),
        ("woaini5201314", "password_common"),
        ("aaaaaaaaaaaa", "password_common"),
        ("123123123123", "password_common"),
        ("abcabcabcabcab", "password_common"),
        ("abcdefghijklm", "password_common"),
        ("zyxwvutsrqpon", "password_common"),
        ("0123456789:;<", "password_common"),
        ("i am ZhangMin of Hanbin", "password_like_login"),
        (GOOD, ""),
        ("汉水之滨金州城里有座香溪洞", ""),
        ("exactly12chr", ""),
    ],
)
def test_a_password_is_refused_for_its_reason(password: str, code: str) -> None:
    assert refused(password) == code


def test_a_refusal_says_both_numbers() -> None:
    with pytest.raises(Refusal) as caught:
        refuse_weak("short", login="x", shortest=12)
    assert dict(caught.value.reason.params) == {"length": 5, "shortest": 12}


def test_a_hash_opens_to_its_password_only() -> None:
    stored = hash_password(GOOD)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert stored != hash_password(GOOD)
    assert verify_password(stored, GOOD)
    assert verify_password(stored, "ｒａｉｎ on the east bridge"), "full-width keys are the same keys"
    assert not verify_password(stored, GOOD + " ")
    assert not verify_password(stored, GOOD.upper())


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$broken", "$2b$12$abcdefghijklmnopqrstuv"])
def test_nothing_opens_an_account_without_a_hash(stored: str) -> None:
    for guess in ("", stored, GOOD, "nobody has this password"):
        assert not verify_password(stored, guess)


def test_an_overlong_guess_is_not_hashed_whole() -> None:
    assert not verify_password(hash_password(GOOD), "x" * 1_000_000)


def test_a_hash_of_other_strength_is_outdated() -> None:
    weaker = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
    assert is_outdated(weaker) and verify_password(weaker, GOOD)
    assert not is_outdated(hash_password(GOOD))
    assert not is_outdated("")


def test_only_so_many_hashes_run_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = passwords._slots._initial_value  # type: ignore[attr-defined]
    running, highest, lock = [0], [0], threading.Lock()
    gate = threading.Event()

    class Slow:
        def hash(self, _password: str) -> str:
            with lock:
                running[0] += 1
                highest[0] = max(highest[0], running[0])
                if running[0] == slots:
                    gate.set()
            gate.wait(10)
            with lock:
                running[0] -= 1
            return "x"

    monkeypatch.setattr(passwords, "_hasher", Slow())
    threads = [threading.Thread(target=hash_password, args=(GOOD,)) for _ in range(slots * 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert highest[0] == slots
