"""One catalogue of pages: who can open what, found by following links and filters from each person's front page.

Nothing here names a page by hand unless no link leads to it (:data:`BESIDE`), so that a new page comes in by itself
once somebody can reach it; a route that nobody reaches is told by :func:`missing`. Addresses carry the real keys of the
database that is looked at. :func:`catalogue` asks over Flask's test client: milliseconds a page.
"""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

NOBODY = ""
"""The login of who has not signed in."""
BESIDE: Mapping[str, tuple[str, ...]] = {
    NOBODY: ("/sign-in", "/register", "/public", "/no-such-page"),
    "office.city": (
        "/portfolios/golden?as_of=2025-06-30&known_at=2025-06-30", "/portfolios/golden?as_of=2025-05-02",
        "/portfolios/golden/divide?top=loan_contract.signed&bottom=need.needed",
        "/portfolios/golden/agreements?q=nobody-is-called-this", "/portfolios/golden?grade=intent_letter",
        "/portfolios/golden/events", "/gaps/needs",
    ),
    "tea": ("/needs/new", "/my/consents", "/account"),
}  # fmt: skip
"""Login → addresses no link leads to: pages before signing in, and states of a page that an address asks for."""
NO_PAGE = {
    "static": "files of the front end",
    "healthz": "one word for a supervisor",
    "office.export": "a workbook to download",
    "periods.export": "a workbook to download",
    "lines.export": "a workbook to download",
    "office.evidence": "a voucher to download",
    "public_desk.file": "a table to download",
    "statements.file": "a statement to download",
    "enterprises.evidence": "a file to download",
    "enterprises.own_evidence": "a file to download",
    "bank_agreements.evidence": "a voucher to download",
    "flags.export": "a workbook to download",
    "batches.export": "a workbook to download",
    "allocations.export": "a workbook to download",
    "bank_slips.scan": "a sealed slip to download",
    "reporting.scan": "a sealed slip to download",
    "api.openapi": "an answer for programs",
    "api.measures": "an answer for programs",
    "api.divide": "an answer for programs",
    "samples.frozen": "a frozen list to download",
    "samples.evidence": "a file to download",
    "standings.export": "a workbook to download",
    "bank_fit.needs_file": "a workbook to download",
    "bank_fit.near_file": "a workbook to download",
    "gaps.groups_file": "a workbook to download",
    "gaps.needs_file": "a workbook to download",
    "referrals.file": "a file to download",
    "bank_referrals.file": "a file to download",
    "reporting.slip": "a slip that a bank has made, on the board of its month; its own tests walk it",
    "asked.sheet": "a flag put to one bank, and no bank of the market has one; its own tests walk it",
    "accounts.sign_in_code": "half-way through signing in; its own tests walk it",
    "accounts.enrol": "half-way through signing in; its own tests walk it",
}
"""Endpoint → why a GET route is no page of the catalogue. Everything else has to be reached by somebody."""
PER_RULE = 8
"""Addresses of one route a person asks for while looking around."""
SHAPES = 3
"""Pages of one route kept per person: those whose links and forms differ."""
QUIET = ("lang", "unit", "sort", "dir", "page", "next", "as_of", "known_at")
"""Parts of an address that show the same page in another way."""

