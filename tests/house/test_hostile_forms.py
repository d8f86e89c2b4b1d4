"""Hostile input on every form there is: the fields are found by watching what the server asks a request for.

Every field of a form at once gets one half of these, the next form the other: markup, another organisation's number,
what no text may hold, a number past every float, infinity, digits of another script, a formula, nothing; and always a
megabyte and nested names. Before a release every form gets all of them, repeated names, and each field by itself, the
others filled in well, markup and another organisation's number (on PostgreSQL a number no table holds). Never a 5xx,
never markup shown as markup, never a row written without a row in the trail, never a name that only the server sets. A
form added later is found and tried without a word here; where its address names an object, ``tests/house/objects.py``
has to say which.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from werkzeug.routing import Rule

from matchmaking.foundation import storage
from matchmaking.foundation.access.permissions import Permission
from tests.house.objects import City, build_city, place_of
from tests.house.routes import pairs
from tests.house.sending import Asked, Sender, copy_database
from tests.house.test_authorisation import PUBLIC, TABLE
from tests.journeys.thread_world import build_thread
from tests.market.market_world import NOON

Attempts = Callable[[Rule, set[str], str, str], Iterator[tuple[str, dict[str, Any]]]]
MARKUP = "<img src=x data-hostile>"
CANARY = "canary-of-the-server"
ONE_BY_ONE = (MARKUP, "{rival}")
ALL_AT_ONCE = ("\x00", "\ud800", "Infinity", "1e999999", "１２３", "=cmd()|x!A1", "", "1" + "0" * 20, "甲" * 30_000)
BEFORE_A_RELEASE = ("茶\x00叶", "NaN", "-1", "٣٤٥", "9" * 400)
FOR_THE_ENGINE = ("\x00", "\ud800", "1e999999")
"""What PostgreSQL may take otherwise than SQLite does."""
SET_BY_THE_SERVER = {
    "id", "state_before", "organisation_id", "firm_id", "bank_id", "recorded_by", "recorded_at", "created_at",
    "decided_by", "public_key", "password_hash", "portfolio_id", "drawn_minor",
}  # fmt: skip
GOOD = {
    "amount": "5", "balance": "5", "line": "50", "baseline": "0", "revenue": "5", "assets": "5", "employees": "5",
    "value_on": "2026-10-14", "on": "2026-10-14", "promised_on": "2026-11-30", "expires_on": "2027-06-30",
    "valid_from": "2024-01-01", "valid_to": "2027-01-01", "founded_on": "2018-01-01", "signed_on": "2026-10-01",
    "term_months": "12", "rate": "3.55", "spread_bp": "55", "lpr_tenor": "1Y", "instrument": "loan_contract",
    "declared": "new", "purpose": "seasonal_purchase", "loan_kind": "working_capital", "guarantees": "credit",
    "legal_form": "limited", "industry": "1530", "area": "610902", "tax_grade": "A", "title": "high_tech",
    "history": "none", "source": "own_word", "stated_on": "2026-01-01", "answer": "right", "verdict": "verified",
    "basis": "licence_seen", "figures_year": "2025", "confirmed": "y", "agreed": "y", "seen": "1", "version": "1",
    "relation": "owner", "person_name": "陈红", "id_tail": "1234", "name": "演示", "issuer": "厅", "then": "save",
    "uscc": "91610902YY0000017", "person": "陈红", "login": "chen", "password": "rain on the east bridge",
    "again": "rain on the east bridge", "reason": "cash_flow", "words": "材料不齐，请补充", "iou_no": "JJ9",
}  # fmt: skip
MOVES = {
    # the step that the object of a form stands before
    "/bank/decisions": "submit", "/bank/papers/<key:key>/countersign": "countersign", "/bank/papers": "offer",
    "/my/papers": "sign", "/needs": "discard", "/bank/products": "submit",
}  # fmt: skip


@pytest.fixture
def city(app: Flask) -> Iterator[City]:
    """A city with one of everything, in which requests remember what they were asked for."""
    request = type("Watched", (app.request_class,), {"parameter_storage_class": Asked})
    app.request_class = request
    with time_machine.travel(NOON, tick=True) as travel:
        thread = build_thread(app)
        thread.travel = travel
        yield build_city(thread)


def forms(city: City) -> list[tuple[Rule, str, str]]:
    """(route, who sends it, where) of every form; ``""`` is somebody not signed in."""
    found = []
    for rule, method in pairs(city.thread.app):
        if method != "POST":
            continue
        line = TABLE[method, rule.rule]
        place = place_of(rule)
        who = [""] if line == PUBLIC else city.knockers(line) if isinstance(line, Permission) else []
        own = [login for login in who if place is None or login in place[0] or not login]
        # of a bank's people the one who may sign, of the others the first; nothing of the kind there: who may knock
        asks = own or who
        found.append((rule, "branch" if "branch" in asks else asks[0], city.address(rule)))
    return found


def body_of(rule: Rule, names: set[str]) -> dict[str, str]:
    """A form filled in well, as far as the fields' names say how."""
    moves = [one for one in MOVES if rule.rule.startswith(one)]
    step = MOVES[max(moves, key=len)] if moves else "1"
    body = {name: GOOD.get(name, "wan" if name.endswith("_unit") else "1") for name in sorted(names)}
    return {name: step if name == "action" else value for name, value in body.items()}


