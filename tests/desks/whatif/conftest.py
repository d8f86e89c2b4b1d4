"""The market of tests/market behind an application, with people of both offices."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import remove_session
from tests.market.market_world import HANBIN, NOON, World, _person, build_world
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser


@pytest.fixture
def market(app: Flask) -> Iterator[World]:
    """The market at noon of the frozen day; ``office`` and ``office_county`` beside the market's own people."""
    with time_machine.travel(NOON, tick=True):
        world = build_world()

        def staff(session: Session) -> None:
            _person(session, world, "office", Role.FINANCE_OFFICE_CITY, "*", None)
            _person(session, world, "office_county", Role.FINANCE_OFFICE_COUNTY, HANBIN, None)

        write_past_the_trail(staff)
        remove_session()
        yield world


@pytest.fixture
def visitor(app: Flask, market: World) -> Browser:
    """A visitor nobody has signed in with yet."""
    found: Browser = app.test_client()  # type: ignore[assignment]
    return found
