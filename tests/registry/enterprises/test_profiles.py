"""A profile by the day, the size class derived from it, titles that expire, and the first loan recognised on paper."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from matchmaking.domain.money import Money
from matchmaking.foundation import files, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.files import Kept
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.enterprises import commands, queries
from matchmaking.registry.enterprises.models import Enterprise, EnterpriseProfile
from matchmaking.registry.organisations.commands import ensure_zones
from tests.conftest import NOON
from tests.past import write_past_the_trail
from tests.registry.registry_world import (
    HANBIN,
    PDF,
    TODAY,
    XUNYANG,
    Statements,
    code_of,
    do,
    make_firm,
    organisation_of,
    tags,
)

pytestmark = pytest.mark.usefixtures("database")

FIRM, BUREAU = Role.ENTERPRISE.value, Role.BUREAU_OFFICER.value
TOLD = commands.ProfileTold(
    "limited", HANBIN, industry="1530", founded_on=date(2018, 5, 1), employees=50, figures_year=2025,
    revenue=Money.of(30_000_000), assets=Money.of(20_000_000), tax_grade="B",
)  # fmt: skip


@pytest.fixture(autouse=True)
def zones(database: str) -> None:
    """The functional zones."""
    write_past_the_trail(ensure_zones)


@pytest.fixture
def firm(zones: None) -> Enterprise:
    """A firm registered today."""
    return make_firm()


def fresh(firm: Enterprise) -> Enterprise:
    """The firm as it is now."""
    found = storage.session().get(Enterprise, firm.id, populate_existing=True)
    assert found is not None
    return found


def tell(firm: Enterprise, told: commands.ProfileTold = TOLD, role: str = FIRM, **fields: Any) -> EnterpriseProfile:
    """A version, told by the firm unless said otherwise."""
    fields = {"enterprise_id": firm.id, "version": fresh(firm).version, "told": told, "role": role, **fields}
    made: EnterpriseProfile = do(commands.tell_profile, **fields)
    return made


def verify(firm: Enterprise, **fields: Any) -> None:
    """The bureau's verdict."""
    told = {"enterprise_id": firm.id, "version": fresh(firm).version, "basis": "licence_seen", "actor": "bureau"}
    do(commands.verify_enterprise, **{**told, **fields})


def sheet(firm: Enterprise, on: date = TODAY) -> queries.FirmSheet:
    """The firm on a day."""
    return queries.sheet_of(storage.session(), fresh(firm), organisation_of(firm), on=on)


def paper() -> Kept:
    """A report on disk."""
    return files.keep(PDF, name="信用报告.pdf")


def test_the_latest_version_of_a_day_holds_and_earlier_ones_stay(firm: Enterprise) -> None:
    spring = date(2026, 4, 1)
    tell(firm, replace(TOLD, employees=40), valid_from=spring)
    tell(firm, replace(TOLD, employees=60))
    tell(firm, replace(TOLD, employees=61))
    on = {day: queries.profile_on(storage.session(), firm.id, day) for day in (spring - timedelta(1), spring, TODAY)}
    assert on[spring - timedelta(1)] is None
    assert [row.employees for row in on.values() if row is not None] == [40, 61]
    # what was told at noon was not known in the morning
    assert queries.profile_on(storage.session(), firm.id, TODAY, NOON - timedelta(hours=1)) is None
    assert len(sheet(firm).versions) == 4


def test_a_version_for_an_earlier_day_does_not_move_the_firm(firm: Enterprise) -> None:
    tell(firm, replace(TOLD, area_code=XUNYANG), valid_from=date(2026, 1, 1))
    assert organisation_of(firm).area_code == HANBIN
    tell(firm, replace(TOLD, area_code=XUNYANG))
    assert organisation_of(firm).area_code == XUNYANG


