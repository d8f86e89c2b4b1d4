"""A consent is per institution and purpose, dated, ends by itself, is taken back at will, and its words are kept."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import files, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.files import Kept
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.consents import commands, queries
from matchmaking.registry.consents.models import PURPOSES, Consent
from matchmaking.registry.enterprises.commands import add_person
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.commands import close_organisation
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook import LANGUAGES
from matchmaking.rulebook.consent_texts import consent_text, consent_texts
from tests.conftest import NOON
from tests.registry.registry_world import (
    HANBIN,
    PDF,
    TODAY,
    code_of,
    do,
    make_bank,
    make_branch,
    make_firm,
    organisation_of,
    tags,
    viewer,
)

pytestmark = pytest.mark.usefixtures("database")

SHARE, RETURN = PURPOSES
LAST = TODAY + timedelta(days=365)


@pytest.fixture
def firm(database: str) -> Enterprise:
    """A firm."""
    return make_firm()


@pytest.fixture
def bank(database: str) -> Organisation:
    """A bank that is a legal person."""
    return make_bank(key="bank")


def fields_of(firm: Enterprise, bank: Organisation, purpose: str = SHARE, **changes: Any) -> dict[str, Any]:
    """What ``give_consent`` takes."""
    told = commands.ConsentTold(bank.id, purpose)
    return {
        "actor_organisation_id": firm.organisation_id, "enterprise_id": firm.id, "told": told, "version": 1,
        "language": "zh", **changes,
    }  # fmt: skip


def give(firm: Enterprise, bank: Organisation, purpose: str = SHARE, **changes: Any) -> Consent:
    """The firm agrees."""
    made: Consent = do(commands.give_consent, **fields_of(firm, bank, purpose, **changes))
    return made


def is_open(firm: Enterprise, bank: Organisation, purpose: str = SHARE, on: date = TODAY, **more: Any) -> bool:
    """Whether the institution has an open consent."""
    fields = {"enterprise_id": firm.id, "organisation_id": bank.id, "purpose": purpose, "on": on, **more}
    return queries.open_consent(storage.session(), **fields) is not None


def scan() -> Kept:
    """A signed paper's scan."""
    return files.keep(PDF, name="授权书.pdf")


def test_a_consent_holds_from_its_first_to_its_last_day(firm: Enterprise, bank: Organisation) -> None:
    assert not is_open(firm, bank)
    made = give(firm, bank)
    assert (made.given_on, made.expires_on, made.manner, made.text_version) == (TODAY, LAST, "online", 1)
    days = (TODAY - timedelta(days=1), TODAY, LAST, LAST + timedelta(days=1))
    assert [is_open(firm, bank, on=day) for day in days] == [False, True, True, False]
    assert tags()[-1] == "consent.given"


def test_it_is_for_one_purpose_one_institution_and_one_firm(firm: Enterprise, bank: Organisation) -> None:
    give(firm, bank)
    other, stranger = make_bank("别家银行"), make_firm(2, "别家企业")
    assert is_open(firm, bank)
    assert not is_open(firm, bank, RETURN)
    assert not is_open(firm, other)
    assert not is_open(stranger, bank)


def test_it_is_the_legal_persons_with_all_its_branches(firm: Enterprise, bank: Organisation) -> None:
    branch = make_branch(bank, "汉滨支行")
    local = make_bank("汉滨农商银行", area_code=HANBIN)
    made = give(firm, branch)
    assert made.organisation_id == bank.id and bank.name in made.shown
    assert is_open(firm, bank) and is_open(firm, branch)
    assert not is_open(firm, local)


def test_the_words_that_were_shown_are_kept(firm: Enterprise, bank: Organisation) -> None:
    zh, en = give(firm, bank), give(firm, bank, RETURN, language="en")
    assert zh.shown.startswith("企业资料提供授权书\n") and "安康银行" in zh.shown and LAST.isoformat() in zh.shown
    assert en.shown.startswith("Authorisation to return loan information") and en.language == "en"
    assert not {"{", "}"} & set(zh.shown + en.shown)


def test_taking_it_back_ends_it_that_day_and_keeps_the_past(firm: Enterprise, bank: Organisation) -> None:
    made = give(firm, bank)
    later = TODAY + timedelta(days=10)
    own = {"actor_organisation_id": firm.organisation_id, "consent_id": made.id}
    do(commands.revoke_consent, **own, on=later)
    assert [is_open(firm, bank, on=later - timedelta(days=1)), is_open(firm, bank, on=later)] == [True, False]
    rows, _ = queries.consents_of(storage.session(), firm.id, on=later)
    assert [row.state for row in rows] == ["revoked"]
    assert [row.state for row in queries.consents_of(storage.session(), firm.id, on=TODAY)[0]] == ["open"]
    assert code_of(commands.revoke_consent, **own, on=later) == "consent_ended"
    assert tags()[-1] == "consent.revoked"
    give(firm, bank, on=later)
    assert is_open(firm, bank, on=later)


