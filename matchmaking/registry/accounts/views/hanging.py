"""What the account pages share: the blueprint, the look at a session, the way into one."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, current_app, redirect, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from config import Settings
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.login import carried, carry, load_viewers_with
from matchmaking.foundation.access.next_page import safe_next
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.web.words import w
from matchmaking.registry.accounts import commands, queries
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.rulebook import number

accounts = Blueprint("accounts", __name__)
SEEN_EVERY_SECONDS = 60


@accounts.record_once
def _load_viewers(state: BlueprintSetupState) -> None:
    load_viewers_with(state.app, load_viewer)


def load_viewer(token: str, at: datetime) -> Viewer | None:
    """The person behind a cookie's token; notes at most once a minute that they were seen."""
    found = queries.find_live_session(
        storage.session(), token=token, at=at, idle_minutes=idle_minutes(at), demo=settings().demo
    )
    if found is None:
        return None
    if (at - found.last_seen_at).total_seconds() >= SEEN_EVERY_SECONDS:
        commands.note_seen(session_id=found.viewer.session_id, at=at)
    return found.viewer


MACHINES = {"job": "actor_system", "seed": "actor_seed"}
"""Kinds of actors that are no person → their word."""


@accounts.app_template_filter("person")
def person(actor: str) -> str:
    """Who did it, by name: records keep ``user:17``. A job is the system, a seed the demo data; the shell as it is."""
    kind, _, number_ = actor.partition(":")
    found = storage.session().get(UserAccount, int(number_)) if kind == "user" and number_.isdecimal() else None
    if kind in MACHINES:
        return w(MACHINES[kind])
    return found.name if found else actor


def settings() -> Settings:
    """The installation's."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def seal() -> commands.Seal:
    """What closes and opens secrets at rest."""
    return commands.Seal(settings().secret_key, settings().old_secret_keys)


def idle_minutes(at: datetime) -> int:
    """After how many quiet minutes a session ends."""
    return number("session_idle_minutes", clock.business_day(at))


def place() -> commands.Place:
    """Where this request comes from."""
    return commands.Place(
        hours=settings().session_hours,
        address=request.remote_addr or "",
        browser="".join(letter for letter in request.user_agent.string if letter.isprintable()),
        previous=carried(),
    )


def enter(token: str, target: str | None) -> ResponseReturnValue:
    """Carry ``token`` and go where the person wanted to."""
    carry(token)
    return redirect(safe_next(target), code=303)
