"""An application, a browser for it that cannot be fooled about writes, and people of every role.

``app``, ``client`` and ``people`` run once per engine. ``sign_in(client, role)`` signs a browser in as the persona of
that role; ``client.submit(path, data)`` posts a form with a valid CSRF token. A request that writes outside a unit of
work, or leaves the session dirty, fails the test.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache, lru_cache
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest
from argon2 import PasswordHasher
from flask import Flask, has_request_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session
from werkzeug.test import TestResponse

from config import Settings
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.storage.engine import _factory
from matchmaking.foundation.web.limits import limiter
from matchmaking.registry.accounts.commands import passwords
from tests.databases import seeded_where_empty
from tests.sharing import share_catalogues, share_compiled_routes, share_compiled_templates

PASSWORD = "correct horse battery staple"
ADDRESS = "127.0.0.1"
PERSONAS = {
    Role.FINANCE_OFFICE_CITY: ("office_city", "市金融办 张敏", "*"),
    Role.FINANCE_OFFICE_COUNTY: ("office_county", "汉滨区金融办 李强", "610902"),
    Role.OPERATOR: ("operator", "平台运维 王芳", "*"),
    Role.ENTERPRISE: ("firm", "陈记茶业 陈红", "610902"),
    Role.BANK_OFFICER: ("bank_officer", "汉滨支行 客户经理 赵亮", "610902"),
    Role.BANK_MANAGER: ("bank_manager", "汉滨支行 行长 孙萍", "610902"),
    Role.BUREAU_OFFICER: ("bureau", "市工信局 周涛", "*"),
}
"""Role → login, name, jurisdiction. A test fails when a role has no persona."""

_faults: list[str] = []


def _outside(session: Session) -> bool:
    return has_request_context() and not session.info.get("unit_of_work")


def _on_flush(session: Session, _context: Any, _instances: Any) -> None:
    if _outside(session) and (session.new or session.dirty or session.deleted):
        _faults.append("flushed outside a unit of work")


def _on_execute(state: ORMExecuteState) -> None:
    if _outside(state.session) and (state.is_insert or state.is_update or state.is_delete):
        _faults.append(f"wrote outside a unit of work: {state.statement}")


share_compiled_routes()
share_catalogues()
# tests sign in by the thousand; what a hash has to cost is asked by those that take full_strength
FULL_STRENGTH = passwords._hasher
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
event.listen(_factory, "before_flush", _on_flush)
event.listen(_factory, "do_orm_execute", _on_execute)


def _look_for_dirt(_error: BaseException | None) -> None:
    session = storage.session()
    if session.new or session.dirty or session.deleted:
        _faults.append("left the session dirty")


_quoted = lru_cache(4_000)(quote_plus)


def typed(body: Mapping[str, Any]) -> str:
    """A form as it goes over the wire, whatever stands in it: half a surrogate pair as its three bytes."""
    # the same long texts are sent in field after field
    return urlencode(body, doseq=True, errors="surrogatepass", quote_via=_quoted)


class Browser(FlaskClient):
    """Flask's client that fails a test when a request wrote where it may not, and fills in CSRF tokens on request."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """One request."""
        _faults.clear()
        response = super().open(*args, **kwargs)
        assert not _faults, _faults
        return response

    def csrf_token(self) -> str:
        """A token for this browser's session, as a page would carry it."""
        with self.session_transaction() as cookie:
            raw = cookie.setdefault("csrf_token", secrets.token_hex(20))
        return str(URLSafeTimedSerializer(self.application.secret_key, salt="wtf-csrf-token").dumps(raw))

    def submit(self, path: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        """Post a form with its token (and no idempotency key unless ``data`` has one)."""
        return self.post(path, data={"csrf_token": self.csrf_token(), **(data or {})}, **kwargs)


def make_app(settings: Settings, **config: Any) -> Flask:
    """The application as served, with a test's browser and without its rate limits getting in the way."""
    from matchmaking.app import create_app

    # one process serves one application; tests make many, and one test's dead Redis is not the next one's
    limiter._storage_dead = False
    app = create_app(settings)
    app.config.update(
        SIGN_IN_LIMIT="100000/minute", PAGE_LIMIT="100000/minute", REGISTER_LIMIT="100000/minute", **config
    )
    share_compiled_templates(app)
    app.test_client_class = Browser
    app.teardown_request(_look_for_dirt)
    # the built front end is not what these tests are about
    app.jinja_env.globals["asset_url"] = lambda name: f"/static/vendor/{name}"
    return app


@cache
def _hash() -> str:
    return passwords.hash_password(PASSWORD)


def _make_places(session: Session, at: datetime) -> dict[str, int]:
    """A firm, a bank with a branch, a bureau: kind of organisation → the id its people work for."""
    from matchmaking.domain.identifiers import uscc_from
    from matchmaking.registry.enterprises.commands import FirmTold, open_firm
    from matchmaking.registry.organisations.commands import create_organisation, ensure_zones, open_branch

    told: dict[str, Any] = {"actor": "test", "on": clock.business_day(at), "at": at}
    ensure_zones(session)
    bank = create_organisation(session, kind="bank", name="安康演示银行", area_code="*", public_key="bank", **told)
    branch = open_branch(
        session, parent=bank, name="安康演示银行汉滨支行", level="branch", area_code="610902", public_key="bank-hanbin",
        **told,
    )  # fmt: skip
    bureau = create_organisation(session, kind="bureau", name="市工信局", area_code="*", public_key="bureau", **told)
    tea = FirmTold(uscc_from("91", "610902", 1), "陈记茶业有限公司（演示）", "limited", "610902")
    firm = open_firm(session, told=tea, entered_by="firm", public_key="firm-tea", **told)
    return {"enterprise": firm.organisation_id, "bank": branch.id, "bureau": bureau.id}


def _make_people(session: Session, at: datetime) -> dict[Role, int]:
    from matchmaking.foundation.access.roles import ORGANISATION_OF
    from matchmaking.registry.accounts.models import UserAccount

    people, places = {}, _make_places(session, at)
    for role, (login, name, jurisdiction) in PERSONAS.items():
        user = UserAccount(
            login=login,
            name=name,
            role=role.value,
            jurisdiction=jurisdiction,
            password_hash=_hash(),
            organisation_id=places.get(ORGANISATION_OF[role]),
            created_at=at,
            password_changed_at=at,
        )
        session.add(user)
        session.flush()
        people[role] = user.id
    return people


def sign_in(client: FlaskClient, role: Role | str) -> FlaskClient:
    """Give ``client`` a fresh session of the persona of ``role``, as signing in would; returns the client."""
    from matchmaking.registry.accounts.commands.sessions import Place, open_session
    from matchmaking.registry.accounts.queries import account_by_login

    def opened(session: Session) -> str:
        user = account_by_login(session, PERSONAS[Role(role)][0])
        assert user is not None
        return open_session(session, user=user, at=clock.now(), place=Place(hours=8))

    token = run_in_unit_of_work(opened)
    storage.remove_session()
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie["_user_id"] = token
    return client


@pytest.fixture
def full_strength(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords are hashed as they are served."""
    monkeypatch.setattr(passwords, "_hasher", FULL_STRENGTH)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The application on an empty database of each engine."""
    yield make_app(settings)


@pytest.fixture
def people(app: Flask) -> dict[Role, int]:
    """One account per role, made on the hour; role → id. Their password is :data:`PASSWORD`."""
    hour = clock.now().replace(minute=0, second=0, microsecond=0)

    def build() -> dict[Role, int]:
        made = run_in_unit_of_work(_make_people, hour)
        storage.remove_session()
        return made

    return seeded_where_empty(f"people_{hour:%Y%m%d%H}", app.config["SETTINGS"].instance, build)


@pytest.fixture
def client(app: Flask, people: dict[Role, int]) -> Browser:
    """A browser nobody has signed in with yet."""
    browser: Browser = app.test_client()  # type: ignore[assignment]
    return browser