def test_an_expired_one_cannot_be_taken_back(firm: Enterprise, bank: Organisation) -> None:
    made = give(firm, bank)
    own = {"actor_organisation_id": firm.organisation_id, "consent_id": made.id}
    assert code_of(commands.revoke_consent, **own, on=LAST + timedelta(days=1)) == "consent_ended"
    rows, _ = queries.consents_of(storage.session(), firm.id, on=LAST + timedelta(days=1))
    assert [row.state for row in rows] == ["expired"]


@pytest.mark.parametrize("who", ["bank", "other firm", "nobody"])
def test_nobody_but_the_firm_itself_agrees_or_takes_back(firm: Enterprise, bank: Organisation, who: str) -> None:
    speaker = {"bank": bank.id, "other firm": make_firm(2, "别家").organisation_id, "nobody": None}[who]
    assert code_of(commands.give_consent, **fields_of(firm, bank, actor_organisation_id=speaker)) == "consent_not_yours"
    made = give(firm, bank)
    taking = {"actor_organisation_id": speaker, "consent_id": made.id}
    assert code_of(commands.revoke_consent, **taking) == "consent_not_yours"
    assert code_of(commands.revoke_consent, **{**taking, "consent_id": 10**9}) == "consent_not_yours"
    assert is_open(firm, bank)


def told(**changes: Any) -> Any:
    """Changes of ``ConsentTold``, applied to the usual one."""
    return lambda usual: replace(usual, **changes)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": 2}, "consent_text_changed"),
        ({"told": told(purpose="sell_data")}, "consent_purpose_unknown"),
        ({"told": told(organisation_id=10**9)}, "consent_institution"),
        ({"told": told(expires_on=TODAY)}, "consent_days"),
        ({"told": told(expires_on=TODAY - timedelta(days=1))}, "consent_days"),
        ({"told": told(expires_on=TODAY + timedelta(days=1096))}, None),
        ({"told": told(expires_on=TODAY + timedelta(days=1097))}, "consent_days"),
        ({"told": told(person_id=1)}, "consent_person_on_paper"),
    ],
)
def test_a_consent_is_refused_for_its_reason(
    firm: Enterprise, bank: Organisation, changes: dict[str, Any], code: str | None
) -> None:
    fields = fields_of(firm, bank)
    fields |= {name: value(fields[name]) if callable(value) else value for name, value in changes.items()}
    if code is None:
        assert do(commands.give_consent, **fields).expires_on == TODAY + timedelta(days=1096)
    else:
        assert code_of(commands.give_consent, **fields) == code
        assert not is_open(firm, bank)


def test_a_firm_and_a_closed_bank_are_no_institutions(firm: Enterprise, bank: Organisation) -> None:
    other = organisation_of(make_firm(2, "别家"))
    assert code_of(commands.give_consent, **fields_of(firm, other)) == "consent_institution"
    do(close_organisation, organisation=bank, on_day=TODAY, reason="撤并")
    assert code_of(commands.give_consent, **fields_of(firm, bank)) == "consent_institution"


def test_a_consent_for_some_needs_opens_those_only(firm: Enterprise, bank: Organisation) -> None:
    give(firm, bank, told=commands.ConsentTold(bank.id, SHARE, needs=("need-a",)))
    assert is_open(firm, bank, need_key="need-a")
    assert not is_open(firm, bank, need_key="need-b")
    assert not is_open(firm, bank)
    give(firm, bank, told=commands.ConsentTold(bank.id, SHARE, needs=("need-b",)))
    assert is_open(firm, bank, need_key="need-b")


def test_of_many_clicks_on_one_page_one_counts(firm: Enterprise, bank: Organisation) -> None:
    def click(_number: int) -> str:
        try:
            give(firm, bank)
        except Refusal as refusal:
            return refusal.reason.code
        finally:
            storage.remove_session()
        return "given"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(click, range(16)))
    assert answers == ["consent_open_already"] * 15 + ["given"]
    assert storage.session().scalar(select(func.count()).select_from(Consent)) == 1


