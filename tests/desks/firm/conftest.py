"""A thread's city, on one engine unless a test asks for both: the pages are the same, the one statement is not."""

from __future__ import annotations

from tests.journeys.conftest import tea as tea  # a fixture
from tests.journeys.conftest import thread as thread  # a fixture