_LINK = re.compile(r'<a\b[^>]*?\bhref="([^"]+)"')
_FORM = re.compile(r"<form\b[^>]*>")
_ACTION = re.compile(r'\baction="([^"]+)"')
_MAIN = re.compile(r"<main\b.*?</main>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``login`` opens ``path``, which ``endpoint`` answers with ``status``. ``forms``: how many forms stand
    in its main part; ``chief``: the first of its route; ``wrong``: a link leads here, and here is an error."""

    login: str
    endpoint: str
    path: str
    status: int
    forms: int
    chief: bool = False
    wrong: bool = False

    @property
    def name(self) -> str:
        """A file's name: who, which route, which of its shapes."""
        tail = re.sub(r"[^A-Za-z0-9]+", "-", self.path).strip("-")[-40:]
        return f"{self.login or 'nobody'}.{self.endpoint}.{tail or 'root'}"

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


@dataclass
class Looked:
    """What one person found; ``led_on``: endpoints that only lead to another page."""

    login: str
    client: FlaskClient
    beside: Sequence[str]
    led_on: set[str] = field(default_factory=set)
    pages: list[Page] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, set[frozenset[str]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """``pages``: what each person reaches, exactly one of each endpoint its ``chief``. ``missing``: endpoint → rule of
    every GET route that nobody reached and that has no reason to stand outside."""

    pages: tuple[Page, ...]
    missing: Mapping[str, str]

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"pages": [page.plain() for page in self.pages], "missing": dict(self.missing)}


def catalogue(app: Flask, clients: Mapping[str, FlaskClient], beside: Mapping[str, Sequence[str]]) -> Catalogue:
    """Everybody looks around. ``clients``: login → signed in; ``beside``: login → addresses besides."""
    looks = [
        Looked(login, client, (*BESIDE.get(login, ()), *beside.get(login, ()))) for login, client in clients.items()
    ]
    for looked in looks:
        look_around(app, looked)
    found, first = [page for looked in looks for page in looked.pages], {}
    for page in found:
        first.setdefault(page.endpoint, page)
    reached = {*first, *NO_PAGE, *(endpoint for looked in looks for endpoint in looked.led_on)}
    chiefs = set(map(id, first.values()))
    return Catalogue(
        tuple(Page(**{**page.plain(), "chief": id(page) in chiefs}) for page in found),
        {rule.endpoint: rule.rule for rule in getting(app) if rule.endpoint not in reached},
    )


def idle(app: Flask) -> list[str]:
    """Reasons in :data:`NO_PAGE` that speak of no route."""
    return sorted(set(NO_PAGE) - {rule.endpoint for rule in getting(app)})


def getting(app: Flask) -> list[Rule]:
    """Every route that answers GET."""
    return [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]


def look_around(app: Flask, looked: Looked) -> None:
    """Fill in the pages that a person reaches from the front page, in the order of the way there."""
    seen: set[str] = set()
    waiting = deque(["/", *looked.beside])
    while waiting:
        path = waiting.popleft()
        endpoint = endpoint_of(app, path)
        if path in seen or endpoint is None or endpoint in NO_PAGE:
            continue
        seen.add(path)
        if looked.asked.get(endpoint, 0) < PER_RULE or path in looked.beside:
            looked.asked[endpoint] = looked.asked.get(endpoint, 0) + 1
            waiting.extend(_ask(app, looked, endpoint, path))


def _ask(app: Flask, looked: Looked, endpoint: str, path: str) -> list[str]:
    """Open one address; keep it if it is a page of a new shape; the addresses it leads to."""
    answer = looked.client.get(path, headers={"Accept-Language": "zh-CN"})
    if answer.status_code in (301, 302, 303, 307, 308):
        looked.led_on.add(endpoint)
        return [_own(answer.headers["Location"])]
    if answer.mimetype != "text/html":
        return []
    text = answer.get_data(as_text=True)
    body = "".join(_MAIN.findall(text))
    forms = _FORM.findall(body)
    shape = frozenset(_shape(app, _links(body), forms))
    shapes = looked.shapes.setdefault(endpoint, set())
    wrong = answer.status_code != (404 if endpoint == MISSING_PAGE else 200)
    if wrong or path in looked.beside or (shape not in shapes and len(shapes) < SHAPES):
        shapes.add(shape)
        looked.pages.append(Page(looked.login, endpoint, path, answer.status_code, len(forms), wrong=wrong))
    return [] if wrong else [link for link in _links(text) if not _quiet(link)]


MISSING_PAGE = "errors.missing"


def endpoint_of(app: Flask, path: str, method: str = "GET") -> str | None:
    """Who answers an address; None for what only takes posts; :data:`MISSING_PAGE` for what nobody answers."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(path).path, method=method)
    except RequestRedirect:
        return None
    except HTTPException as error:
        return MISSING_PAGE if error.code == 404 and method == "GET" else None
    return str(endpoint)


def _links(text: str) -> list[str]:
    """Addresses of this site that a page's links lead to."""
    return [_own(link) for link in _LINK.findall(text) if re.match(r"/(?!/|static/)", link)]


def _shape(app: Flask, links: list[str], forms: list[str]) -> Iterator[str]:
    """What a page offers: the routes its links and its forms lead to."""
    for link in links:
        yield f"to {endpoint_of(app, link)}"
    for form in forms:
        method = "POST" if 'method="post"' in form else "GET"
        action = _ACTION.search(form)
        yield f"{method} {endpoint_of(app, _own(action[1]), method) if action else ''}"


def _own(link: str) -> str:
    """Path and query of an address as a page writes it, without its fragment."""
    link = html.unescape(link)
    told = urlsplit(link)
    return told.path + (f"?{told.query}" if told.query else "")


def _quiet(link: str) -> bool:
    query = parse_qsl(urlsplit(link).query)
    return bool(query) and all(name in QUIET for name, _ in query)


def signed_in(app: Flask, opens: Callable[[str], str], logins: Iterable[str]) -> dict[str, FlaskClient]:
    """Login → a client with a session of theirs, and one of nobody's. ``opens``: login → token of a session."""
    clients = {NOBODY: app.test_client()}
    for login in logins:
        clients[login] = app.test_client()
        with clients[login].session_transaction() as cookie:
            cookie["_user_id"] = opens(login)
    return clients