def test_an_old_code_of_its_county_is_kept_as_todays(firm: Enterprise) -> None:
    assert tell(firm, replace(TOLD, area_code="610928")).area_code == XUNYANG


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"legal_form": "club"}, "legal_form_unknown"),
        ({"industry": "9999"}, "industry_unknown"),
        ({"industry": "C"}, "profile_industry_letter"),
        ({"tax_grade": "S"}, "profile_tax_grade"),
        ({"park_kind": "palace"}, "choice_unknown"),
        ({"founded_on": date(2026, 10, 1)}, "day_not_yet"),
        ({"employees": -1}, "profile_employees"),
        ({"employees": 10**20}, "profile_employees"),
        ({"figures_year": 2027}, "profile_year"),
        ({"figures_year": 1889}, "profile_year"),
        ({"figures_year": None}, "profile_year_needed"),
        ({"assets": Money(-1)}, "size_negative"),
        ({"zone_code": "gaoxin", "area_code": XUNYANG}, "zone_elsewhere"),
        ({"loans": (commands.LoanTold("银行", Money(0)),)}, "amount_zero"),
        ({"loans": (commands.LoanTold(" ", Money(1)),)}, "name_needed"),
        ({"loans": (commands.LoanTold("银行", Money(1)),), "without_loans": True}, "profile_loans_and_none"),
        ({"loans": (commands.LoanTold("银行", Money(1)),) * 31}, "profile_loans_many"),
    ],
)
def test_a_version_is_refused_for_its_reason(firm: Enterprise, changes: dict[str, Any], code: str) -> None:
    fields = {"enterprise_id": firm.id, "version": 1, "told": replace(TOLD, **changes), "role": FIRM}
    assert code_of(commands.tell_profile, **fields) == code
    assert (fresh(firm).version, len(sheet(firm).versions)) == (1, 1)


def test_of_two_who_saw_one_version_the_second_is_told(firm: Enterprise) -> None:
    tell(firm)
    stale = {"enterprise_id": firm.id, "version": 1, "told": TOLD, "role": FIRM}
    assert code_of(commands.tell_profile, **stale) == "enterprise_changed"
    assert code_of(commands.return_enterprise, enterprise_id=firm.id, version=1, words="名称与营业执照不一致请改") == (
        "enterprise_changed"
    )


def test_figures_leave_a_verdict_standing_and_identity_asks_for_a_new_one(firm: Enterprise) -> None:
    tell(firm)
    verify(firm)
    tell(firm, replace(TOLD, employees=70))
    assert fresh(firm).state == "verified"
    tell(firm, replace(TOLD, legal_form="shares"))
    assert fresh(firm).state == "waiting"
    verify(firm)
    tell(firm, replace(TOLD, legal_form="shares", industry="0111"))
    assert fresh(firm).state == "waiting"


def test_what_was_not_told_before_is_no_change(firm: Enterprise) -> None:
    verify(firm)
    tell(firm)
    assert fresh(firm).state == "verified"


@pytest.mark.parametrize(
    ("changes", "size", "row"),
    [
        ({}, "small", "industry"),
        ({"employees": 300}, "medium", "industry"),
        ({"employees": 19}, "micro", "industry"),
        # a software firm of 103 staff and 15,735 万 is medium, whatever a complaint once got for an answer
        ({"industry": "6513", "employees": 103, "revenue": Money.of(157_350_000)}, "medium", "software"),
        ({"industry": ""}, None, None),
        ({"industry": "51", "employees": None}, None, None),
    ],
)
def test_the_size_is_derived_from_the_version(
    firm: Enterprise, changes: dict[str, Any], size: str | None, row: str | None
) -> None:
    tell(firm, replace(TOLD, **changes))
    found = sheet(firm).size
    assert (found.code, found.row) == (size, row)
    assert found.reasons
    assert "size" not in EnterpriseProfile.__table__.columns


def test_the_bureau_enters_with_a_mark_and_does_not_verify_its_own_entry(firm: Enterprise) -> None:
    tell(firm, role=BUREAU, actor="user:5")
    assert sheet(firm).profile.entered_by == "bureau"  # type: ignore[union-attr]
    own = {"enterprise_id": firm.id, "version": 2, "basis": "site_visit"}
    assert code_of(commands.verify_enterprise, actor="user:5", **own) == "verify_own_entry"
    do(commands.verify_enterprise, actor="user:6", **own)
    # after a colleague's verdict the officer may judge what the firm itself told since
    tell(firm, replace(TOLD, industry="0111"), actor="user:7")
    do(commands.verify_enterprise, actor="user:5", **{**own, "version": fresh(firm).version})


