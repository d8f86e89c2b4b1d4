"""Sending forms as the people of a city: what the server asks a request for, and the database put back afterwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.test import TestResponse

from matchmaking.foundation import storage
from tests.house.objects import LOGINS, City
from tests.web_fixtures import Browser, typed

EVERY = pytest.mark.parametrize(
    "every", [3, pytest.param(1, marks=pytest.mark.release, id="all")], ids=lambda one: f"every {one}rd"
)
"""Of a list of texts each field gets every third, the next field the next third, and before a release all of them."""


class Asked(ImmutableMultiDict[str, str]):
    """A request's fields that remember by which names they were asked for."""

    names: set[str] = set()

    def get(self, key: str, *rest: Any, **more: Any) -> Any:
        """One value."""
        self.names.add(key)
        return super().get(key, *rest, **more)

    def getlist(self, key: str, *rest: Any, **more: Any) -> Any:
        """All values."""
        self.names.add(key)
        return super().getlist(key, *rest, **more)

    def __contains__(self, key: object) -> bool:
        self.names.add(str(key))
        return super().__contains__(key)

    def __getitem__(self, key: str) -> str:
        self.names.add(key)
        return super().__getitem__(key)


class Sender:
    """Sends forms as people of the city; puts the database back after whatever was accepted."""

    def __init__(self, city: City, keep: Path | None) -> None:
        self.city, self.number, self.keep = city, 0, keep
        self.browsers: dict[str, Browser] = {"": city.thread.app.test_client()}  # type: ignore[dict-item]
        for login in LOGINS:
            self.browsers[login] = city.thread.at(login)
        self.tokens = {login: browser.csrf_token() for login, browser in self.browsers.items()}
        if keep:
            storage.remove_session()
            copy_database(Path(storage.engine().url.database or ""), keep)

    def fields(self, login: str, path: str) -> set[str]:
        """Names the server asks for; the empty form is sent to find out."""
        Asked.names = set()
        self.send(login, path, {})
        return {name for name in Asked.names if name not in ("csrf_token", "key", "lang")}

    def send(self, login: str, path: str, body: dict[str, Any]) -> TestResponse:
        """One form; what is no text goes over the wire as its bytes."""
        self.number += 1
        whole = {"csrf_token": self.tokens[login], "key": f"hostile-{self.number:08d}", **body}
        browser = self.browsers[login]
        answer = browser.post(path, data=typed(whole), content_type="application/x-www-form-urlencoded")
        if answer.status_code in (302, 303) and self.keep:
            self.restore(login)
        return answer

    def restore(self, login: str) -> None:
        """Everything as it was, and ``login`` at the same browser."""
        storage.remove_session()
        assert self.keep is not None
        copy_database(self.keep, Path(storage.engine().url.database or ""))
        if not login:
            self.browsers[""] = self.city.thread.app.test_client()  # type: ignore[assignment]
            self.tokens[""] = self.browsers[""].csrf_token()
        elif "_user_id" not in self._cookie(login):
            self.browsers[login] = self.city.thread.at(login)
            self.tokens[login] = self.browsers[login].csrf_token()
            copy_database(Path(storage.engine().url.database or ""), self.keep)

    def _cookie(self, login: str) -> dict[str, Any]:
        with self.browsers[login].session_transaction() as cookie:
            return dict(cookie)


def copy_database(source: Path, target: Path) -> None:
    """One SQLite file's contents into another, with what still stands in the journal."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