def half(rule: Rule, names: set[str], engine: str, rival: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """:func:`attempts` with one half of the texts for this form, the other half for the next."""
    return attempts(rule, names, engine, rival, turn=zlib.crc32(rule.rule.encode()) % 2)


def attempts(
    rule: Rule, names: set[str], engine: str, rival: str, *, turn: int | None = None
) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what is tried, the body) for one form, every field at once; at ``turn`` 0 or 1 half of the texts."""
    good = body_of(rule, names)
    yield "well filled in", {**good, **dict.fromkeys(SET_BY_THE_SERVER - names, CANARY)}
    texts = (*ALL_AT_ONCE, MARKUP, rival) if engine == "sqlite" else FOR_THE_ENGINE
    for text in texts if turn is None else texts[turn::2]:
        yield f"{text[:12]!r} everywhere", {**good, **dict.fromkeys(names, text)}
    if engine == "sqlite":
        yield "a megabyte", {**good, "words": "x" * 1_100_000}
        yield "nested", {f"{name}{end}": "1" for name in names for end in ("[]", "[0][id]", "-0-x", ".x")}


def before_release(rule: Rule, names: set[str], engine: str, rival: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """(what is tried, the body) for one form, the rarer texts and field by field."""
    good = body_of(rule, names)
    yield "well filled in", good
    yield "twice", {name: [value, value] for name, value in good.items()}
    for text in BEFORE_A_RELEASE:
        yield f"{text[:12]!r} everywhere", {**good, **dict.fromkeys(names, text)}
    # the rules of a product are fields by the dozen, tried one by one where products are tested
    for name in sorted(one for one in names if not one.startswith("rule_")):
        for text in ONE_BY_ONE if engine == "sqlite" else ("100000000000000000000",):
            yield f"{name}={text!r}", {**good, name: text.format(rival=rival) if text.startswith("{") else text}


RELEASE = (pytest.mark.release, pytest.mark.timeout(1200))


@pytest.mark.parametrize(
    ("engine_name", "trying"),
    [
        ("sqlite", half), ("postgresql", half),
        pytest.param("sqlite", attempts, marks=RELEASE),
        pytest.param("postgresql", attempts, marks=RELEASE),
        pytest.param("sqlite", before_release, marks=RELEASE),
        pytest.param("postgresql", before_release, marks=RELEASE),
    ],
    indirect=["engine_name"],
)  # fmt: skip
def test_no_form_breaks_whatever_is_sent(city: City, engine_name: str, trying: Attempts, tmp_path: Path) -> None:
    keep = tmp_path / "kept.sqlite3" if engine_name == "sqlite" else None
    sender, wrong, sent, accepted = Sender(city, keep), [], 0, set()
    rival = str(city.thread.world.rival)
    for rule, login, path in forms(city):
        names = sender.fields(login, path)
        wrong += [(rule.rule, login, f"asks a person for {name}", 0) for name in names & SET_BY_THE_SERVER]
        for tried, body in trying(rule, names, engine_name, rival):
            answer = sender.send(login, path, body)
            sent += 1
            if answer.status_code in (302, 303):
                accepted.add(rule.rule)
            if answer.status_code >= 500 or MARKUP in answer.get_data(as_text=True):
                wrong.append((rule.rule, login, tried, answer.status_code))
    assert wrong == [], "\n".join(map(str, wrong[:40]))
    assert sent > 100 and accepted, "some forms were filled in well enough to be accepted"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_markup_is_kept_as_text_and_nothing_unasked_is_stored(city: City, engine_name: str, tmp_path: Path) -> None:
    sender = Sender(city, None)
    kept = 0
    for rule, login, path in forms(city):
        if rule.rule.startswith(("/sign-", "/sessions", "/account", "/operator")):
            continue
        names = sender.fields(login, path)
        good = {**body_of(rule, names), **dict.fromkeys(SET_BY_THE_SERVER - names, CANARY)}
        free = [name for name in sorted(names) if name not in GOOD or name in ("words", "name", "reason", "iou_no")]
        for name in free:
            kept += sender.send(login, path, {**good, name: MARKUP}).status_code in (302, 303)
        kept += sender.send(login, path, good).status_code in (302, 303)
    assert kept > 5
    shown = 0
    for rule, method in pairs(city.thread.app):
        line = TABLE[method, rule.rule]
        if method != "GET" or not isinstance(line, Permission):
            continue
        for login in city.knockers(line):
            page = sender.browsers[login].get(city.address(rule)).get_data()
            assert MARKUP.encode() not in page, (rule.rule, login)
            shown += b"data-hostile" in page
    assert shown > 0, "some page shows what was stored, as text"
    stored = tmp_path / "stored.sqlite3"
    copy_database(Path(storage.engine().url.database or ""), stored)
    assert CANARY.encode() not in stored.read_bytes(), "a field that no form has was stored"
