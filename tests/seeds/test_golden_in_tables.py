"""The ten golden cases through tables and back: every figure of every file, on both engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.commands import reckon
from matchmaking.delivery.audits.facts import Reckoned
from matchmaking.delivery.audits.models import AuditLine, AuditRow, AuditSnapshot
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import percent_text
from matchmaking.foundation import storage
from matchmaking.foundation.files import EvidenceLink, is_intact
from matchmaking.foundation.trail import verify
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.seeds.demo import OPENS_ON, TODAY, seed_demo
from matchmaking.seeds.golden_cases import DEMO_PORTFOLIO, Expectation, GoldenCase, golden_cases
from tests.databases import seeded as kept

CASES = golden_cases()
YUAN = 100
EACH = [(case, expected) for case in CASES for expected in case.expectations]


def keys(case: GoldenCase) -> set[str]:
    """Public keys of a case's signings."""
    return {fact.key for fact in case.facts if isinstance(fact, f.Signing)}


@pytest.fixture
def seeded(database: str, tmp_path: Path) -> str:
    """A database with the demo in it."""
    kept("demo_alone", tmp_path / "instance", seed_demo)
    return database


def reckoned(expected: Expectation) -> Reckoned:
    portfolio = portfolio_by_code(storage.session(), DEMO_PORTFOLIO)
    return reckon(storage.session(), portfolio, as_of=expected.as_of, known_on=expected.known_at)


def ledgers(found: Reckoned, case: GoldenCase) -> dict[str, dict[str, int]]:
    """The case's own ledger by grade, in yuan, from the rows of its signings that are members."""
    told: dict[str, dict[str, int]] = {}
    for row in found.rows:
        if row["public_key"] in keys(case) and row["standing"] == "member":
            grade = told.setdefault(row["grade"], {"signed": 0})
            grade["signed"] += row["signed_minor"] // YUAN
            for bucket, minor in row["buckets"].items():
                grade[bucket] = grade.get(bucket, 0) + minor // YUAN
    return told


def share(rows: list[dict[str, Any]], measure: str) -> str:
    """One of the contract rates over ``rows``, as the files write it."""
    signed = sum(row["signed_minor"] for row in rows)
    figures = {
        "contract_disbursement_rate": lambda row: row["verified_minor"],
        "bank_reported_disbursement_rate": lambda row: row["paid_minor"],
        "intent_conversion_rate": lambda row: row["buckets"].get("K1", 0),
    }
    if not signed:
        return "不适用"
    return percent_text(round(sum(map(figures[measure], rows)) * 1_000_000 / signed))


def test_every_case_says_what_its_file_says(seeded: str):
    checked = 0
    for case, expected in EACH:
        found = reckoned(expected)
        told = ledgers(found, case)
        for grade, figures in expected.words["ledgers"].items():
            assert told.get(grade, {"signed": 0}) == figures, (case.name, expected.known_at)
            checked += 1
        assert set(told) <= set(expected.words["ledgers"])
        members = [row for row in found.rows if row["public_key"] in keys(case) and row["standing"] == "member"]
        for grade, rates in expected.words["rates"].items():
            held = [row for row in members if row["grade"] == grade]
            for measure in set(rates) & {
                "contract_disbursement_rate", "bank_reported_disbursement_rate", "intent_conversion_rate",
            }:  # fmt: skip
                assert share(held, measure) == rates[measure], (case.name, measure)
    assert checked >= len(EACH)


