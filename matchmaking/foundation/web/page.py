"""What a page finds out once and asks for hundreds of times: its language, its words, the address of its icons.

Flask's ``g`` would do, but each look into it goes through a proxy and costs more than what is done with the answer.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from gettext import NullTranslations

from flask import Flask, g, has_app_context


@dataclass(slots=True)
class Page:
    """Each is None until somebody asks."""

    language: str | None = None
    catalogue: NullTranslations | None = None
    icons: str | None = None


_page: ContextVar[Page | None] = ContextVar("page", default=None)


def setup_page(app: Flask) -> None:
    """A new one for every request, before anything speaks."""
    app.before_request(_begin)
    app.teardown_request(_end)


def _begin() -> None:
    _page.set(Page())


def _end(_error: BaseException | None) -> None:
    _page.set(None)


def this_page() -> Page:
    """The one of this request; outside of requests (a job, a test) that of the application's context."""
    found = _page.get()
    if found is not None:
        return found
    if not has_app_context():
        return Page()
    made: Page = g.setdefault("page", Page())
    return made