def test_a_firm_goes_back_with_words_and_comes_again(firm: Enterprise) -> None:
    back = {"enterprise_id": firm.id, "version": 1, "actor": "bureau"}
    assert code_of(commands.return_enterprise, words="不对", **back) == "words_short"
    do(commands.return_enterprise, words="企业名称与营业执照不一致，请更正", **back)
    assert fresh(firm).state == "returned"
    again = {"enterprise_id": firm.id, "version": 2, "basis": "licence_seen", "actor": "bureau"}
    assert code_of(commands.verify_enterprise, **again) in ("move_not_now", "move_others_turn")
    assert code_of(commands.verify_enterprise, **{**again, "basis": "hearsay"}) == "basis_unknown"
    tell(firm, replace(TOLD, legal_form="shares"))
    verify(firm, evidence=paper())
    found = sheet(firm)
    assert [one.verdict for one in found.verifications] == ["returned", "verified"]
    assert found.verifications[1].profile_id == found.profile.id  # type: ignore[union-attr]
    assert [link.name for link in found.evidence] == ["信用报告.pdf"]
    assert tags()[-3:] == ["enterprise.profile_told", "file.attached", "enterprise.verified"]


def test_a_firm_that_ended_is_shut_and_keeps_its_past(firm: Enterprise) -> None:
    told = {"enterprise_id": firm.id, "version": 1, "on_day": TODAY, "reason": "公示系统显示已注销"}
    do(commands.close_enterprise, **told)
    assert (fresh(firm).state, organisation_of(firm).active) == ("closed", False)
    fields = {"enterprise_id": firm.id, "version": 2, "told": TOLD, "role": FIRM}
    assert code_of(commands.tell_profile, **fields) == "move_final"
    assert queries.firm_facts(storage.session(), on=TODAY) == {}


def test_titles_count_between_their_days(firm: Enterprise) -> None:
    def add(title: str, first: date, last: date | None, **more: Any) -> int:
        fields = {"enterprise_id": firm.id, "role": FIRM, "title": title, "issuer": "省工信厅", **more}
        return int(do(commands.add_title, valid_from=first, valid_to=last, **fields).id)

    add("high_tech", date(2023, 9, 30), TODAY - timedelta(days=1))
    add("specialised_sme", date(2024, 1, 1), TODAY)
    wrong = add("little_giant", date(2024, 1, 1), None)
    add("other_title", date(2020, 1, 1), None, words="市级非遗工坊")
    assert [row.holds for row in sheet(firm).titles] == [True, False, True, True]
    do(commands.void_title, enterprise_id=firm.id, title_id=wrong, reason="认定被撤销", on_day=TODAY)
    facts = queries.firm_facts(storage.session(), enterprise_ids=[firm.id], on=TODAY)[firm.id]
    assert facts.titles == {"specialised_sme", "other_title"}
    yesterday = sheet(firm, TODAY - timedelta(days=1))
    assert {row.title.title for row in yesterday.titles if row.holds} == {
        "high_tech", "specialised_sme", "little_giant", "other_title",
    }  # fmt: skip
    void = {"enterprise_id": firm.id, "title_id": wrong, "reason": "再来一次", "on_day": TODAY}
    assert code_of(commands.void_title, **void) == "title_gone"
    other = make_firm(2, "别家")
    assert code_of(commands.void_title, **{**void, "enterprise_id": other.id}) == "title_gone"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": "king"}, "title_unknown"),
        ({"title": "other_title"}, "title_words_needed"),
        ({"issuer": " "}, "name_needed"),
        ({"valid_from": date(2026, 10, 1)}, "day_not_yet"),
        ({"valid_to": date(2023, 12, 31)}, "title_days"),
    ],
)
def test_a_title_is_refused_for_its_reason(firm: Enterprise, changes: dict[str, Any], code: str) -> None:
    fields = {
        "enterprise_id": firm.id, "role": FIRM, "title": "high_tech", "issuer": "科技厅",
        "valid_from": date(2024, 1, 1), "valid_to": None, **changes,
    }  # fmt: skip
    assert code_of(commands.add_title, **fields) == code


def history(firm: Enterprise, told: str, source: str, day: date, evidence: Kept | None = None) -> None:
    """What a source said of the firm's borrowing."""
    fields = {"enterprise_id": firm.id, "role": FIRM, "history": told, "source": source, "stated_on": day}
    do(commands.add_credit_history, evidence=evidence, **fields)


