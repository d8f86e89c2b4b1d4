"""Fixtures of the market's tests: a market, once as tables and once behind an application."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from tests.market.market_world import NOON, World, kept_world
from tests.web_fixtures import Browser


@pytest.fixture
def world(database: str, tmp_path: Path) -> World:
    """The market on an empty database of each engine."""
    return kept_world(tmp_path / "instance")


@pytest.fixture
def market(app: Flask) -> Iterator[World]:
    """The market behind an application, at noon of the frozen day."""
    with time_machine.travel(NOON, tick=True):
        yield kept_world(app.config["SETTINGS"].instance)


@pytest.fixture
def visitor(app: Flask, market: World) -> Browser:
    """A visitor nobody has signed in with yet."""
    found: Browser = app.test_client()  # type: ignore[assignment]
    return found


@pytest.fixture
def other(app: Flask, market: World) -> Browser:
    """Another one."""
    found: Browser = app.test_client()  # type: ignore[assignment]
    return found
