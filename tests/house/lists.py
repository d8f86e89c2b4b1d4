"""Every GET route of the product, sorted by what it has to do with lists. A route that stands nowhere fails a test.

``LISTS``: pages whose rows are their subject, at most three statements. ``WITHIN``: pages of one object, or a home,
with a list in it; each says how many statements, the same at any length. ``NOT_LISTS``: the rest and why.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType
from typing import Any

from flask import Flask
from jinja2 import meta

BUDGET = 3
LISTS: dict[str, tuple[str, tuple[str, ...]]] = {
    # route → (who asks, addresses: at least one of the first page)
    "/needs": ("tea", ("/needs",)),
    "/bureau/needs": ("county", ("/bureau/needs", "/bureau/needs?state=referred&page=2")),
    "/products": ("tea", ("/products", "/products?sort=amount&page=2")),
    "/bank/products": ("manager", ("/bank/products",)),
    "/enterprises": ("county", ("/enterprises", "/enterprises?state=waiting&page=2")),
    "/my/consents": ("tea", ("/my/consents", "/my/consents?page=2")),
    "/inbox": ("officer", ("/inbox", "/inbox?tab=waiting&page=2")),
    "/bank/decisions": ("officer", ("/bank/decisions", "/bank/decisions?page=2")),
    "/bank/agreements": ("officer", ("/bank/agreements", "/bank/agreements?page=2")),
    "/my/loans": ("tea", ("/my/loans", "/my/loans?page=2")),
    "/operator/accounts": ("runner", ("/operator/accounts", "/operator/accounts?role=bank_officer&page=2")),
    "/batches": ("city", ("/batches", "/batches?kind=city&page=2")),
    "/events": ("city", ("/events", "/events?kind=regular&page=2")),
    "/awards": ("office", ("/awards", "/awards?page=2")),
    "/statements": ("office", ("/statements", "/statements?page=2")),
    "/portfolios/<key:code>/statements": ("office", ("/portfolios/told/statements",)),
    "/findings": ("office", ("/findings", "/findings?code=promise_overdue&page=2")),
    "/portfolios/<key:code>/findings": ("office", ("/portfolios/audited/findings",)),
    "/portfolios/<key:code>/agreements": (
        "office", ("/portfolios/audited/agreements", "/portfolios/audited/agreements?sort=-verified&page=2"),
    ),
    "/portfolios/<key:code>/events": (
        "office", ("/portfolios/audited/events", "/portfolios/audited/events?kind=regular&page=2"),
    ),
}  # fmt: skip
WITHIN: dict[str, tuple[str, str, int]] = {
    # route → (who asks, address, statements at most)
    "/batches/<key:key>": ("city", "/batches/batch-1000", 5),
    "/events/<key:key>": ("city", "/events/event-1000", 4),
    "/awards/<key:key>": ("office", "/awards/award-1000", 4),
    "/enterprises/<key:key>/consents": ("county", "/enterprises/{firm}/consents", 12),
    "/statements/<key:key>": ("office", "/statements/statement-1000", 3),
    "/inbox/<key:key>": ("officer", "/inbox/r1000", 13),
    "/my": ("tea", "/my", 6),
    "/bureau": ("county", "/bureau", 8),
    "/operator": ("runner", "/operator", 10),
    "/bank/reports": ("officer", "/bank/reports", 8),
}
NOT_LISTS: dict[str, tuple[str, ...]] = {
    "a form to fill in": (
        "/needs/new", "/needs/<key:key>/edit", "/needs/<key:key>/check", "/needs/<key:key>/send",
        "/bureau/firms/<key:firm>/needs/new", "/bureau/needs/<key:key>/edit", "/bureau/needs/<key:key>/check",
        "/bank/products/new", "/bank/products/<key:key>/draft", "/batches/new", "/batches/<key:key>/paste",
        "/events/new", "/enterprises/new", "/enterprises/<key:key>/edit", "/my/enterprise/edit", "/register",
        "/my/consents/new/<key:purpose>", "/operator/accounts/new", "/statements/new", "/sign-in", "/sign-in/code",
        "/sign-in/enrol", "/account/factor",
    ),
    "one object and what was done with it": (
        "/needs/<key:key>", "/needs/<key:key>/progress", "/bureau/needs/<key:key>",
        "/bureau/needs/<key:key>/referrals", "/bank/products/<key:key>",
        "/bank/products/<key:key>/versions/<id:number>", "/products/<key:key>", "/enterprises/<key:key>",
        "/my/enterprise", "/my/consents/<key:key>",
        "/bank/decisions/<key:key>", "/bank/decisions/<key:key>/papers", "/bank/papers/<key:key>",
        "/bank/agreements/<key:key>", "/bank/agreements/<key:key>/terms", "/bank/agreements/<key:key>/repayments",
        "/my/lines/<key:key>", "/my/papers/<key:key>", "/batches/<key:key>/firms/<id:position>",
        "/findings/<id:number>", "/verdicts/<key:key>", "/statements/tasks/<string(length=64):key>",
        "/portfolios/<key:code>/agreements/<key:key>", "/portfolios/<key:code>/events/<key:key>",
        "/threads/<key:key>", "/operator/accounts/<key:login>", "/account",
    ),
    "figures reckoned at night": (
        "/portfolios/<key:code>", "/portfolios/<key:code>/reports", "/portfolios/<key:code>/letter", "/public",
    ),
    "as many lines as the rules let there be": (
        "/sessions", "/portfolios/<key:code>/divide", "/definitions", "/needs/<key:key>/compare",
        "/needs/<key:key>/products",
    ),
    "leads elsewhere": ("/", "/office", "/agreements", "/letter", "/events/<key:key>/outcome"),
    "a file": (
        "/static/<path:filename>", "/healthz", "/public/figures.csv", "/batches/<key:key>/list.xlsx",
        "/portfolios/<key:code>/agreements.xlsx", "/statements/<key:key>/file",
        "/bank/disbursements/<key:key>/evidence/<id:evidence_id>", "/inbox/<key:key>/files/<id:link_id>",
        "/enterprises/<key:key>/evidence/<id:link_id>", "/my/enterprise/evidence/<id:link_id>",
        "/needs/<key:key>/referrals/<key:referral>/files/<id:link_id>",
        "/portfolios/<key:code>/agreements/<key:key>/evidence/<id:evidence_id>",
    ),
}  # fmt: skip
"""Matching's page ranks every product on sale by its kernel and shows the best: its speed has tests of its own."""
PAGER = "pagination("
GLOBALS = ("LOAD_GLOBAL", "LOAD_NAME")


