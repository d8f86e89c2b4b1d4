"""Who may open what: the table, and every cell of it asked for over HTTP.

A new route adds a line here. A route missing from the table, a line without a route, and a door that differs from its
line all fail.
"""

from __future__ import annotations

import pytest
from flask import Flask, g

from matchmaking.foundation.access.guard import Public, Requires, mark_of
from matchmaking.foundation.access.permissions import Permission as P
from matchmaking.foundation.access.roles import Role, permissions_of
from tests.house.routes import address_of, pairs
from tests.web_fixtures import Browser, sign_in

PUBLIC = "public"
TABLE: dict[tuple[str, str], P | str] = {
    # method and route, as in app.url_map → the permission it asks for
    ("GET", "/healthz"): PUBLIC,
    ("GET", "/static/<path:filename>"): PUBLIC,
    ("POST", "/language"): PUBLIC,
    ("GET", "/sign-in"): PUBLIC,
    ("POST", "/sign-in"): PUBLIC,
    ("POST", "/sign-in/demo"): PUBLIC,
    ("GET", "/sign-in/code"): PUBLIC,
    ("POST", "/sign-in/code"): PUBLIC,
    ("GET", "/sign-in/enrol"): PUBLIC,
    ("POST", "/sign-in/enrol"): PUBLIC,
    ("POST", "/sign-in/leave"): PUBLIC,
    ("POST", "/sign-out"): P.OWN_ACCOUNT,
    ("GET", "/account"): P.OWN_ACCOUNT,
    ("POST", "/account/password"): P.OWN_ACCOUNT,
    ("GET", "/account/factor"): P.OWN_ACCOUNT,
    ("POST", "/account/factor"): P.OWN_ACCOUNT,
    ("POST", "/account/factor/codes"): P.OWN_ACCOUNT,
    ("POST", "/account/factor/remove"): P.OWN_ACCOUNT,
    ("GET", "/bureau"): P.VERIFY_ENTERPRISES,
    ("GET", "/operator"): P.RUN_JOBS,
    ("GET", "/operator/accounts"): P.MANAGE_ACCOUNTS,
    ("GET", "/operator/accounts/new"): P.MANAGE_ACCOUNTS,
    ("POST", "/operator/accounts/new"): P.MANAGE_ACCOUNTS,
    ("GET", "/operator/accounts/<key:login>"): P.MANAGE_ACCOUNTS,
    ("POST", "/operator/accounts/<key:login>/work"): P.MANAGE_ACCOUNTS,
    ("POST", "/operator/accounts/<key:login>/password"): P.MANAGE_ACCOUNTS,
    ("POST", "/operator/accounts/<key:login>/unlock"): P.MANAGE_ACCOUNTS,
    ("POST", "/operator/accounts/<key:login>/end-sessions"): P.MANAGE_ACCOUNTS,
    ("POST", "/operator/accounts/<key:login>/reset-factor"): P.MANAGE_ACCOUNTS,
    ("POST", "/operator/accounts/<key:login>/shut"): P.MANAGE_ACCOUNTS,
    ("GET", "/sessions"): P.OWN_ACCOUNT,
    ("POST", "/sessions/<id:session_id>/end"): P.OWN_ACCOUNT,
    # firms: registering, one's own, the bureau's
    ("GET", "/register"): PUBLIC,
    ("POST", "/register"): PUBLIC,
    ("GET", "/my/enterprise"): P.KEEP_OWN_PROFILE,
    ("GET", "/my/enterprise/edit"): P.KEEP_OWN_PROFILE,
    ("POST", "/my/enterprise/edit"): P.KEEP_OWN_PROFILE,
    ("POST", "/my/enterprise/titles"): P.KEEP_OWN_PROFILE,
    ("POST", "/my/enterprise/titles/<id:title_id>/void"): P.KEEP_OWN_PROFILE,
    ("POST", "/my/enterprise/credit-history"): P.KEEP_OWN_PROFILE,
    ("POST", "/my/enterprise/persons"): P.KEEP_OWN_PROFILE,
    ("GET", "/my/enterprise/evidence/<id:link_id>"): P.KEEP_OWN_PROFILE,
    ("GET", "/enterprises"): P.READ_ENTERPRISES,
    ("GET", "/enterprises/new"): P.ENTER_FOR_FIRM,
    ("POST", "/enterprises/new"): P.ENTER_FOR_FIRM,
    ("GET", "/enterprises/<key:key>"): P.READ_ENTERPRISES,
    ("POST", "/enterprises/<key:key>/verdict"): P.VERIFY_ENTERPRISES,
    ("POST", "/enterprises/<key:key>/close"): P.VERIFY_ENTERPRISES,
    ("POST", "/enterprises/<key:key>/code"): P.ENTER_FOR_FIRM,
    ("GET", "/enterprises/<key:key>/edit"): P.ENTER_FOR_FIRM,
    ("POST", "/enterprises/<key:key>/edit"): P.ENTER_FOR_FIRM,
    ("POST", "/enterprises/<key:key>/titles"): P.ENTER_FOR_FIRM,
    ("POST", "/enterprises/<key:key>/credit-history"): P.ENTER_FOR_FIRM,
    ("GET", "/enterprises/<key:key>/evidence/<id:link_id>"): P.READ_ENTERPRISES,
    # consents
    ("GET", "/my/consents"): P.GIVE_CONSENTS,
    ("GET", "/my/consents/new/<key:purpose>"): P.GIVE_CONSENTS,
    ("POST", "/my/consents/new/<key:purpose>"): P.GIVE_CONSENTS,
    ("GET", "/my/consents/<key:key>"): P.GIVE_CONSENTS,
    ("POST", "/my/consents/<key:key>/revoke"): P.GIVE_CONSENTS,
    ("GET", "/enterprises/<key:key>/consents"): P.ENTER_FOR_FIRM,
    ("POST", "/enterprises/<key:key>/consents"): P.ENTER_FOR_FIRM,
    # figures for other programs
    ("GET", "/api/v1/openapi.json"): P.READ_AUDIT,
    ("GET", "/api/v1/measures"): P.READ_AUDIT,
    ("GET", "/api/v1/divide"): P.READ_AUDIT,
    ("GET", "/definitions/<key:measure>"): P.READ_AUDIT,
    # samples of loans to ask about
    ("GET", "/samples"): P.READ_SAMPLES,
    ("GET", "/portfolios/<key:code>/samples/new"): P.KEEP_SAMPLES,
    ("POST", "/portfolios/<key:code>/samples/new"): P.KEEP_SAMPLES,
    ("GET", "/samples/<key:key>"): P.READ_SAMPLES,
    ("GET", "/samples/<key:key>/list.txt"): P.READ_SAMPLES,
    ("POST", "/samples/<key:key>/draw"): P.KEEP_SAMPLES,
    ("POST", "/samples/<key:key>/end"): P.KEEP_SAMPLES,
    ("GET", "/samples/<key:key>/items/<id:position>"): P.READ_SAMPLES,
    ("POST", "/samples/<key:key>/items/<id:position>"): P.KEEP_SAMPLES,
    ("GET", "/samples/<key:key>/items/<id:position>/evidence/<id:link_id>"): P.READ_SAMPLES,
    # lists of recommended firms
    ("GET", "/batches"): P.READ_LISTS,
    ("GET", "/batches/new"): P.KEEP_LISTS,
    ("POST", "/batches/new"): P.KEEP_LISTS,
    ("GET", "/batches/<key:key>"): P.READ_LISTS,
    ("GET", "/batches/<key:key>/list.xlsx"): P.READ_LISTS,
    ("POST", "/batches/<key:key>/freeze"): P.KEEP_LISTS,
    ("POST", "/batches/<key:key>/discard"): P.KEEP_LISTS,
    ("POST", "/batches/<key:key>/restate"): P.KEEP_LISTS,
    ("GET", "/batches/<key:key>/paste"): P.KEEP_LISTS,
    ("POST", "/batches/<key:key>/paste"): P.KEEP_LISTS,
    ("GET", "/batches/<key:key>/firms/<id:position>"): P.READ_LISTS,
    ("POST", "/batches/<key:key>/firms/<id:position>/tests"): P.KEEP_LISTS,
    ("POST", "/batches/<key:key>/firms/<id:position>/strike"): P.KEEP_LISTS,
    ("POST", "/batches/<key:key>/firms/<id:position>/outcome"): P.KEEP_LISTS,
    ("GET", "/batches/<key:key>/plans"): P.READ_LISTS,
    ("POST", "/batches/<key:key>/plans"): P.KEEP_LISTS,
    ("GET", "/plans/<key:key>"): P.READ_LISTS,
    ("POST", "/plans/<key:key>/solve"): P.KEEP_LISTS,
    ("POST", "/plans/<key:key>/freeze"): P.KEEP_LISTS,
    ("POST", "/plans/<key:key>/discard"): P.KEEP_LISTS,
    ("GET", "/plans/<key:key>/firms/<id:position>"): P.READ_LISTS,
    ("POST", "/plans/<key:key>/firms/<id:position>"): P.KEEP_LISTS,
    ("GET", "/plans/<key:key>/plan.xlsx"): P.READ_LISTS,
    # meetings and their sheets; awards
    ("GET", "/events"): P.READ_LISTS,
    ("GET", "/events/new"): P.KEEP_LISTS,
    ("POST", "/events/new"): P.KEEP_LISTS,
    ("GET", "/events/<key:key>"): P.READ_LISTS,
    ("POST", "/events/<key:key>/attendance"): P.KEEP_LISTS,
    ("POST", "/events/<key:key>/invitations"): P.KEEP_LISTS,
    ("POST", "/events/<key:key>/strike"): P.KEEP_LISTS,
    ("GET", "/events/<key:key>/outcome"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/events"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/curves"): P.READ_AUDIT,
    ("POST", "/portfolios/<key:code>/curves"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/events/<key:key>"): P.READ_AUDIT,
    ("GET", "/policies"): P.READ_POLICIES,
    ("GET", "/policies/<key:key>"): P.READ_POLICIES,
    ("POST", "/policies/<key:key>/decide"): P.DECIDE_POLICIES,
    ("GET", "/letter"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/letter"): P.READ_AUDIT,
    ("GET", "/awards"): P.READ_LISTS,
    ("GET", "/awards/<key:key>"): P.READ_LISTS,
    # decisions, papers, money: the bank's side, then the firm's
    ("GET", "/bank/decisions"): P.READ_REFERRALS,
    ("POST", "/bank/referrals/<key:key>/decision"): P.DECIDE_REFERRALS,
    ("GET", "/bank/decisions/<key:key>"): P.READ_REFERRALS,
    ("POST", "/bank/decisions/<key:key>/edit"): P.DECIDE_REFERRALS,
    ("POST", "/bank/decisions/<key:key>/move"): P.DECIDE_REFERRALS,
    ("POST", "/bank/decisions/<key:key>/refuse"): P.DECIDE_REFERRALS,
    ("POST", "/bank/decisions/<key:key>/revoke"): P.DECIDE_REFERRALS,
    ("GET", "/my/lines/<key:key>"): P.READ_OWN_NEEDS,
    ("POST", "/my/lines/<key:key>/turn-down"): P.SIGN_AGREEMENTS,
    ("GET", "/bank/decisions/<key:key>/papers"): P.DECIDE_REFERRALS,
    ("POST", "/bank/decisions/<key:key>/papers"): P.DECIDE_REFERRALS,
    ("GET", "/bank/papers/<key:key>"): P.DECIDE_REFERRALS,
    ("POST", "/bank/papers/<key:key>/edit"): P.DECIDE_REFERRALS,
    ("POST", "/bank/papers/<key:key>/move"): P.DECIDE_REFERRALS,
    ("POST", "/bank/papers/<key:key>/countersign"): P.COUNTERSIGN_AGREEMENTS,
    ("GET", "/bank/agreements"): P.REPORT_DISBURSEMENTS,
    ("GET", "/bank/agreements/<key:key>"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/agreements/<key:key>/disbursements"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/agreements/<key:key>/end"): P.COUNTERSIGN_AGREEMENTS,
    ("POST", "/bank/agreements/<key:key>/conditions"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/agreements/<key:key>/conditions/met"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/agreements/<key:key>/drawable"): P.REPORT_DISBURSEMENTS,
    ("GET", "/bank/agreements/<key:key>/terms"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/agreements/<key:key>/paying-branches"): P.COUNTERSIGN_AGREEMENTS,
    ("POST", "/bank/agreements/<key:key>/cut"): P.COUNTERSIGN_AGREEMENTS,
    ("POST", "/bank/agreements/<key:key>/cut/take-back"): P.COUNTERSIGN_AGREEMENTS,
    ("GET", "/bank/agreements/<key:key>/repayments"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/agreements/<key:key>/repayments"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/agreements/<key:key>/repayments/<key:fact>/void"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/agreements/<key:key>/balances"): P.REPORT_DISBURSEMENTS,
    ("GET", "/portfolios/<key:code>/banks"): P.READ_AUDIT,
    ("POST", "/portfolios/<key:code>/events/<key:key>/cost"): P.HANDLE_FINDINGS,
    ("GET", "/portfolios/<key:code>/splits"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/banks.xlsx"): P.EXPORT_FIGURES,
    ("GET", "/bank/slips"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/slips"): P.REPORT_DISBURSEMENTS,
    ("GET", "/bank/slips/<key:key>"): P.REPORT_DISBURSEMENTS,
    ("GET", "/bank/slips/<key:key>/scan"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/slips/<key:key>/refresh"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/slips/<key:key>/make"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/slips/<key:key>/send-back"): P.COUNTERSIGN_AGREEMENTS,
    ("POST", "/bank/slips/<key:key>/check"): P.COUNTERSIGN_AGREEMENTS,
    ("POST", "/bank/slips/<key:key>/return"): P.REPORT_DISBURSEMENTS,
    ("GET", "/portfolios/<key:code>/reporting"): P.READ_AUDIT,
    ("POST", "/portfolios/<key:code>/reporting"): P.HANDLE_FINDINGS,
    ("GET", "/portfolios/<key:code>/slips/<key:key>"): P.READ_AGREEMENTS,
    ("GET", "/portfolios/<key:code>/slips/<key:key>/scan"): P.READ_AGREEMENTS,
    ("GET", "/bank/standing"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/standing"): P.COUNTERSIGN_AGREEMENTS,
    ("GET", "/bank/reports"): P.REPORT_DISBURSEMENTS,
    ("POST", "/bank/reports"): P.REPORT_DISBURSEMENTS,
    ("POST", "/my/agreements/<key:key>/draw"): P.SIGN_AGREEMENTS,
    ("POST", "/my/agreements/<key:key>/cut"): P.SIGN_AGREEMENTS,
    ("POST", "/bank/disbursements/<key:key>/void"): P.REPORT_DISBURSEMENTS,
    ("GET", "/bank/disbursements/<key:key>/evidence/<id:evidence_id>"): P.REPORT_DISBURSEMENTS,
    ("GET", "/my/papers/<key:key>"): P.SIGN_AGREEMENTS,
    ("POST", "/my/papers/<key:key>/sign"): P.SIGN_AGREEMENTS,
    ("GET", "/my/loans"): P.CONFIRM_RECEIPTS,
    ("POST", "/my/disbursements/<key:key>/answer"): P.CONFIRM_RECEIPTS,
    ("POST", "/my/agreements/<key:key>/give-up"): P.SIGN_AGREEMENTS,
    # matching and referrals
    ("GET", "/match-runs"): P.READ_LISTS,
    ("GET", "/match-runs/<id:run_id>"): P.READ_LISTS,
    ("GET", "/needs/<key:key>/products"): P.READ_OWN_NEEDS,
    ("GET", "/needs/<key:key>/compare"): P.READ_OWN_NEEDS,
    ("POST", "/needs/<key:key>/ranking"): P.POST_NEEDS,
    ("GET", "/needs/<key:key>/send"): P.POST_NEEDS,
    ("POST", "/needs/<key:key>/send"): P.POST_NEEDS,
    ("GET", "/needs/<key:key>/progress"): P.READ_OWN_NEEDS,
    ("POST", "/needs/<key:key>/withdraw"): P.POST_NEEDS,
    ("POST", "/needs/<key:key>/referrals/<key:referral>/withdraw"): P.POST_NEEDS,
    ("GET", "/inbox"): P.READ_REFERRALS,
    ("GET", "/inbox/<key:key>"): P.READ_REFERRALS,
    ("POST", "/inbox/<key:key>/accept"): P.DECIDE_REFERRALS,
    ("POST", "/inbox/<key:key>/decline"): P.DECIDE_REFERRALS,
    ("POST", "/inbox/<key:key>/assign"): P.ASSIGN_REFERRALS,
    ("POST", "/inbox/<key:key>/undo"): P.DECIDE_REFERRALS,
    ("POST", "/inbox/<key:key>/terminate"): P.DECIDE_REFERRALS,
    ("POST", "/inbox/<key:key>/turn"): P.DECIDE_REFERRALS,
    ("POST", "/inbox/batch"): P.DECIDE_REFERRALS,
    ("GET", "/inbox/<key:key>/files/<id:link_id>"): P.READ_REFERRALS,
    ("POST", "/needs/<key:key>/referrals/<key:referral>/answer"): P.POST_NEEDS,
    ("POST", "/needs/<key:key>/referrals/<key:referral>/elsewhere"): P.POST_NEEDS,
    ("GET", "/needs/<key:key>/referrals/<key:referral>/files/<id:link_id>"): P.READ_OWN_NEEDS,
    ("POST", "/bureau/needs/<key:key>/referrals/<key:referral>/recall"): P.PUSH_REFERRALS,
    ("GET", "/bureau/needs/<key:key>/referrals"): P.PUSH_REFERRALS,
    ("POST", "/bureau/needs/<key:key>/referrals"): P.PUSH_REFERRALS,
    # the front door, and the offices' desk
    ("GET", "/"): PUBLIC,
    ("GET", "/office"): P.READ_AUDIT,
    ("GET", "/public"): PUBLIC,
    ("GET", "/public/figures.csv"): PUBLIC,
    ("GET", "/my"): P.READ_OWN_NEEDS,
    ("GET", "/threads/<key:key>"): P.READ_THREADS,
    ("GET", "/agreements"): P.READ_AGREEMENTS,
    ("GET", "/definitions"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/reports"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/agreements"): P.READ_AGREEMENTS,
    ("GET", "/portfolios/<key:code>/agreements.xlsx"): P.EXPORT_FIGURES,
    ("GET", "/portfolios/<key:code>/agreements/<key:key>"): P.READ_AGREEMENTS,
    ("GET", "/portfolios/<key:code>/agreements/<key:key>/evidence/<id:evidence_id>"): P.READ_AGREEMENTS,
    ("POST", "/portfolios/<key:code>/audit"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/divide"): P.READ_AUDIT,
    # gaps in what is sold
    ("GET", "/gaps"): P.READ_GAPS,
    ("GET", "/gaps/groups.xlsx"): P.EXPORT_FIGURES,
    ("GET", "/gaps/needs"): P.READ_GAPS,
    ("GET", "/gaps/needs.xlsx"): P.EXPORT_FIGURES,
    ("GET", "/portfolios/<key:code>/months"): P.READ_AUDIT,
    # third parties' lines, and bridges of reports
    ("GET", "/portfolios/<key:code>/lines"): P.READ_AGREEMENTS,
    ("GET", "/portfolios/<key:code>/lines/new"): P.HANDLE_FINDINGS,
    ("POST", "/portfolios/<key:code>/lines/new"): P.HANDLE_FINDINGS,
    ("GET", "/portfolios/<key:code>/lines/<key:key>"): P.READ_AGREEMENTS,
    ("POST", "/portfolios/<key:code>/lines/<key:key>/accept"): P.HANDLE_FINDINGS,
    ("POST", "/portfolios/<key:code>/lines/<key:key>/reject"): P.HANDLE_FINDINGS,
    ("GET", "/portfolios/<key:code>/bridges"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/bridges.xlsx"): P.EXPORT_FIGURES,
    # months that are closed
    ("GET", "/portfolios/<key:code>/periods"): P.READ_AUDIT,
    ("POST", "/portfolios/<key:code>/periods"): P.CLOSE_PERIODS,
    ("GET", "/portfolios/<key:code>/periods/<key:month>"): P.READ_AUDIT,
    ("POST", "/portfolios/<key:code>/periods/<key:month>/close"): P.CLOSE_PERIODS,
    ("GET", "/portfolios/<key:code>/periods/<key:month>/figures.xlsx"): P.EXPORT_FIGURES,
    ("GET", "/portfolios/<key:code>/areas"): P.READ_AUDIT,
    ("GET", "/portfolios/<key:code>/rates"): P.READ_AUDIT,
    # findings
    ("GET", "/findings"): P.READ_FINDINGS,
    ("GET", "/portfolios/<key:code>/findings"): P.READ_FINDINGS,
    ("GET", "/findings/<id:number>"): P.READ_FINDINGS,
    ("POST", "/findings/<id:number>/answer"): P.HANDLE_FINDINGS,
    ("POST", "/findings/<id:number>/verdict"): P.HANDLE_FINDINGS,
    # flags on figures, and the replies of those who are asked
    ("GET", "/flags"): P.READ_FINDINGS,
    ("GET", "/flags.xlsx"): P.EXPORT_FIGURES,
    ("GET", "/flags/rules"): P.READ_FINDINGS,
    ("GET", "/flags/<id:number>"): P.READ_FINDINGS,
    ("POST", "/flags/<id:number>/heard"): P.HANDLE_FINDINGS,
    ("POST", "/flags/<id:number>/verdict"): P.HANDLE_FINDINGS,
    ("POST", "/flags/<id:number>/confirm"): P.HANDLE_FINDINGS,
    ("GET", "/asked"): P.REPLY_TO_FLAGS,
    ("GET", "/asked/<id:number>"): P.REPLY_TO_FLAGS,
    ("POST", "/asked/<id:number>/reply"): P.REPLY_TO_FLAGS,
    ("POST", "/asked/deposits"): P.CONFIRM_RECEIPTS,
    ("GET", "/verdicts/<key:key>"): P.HANDLE_FINDINGS,
    ("POST", "/verdicts/<key:key>"): P.HANDLE_FINDINGS,
    # statements
    ("GET", "/statements"): P.IMPORT_STATEMENTS,
    ("GET", "/portfolios/<key:code>/statements"): P.IMPORT_STATEMENTS,
    ("GET", "/statements/new"): P.IMPORT_STATEMENTS,
    ("POST", "/statements/new"): P.IMPORT_STATEMENTS,
    ("GET", "/statements/<key:key>"): P.READ_AUDIT,
    ("GET", "/statements/<key:key>/file"): P.READ_AGREEMENTS,
    ("GET", "/statements/tasks/<string(length=64):key>"): P.IMPORT_STATEMENTS,
    ("POST", "/statements/tasks/<string(length=64):key>/confirm"): P.IMPORT_STATEMENTS,
    # needs: the firm's own, then the bureau's
    ("GET", "/needs"): P.READ_OWN_NEEDS,
    ("GET", "/needs/new"): P.POST_NEEDS,
    ("POST", "/needs/new"): P.POST_NEEDS,
    ("GET", "/needs/<key:key>"): P.READ_OWN_NEEDS,
    ("GET", "/needs/<key:key>/edit"): P.POST_NEEDS,
    ("POST", "/needs/<key:key>/edit"): P.POST_NEEDS,
    ("GET", "/needs/<key:key>/check"): P.POST_NEEDS,
    ("POST", "/needs/<key:key>/post"): P.POST_NEEDS,
    ("POST", "/needs/<key:key>/move"): P.POST_NEEDS,
    ("GET", "/bureau/needs"): P.READ_NEEDS,
    ("GET", "/bureau/needs/<key:key>"): P.READ_NEEDS,
    ("POST", "/bureau/needs/<key:key>/verify"): P.VERIFY_NEEDS,
    ("POST", "/bureau/needs/<key:key>/return"): P.VERIFY_NEEDS,
    ("GET", "/bureau/firms/<key:firm>/needs/new"): P.ENTER_FOR_FIRM,
    ("POST", "/bureau/firms/<key:firm>/needs/new"): P.ENTER_FOR_FIRM,
    ("GET", "/bureau/needs/<key:key>/edit"): P.ENTER_FOR_FIRM,
    ("POST", "/bureau/needs/<key:key>/edit"): P.ENTER_FOR_FIRM,
    ("GET", "/bureau/needs/<key:key>/check"): P.ENTER_FOR_FIRM,
    ("POST", "/bureau/needs/<key:key>/post"): P.ENTER_FOR_FIRM,
    ("POST", "/bureau/needs/<key:key>/move"): P.ENTER_FOR_FIRM,
    # products: the catalogue for everybody signed in, then the bank's own
    ("GET", "/products"): P.OWN_ACCOUNT,
    ("GET", "/products/<key:key>"): P.OWN_ACCOUNT,
    ("GET", "/bank/products"): P.READ_PRODUCTS,
    ("GET", "/bank/products/new"): P.MANAGE_PRODUCTS,
    ("POST", "/bank/products/new"): P.MANAGE_PRODUCTS,
    ("GET", "/bank/products/<key:key>"): P.READ_PRODUCTS,
    ("GET", "/bank/products/<key:key>/versions/<id:number>"): P.READ_PRODUCTS,
    ("GET", "/bank/products/<key:key>/needs"): P.READ_MARKET_NEEDS,
    ("GET", "/bank/products/<key:key>/needs.xlsx"): P.READ_MARKET_NEEDS,
    ("GET", "/bank/products/<key:key>/near"): P.READ_MARKET_NEEDS,
    ("GET", "/bank/products/<key:key>/near.xlsx"): P.READ_MARKET_NEEDS,
    ("GET", "/bank/products/<key:key>/rules"): P.READ_MARKET_NEEDS,
    ("GET", "/bank/products/<key:key>/draft"): P.MANAGE_PRODUCTS,
    ("POST", "/bank/products/<key:key>/draft"): P.MANAGE_PRODUCTS,
    ("POST", "/bank/products/<key:key>/move"): P.MANAGE_PRODUCTS,
}
PRINCIPALS = (None, *Role)


def test_every_route_is_in_the_table_and_every_line_has_a_route(app: Flask) -> None:
    routes = {(method, rule.rule) for rule, method in pairs(app)}
    assert routes - set(TABLE) == set(), "add these routes to the table"
    assert set(TABLE) - routes == set(), "these lines have no route any more"


def test_every_door_is_what_its_line_says(app: Flask) -> None:
    for rule, method in pairs(app):
        mark, line = mark_of(app, rule.endpoint), TABLE.get((method, rule.rule))
        said = PUBLIC if isinstance(mark, Public) else mark.permission if isinstance(mark, Requires) else None
        assert said == line, (method, rule.rule)


def expected(role: Role | None, line: P | str) -> str:
    """What the door does for ``role``: ``public``, ``open``, ``denied`` (404) or ``sign_in`` (redirect)."""
    if line == PUBLIC:
        return "public"
    if role is None:
        return "sign_in"
    return "open" if line in permissions_of(role) else "denied"


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)  # a door asks no table but the session's
@pytest.mark.parametrize("role", PRINCIPALS, ids=lambda role: role.value if role else "anonymous")
def test_every_cell_over_http(app: Flask, client: Browser, role: Role | None, engine_name: str) -> None:
    doors: list[str] = []
    app.after_request(lambda response: (doors.append(g.get("door", "none")), response)[1])
    if role is not None:
        sign_in(client, role)
    for rule, method in pairs(app):
        if rule.endpoint == "static":
            continue
        line, path = TABLE[method, rule.rule], address_of(app, rule)
        doors.clear()
        # without a token: an open door to a form ends in 400 there, so nothing is changed by asking
        answer = client.open(path, method=method)
        verdict = expected(role, line)
        assert doors == [verdict], (method, path)
        assert answer.status_code < 500, (method, path)
        if verdict == "sign_in":
            assert answer.status_code == 303 and answer.headers["Location"].startswith("/sign-in")
        if verdict == "denied":
            assert answer.status_code == 404
        if verdict in ("open", "public") and method != "GET":
            assert answer.status_code == 400, (method, path, "a form without a token")
