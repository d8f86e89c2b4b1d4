"""The office's verdicts over HTTP: on a payment through its finding, on a signing that repeats another (K0)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import pytest
from sqlalchemy import select

from matchmaking.delivery.audits.case_audit import reckon_cases
from matchmaking.delivery.audits.questions import raise_findings
from matchmaking.delivery.disbursements.models import Verdict
from matchmaking.delivery.findings.models import Finding, FindingAnswer
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import BRANCH, DESK, JUNE, MILLION, World, open_world
from tests.web_fixtures import Browser, sign_in

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
BECAUSE = "已核对收款账户流水与两张借据"


@pytest.fixture
def office(client: Browser) -> Browser:
    """The city's office, at its browser."""
    sign_in(client, Role.FINANCE_OFFICE_CITY)
    return client


def send(office: Browser, path: str, **data: str) -> int:
    """The form is sent; the answer's status. What was refused is refused for its content, not for its key."""
    answer = office.submit(path, {"key": uuid.uuid4().hex, **data})
    storage.remove_session()
    assert "提交标识" not in answer.text
    return answer.status_code


def ledger(world: World) -> dict[str, int]:
    storage.remove_session()
    city = storage.session().get_one(Portfolio, world.portfolio.id)
    today = datetime.now(SHANGHAI).date()
    found = reckon_cases(storage.session(), city, as_of=JUNE, known_on=today).payload["ledger"]["loan_contract"]
    return {bucket: minor // MILLION for bucket, minor in found.items() if minor}


def test_two_payments_that_looked_like_one(office: Browser) -> None:
    world = open_world()
    paper = world.sign(amount_minor=6 * MILLION)
    alike = {world.pay(paper, 3 * MILLION, branch=name).public_key for name in (BRANCH, DESK)}
    at = datetime.combine(JUNE, datetime.min.time(), SHANGHAI)
    world.do(raise_findings, portfolio=world.portfolio, as_of=JUNE, known_on=JUNE, at=at)
    asked = storage.session().scalars(select(Finding).where(Finding.code == "suspected_duplicate")).one()
    number, about = asked.id, asked.params["about"]
    storage.remove_session()
    assert about in alike
    told = {"kind": "distinct", "document": "核查记录 7", "decided_on": JUNE.isoformat(), "because": BECAUSE}
    path = f"/findings/{number}/verdict"
    for wrong in ({"kind": "for_bank"}, {"kind": ""}, {"document": ""}, {"because": ""}, {"decided_on": "昨天"}):
        assert send(office, path, **{**told, **wrong}) == 422, wrong
    late = {**told, "decided_on": date(2099, 1, 1).isoformat()}
    assert send(office, path, **late) == 409
    assert storage.session().scalars(select(Verdict)).all() == [], "refused, nothing stays"
    storage.remove_session()
    assert send(office, path, **told) == 303
    storage.remove_session()
    closed = storage.session().scalars(select(FindingAnswer)).one()
    assert (closed.kind, closed.words) == ("closed", BECAUSE)
    storage.remove_session()
    assert send(office, path, **told) == 409, "closed: nothing is left to decide"
    sign_in(office, Role.FINANCE_OFFICE_COUNTY)
    assert send(office, path, **told) == 404


def test_a_signing_that_repeats_another(office: Browser) -> None:
    world = open_world()
    first, twin, other = world.sign(), world.sign(), world.sign(firm="演示另一家有限公司")
    path = f"/verdicts/{twin.public_key}"
    told = {"kind": "duplicate_signing", "document": "核查记录 8", "decided_on": JUNE.isoformat()}
    assert send(office, path, **told) == 409, "repeats what?"
    assert send(office, path, **{**told, "other": other.public_key}) == 409, "another firm's"
    assert send(office, path, **{**told, "kind": "for_bank"}) == 422
    assert send(office, path, **{**told, "kind": "flag_upheld"}) == 422, "no flag, no reply: nothing to uphold"
    assert send(office, path, **{**told, "other": first.public_key}) == 303
    assert ledger(world) == {"K0": 3, "U": 6}
    assert "核查记录 8" in office.get(path).text
    assert send(office, path, **{**told, "kind": "signing_stands"}) == 303
    assert ledger(world) == {"U": 9}, "the last verdict holds"
    assert office.get("/verdicts/signing-of-nobody").status_code == 404
