"""Every GET route of the product, sorted by what it has to do with lists. A route that stands nowhere fails a test.

``LISTS``: pages whose rows are their subject, at most three statements. ``WITHIN``: pages of one object, or a home,
with a list in it; each says how many statements, the same at any length. ``ELSEWHERE``: lists that a test of their own
slice counts. ``NOT_LISTS``: the rest and why.
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
    "/samples": ("office", ("/samples", "/samples?page=2")),
    "/statements": ("office", ("/statements", "/statements?page=2")),
    "/portfolios/<key:code>/statements": ("office", ("/portfolios/told/statements",)),
    "/findings": ("office", ("/findings", "/findings?code=promise_overdue&page=2")),
    "/portfolios/<key:code>/findings": ("office", ("/portfolios/audited/findings",)),
    "/flags": ("office", ("/flags", "/flags?code=d1&page=2")),
    "/asked": ("officer", ("/asked", "/asked?page=2")),
    "/portfolios/<key:code>/agreements": (
        "office", ("/portfolios/audited/agreements", "/portfolios/audited/agreements?sort=-verified&page=2"),
    ),
    "/portfolios/<key:code>/lines": (
        "office", ("/portfolios/audited/lines", "/portfolios/audited/lines?page=2"),
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
    "/samples/<key:key>": ("office", "/samples/sample-1000", 5),
    "/statements/<key:key>": ("office", "/statements/statement-1000", 3),
    "/inbox/<key:key>": ("officer", "/inbox/r1000", 13),
    "/my": ("tea", "/my", 6),
    "/bureau": ("county", "/bureau", 8),
    "/operator": ("runner", "/operator", 10),
    "/bank/reports": ("officer", "/bank/reports", 8),
    "/bank/slips": ("officer", "/bank/slips", 6),
    "/portfolios/<key:code>/reporting": ("office", "/portfolios/audited/reporting", 8),
    "/bank/standing": ("officer", "/bank/standing", 8),
}
NOT_LISTS: dict[str, tuple[str, ...]] = {
    "a form to fill in": (
        "/portfolios/<key:code>/samples/new",
        "/needs/new", "/needs/<key:key>/edit", "/needs/<key:key>/check", "/needs/<key:key>/send",
        "/bureau/firms/<key:firm>/needs/new", "/bureau/needs/<key:key>/edit", "/bureau/needs/<key:key>/check",
        "/bank/products/new", "/bank/products/<key:key>/draft", "/batches/new", "/batches/<key:key>/paste",
        "/events/new", "/enterprises/new", "/enterprises/<key:key>/edit", "/my/enterprise/edit", "/register",
        "/my/consents/new/<key:purpose>", "/operator/accounts/new", "/statements/new",
        "/portfolios/<key:code>/lines/new", "/sign-in", "/sign-in/code",
        "/sign-in/enrol", "/account/factor",
    ),
    "one object and what was done with it": (
        "/needs/<key:key>", "/needs/<key:key>/progress", "/bureau/needs/<key:key>",
        "/bureau/needs/<key:key>/referrals", "/bank/products/<key:key>",
        "/bank/products/<key:key>/versions/<id:number>", "/products/<key:key>", "/enterprises/<key:key>",
        "/my/enterprise", "/my/consents/<key:key>",
        "/bank/decisions/<key:key>", "/bank/decisions/<key:key>/papers", "/bank/papers/<key:key>",
        "/bank/slips/<key:key>", "/portfolios/<key:code>/slips/<key:key>",
        "/bank/agreements/<key:key>", "/bank/agreements/<key:key>/terms", "/bank/agreements/<key:key>/repayments",
        "/my/lines/<key:key>", "/my/papers/<key:key>", "/batches/<key:key>/firms/<id:position>",
        "/plans/<key:key>/firms/<id:position>",
        "/findings/<id:number>", "/flags/<id:number>", "/asked/<id:number>", "/verdicts/<key:key>",
        "/statements/tasks/<string(length=64):key>",
        "/portfolios/<key:code>/agreements/<key:key>", "/portfolios/<key:code>/events/<key:key>",
        "/portfolios/<key:code>/periods/<key:month>", "/portfolios/<key:code>/lines/<key:key>",
        "/samples/<key:key>/items/<id:position>",
        "/threads/<key:key>", "/operator/accounts/<key:login>", "/account",
    ),
    "figures reckoned at night": (
        "/portfolios/<key:code>", "/portfolios/<key:code>/letter", "/portfolios/<key:code>/curves", "/public",
        "/portfolios/<key:code>/months", "/portfolios/<key:code>/rates", "/portfolios/<key:code>/areas",
        "/portfolios/<key:code>/banks", "/portfolios/<key:code>/splits",
        "/portfolios/<key:code>/reports",
    ),
    "as many lines as the rules let there be": (
        "/sessions", "/flags/rules", "/portfolios/<key:code>/divide", "/definitions", "/definitions/<key:measure>",
        "/needs/<key:key>/compare",
        "/portfolios/<key:code>/periods",
        "/portfolios/<key:code>/bridges",
    ),
    "leads elsewhere": ("/", "/office", "/agreements", "/letter", "/events/<key:key>/outcome"),
    "rows that are few by rule": ("/policies", "/match-runs/<id:run_id>", "/policies/<key:key>"),
    "the whole market reckoned at once": ("/gaps", "/bank/products/<key:key>/rules"),
    "an answer for programs": ("/api/v1/openapi.json", "/api/v1/measures", "/api/v1/divide"),
    "a file": (
        "/gaps/groups.xlsx", "/gaps/needs.xlsx", "/bank/products/<key:key>/needs.xlsx",
        "/bank/products/<key:key>/near.xlsx", "/plans/<key:key>/plan.xlsx",
        "/static/<path:filename>", "/healthz", "/public/figures.csv", "/batches/<key:key>/list.xlsx",
        "/flags.xlsx", "/portfolios/<key:code>/agreements.xlsx",
        "/portfolios/<key:code>/periods/<key:month>/figures.xlsx",
        "/portfolios/<key:code>/bridges.xlsx",
        "/portfolios/<key:code>/banks.xlsx", "/bank/slips/<key:key>/scan",
        "/portfolios/<key:code>/slips/<key:key>/scan", "/statements/<key:key>/file",
        "/bank/disbursements/<key:key>/evidence/<id:evidence_id>", "/inbox/<key:key>/files/<id:link_id>",
        "/enterprises/<key:key>/evidence/<id:link_id>", "/my/enterprise/evidence/<id:link_id>",
        "/needs/<key:key>/referrals/<key:referral>/files/<id:link_id>",
        "/samples/<key:key>/list.txt", "/samples/<key:key>/items/<id:position>/evidence/<id:link_id>",
        "/portfolios/<key:code>/agreements/<key:key>/evidence/<id:evidence_id>",
    ),
}  # fmt: skip
ELSEWHERE: dict[str, str] = {
    # route → the test of its own slice that counts its statements at more than one length
    "/batches/<key:key>/plans": (
        "tests/market/allocations/test_allocation_pages.py::test_the_list_takes_three_statements_at_ten_and_at_ten_thousand"
    ),
    "/plans/<key:key>": (
        "tests/market/allocations/test_allocation_pages.py::test_one_plan_takes_few_statements_whatever_its_length"
    ),
    "/needs/<key:key>/products": (
        "tests/market/matches/test_matches.py::test_the_page_takes_no_more_statements_for_more_products"
    ),
    "/match-runs": "tests/market/matches/test_runs.py::test_the_pages_of_runs_keep_to_their_statements",
    "/bank/products/<key:key>/needs": "tests/desks/whatif/test_bank_fit.py::test_more_needs_take_no_more_statements",
    "/bank/products/<key:key>/near": "tests/desks/whatif/test_bank_fit.py::test_more_needs_take_no_more_statements",
    "/gaps/needs": "tests/desks/whatif/test_gaps.py::test_more_needs_and_products_take_no_more_statements",
}
PAGER = "pagination("
GLOBALS = ("LOAD_GLOBAL", "LOAD_NAME")


def places(app: Flask) -> dict[str, list[str]]:
    """GET route → under which headings it stands here; exactly one is right."""
    known = [("lists", set(LISTS)), ("within", set(WITHIN)), ("elsewhere", set(ELSEWHERE))]
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