def test_a_first_loan_is_recognised_on_paper_and_for_a_time(firm: Enterprise) -> None:
    def verdict(on: date = TODAY) -> tuple[str, str]:
        found = sheet(firm, on).first_loan
        assert found.definition == 1
        return found.verdict, found.reason.code

    assert verdict() == ("unknown", "first_loan_no_paper")
    history(firm, "none", "own_word", TODAY)
    assert verdict() == ("unknown", "first_loan_no_paper")
    history(firm, "none", "credit_report", TODAY - timedelta(days=90), paper())
    assert verdict() == ("first", "first_loan_paper")
    assert verdict(TODAY + timedelta(days=1)) == ("unknown", "first_loan_paper_old")
    assert verdict(TODAY - timedelta(days=91)) == ("unknown", "first_loan_no_paper")
    tell(firm, replace(TOLD, loans=(commands.LoanTold("汉滨农商行", Money.of(500_000), date(2027, 3, 1)),)))
    assert verdict() == ("not_first", "first_loan_has_loans")
    tell(firm, replace(TOLD, without_loans=True))
    assert verdict() == ("first", "first_loan_paper")
    history(firm, "some", "own_word", TODAY)
    assert verdict() == ("not_first", "first_loan_history")


def test_a_report_comes_with_its_paper(firm: Enterprise) -> None:
    fields = {"enterprise_id": firm.id, "role": FIRM, "history": "none", "stated_on": TODAY}
    assert code_of(commands.add_credit_history, source="bank_query", **fields) == "history_paper_needed"
    assert code_of(commands.add_credit_history, source="rumour", **fields) == "history_unknown"
    later = {**fields, "stated_on": date(2026, 10, 1)}
    assert code_of(commands.add_credit_history, source="own_word", **later) == "day_not_yet"


def test_persons_behind_the_firm_are_kept_with_four_characters(firm: Enterprise) -> None:
    fields = {"enterprise_id": firm.id, "role": FIRM, "name": "陈红", "at": NOON, "actor": "test"}
    made = run_in_unit_of_work(commands.add_person, relation="spouse", id_tail="123x", **fields)
    assert (made.relation, made.id_tail) == ("spouse", "123X")
    for changes, code in (({"relation": "friend"}, "relation_unknown"), ({"id_tail": "12345"}, "id_tail_bad")):
        with pytest.raises(Exception, match=code):
            run_in_unit_of_work(commands.add_person, **{**fields, "relation": "owner", "id_tail": "", **changes})


@pytest.mark.parametrize(
    "table",
    ["enterprise_profile", "enterprise_title", "enterprise_verification", "credit_history", "enterprise_person"],
)
def test_facts_are_only_ever_added(firm: Enterprise, table: str) -> None:
    tell(firm)
    verify(firm)
    history(firm, "none", "own_word", TODAY)
    fields = {"enterprise_id": firm.id, "role": FIRM, "title": "high_tech", "issuer": "科技厅"}
    do(commands.add_title, valid_from=TODAY, valid_to=None, **fields)
    person = {"enterprise_id": firm.id, "role": FIRM, "relation": "owner", "name": "陈红", "id_tail": ""}
    run_in_unit_of_work(commands.add_person, at=NOON, actor="test", **person)
    for statement in (f"UPDATE {table} SET recorded_by = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="append_only"), storage.engine().begin() as connection:
            connection.execute(text(statement))


def test_firms_for_rules_come_in_four_statements_however_many(firm: Enterprise) -> None:
    tell(firm, replace(TOLD, loans=(commands.LoanTold("农商行", Money.of(1)),)))
    for number in range(2, 30):
        make_firm(number, f"企业{number}")
    storage.remove_session()
    with Statements() as counted:
        found = queries.firm_facts(storage.session(), on=TODAY)
    assert len(found) == 29 and len(counted.sent) == 4
    one = found[firm.id]
    assert (one.size.code, one.industry_code, one.revenue, one.tax_grade) == ("small", "1530", TOLD.revenue, "B")
    assert [loan.lender for loan in one.loans] == ["农商行"] and one.first_loan.verdict == "not_first"
    assert queries.firm_facts(storage.session(), on=TODAY - timedelta(days=1)) == {}
    assert queries.firm_facts(storage.session(), enterprise_ids=[], on=TODAY) == {}
