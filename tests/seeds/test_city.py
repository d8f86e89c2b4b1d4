"""The demo city, loaded once: what the bureau's letter says comes out of records, and every fate is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.case_audit import case_portfolio, kernel_audit, reckon_cases
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.disbursements.models import BankReport, Confirmation, DisbursementVoid
from matchmaking.delivery.findings.models import Finding, FindingAnswer
from matchmaking.delivery.signings.models import Paper
from matchmaking.desks.gatherings.models import EventOutcome
from matchmaking.domain.conversion import buckets as b
from matchmaking.domain.identifiers import is_fictional, parse_uscc
from matchmaking.foundation import files, storage
from matchmaking.foundation.files.models import EvidenceLink
from matchmaking.foundation.files.store import path_of
from matchmaking.foundation.trail import verify
from matchmaking.market.batches.models import Batch, BatchMember
from matchmaking.market.events.models import Event, EventAttendance
from matchmaking.market.needs.models import Need
from matchmaking.market.referrals.models import Referral
from matchmaking.oversight.periods.checking import check_period
from matchmaking.oversight.periods.models import PeriodCause, PeriodChange
from matchmaking.oversight.periods.queries import closed_months, periods_of
from matchmaking.registry.accounts.queries import account_by_login
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.seeds.ankang import seed_city
from matchmaking.seeds.city_banks import BANKS
from matchmaking.seeds.demo import seed_demo
from matchmaking.support.awards.models import Award, AwardList
from tests.house.tables import contents

TODAY = date(2026, 9, 30)
WAN, YI = 1_000_000, 10_000_000_000


@dataclass(frozen=True)
class City:
    """The loaded city: its engine, a session to read with, its portfolio and what the audit says of it today."""

    engine: Engine
    session: Session
    portfolio: Portfolio
    payload: dict[str, Any]


@pytest.fixture(scope="module")
def city(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """Loaded once for the whole module; nothing here writes to it."""
    folder = tmp_path_factory.mktemp("city")
    shutil.copyfile(sqlite_template, folder / "city.sqlite3")
    storage.dispose()
    engine = storage.bind_engine(f"sqlite:///{folder / 'city.sqlite3'}")
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA synchronous=OFF"))
    files.bind_folder(folder)
    seed_demo()
    assert seed_city().acts > 2_000
    storage.remove_session()
    session = storage.session()
    found = portfolio_by_code(session, "city")
    assert found is not None
    yield City(engine, session, found, reckon_cases(session, found, as_of=TODAY, known_on=TODAY).payload)
    storage.dispose()


def buckets(city: City, grade: str = "loan_contract") -> dict[str, int]:
    """Bucket → minor units of a grade, the empty ones left out."""
    return {bucket: minor for bucket, minor in city.payload["ledger"][grade].items() if minor}


def signed_at(city: City, kind: str) -> list[Agreement]:
    """Papers of the frozen cohorts: signed at a meeting of ``kind`` and told before its sheet froze."""
    cases = case_portfolio(city.session, city.portfolio)
    members = {ledger.signing.key for ledger in kernel_audit(cases, as_of=TODAY, known_on=TODAY).signings}
    keys = select(Event.public_key).where(Event.kind == kind)
    papers = city.session.scalars(select(Agreement).where(Agreement.event_key.in_(keys)))
    return [paper for paper in papers if paper.public_key in members]


def test_four_frozen_batches_name_231_firms_and_2_430_million(city: City) -> None:
    members = select(
        Batch.public_key, func.count(BatchMember.organisation_id.distinct()), func.sum(BatchMember.asked_minor)
    )
    members = members.join(BatchMember, BatchMember.batch_id == Batch.id).where(Batch.state == "frozen")
    rows = {row[0]: (row[1], row[2]) for row in city.session.execute(members.group_by(Batch.public_key))}
    upward = rows.pop("city-upward")
    assert (len(rows), sum(n for n, _ in rows.values()), sum(minor for _, minor in rows.values())) == (
        4, 231, 243 * YI // 10,
    )  # fmt: skip
    assert upward == (53, 217 * YI // 10)
    assert all(city.session.scalars(select(Batch.membership_sha256)))


def test_twenty_three_meetings_agreed_on_1_650_million_and_three_regular_ones_on_1_340(city: City) -> None:
    papers = signed_at(city, "matching")
    assert len({paper.event_key for paper in papers}) == 23
    assert sum(paper.amount_minor or 0 for paper in papers) == 165 * YI // 10
    regular = signed_at(city, "regular")
    assert len({paper.event_key for paper in regular}) == 3
    assert sum(paper.amount_minor or 0 for paper in regular) == 134 * YI // 10
    by_grade: dict[str, int] = {}
    for paper in papers:
        by_grade[paper.instrument] = by_grade.get(paper.instrument, 0) + (paper.amount_minor or 0)
    assert by_grade == {
        "loan_contract": 38_600 * WAN, "credit_line": 24_900 * WAN, "commitment_letter": 21_300 * WAN,
        "intent_letter": 71_700 * WAN, "ungraded": 8_500 * WAN, "strategic": 0,
    }  # fmt: skip


def test_eighty_seven_of_the_recommended_firms_signed_at_a_meeting(city: City) -> None:
    asked = select(Organisation.name).join(BatchMember, BatchMember.organisation_id == Organisation.id)
    recommended = set(city.session.scalars(asked.join(Batch).where(Batch.kind == "city")))
    assert len(recommended & {paper.firm for paper in signed_at(city, "matching")}) == 87


def test_subsidies_and_fee_awards_add_up(city: City) -> None:
    asked = select(AwardList.kind, func.count(AwardList.id.distinct()), func.sum(Award.amount_minor))
    rows = city.session.execute(asked.join(Award, Award.list_id == AwardList.id).group_by(AwardList.kind))
    found = {kind: (lists, minor) for kind, lists, minor in rows}
    assert found["subsidy"] == (2, 366_700_000)
    assert found["fee_award"][0] == 2 and 900 * WAN < found["fee_award"][1] < 1_000 * WAN


def test_every_bucket_of_the_ledger_holds_something_and_every_grade_adds_up(city: City) -> None:
    held = {bucket for grade in city.payload["ledger"] for bucket in buckets(city, grade)}
    assert held == set(b.ON_SCREEN)
    signed = {grade["grade"]: grade for grade in city.payload["grades"]}
    assert signed
    contracts = buckets(city)
    assert sum(contracts.values()) == 38_600 * WAN
    assert contracts["U"] == 2_652 * WAN, "small, but real"
    assert set(contracts) == set(b.ON_SCREEN) - {b.K0, b.K1}


def test_the_verified_part_is_two_fifths_and_less_than_what_banks_say(city: City) -> None:
    rates = {
        (one["code"], one["kind"]): (one["numerator"], one["denominator"])
        for one in city.payload["measures"]
        if one["grade"] == "loan_contract"
    }
    assert rates["contract_disbursement_rate", "amount"] == (16_380 * WAN, 38_600 * WAN)
    assert rates["bank_reported_disbursement_rate", "amount"] == (24_297 * WAN, 38_600 * WAN)


def test_papers_before_their_meeting_and_told_after_the_freeze_stand_apart(city: City) -> None:
    cases = case_portfolio(city.session, city.portfolio)
    apart = kernel_audit(cases, as_of=TODAY, known_on=TODAY).apart
    assert len(apart) == 6
    late = city.session.scalars(select(EventAttendance).where(EventAttendance.late)).all()
    assert late


def test_one_bank_signs_and_never_pays_and_one_tells_renewals_as_new(city: City) -> None:
    rows = city.session.scalars(select(Agreement).where(Agreement.lender == "天柱银行")).all()
    contracts = {row.public_key for row in rows if row.instrument == "loan_contract"}
    audit = kernel_audit(case_portfolio(city.session, city.portfolio), as_of=TODAY, known_on=TODAY)
    assert len(contracts) == 9
    assert all(not one.with_money for one in audit.signings if one.signing.key in contracts)
    renewed = [one for one in audit.signings if one.signing.lender == "秦岭银行" and one.amount("A3")]
    assert renewed and {one.signing.declared for one in renewed} == {"new"}
    honest = [one for one in audit.signings if one.signing.lender == "巴山银行" and one.amount("A3")]
    assert honest and {one.signing.declared for one in honest} == {"renewal"}


def test_three_banks_are_silent_and_one_says_that_nothing_was_paid(city: City) -> None:
    last = select(BankReport.lender, func.max(BankReport.through)).where(BankReport.portfolio_id == city.portfolio.id)
    through = {row[0]: row[1] for row in city.session.execute(last.group_by(BankReport.lender))}
    silent = {name for name in (bank.name for bank in BANKS) if through[name] < TODAY}
    assert silent == {"长岭银行", "天柱银行", "子午银行"}
    zero = select(BankReport.lender).where(BankReport.zero, BankReport.through == TODAY)
    assert city.session.scalars(zero).all() == ["南宫山银行"]


def test_needs_referrals_papers_and_answers_stand_in_every_way(city: City) -> None:
    def states(column: Any) -> set[str]:
        return set(city.session.scalars(select(column).distinct()))

    assert states(Need.state) == {
        "draft", "returned", "posted", "discarded", "verified", "listed", "referred", "contracted", "closed",
        "withdrawn", "expired", "merged",
    }  # fmt: skip
    assert states(Referral.state) >= {
        "sent", "accepted", "diligence", "deciding", "approved", "signed", "declined", "refused", "withdrawn",
        "transferred", "terminated", "lapsed", "merged",
    }  # fmt: skip
    assert states(Paper.state) == {"drafted", "offered", "firm_signed", "signed"}
    assert states(CreditDecision.state) >= {"draft", "submitted", "approved", "refused", "discarded"}
    assert states(Confirmation.answer) == {"right", "wrong", "not_received"}
    assert states(FindingAnswer.kind) >= {"explained", "closed", "settled"}
    assert city.session.scalar(select(func.count(DisbursementVoid.id)))
    overdue = select(func.count(Referral.id)).where(Referral.state == "sent", Referral.due_on < TODAY)
    assert city.session.scalar(overdue)


def test_codes_are_sound_fictional_and_nobodys_twice_and_every_firm_says_it_is_invented(city: City) -> None:
    asked = select(Enterprise.uscc, Organisation.name).join(Organisation, Organisation.id == Enterprise.organisation_id)
    rows = city.session.execute(asked).all()
    assert len(rows) >= 231 + 53
    assert len({uscc for uscc, _ in rows}) == len(rows) == len({name for _, name in rows})
    for uscc, name in rows:
        assert parse_uscc(uscc) == uscc and is_fictional(uscc)
        assert name.endswith("（演示）")


def test_people_sign_in_for_the_organisations_of_their_stories(city: City) -> None:
    for login in ("firm.tea", "firm.toys", "bank.officer", "bank2.manager", "bureau.county", "office.city"):
        who = account_by_login(city.session, login)
        assert who is not None and who.demo
    tea = account_by_login(city.session, "firm.tea")
    assert tea is not None
    came = select(func.count(EventAttendance.id)).where(EventAttendance.organisation_id == tea.organisation_id)
    assert city.session.scalar(came) == 4
    loans = kernel_audit(case_portfolio(city.session, city.portfolio), as_of=TODAY, known_on=TODAY).signings
    mine = [one for one in loans if one.signing.firm == "硒香茶业有限公司（演示）"]
    assert [one.amount("A2").minor for one in mine] == [110 * WAN], "reported, and not answered yet"


def test_two_months_are_closed_one_is_proposed_and_the_verdict_of_july_restates_june(city: City) -> None:
    months = periods_of(city.session, city.portfolio)
    told = [(one.proposal.month, one.close is not None, one.restatements) for one in months]
    assert told == [("2026-08", False, 0), ("2026-07", True, 0), ("2026-06", True, 1)]
    for closed in closed_months(city.session, city.portfolio.id):
        checked = check_period(city.session, city.portfolio, closed, known_on=TODAY)
        assert checked.whole and not checked.waiting
    (cause,) = city.session.scalars(select(PeriodCause))
    assert (cause.fact_key, cause.kind, cause.told_by) == ("city-verdict-twins", "verdict", "seed:office")
    changes = {row.bucket: row.amount_minor for row in city.session.scalars(select(PeriodChange))}
    assert changes == {"W3": -930 * WAN, "K0": 930 * WAN}


def test_what_was_known_on_earlier_days_differs_and_is_kept(city: City) -> None:
    days = select(AuditSnapshot.as_of).where(AuditSnapshot.portfolio_id == city.portfolio.id)
    kept = sorted(city.session.scalars(days))
    assert kept[-1] == TODAY and len(kept) == 8 + 3 + 1, "quarters, months, three closed or proposed, one restated"
    earlier = reckon_cases(city.session, city.portfolio, as_of=date(2026, 3, 31), known_on=date(2026, 3, 31)).payload
    assert sum(earlier["ledger"]["loan_contract"].values()) < 38_600 * WAN
    stored = city.session.scalars(select(AuditSnapshot).where(AuditSnapshot.as_of == TODAY)
                                  .where(AuditSnapshot.portfolio_id == city.portfolio.id)).one()  # fmt: skip
    assert stored.payload["ledger"] == city.payload["ledger"]
    assert city.session.scalar(select(func.count(Finding.id)).where(Finding.portfolio_id == city.portfolio.id))
    assert city.session.scalar(select(func.count()).select_from(EventOutcome))


def test_a_contract_leads_to_its_voucher_and_the_trail_verifies(city: City) -> None:
    audit = kernel_audit(case_portfolio(city.session, city.portfolio), as_of=TODAY, known_on=TODAY)
    paid = next(one for one in audit.signings if one.signing.instrument == "loan_contract" and one.with_money)
    for subject in (f"agreement:{paid.signing.key}", f"disbursement:{paid.rows[0].disbursement.key}"):
        link = city.session.scalars(select(EvidenceLink).where(EvidenceLink.subject == subject)).one()
        assert path_of(link.sha256).is_file()
    assert verify(city.session).sound


def test_a_second_run_changes_nothing(city: City) -> None:
    before = contents(city.engine)
    assert seed_city().acts == 0
    storage.remove_session()
    assert contents(city.engine) == before
