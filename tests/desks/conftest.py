"""Desks are tested on the demo: the ten golden cases, seeded as ``make run`` seeds them."""

from __future__ import annotations

import pytest
from flask import Flask

from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.files import bind_folder
from matchmaking.seeds.demo import seed_demo
from tests.databases import seeded
from tests.web_fixtures import Browser, sign_in


@pytest.fixture
def demo(app: Flask, people: dict[Role, int]) -> Flask:
    """The application with the demo in it, on its frozen day."""
    folder = app.config["SETTINGS"].instance
    bind_folder(folder)
    seeded("demo", folder, seed_demo)
    return app


@pytest.fixture
def office(demo: Flask, client: Browser) -> Browser:
    """A browser of the city's finance office."""
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    return client
