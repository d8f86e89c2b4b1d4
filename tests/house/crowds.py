"""As many rows as one likes of everything that a list shows, past the commands: only reading is counted on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.delivery.findings.models import Finding
from matchmaking.delivery.flags.models import FigureFlag, FlaggedSigning, FlagReply
from matchmaking.delivery.statements.models import Statement
from matchmaking.domain.identifiers import uscc_from
from matchmaking.foundation.storage import Base, remove_session
from matchmaking.market.batches.models import Batch, BatchMember, BatchTest
from matchmaking.market.events.models import Event, EventAttendance
from matchmaking.market.needs.models import Need
from matchmaking.market.products.facts import OfferTold
from matchmaking.market.products.models import Product, ProductTerms, ProductVersion
from matchmaking.market.referrals.models import Referral
from matchmaking.oversight.lines.models import OutsideLine
from matchmaking.oversight.samples.models import AuditSample, SampleCall, SampleItem
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.consents.models import Consent
from matchmaking.registry.enterprises.models import Enterprise, EnterpriseProfile
from matchmaking.registry.enterprises.queries import enterprise_of_organisation
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.support.awards.models import Award, AwardList
from tests.delivery.disbursements.test_loan_lists import crowd as loans
from tests.desks.payloads import cases
from tests.market.market_world import HANBIN, NOON, TODAY, World, offer
from tests.past import write_past_the_trail

FACT: dict[str, Any] = {"recorded_at": NOON, "recorded_by": "test"}
MADE: dict[str, Any] = {"created_at": NOON}


def crowd(world: World, first: int, count: int) -> None:
    """``count`` more of everything, numbered from ``first``."""
    numbers = range(first, first + count)
    laid = (_firms, _products, _needs, _consents, _referrals, _people, _batches, _events, _awards, _audited, _samples)
    for lay in laid:
        write_past_the_trail(lay, world, numbers)
    write_past_the_trail(loans, world, numbers)
    write_past_the_trail(_flags, world, numbers)
    remove_session()


def put(session: Session, table: type[Base], rows: Iterable[dict[str, Any]]) -> None:
    """Rows at once."""
    session.execute(insert(table.__table__), list(rows))


def _firms(session: Session, _world: World, numbers: range) -> None:
    put(session, Organisation, [
        {"id": n, "public_key": f"organisation-{n}", "kind": "enterprise", "name": f"第 {n} 号茶厂", "level": "head",
         "path": f"/{n}/", "legal_person_id": n, "area_code": HANBIN, "active": True, **MADE}
        for n in numbers
    ])  # fmt: skip
    put(session, Enterprise, [
        {"id": n, "public_key": f"firm-{n}", "organisation_id": n, "uscc": uscc_from("91", HANBIN, n),
         "uscc_scheme": "gb32100", "state": "waiting", "version": 1, "entered_by": "firm", **MADE}
        for n in numbers
    ])  # fmt: skip
    put(session, EnterpriseProfile, [
        {"enterprise_id": n, "entered_by": "firm", "valid_from": TODAY, "legal_form": "limited",
         "industry_code": "1530", "area_code": HANBIN, "employees": 40, "figures_year": 2025,
         "revenue_minor": 800_000_000, "assets_minor": 800_000_000, "without_loans": True, "park": "", **FACT}
        for n in numbers
    ])  # fmt: skip


def _products(session: Session, world: World, numbers: range) -> None:
    told: OfferTold = offer()
    terms = {
        "revision": 1, "effective_from": TODAY, "summary": "", "criteria": dict(told.criteria), "currency": "CNY",
        "amount_min_minor": 0, "amount_max_minor": 500_000_000, "term_min": 0, "term_max": 36, "loan_kinds": "",
        "guarantees": "", "lpr_tenor": "1Y", "spread_low_bp": 55, "spread_high_bp": 120, "promised_workdays": 5,
        "documents": {"names": []}, "digest": "0" * 64, **FACT,
    }  # fmt: skip
    made = {"created_by": "test", **MADE}
    in_force = {"number": 1, "state": "published", "version": 1, "revision": 1, "effective_from": TODAY, **made}
    put(session, Product, [
        {"id": n, "public_key": f"product-{n}", "organisation_id": world.bank, "name": f"第 {n} 号贷", "demo": True,
         **made}
        for n in numbers
    ])  # fmt: skip
    put(session, ProductVersion, ({"id": n, "product_id": n, "published_by": "test", **in_force} for n in numbers))
    put(session, ProductTerms, ({"version_id": n, **terms} for n in numbers))


def _needs(session: Session, world: World, numbers: range) -> None:
    need = {
        "organisation_id": world.firm, "state": "referred", "version": 4, "amount_minor": 300_000_000,
        "currency": "CNY", "amount_unit": "wan", "amount_confirmed": True, "term_months": 12, "purpose": "orders",
        "purpose_words": "", "loan_kind": "working_capital", "guarantees": {"modes": ["credit"]}, "area_code": HANBIN,
        "entered_by": "firm", "posted_on": TODAY, "expires_on": TODAY + timedelta(days=90), **MADE,
    }  # fmt: skip
    put(session, Need, ({"id": n, "public_key": f"need-{n}", **need} for n in numbers))


def _consents(session: Session, world: World, numbers: range) -> None:
    firm = enterprise_of_organisation(session, world.firm)
    assert firm is not None
    consent = {
        "enterprise_id": firm.id, "organisation_id": world.bank, "purpose": "share_dossier", "scope": {},
        "given_on": TODAY, "expires_on": TODAY + timedelta(days=90), "manner": "online", "text_version": 1,
        "language": "zh", "shown": "同意", "batch": "", **FACT,
    }  # fmt: skip
    put(session, Consent, ({"public_key": f"consent-{n}", **consent} for n in numbers))


def _referrals(session: Session, world: World, numbers: range) -> None:
    sent = {
        "organisation_id": world.branch, "legal_person_id": world.bank, "product_version_id": numbers[0],
        "state": "sent", "version": 1, "sent_by": "firm", "sent_on": TODAY, "due_on": TODAY + timedelta(days=5),
        "amount_minor": 300_000_000, "currency": "CNY", "term_months": 12, "industry_code": "1530",
        "area_code": HANBIN, **MADE,
    }  # fmt: skip
    put(session, Referral, ({"id": n, "public_key": f"r{n}", "need_id": n, **sent} for n in numbers))


def _people(session: Session, world: World, numbers: range) -> None:
    person = {
        "role": "bank_officer", "jurisdiction": "*", "organisation_id": world.branch, "password_hash": "x",
        "password_changed_at": NOON, **MADE,
    }  # fmt: skip
    put(session, UserAccount, ({"id": n, "login": f"one-of-{n}", "name": f"第 {n} 人", **person} for n in numbers))


def _batches(session: Session, _world: World, numbers: range) -> None:
    made = {"kind": "city", "area_code": "*", "state": "draft", "version": 1, "created_by": "test", **MADE}
    put(session, Batch, (
        {"id": n, "public_key": f"batch-{n}", "number": f"2026-{n}", "title": f"第 {n} 批", **made} for n in numbers
    ))  # fmt: skip
    # every list has one firm, and the first of them all has all
    firm = {"area_code": HANBIN, "asked_minor": 300_000_000, "asked_unit": "wan", "amount_confirmed": True, **FACT}
    put(session, BatchMember, (
        {"id": 100_000 * turn + n, "batch_id": batch, "position": n, "organisation_id": n, "name": f"第 {n} 号茶厂",
         "uscc": uscc_from("91", HANBIN, n), **firm}
        for n in numbers
        for turn, batch in ((1, n), (2, FIRST))
        if turn == 1 or n != FIRST
    ))  # fmt: skip
    seen = {"test": "lawful", "verdict": "passed", "words": "查过登记", **FACT}
    put(session, BatchTest, ({"member_id": 100_000 + n, **seen} for n in numbers))


def _events(session: Session, world: World, numbers: range) -> None:
    meeting = {
        "kind": "regular", "place": "会议中心", "area_code": "*", "held_on": TODAY - timedelta(days=30),
        "freezes_on": TODAY, "state": "open", "version": 1, "created_by": "test", **MADE,
    }  # fmt: skip
    put(session, Event, (
        {"id": n, "public_key": f"event-{n}", "number": f"2026-{n}", "name": f"第 {n} 场", **meeting} for n in numbers
    ))  # fmt: skip
    bank = {"organisation_id": world.bank, "side": "bank", "name": "汉江银行", "entered_on": TODAY, **FACT}
    firm = {"event_id": FIRST, "side": "enterprise", "entered_on": TODAY, **FACT}
    put(session, EventAttendance, ({"event_id": n, **bank} for n in numbers))
    put(session, EventAttendance, ({"organisation_id": n, "name": f"第 {n} 号茶厂", **firm} for n in numbers))


def _awards(session: Session, _world: World, numbers: range) -> None:
    listed = {"document": "安财办〔2026〕1 号", "decided_on": TODAY, "currency": "CNY", **FACT}
    put(session, AwardList, (
        {"id": n, "public_key": f"award-{n}", "kind": ("subsidy", "fee_award")[n % 2], "number": f"2026-{n}",
         "title": f"第 {n} 批", **listed}
        for n in numbers
    ))  # fmt: skip
    paid = {"amount_minor": 1_000_000, "paid_on": TODAY, "document": "", **FACT}
    put(session, Award, (
        {"list_id": listed_id, "position": n, "organisation_id": n, "name": f"第 {n} 号茶厂", **paid}
        for n in numbers
        for listed_id in {n, FIRST}
    ))  # fmt: skip


def _flags(session: Session, _world: World, numbers: range) -> None:
    """One on every paper of the branch."""
    flag = {
        "portfolio_id": _portfolio(session, "city"), "code": "d1", "lender": "汉江银行", "as_of": TODAY,
        "amount_minor": 100, "currency": "CNY", "firms": "茶", "saw": {"code": "flag_gone", "params": {}},
        "exhibits": {"rows": []}, "notified_on": TODAY, "reply_due": TODAY + timedelta(days=7), "recorded_at": NOON,
    }  # fmt: skip
    put(session, FigureFlag, ({"id": n, "key": f"d1:{n}", **flag} for n in numbers))
    put(session, FlaggedSigning, ({"flag_id": n, "agreement_id": n, "at_stake": True} for n in numbers))
    said = {"party": "bank", "speaker": "汉江银行", "words": "旧贷款已经到期还清", "actor": "test", "recorded_at": NOON}
    put(session, FlagReply, ({"flag_id": n, **said} for n in numbers))


FIRST = 1_000
"""Number of the first of everything; the lists within one object's page are the first object's."""
AUDITED = 500_000
"""Agreements of the audited portfolio are numbered from here."""


def ensure_audited(session: Session) -> None:
    """The portfolio ``audited`` of cases, reckoned today, and ``told``, which takes statements."""
    for code, kind in (("audited", "cases"), ("told", "statement")):
        session.add(
            Portfolio(
                code=code, title_zh=code, title_en=code, kind=kind, currency="CNY", jurisdiction="*",
                created_at=NOON, default_as_of=TODAY,
            )
        )  # fmt: skip
    session.flush()
    days = {"as_of": TODAY, "known_on": TODAY, "facts_seq": 0, "payload": cases(), "made_at": NOON}
    session.add(AuditSnapshot(portfolio_id=_portfolio(session, "audited"), **days))
    session.flush()


def _portfolio(session: Session, code: str) -> int:
    return session.execute(select(Portfolio.id).where(Portfolio.code == code)).scalar_one()


def _audited(session: Session, _world: World, numbers: range) -> None:
    portfolio, told = _portfolio(session, "audited"), _portfolio(session, "told")
    snapshot = session.execute(select(AuditSnapshot.id).where(AuditSnapshot.portfolio_id == portfolio)).scalar_one()
    agreement = {
        "portfolio_id": portfolio, "origin": "case", "series": "test", "instrument": "loan_contract",
        "amount_minor": 100, "currency": "CNY", "signed_on": TODAY, "declared": "new", "revolving": False,
        "by_project_plan": False, **FACT,
    }  # fmt: skip
    row = {
        "snapshot_id": snapshot, "lender": "银行", "grade": "loan_contract", "standing": "member", "status": "drawn",
        "band": 2, "signed_on": TODAY, "signed_minor": 100, "paid": True, "paid_minor": 100, "verified_minor": 100,
        "open_minor": 0, "buckets": {"A1": 100},
    }  # fmt: skip
    line = {
        "snapshot_id": snapshot, "grade": "loan_contract", "standing": "member", "bucket": "A1", "amount_minor": 100,
        "verified_minor": 100, "band": 2,
    }  # fmt: skip
    statement = {
        "portfolio_id": told, "series": "monthly", "as_of": TODAY, "mapping": "m", "mapping_sha256": "0" * 64,
        "file_sha256": "0" * 64, "file_name": "statement.csv", "rows": 1, "currency": "CNY", **FACT,
    }  # fmt: skip
    finding = {
        "portfolio_id": portfolio,
        "code": "promise_overdue",
        "as_of": TODAY,
        "params": {"why": None},
        "recorded_at": NOON,
    }
    named = {n: {"public_key": f"audited-{n}", "external_id": f"audited-{n}"} for n in numbers}
    put(session, Agreement, (
        {"id": AUDITED + n, "event_key": f"event-{n}", "firm": f"第 {n} 号茶厂", **named[n], **agreement}
        for n in numbers
    ))  # fmt: skip
    put(session, AuditRow, (
        {"agreement_id": AUDITED + n, "firm": f"第 {n} 号茶厂", "search": f"第 {n} 号茶厂", **named[n], **row}
        for n in numbers
    ))  # fmt: skip
    put(session, AuditLine, ({"agreement_id": AUDITED + n, **line} for n in numbers))
    put(session, Finding, ({"key": f"finding-{n}", "agreement_id": AUDITED + n, **finding} for n in numbers))
    outside = {
        "portfolio_id": portfolio, "source": "他行账户", "lender": "银行", "amount_minor": 100, "value_on": TODAY,
        **FACT,
    }  # fmt: skip
    put(session, OutsideLine, (
        {"public_key": f"outside-{n}", "firm": f"第 {n} 号茶厂", "fingerprint": f"{n:064d}", **outside} for n in numbers
    ))  # fmt: skip
    put(session, Statement, ({"public_key": f"statement-{n}", **statement} for n in numbers))


def _samples(session: Session, _world: World, numbers: range) -> None:
    portfolio = _portfolio(session, "audited")
    snapshot = session.execute(select(AuditSnapshot.id).where(AuditSnapshot.portfolio_id == portfolio)).scalar_one()
    frozen = {
        "portfolio_id": portfolio, "snapshot_id": snapshot, "as_of": TODAY, "known_on": TODAY, "grade": "loan_contract",
        "money": "verified", "currency": "CNY", "cohort_digest": "0" * 64, "list_digest": "0" * 64, "listed": 1,
        "measure": {"code": "contract_disbursement_rate", "numerator": 1, "denominator": 2, "ppm": 500_000},
        "without_money": 0, "book_minor": 100, "confidence_ppm": 950_000, "tolerable_minor": 10, "expected": 0,
        "interval_minor": 3, "size": 34, "state": "drawn", "frozen_at": NOON, "frozen_by": "user:1", "seed": "a seed",
        "seed_source": "where", "drawn_at": NOON, "drawn_by": "user:2",
    }  # fmt: skip
    put(session, AuditSample, ({"id": n, "public_key": f"sample-{n}", **frozen} for n in numbers))
    # every one of them an item of the first sample, every other one called
    asked = select(AuditRow.agreement_id, AuditRow.id).where(AuditRow.snapshot_id == snapshot)
    rows = dict(session.execute(asked).tuples().all())
    put(session, SampleItem, (
        {"id": n, "sample_id": FIRST, "position": n - FIRST + 1, "audit_row_id": rows[AUDITED + n],
         "agreement_key": f"audited-{n}", "book_minor": 100, "top": False}
        for n in numbers
    ))  # fmt: skip
    call = {"number": 1, "outcome": "confirmed", "amount_minor": 100, **FACT}
    put(session, SampleCall, ({"item_id": n, **call} for n in numbers if n % 2))
