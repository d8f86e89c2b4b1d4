"""Lists of firms, needs, products and consents take at most three statements, at ten rows and at ten thousand."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import uscc_from
from matchmaking.foundation.storage import Base, remove_session, run_in_unit_of_work
from matchmaking.market.needs.models import Need
from matchmaking.market.products.facts import OfferTold
from matchmaking.market.products.models import Product, ProductTerms, ProductVersion
from matchmaking.registry.consents.models import Consent
from matchmaking.registry.enterprises.models import Enterprise, EnterpriseProfile
from matchmaking.registry.enterprises.queries import enterprise_of_organisation
from matchmaking.registry.organisations.models import Organisation
from tests.market.market_world import HANBIN, NOON, TODAY, World, enter, offer
from tests.registry.registry_world import Statements
from tests.web_fixtures import Browser

FEW, MANY = 10, 10_000
BUDGET = 3
PAGES = (
    ("tea", "/needs"), ("county", "/bureau/needs"), ("county", "/bureau/needs?state=verified&page=2"),
    ("tea", "/products"), ("tea", "/products?sort=amount&page=2"), ("manager", "/bank/products"),
    ("county", "/enterprises"), ("county", "/enterprises?state=waiting&page=2"), ("tea", "/my/consents"),
    ("tea", "/my/consents?page=2"),
)  # fmt: skip
"""Who, and the address of a list; every one pages on the server."""


def put(session: Session, table: type[Base], rows: list[dict[str, Any]]) -> None:
    """Rows at once, past the commands: only reading is counted here."""
    session.execute(insert(table), rows)


def crowd(world: World, first: int, count: int) -> None:
    """``count`` more of everything, numbered from ``first``: firms, the bank's products, papers of the tea firm."""
    numbers = range(first, first + count)
    run_in_unit_of_work(_firms, numbers)
    run_in_unit_of_work(_products, numbers, world.bank)
    run_in_unit_of_work(_papers, numbers, world)
    remove_session()


def _firms(session: Session, numbers: range) -> None:
    made: dict[str, Any] = {"created_at": NOON}
    put(session, Organisation, [
        {"id": n, "public_key": f"organisation-{n}", "kind": "enterprise", "name": f"第 {n} 号茶厂", "level": "head",
         "path": f"/{n}/", "legal_person_id": n, "area_code": HANBIN, "active": True, **made}
        for n in numbers
    ])  # fmt: skip
    put(session, Enterprise, [
        {"id": n, "public_key": f"firm-{n}", "organisation_id": n, "uscc": uscc_from("91", HANBIN, n),
         "uscc_scheme": "gb32100", "state": "waiting", "version": 1, "entered_by": "firm", **made}
        for n in numbers
    ])  # fmt: skip
    put(session, EnterpriseProfile, [
        {"enterprise_id": n, "entered_by": "firm", "recorded_at": NOON, "recorded_by": "test", "valid_from": TODAY,
         "legal_form": "limited", "industry_code": "1530", "area_code": HANBIN, "employees": 40, "figures_year": 2025,
         "revenue_minor": 800_000_000, "assets_minor": 800_000_000, "without_loans": True, "park": ""}
        for n in numbers
    ])  # fmt: skip


def _products(session: Session, numbers: range, bank: int) -> None:
    told: OfferTold = offer()
    made: dict[str, Any] = {"created_at": NOON, "created_by": "test"}
    terms = {
        "revision": 1, "effective_from": TODAY, "summary": "", "criteria": dict(told.criteria), "currency": "CNY",
        "amount_min_minor": 0, "amount_max_minor": 500_000_000, "term_min": 0, "term_max": 36, "loan_kinds": "",
        "guarantees": "", "lpr_tenor": "1Y", "spread_low_bp": 55, "spread_high_bp": 120, "promised_workdays": 5,
        "documents": {"names": []}, "digest": "0" * 64, "recorded_at": NOON, "recorded_by": "test",
    }  # fmt: skip
    in_force = {"number": 1, "state": "published", "version": 1, "revision": 1, "effective_from": TODAY, **made}
    put(session, Product, [
        {"id": n, "public_key": f"product-{n}", "organisation_id": bank, "name": f"第 {n} 号贷", "demo": True, **made}
        for n in numbers
    ])  # fmt: skip
    put(session, ProductVersion, [{"id": n, "product_id": n, "published_by": "test", **in_force} for n in numbers])
    put(session, ProductTerms, [{"version_id": n, **terms} for n in numbers])


def _papers(session: Session, numbers: range, world: World) -> None:
    firm = enterprise_of_organisation(session, world.firm)
    assert firm is not None
    last = TODAY + timedelta(days=90)
    need = {
        "organisation_id": world.firm, "state": "verified", "version": 3, "amount_minor": 300_000_000,
        "currency": "CNY", "amount_unit": "wan", "amount_confirmed": True, "term_months": 12, "purpose": "orders",
        "purpose_words": "", "loan_kind": "working_capital", "guarantees": {"modes": ["credit"]}, "area_code": HANBIN,
        "entered_by": "firm", "posted_on": TODAY, "expires_on": last, "created_at": NOON,
    }  # fmt: skip
    consent = {
        "enterprise_id": firm.id, "organisation_id": world.bank, "purpose": "share_dossier", "scope": {},
        "given_on": TODAY, "expires_on": last, "manner": "online", "text_version": 1, "language": "zh", "shown": "同意",
        "batch": "", "recorded_at": NOON, "recorded_by": "test",
    }  # fmt: skip
    put(session, Need, [{"public_key": f"need-{n}", **need} for n in numbers])
    put(session, Consent, [{"public_key": f"consent-{n}", **consent} for n in numbers])


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_lists_take_three_statements_however_long_they_are(market: World, visitor: Browser) -> None:
    crowd(market, 1_000, FEW)
    counted = {address: seen(visitor, *address)[0] for address in PAGES if "page=" not in address[1]}
    crowd(market, 1_000 + FEW, MANY - FEW)
    for address in PAGES:
        sent, page = seen(visitor, *address)
        assert len(sent) <= BUDGET, (address, sent)
        assert len(sent) == len(counted.get(address, sent)), "not one more for ten thousand"
        assert re.search(r"共 1\d,\d{3} 件|共 10,0\d\d 件", page), (address, "the list holds all of them")
        assert page.count("<tr>") + page.count('<li class="panel need') <= 120, "and shows a page of them"


def seen(visitor: Browser, login: str, path: str) -> tuple[list[str], str]:
    """The statements a person's page takes, the session's own included, and the page."""
    enter(visitor, login)
    with Statements() as counted:
        answer = visitor.get(path)
    assert answer.status_code == 200, path
    return counted.sent, answer.text