def paper(firm: Enterprise, bank: Organisation, **changes: Any) -> Consent:
    """The bureau records what the firm signed on paper."""
    fields = {
        "enterprise_id": firm.id, "told": commands.ConsentTold(bank.id, RETURN), "version": 1, "scan": scan(),
        "signed_on": TODAY - timedelta(days=20), "batch": "三月对接会", **changes,
    }  # fmt: skip
    made: Consent = do(commands.record_paper_consent, **fields)
    return made


def test_a_paper_counts_from_its_signature_once_its_scan_is_here(firm: Enterprise, bank: Organisation) -> None:
    made = paper(firm, bank)
    assert (made.manner, made.batch, made.given_on) == ("paper", "三月对接会", TODAY - timedelta(days=20))
    assert is_open(firm, bank, RETURN) and is_open(firm, bank, RETURN, TODAY - timedelta(days=20))
    assert not is_open(firm, bank, RETURN, TODAY - timedelta(days=21))
    assert tags()[-2:] == ["file.attached", "consent.given"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signed_on": TODAY + timedelta(days=1)}, "day_not_yet"),
        ({"version": 2}, "consent_purpose_unknown"),
        ({"version": 0}, "consent_purpose_unknown"),
    ],
)
def test_a_paper_is_refused_for_its_reason(
    firm: Enterprise, bank: Organisation, changes: dict[str, Any], code: str
) -> None:
    fields = {"enterprise_id": firm.id, "told": commands.ConsentTold(bank.id, RETURN), "signed_on": TODAY, "version": 1}
    assert code_of(commands.record_paper_consent, **{**fields, "scan": scan(), **changes}) == code


def test_an_owner_who_borrows_gives_a_consent_of_their_own(firm: Enterprise, bank: Organisation) -> None:
    person = run_in_unit_of_work(
        add_person, actor="test", role=Role.ENTERPRISE.value, enterprise_id=firm.id, relation="owner", name="陈红",
        id_tail="1234", at=NOON,
    )  # fmt: skip
    give(firm, bank)
    assert not is_open(firm, bank, person_id=person.id)
    paper(firm, bank, told=commands.ConsentTold(bank.id, SHARE, person_id=person.id))
    assert is_open(firm, bank, person_id=person.id)
    other = make_firm(2, "别家")
    fields = {"told": commands.ConsentTold(bank.id, SHARE, person_id=person.id), "signed_on": TODAY, "version": 1}
    assert code_of(commands.record_paper_consent, enterprise_id=other.id, scan=scan(), **fields) == "consent_person"


def test_a_bank_reads_a_firm_under_an_open_consent_only(firm: Enterprise, bank: Organisation) -> None:
    branch, rival = make_branch(bank, "汉滨支行"), make_bank("别家银行")
    officer = viewer(Role.BANK_OFFICER, branch)
    others = [viewer(Role.BANK_MANAGER, rival), viewer(Role.ENTERPRISE, organisation_of(firm)), viewer(Role.OPERATOR)]

    def dossier(who: Any, on: date = TODAY, key: str = firm.public_key) -> bool:
        return queries.dossier_for_bank(storage.session(), who, key, on=on) is not None

    assert not dossier(officer)
    give(firm, bank, RETURN)
    assert not dossier(officer), "that was for another purpose"
    made = give(firm, bank)
    assert dossier(officer) and not any(dossier(who) for who in others) and not dossier(officer, key="absent")
    do(commands.revoke_consent, actor_organisation_id=firm.organisation_id, consent_id=made.id)
    assert not dossier(officer)


@pytest.mark.parametrize("table", ["consent", "consent_revocation"])
def test_consents_are_only_ever_added(firm: Enterprise, bank: Organisation, table: str) -> None:
    made = give(firm, bank)
    do(commands.revoke_consent, actor_organisation_id=firm.organisation_id, consent_id=made.id)
    for statement in (f"UPDATE {table} SET recorded_by = 'x'", f"DELETE FROM {table}"):
        with pytest.raises(Exception, match="append_only"), storage.engine().begin() as connection:
            connection.execute(text(statement))


def test_every_purpose_has_its_words_in_both_languages() -> None:
    assert set(consent_texts()) == set(PURPOSES)
    for texts in consent_texts().values():
        for one in texts:
            for language in LANGUAGES:
                said = one.filled(language, institution="{x}", first=TODAY, last=LAST)
                assert said.count("{x}") >= 1 and TODAY.isoformat() in said and LAST.isoformat() in said
    with pytest.raises(Refusal) as caught:
        consent_text(SHARE, date(2024, 12, 31))
    assert caught.value.reason.code == "consent_text_unknown"
