"""The door: an unmarked route stops the start, and stays shut if it ever gets in."""

from __future__ import annotations

import pytest
from flask import Flask

from matchmaking.foundation.access.guard import (
    Public,
    Requires,
    UnmarkedRoute,
    mark_of,
    public,
    refuse_unmarked,
    requires,
)
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.roles import MATRIX, Role
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from tests.web_fixtures import PERSONAS, Browser, sign_in


def test_every_route_says_who_may_come_in(app: Flask) -> None:
    refuse_unmarked(app)
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert all(mark_of(app, endpoint) is not None for endpoint in endpoints)


def test_an_unmarked_route_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "facts")
    with pytest.raises(UnmarkedRoute, match="forgotten"):
        refuse_unmarked(app)


def test_an_unmarked_route_stays_shut(app: Flask, client: Browser) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "facts")
    assert client.get("/forgotten").headers["Location"] == "/sign-in?next=/forgotten"
    for role in Role:
        assert sign_in(client, role).get("/forgotten").status_code == 404


def test_what_one_may_not_see_looks_like_what_is_not_there(app: Flask, client: Browser) -> None:
    @requires(Permission.RUN_JOBS)
    def engine_room() -> str:
        return "facts"

    app.add_url_rule("/page-a", "engine_room", engine_room)
    sign_in(client, Role.FINANCE_OFFICE_COUNTY)
    client.get("/account")  # the first page of a session brings its cookie
    shut, absent = client.get("/page-a"), client.get("/page-b")
    assert shut.status_code == absent.status_code == 404
    assert _plain(shut.text, "page-a") == _plain(absent.text, "page-b")
    assert set(shut.headers.keys()) == set(absent.headers.keys())
    assert sign_in(client, Role.OPERATOR).get("/page-a").text == "facts"


def test_a_door_has_one_mark_and_a_reason() -> None:
    with pytest.raises(ValueError, match="reason"):
        public(" ")
    view = requires(Permission.READ_AUDIT)(lambda: "")
    with pytest.raises(ValueError, match="twice"):
        public("a reason")(view)
    with pytest.raises(ValueError):
        requires("fly")  # type: ignore[arg-type]


def test_marks_are_read_from_functions_and_views(app: Flask) -> None:
    assert mark_of(app, "accounts.account") == Requires(Permission.OWN_ACCOUNT)
    assert isinstance(mark_of(app, "static"), Public)
    assert isinstance(mark_of(app, "healthz"), Public)
    assert mark_of(app, "no-such-endpoint") is None


def test_every_role_is_in_the_matrix_and_has_a_persona() -> None:
    assert set(MATRIX) == set(Role) == set(PERSONAS)
    assert all(Permission.OWN_ACCOUNT in ring for ring in MATRIX.values())
    carried = frozenset().union(*MATRIX.values())
    assert carried == set(Permission), "a permission nobody carries opens a door for nobody"


@pytest.mark.parametrize(
    ("jurisdiction", "asked", "covered"),
    [
        (EVERYWHERE, "610902", True),
        (EVERYWHERE, EVERYWHERE, True),
        ("610902", "610902", True),
        ("610902", "610921", False),
        ("610902", EVERYWHERE, False),
        ("6109", "610902", False),
    ],
)
def test_a_county_sees_its_own(jurisdiction: str, asked: str, covered: bool) -> None:
    viewer = Viewer(1, "x", "X", Role.FINANCE_OFFICE_COUNTY, jurisdiction, 1)
    assert viewer.covers(asked) is covered


def test_a_viewer_carries_the_keys_of_the_role() -> None:
    viewer = Viewer(7, "x", "X", Role.OPERATOR, EVERYWHERE, 1)
    assert viewer.may(Permission.MANAGE_ACCOUNTS) and not viewer.may(Permission.READ_AUDIT)
    assert viewer.actor == "user:7"


def _plain(text: str, path: str) -> str:
    import re

    return re.sub(r'name="csrf_token"[^>]*', "", text).replace(path, "PAGE")
