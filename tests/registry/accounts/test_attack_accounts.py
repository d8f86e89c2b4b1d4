"""Attacks on accounts: an operator who would be more than an operator, addresses written otherwise, borrowed keys."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent
from matchmaking.registry.accounts import commands
from matchmaking.registry.accounts.models import SecondFactor, UserAccount
from tests.past import write_past_the_trail
from tests.web_fixtures import Browser, sign_in

OPERATOR = Role.OPERATOR
HOME = "/operator/accounts"
OFFICE, COUNTY = "finance_office_city", "finance_office_county"
pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.mark.parametrize("spelt", ["operator", "OPERATOR", "Operator"])
@pytest.mark.parametrize("act", ["work", "reset-factor", "shut", "password"])
def test_an_operator_spelt_otherwise_is_still_himself(
    client: Browser, people: dict[Role, int], spelt: str, act: str
) -> None:
    sign_in(client, OPERATOR)
    office = {"role": "finance_office_city", "jurisdiction": "*", "organisation": ""}
    assert client.submit(f"{HOME}/{spelt}/{act}", office).status_code == 404
    storage.remove_session()
    account = storage.session().get(UserAccount, people[OPERATOR])
    assert account is not None and (account.role, account.active) == ("operator", True)
    assert client.get("/account").status_code == 200


@pytest.mark.parametrize("role", ["operator", OFFICE, COUNTY])
def test_no_page_makes_an_office_or_an_operator(client: Browser, people: dict[Role, int], role: str) -> None:
    sign_in(client, OPERATOR)
    told = {"login": "second", "name": "另一个我", "role": role, "jurisdiction": "610902", "organisation": ""}
    made = client.submit(f"{HOME}/new", told)
    assert made.status_code == 422 and "flask user" in made.text
    assert client.submit(f"{HOME}/bureau/work", {**told, "jurisdiction": "610902"}).status_code == 422
    storage.remove_session()
    bureau = storage.session().get(UserAccount, people[Role.BUREAU_OFFICER])
    assert bureau is not None and bureau.role == "bureau_officer"
    # nor a county's office the whole city
    wider = {"role": OFFICE, "jurisdiction": "*", "organisation": ""}
    assert client.submit(f"{HOME}/office_county/work", wider).status_code == 422


@pytest.mark.parametrize("first", ["password", "reset-factor"])
def test_one_operator_resets_a_password_or_a_factor_not_both(
    client: Browser, people: dict[Role, int], first: str
) -> None:
    """Both would open anybody's account to the operator alone."""
    second = "reset-factor" if first == "password" else "password"
    victim, operator = people[Role.BANK_MANAGER], f"user:{people[OPERATOR]}"

    def with_factor(work: Session) -> None:
        at = clock.now()
        work.add(SecondFactor(user_id=victim, sealed="sealed", last_step=1, attempted_at=at, enrolled_at=at))

    write_past_the_trail(with_factor)
    sign_in(client, OPERATOR)
    assert client.submit(f"{HOME}/bank_manager/{first}").status_code in (200, 303)
    refused = client.submit(f"{HOME}/bank_manager/{second}")
    assert refused.status_code == 303 and "同一位运维" in client.get(f"{HOME}/bank_manager").text
    # another operator may, and so may the shell
    reset, given = commands.reset_factor_of, commands.set_password
    for actor in ("user:99", "operator"):
        act = reset if second == "reset-factor" else given
        more = {} if act is reset else {"password": f"snow on the west mountain {actor[-2:]}"}
        run_in_unit_of_work(act, actor=actor, login="bank_manager", at=clock.now(), **more)
    assert operator in {event.actor for event in storage.session().scalars(select(TrailEvent))}
