"""No GET changes anything but the reading log and a session's last-seen instant."""

from __future__ import annotations

import time_machine
from flask import Flask

from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from tests.conftest import NOON
from tests.fingerprints import fingerprints
from tests.house.routes import address_of, pairs
from tests.web_fixtures import Browser, sign_in


def test_no_get_changes_a_table(app: Flask, client: Browser, engine_name: str) -> None:
    # another engine reads the same pages: it is asked for each of them once
    queries = ("", "?lang=en&as_of=2020-11-30") if engine_name == "sqlite" else ("?as_of=2020-11-30",)
    paths = [address_of(app, rule) for rule, method in pairs(app) if method == "GET"]
    assert len(paths) >= 4
    with time_machine.travel(NOON, tick=False) as clocks:
        for role in (None, *Role):
            if role is not None:
                sign_in(client, role)
            clocks.shift(61)  # so that a last-seen instant is due
            before = fingerprints(storage.engine(), but_for_reading=True)
            for path in paths:
                for query in queries:
                    answer = client.get(path + query)
                    assert answer.status_code < 500, (role, path, answer.status_code)
            assert fingerprints(storage.engine(), but_for_reading=True) == before, role


def test_the_fingerprint_sees_a_change(app: Flask, client: Browser) -> None:
    before = fingerprints(storage.engine(), but_for_reading=True)
    client.submit("/sign-in", {"login": "operator", "password": "a wrong password"})
    after = fingerprints(storage.engine(), but_for_reading=True)
    assert {name for name in before if before[name] != after[name]} >= {"sign_in_attempts", "trail_event"}
