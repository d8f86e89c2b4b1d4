"""Attacks on accounts: an operator who would be more than an operator, addresses written otherwise, borrowed keys."""

from __future__ import annotations

import pytest

from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.accounts.models import UserAccount
from tests.web_fixtures import Browser, sign_in

OPERATOR = Role.OPERATOR
HOME = "/operator/accounts"
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
