"""What the tests of matches and referrals share: products on sale at both banks, needs ready to be sent, sending."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.market.needs.commands import post_need, verify_need
from matchmaking.market.products.commands import create_product, move_version, publish_version
from matchmaking.market.products.facts import OfferTold
from matchmaking.market.products.queries import versions_of
from matchmaking.market.referrals import commands
from matchmaking.market.referrals.models import Referral
from matchmaking.market.referrals.queries import referral_named
from matchmaking.registry.organisations.models import Organisation
from tests.market.market_world import NOON, TODAY, World, load, new_need, offer

AGREED = commands.Consenting(version=1, language="zh")


def sell(organisation: int, name: str, told: OfferTold | None = None, on: date = TODAY) -> str:
    """A product on sale from ``on``, made by one and published by another; its key."""

    def work(inside: Session) -> str:
        bank = inside.get_one(Organisation, organisation)
        made = create_product(
            inside, actor="user:maker", organisation=bank, name=name, told=told or offer(), on=on, at=NOON
        )
        who: dict[str, Any] = {"role": "bank_manager", "at": NOON}
        version = versions_of(inside, made)[0]
        move_version(inside, actor="user:maker", version=version, seen=version.version, action="submit", **who)
        publish_version(inside, actor="user:checker", version=version, seen=version.version, on=on, **who)
        return made.public_key

    return run_in_unit_of_work(work)


def verified(world: World, login: str = "tea", **more: Any) -> str:
    """A need that may be sent; its key."""
    key, who, bureau = new_need(world, login=login, **more), world.people[login], world.people["county"]

    def work(inside: Session) -> None:
        need = load(inside, key)
        post_need(
            inside, actor=who.actor, role=who.role.value, need=need, version=need.version, on=TODAY, at=NOON,
            confirmed=True,
        )  # fmt: skip
        verify_need(inside, actor=bureau.actor, role=bureau.role.value, need=need, version=need.version, at=NOON)

    run_in_unit_of_work(work)
    return key


def refer(
    world: World, key: str, *products: str, login: str = "tea", consenting: commands.Consenting | None = AGREED,
    on: date = TODAY, at: datetime = NOON,
) -> list[str]:  # fmt: skip
    """The firm sends its need; keys of the referrals."""
    who = world.people[login]

    def work(inside: Session) -> list[str]:
        need = load(inside, key)
        made = commands.refer(
            inside, actor=who.actor, role=who.role.value, actor_organisation_id=who.organisation_id, need=need,
            version=need.version, products=products, consenting=consenting, on=on, at=at,
        )  # fmt: skip
        return [one.public_key for one in made]

    return run_in_unit_of_work(work)


def act(world: World, command: Callable[..., Referral], key: str, login: str = "branch", **more: Any) -> Referral:
    """One command of a person on the referral as it is now."""
    who = world.people[login]

    def work(inside: Session) -> Referral:
        found = referral_named(inside, key)
        assert found is not None
        given = {"version": found.version, "at": NOON, **more}
        return command(inside, actor=who.actor, role=who.role.value, referral=found, **given)

    return run_in_unit_of_work(work)


def now(key: str) -> Referral:
    """The referral as it is in the database."""
    remove_session()
    found = referral_named(session(), key)
    assert found is not None
    return found


def code_of(call: Callable[[], Any]) -> str:
    """The code with which a call is refused."""
    with pytest.raises(Refusal) as caught:
        call()
    return caught.value.reason.code
