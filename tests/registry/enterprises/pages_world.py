"""What the tests of firms' pages share: what is typed, the demo's day, and looking at what came of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from matchmaking.domain.identifiers import uscc_from
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.registry.accounts.commands import create_user
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.enterprises import queries
from matchmaking.registry.enterprises.models import Enterprise, EnterpriseProfile
from matchmaking.registry.organisations.queries import organisation_by_key
from tests.conftest import NOON
from tests.past import write_past_the_trail
from tests.registry.registry_world import HANBIN, TODAY, XUNYANG
from tests.web_fixtures import PASSWORD, PERSONAS, Browser

FIRM, OFFICER, BUREAU = Role.ENTERPRISE, Role.BANK_OFFICER, Role.BUREAU_OFFICER
KEY = "firm-tea"
CODE = uscc_from("91", "610928", 77)
TYPED = {
    "uscc": CODE, "name": "旬阳富硒食品有限公司", "legal_form": "limited", "area": XUNYANG, "zone": "",
    "person": "王芳", "login": "wangfang", "password": "rain on the east bridge", "again": "rain on the east bridge",
    "agreed": "y",
}  # fmt: skip
PROFILE = {
    "legal_form": "limited", "industry": "精制茶加工", "area": HANBIN, "zone": "gaoxin", "park": "五里工业园",
    "founded_on": "2018-05-01", "figures_year": "2025", "employees": "50", "revenue": "3,000", "revenue_unit": "wan",
    "assets": "2000", "assets_unit": "wan", "tax_grade": "B", "loans-0-lender": "汉滨农商行", "loans-0-balance": "50",
    "loans-0-balance_unit": "wan", "loans-0-due_on": "2027-03-01",
}  # fmt: skip


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    """The demo's day."""
    with time_machine.travel(NOON, tick=False):
        yield


def fresh(key: str = KEY) -> Enterprise:
    """The firm as it is now."""
    storage.remove_session()
    return storage.session().scalars(select(Enterprise).where(Enterprise.public_key == key)).one()


def profile(key: str = KEY) -> EnterpriseProfile:
    """Its present version."""
    found = queries.profile_on(storage.session(), fresh(key).id, TODAY)
    assert found is not None
    return found


def seen(client: Browser, path: str) -> str:
    """The version a page carries."""
    found = re.search(r'name="seen"[^>]*value="([0-9]+)"', client.get(path).text)
    assert found
    return found[1]


def save(client: Browser, path: str = "/my/enterprise/edit", **changes: str) -> Any:
    """Hand in the profile's form."""
    return client.submit(path, {**PROFILE, "seen": seen(client, path), "key": f"profile-{len(changes)}-1", **changes})


def county_officer(area: str) -> None:
    """Let the bureau's persona work for one county."""
    storage.remove_session()

    def narrow(session: Any) -> None:
        user = session.scalars(select(UserAccount).where(UserAccount.login == PERSONAS[BUREAU][0])).one()
        user.jurisdiction = area

    write_past_the_trail(narrow)


def colleague(client: Browser) -> None:
    """Sign in as another officer of the same bureau."""
    bureau = organisation_by_key(storage.session(), "bureau")
    assert bureau is not None
    storage.run_in_unit_of_work(
        create_user, actor="test", login="colleague", name="同事", role=BUREAU.value, jurisdiction="*", at=NOON,
        password=PASSWORD, organisation_id=bureau.id,
    )  # fmt: skip
    storage.remove_session()
    client.delete_cookie("session")
    assert client.submit("/sign-in", {"login": "colleague", "password": PASSWORD}).status_code == 303