def test_states_stages_needs_and_memos_too(seeded: str):
    for _, expected in EACH:
        found = reckoned(expected)
        rows = {row["public_key"]: row for row in found.rows}
        states = {d["key"]: d["state"] for row in found.rows for d in row["detail"]["disbursements"]}
        words = expected.words
        assert {key: states[key] for key in words.get("states", {})} == words.get("states", {})
        assert {key: rows[key]["status"] for key in words.get("stages", {})} == words.get("stages", {})
        drawn = {key: rows[key]["detail"]["cumulative"] // YUAN for key in words.get("cumulative", {})}
        assert drawn == words.get("cumulative", {})
        assert {key: rows[key]["branch"] for key in words.get("credit", {})} == words.get("credit", {})
        needs = {need["key"]: percent_text(need["ppm"]) for need in found.payload["needs"]}
        assert {key: needs[key] for key in words.get("needs", {})} == words.get("needs", {})


def test_case_9_stands_apart_and_belongs_to_february(seeded: str):
    case = next(case for case in CASES if case.number == "9")
    (expected,) = case.expectations
    found = reckoned(expected)
    (row,) = [row for row in found.rows if row["public_key"] in keys(case)]
    assert row["standing"] == "pre_event"
    assert found.payload["prior_stock"]["amount_minor"] == 3_000_000 * YUAN
    assert {(m["month"], m["signed_minor"]) for m in found.payload["months"] if m["month"] == "2025-02"} == {
        ("2025-02", 3_000_000 * YUAN)
    }
    (event,) = found.payload["events"]
    assert event["pre_event"] == {"loan_contract": 3_000_000 * YUAN}


def test_the_derived_event_freezes_as_the_files_say(seeded: str):
    """Three workdays after 20 March 2025, reckoned from the workday table and not read from the file."""
    (event,) = {fact for case in CASES for fact in case.facts if isinstance(fact, f.Event)}
    assert (event.held_on, event.frozen_on) == (date(2025, 3, 20), date(2025, 3, 25))
    cohorts = reckoned(CASES[0].expectations[0]).payload["cohorts"].values()
    assert date(2025, 3, 25).isoformat() in {cohort["frozen_on"] for cohort in cohorts}


def test_what_is_stored_is_what_is_reckoned(seeded: str):
    session = storage.session()
    pairs = {(e.as_of, e.known_at) for _, e in EACH} | {(OPENS_ON, TODAY)}
    snapshots = session.scalars(select(AuditSnapshot)).all()
    assert {(s.as_of, s.known_on) for s in snapshots} == pairs
    for snapshot in snapshots:
        live = reckon(
            session, portfolio_by_code(session, DEMO_PORTFOLIO), as_of=snapshot.as_of, known_on=snapshot.known_on
        )
        assert snapshot.payload == live.payload
        wanted = (
            select(AuditLine.grade, AuditLine.bucket, func.sum(AuditLine.amount_minor))
            .where(AuditLine.snapshot_id == snapshot.id, AuditLine.standing == "member")
            .group_by(AuditLine.grade, AuditLine.bucket)
        )
        summed: dict[str, dict[str, int]] = {}
        for grade, bucket, amount in session.execute(wanted):
            summed.setdefault(grade, {})[bucket] = int(amount)
        assert summed == snapshot.payload["ledger"]
        rows = select(func.count()).where(AuditRow.snapshot_id == snapshot.id)
        assert session.scalar(rows) == len(live.rows)


def test_a_second_seeding_changes_nothing(seeded: str):
    tables = (Agreement, AuditSnapshot, AuditRow, AuditLine, EvidenceLink)

    def counts() -> list[int]:
        storage.remove_session()
        return [storage.session().query(table).count() for table in tables]

    before = counts()
    assert seed_demo().facts == 0
    assert counts() == before


def test_every_signing_and_payment_has_a_voucher_that_is_intact(seeded: str):
    session = storage.session()
    subjects = {link.subject: link.sha256 for link in session.scalars(select(EvidenceLink))}
    for case in CASES:
        for fact in case.facts:
            if isinstance(fact, (f.Signing, f.Disbursement)):
                kind = "agreement" if isinstance(fact, f.Signing) else "disbursement"
                assert is_intact(subjects[f"{kind}:{fact.key}"])


def test_the_trail_of_the_demo_holds(seeded: str):
    assert verify(storage.session()).sound
