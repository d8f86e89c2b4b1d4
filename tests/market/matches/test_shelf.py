"""A shelf made beside another one: only what changed is read anew, and it is the shelf that would be made alone."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from matchmaking.foundation.storage import remove_session, session
from matchmaking.market.matches import shelf as shelves
from matchmaking.market.matches.shelf import Shelf, shelf_on
from matchmaking.market.products.quota import take_quota
from matchmaking.registry.organisations.models import Organisation
from tests.market.market_world import TODAY, World, offer
from tests.market.referral_world import sell
from tests.past import write_past_the_trail

TOMORROW = date(2026, 10, 1)


def alone(on: date) -> Shelf:
    """As another process would make it."""
    kept = dict(shelves._shelves)
    shelves._shelves.clear()
    try:
        return shelf_on(session(), on, "CNY")
    finally:
        shelves._shelves.clear()
        shelves._shelves.update(kept)


def test_what_did_not_change_is_taken_from_the_shelf_before(world: World) -> None:
    tea = sell(world.bank, "收茶贷")
    first = shelf_on(session(), TODAY, "CNY")
    remove_session()
    other = sell(world.rival, "百万贷", offer(criteria={"amount_max": 100_000_000, "term_max": 36}))
    second = shelf_on(session(), TODAY, "CNY")
    assert set(second.offers) == {tea, other}
    assert second.offers[tea] is first.offers[tea] and second.offered[tea] is first.offered[tea]


def test_every_change_gives_the_shelf_that_would_be_made_alone(world: World) -> None:
    tea = sell(world.bank, "收茶贷")
    sell(world.rival, "百万贷", offer(criteria={"amount_max": 100_000_000, "term_max": 36}))

    def rename(inside: Session) -> None:
        inside.get_one(Organisation, world.bank).name = "改名银行"

    def take(inside: Session) -> None:
        take_quota(inside, 1, 100, None)

    for change in (lambda inside: None, rename, take):
        remove_session()
        write_past_the_trail(change)
        for on in (TODAY, TOMORROW):
            beside, fresh = shelf_on(session(), on, "CNY"), alone(on)
            assert beside.catalogue.products == fresh.catalogue.products, "rates, quotas and names are of the day"
            assert [dict(one.rules) for one in beside.offered.values()] == [
                dict(one.rules) for one in fresh.offered.values()
            ]
            assert (beside.banks, beside.bank_of.tolist()) == (fresh.banks, fresh.bank_of.tolist())
            assert [one.bank for one in beside.row] == [one.lender for one in beside.catalogue.products]
    assert shelf_on(session(), TODAY, "CNY").offers[tea].terms.criteria == alone(TODAY).offers[tea].terms.criteria