def places(app: Flask) -> dict[str, list[str]]:
    """GET route → under which headings it stands here; exactly one is right."""
    known = [("lists", set(LISTS)), ("within", set(WITHIN))]
    known += [(why, set(rules)) for why, rules in NOT_LISTS.items()]
    rules = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    return {rule: [name for name, held in known if rule in held] for rule in rules}


def paging_routes(app: Flask) -> set[str]:
    """GET routes whose view, through whatever functions it calls, shows a template that pages."""
    found = set()
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        names = set(_templates_of(inspect.unwrap(app.view_functions[rule.endpoint]), set()))
        if any(PAGER in source for name in names for source in _with_parts(app, name, set())):
            found.add(rule.rule)
    return found


def _templates_of(function: Callable[..., Any], seen: set[CodeType]) -> Iterator[str]:
    """Names of templates in the function's code and in that of the product's functions it names."""
    if not isinstance(function, FunctionType) or not function.__module__.startswith("matchmaking."):
        return
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        if code in seen:
            continue
        seen.add(code)
        codes += [one for one in code.co_consts if isinstance(one, CodeType)]
        yield from (one for one in code.co_consts if isinstance(one, str) and one.endswith(".html"))
        # what the code names as a global, not the attributes it reads
        for name in {each.argval for each in dis.get_instructions(code) if each.opname in GLOBALS}:
            yield from _templates_of(function.__globals__.get(name), seen)  # type: ignore[arg-type]


def _with_parts(app: Flask, name: str, seen: set[str]) -> Iterator[str]:
    """Sources of a template and of those it includes or extends; the macros' own file only defines the pager."""
    if name in seen or name.startswith("_macros/"):
        return
    seen.add(name)
    source, _, _ = app.jinja_env.loader.get_source(app.jinja_env, name)  # type: ignore[union-attr]
    yield source
    for part in meta.find_referenced_templates(app.jinja_env.parse(source)):
        if part:
            yield from _with_parts(app, part, seen)
