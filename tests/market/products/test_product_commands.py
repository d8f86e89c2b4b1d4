"""Versions of a product: drafted, published, followed; what was published never changes, and past days keep theirs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError, IntegrityError
from sqlalchemy.orm import Session

from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent, verify
from matchmaking.market.products import commands, jobs
from matchmaking.market.products.facts import OfferTold, as_offered, rates_on, told_of
from matchmaking.market.products.models import Product, ProductTerms, ProductVersion
from matchmaking.market.products.queries import (
    Wanted,
    catalogue,
    offer_numbered,
    offer_on,
    offers_on,
    own_products,
    own_sheet,
    terms_of_version,
)
from matchmaking.registry.organisations.models import Organisation
from tests.foundation.racing import race
from tests.market.market_world import NOON, TODAY, World, offer

LATER = TODAY + timedelta(days=30)


def create(world: World, name: str = "春茶贷", told: OfferTold | None = None, bank: int = 0) -> str:
    def work(inside: Session) -> str:
        owner = inside.get_one(Organisation, bank or world.bank)
        return commands.create_product(
            inside, actor="user:m", organisation=owner, name=name, told=told or offer(), on=TODAY, at=NOON
        ).public_key

    return run_in_unit_of_work(work)


def row(inside: Session, key: str, number: int) -> ProductVersion:
    asked = select(ProductVersion).join(Product, Product.id == ProductVersion.product_id)
    return inside.scalars(asked.where(Product.public_key == key, ProductVersion.number == number)).one()


def step(key: str, number: int, action: str, *, on: date = TODAY, role: str = "bank_manager", seen: int = 0) -> str:
    def work(inside: Session) -> str:
        version = row(inside, key, number)
        given: dict[str, Any] = {
            "actor": "user:m", "role": role, "version": version, "seen": seen or version.version, "at": NOON,
        }  # fmt: skip
        if action == "publish":
            return commands.publish_version(inside, **given, on=on).state
        if action == "retire":
            return commands.retire_version(inside, **given, on=on).state
        return commands.move_version(inside, **given, action=action).state

    return run_in_unit_of_work(work)


def publish(key: str, number: int, *, on: date = TODAY) -> None:
    step(key, number, "submit", on=on)
    step(key, number, "publish", on=on)


def draft(key: str, told: OfferTold, *, on: date = TODAY) -> None:
    def work(inside: Session) -> None:
        product = inside.scalars(select(Product).where(Product.public_key == key)).one()
        commands.draft_version(inside, actor="user:m", product=product, told=told, on=on, at=NOON)

    run_in_unit_of_work(work)


def on_offer(day: date, **wanted: Any) -> list[str]:
    rows, total = catalogue(session(), Wanted(**wanted), on=day, limit=50)
    assert total == len(rows)
    return [offered.product.name for offered in rows]


def test_nothing_is_on_offer_before_it_is_published(world: World) -> None:
    key = create(world)
    assert on_offer(TODAY) == []
    step(key, 1, "submit")
    assert on_offer(TODAY) == []
    step(key, 1, "publish")
    assert on_offer(TODAY) == ["春茶贷"]
    assert on_offer(TODAY - timedelta(days=1)) == []
    tags = session().scalars(select(TrailEvent.tag).where(TrailEvent.subject == f"product:{key}")).all()
    assert tags == ["product.created", "product.drafted", "product.submitted", "product.published"]
    assert verify(session()).sound


def test_the_rate_is_the_lprs_of_the_day_and_the_spread(world: World) -> None:
    rates = rates_on(offer(), TODAY)
    assert rates.low.rate_ppm - rates.low.fixing.one_year == 55 * 100
    assert rates.high.rate_ppm - rates.high.fixing.one_year == 120 * 100
    then = rates_on(offer(effective_from=date(2024, 1, 2)), date(2024, 1, 2))
    assert (then.low.fixing.one_year, then.low.rate_ppm) == (34_500, 40_000)
    assert rates_on(offer(lpr_tenor="5Y", spread_low_bp=-20), TODAY).low.rate_ppm == rates.low.fixing.five_year - 2_000


def test_a_new_version_follows_and_past_days_keep_theirs(world: World) -> None:
    key = create(world)
    publish(key, 1)
    draft(key, offer(effective_from=LATER, spread_low_bp=30))
    publish(key, 2)
    for day, number in ((TODAY, 1), (LATER - timedelta(days=1), 1), (LATER, 2), (LATER + timedelta(days=900), 2)):
        found = offer_on(session(), key, day)
        assert found is not None
        assert found.version.number == number, day
        assert [each.version.number for each in offers_on(session(), day)] == [number]
    assert row(session(), key, 1).state == "published", "the day has not come"


def test_the_job_closes_what_was_followed_and_only_once(world: World, settings: Any) -> None:
    key = create(world)
    publish(key, 1)
    draft(key, offer(effective_from=LATER))
    publish(key, 2)
    assert jobs.run(JobContext(LATER - timedelta(days=1), NOON, settings)) == {"closed": 0}
    assert jobs.run(JobContext(LATER, NOON, settings)) == {"closed": 1}
    assert jobs.run(JobContext(LATER, NOON, settings)) == {"closed": 0}
    assert row(session(), key, 1).state == "superseded"
    kept = offer_numbered(session(), key, 1)
    assert kept is not None and kept.terms.spread_low_bp == 55
    assert offer_on(session(), key, TODAY).version.number == 1  # type: ignore[union-attr]


def test_a_version_published_on_its_own_day_closes_the_one_before_at_once(world: World) -> None:
    key = create(world)
    publish(key, 1)
    draft(key, offer(effective_from=LATER), on=LATER)
    publish(key, 2, on=LATER)
    assert (row(session(), key, 1).state, row(session(), key, 1).effective_to) == (
        "superseded",
        LATER - timedelta(days=1),
    )


def test_terms_cannot_be_changed_by_anybody(world: World) -> None:
    publish(create(world), 1)
    for statement in (update(ProductTerms).values(spread_low_bp=1), text("DELETE FROM product_terms")):
        with pytest.raises(DatabaseError):
            run_in_unit_of_work(lambda inside, asked=statement: inside.execute(asked))


def test_a_published_version_is_not_amended(world: World) -> None:
    key = create(world)
    publish(key, 1)

    def amend(inside: Session) -> None:
        version = row(inside, key, 1)
        commands.amend_version(
            inside, actor="user:m", role="bank_manager", version=version, seen=version.version, told=offer(), on=TODAY,
            at=NOON,
        )  # fmt: skip

    with pytest.raises(Refusal) as refused:
        run_in_unit_of_work(amend)
    assert refused.value.reason.code.startswith("move_")
    assert session().query(ProductTerms).count() == 1


def test_amending_a_draft_keeps_every_revision(world: World) -> None:
    key = create(world)

    def amend(inside: Session) -> None:
        version = row(inside, key, 1)
        commands.amend_version(
            inside, actor="user:m", role="bank_officer", version=version, seen=1, told=offer(summary="改过"), on=TODAY,
            at=NOON,
        )  # fmt: skip

    run_in_unit_of_work(amend)
    version = row(session(), key, 1)
    assert (version.revision, version.version) == (2, 2)
    assert terms_of_version(session(), version).summary == "改过"
    assert session().query(ProductTerms).count() == 2
    with pytest.raises(Refusal) as refused:
        run_in_unit_of_work(amend)
    assert refused.value.reason.code == "product_moved_on"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"criteria": {"term_max": 12}}, "product_amount_missing"),
        ({"criteria": {"amount_max": 1000}}, "product_term_missing"),
        ({"criteria": {"amount_max": 1000, "term_max": 12, "colour": "red"}}, "match_rule_unknown"),
        ({"criteria": {"amount_max": 1000, "amount_min": 2000, "term_max": 12}}, "match_rule_crossed"),
        ({"criteria": {"amount_max": True, "term_max": 12}}, "match_rule_bad"),
        ({"criteria": {"amount_max": 10**30, "term_max": 12}}, "match_rule_range"),
        ({"effective_from": TODAY - timedelta(days=1)}, "product_day_past"),
        ({"spread_low_bp": 200}, "product_spread_crossed"),
        ({"spread_low_bp": -99_999}, "spread_outside"),
        ({"lpr_tenor": "3Y"}, "lpr_tenor"),
        ({"promised_workdays": 0}, "product_promise_range"),
        ({"documents": ("纸",) * 31}, "product_documents_many"),
    ],
)
def test_terms_that_will_not_do(world: World, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        create(world, told=offer(**changes))
    assert code in {reason.code for reason in refused.value.reasons}
    assert session().query(Product).count() == 0


def test_one_draft_at_a_time(world: World) -> None:
    key = create(world)
    with pytest.raises(Refusal) as refused:
        draft(key, offer())
    assert refused.value.reason.code == "product_draft_open"
    step(key, 1, "discard")
    draft(key, offer())
    assert row(session(), key, 2).state == "draft"


def test_the_table_itself_takes_no_second_draft(world: World) -> None:
    product = session().scalars(select(Product).where(Product.public_key == create(world))).one()
    double = ProductVersion(product_id=product.id, number=2, state="draft", created_at=NOON, created_by="x")
    with pytest.raises(IntegrityError):
        run_in_unit_of_work(lambda inside: (inside.add(double), inside.flush()))


def test_days_of_versions_never_overlap(world: World) -> None:
    key = create(world, told=offer(effective_from=LATER))
    publish(key, 1)
    draft(key, offer(effective_from=LATER))
    step(key, 2, "submit")
    with pytest.raises(Refusal) as refused:
        step(key, 2, "publish")
    assert refused.value.reason.code == "product_day_order"
    step(key, 2, "return")
    assert row(session(), key, 2).state == "draft"


def test_a_day_that_passed_while_it_lay_is_refused(world: World) -> None:
    key = create(world)
    step(key, 1, "submit")
    with pytest.raises(Refusal) as refused:
        step(key, 1, "publish", on=LATER)
    assert refused.value.reason.code == "product_day_past"


def test_retiring_ends_it_and_retiring_what_has_not_begun_leaves_the_one_before(world: World) -> None:
    key = create(world)
    publish(key, 1)
    draft(key, offer(effective_from=LATER))
    publish(key, 2)
    step(key, 2, "retire")
    assert offer_on(session(), key, LATER).version.number == 1  # type: ignore[union-attr]
    step(key, 1, "retire", on=LATER)
    assert offer_on(session(), key, LATER) is not None
    assert offer_on(session(), key, LATER + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("action", "role"), [("publish", "bank_officer"), ("retire", "bank_officer"), ("submit", "enterprise")]
)
def test_moves_of_others_are_refused(world: World, action: str, role: str) -> None:
    key = create(world)
    if action != "submit":
        step(key, 1, "submit")
    with pytest.raises(Refusal) as refused:
        step(key, 1, action, role=role)
    assert refused.value.reason.code.startswith("move_")


def test_a_name_once_per_bank(world: World) -> None:
    create(world)
    with pytest.raises(Refusal) as refused:
        create(world, "春茶贷 ")
    assert refused.value.reason.code == "product_taken"
    create(world, bank=world.rival)
    with pytest.raises(Refusal) as refused:
        create(world, bank=world.firm)
    assert refused.value.reason.code == "product_of_no_bank"


def test_publishing_twice_at_once_has_one_winner(world: World) -> None:
    key = create(world)
    step(key, 1, "submit")
    results = race([lambda: step(key, 1, "publish", seen=2)] * 10)
    assert results.count("published") == 1
    assert {each.reason.code for each in results if isinstance(each, Refusal)} <= {
        "move_not_now", "move_others_turn", "move_final", "product_moved_on", "product_day_order",
    }  # fmt: skip
    assert sum(isinstance(each, Refusal) for each in results) == 9


def test_two_begin_the_next_version_at_once(world: World) -> None:
    key = create(world)
    publish(key, 1)
    results = race([lambda: draft(key, offer(effective_from=LATER))] * 8)
    assert [each for each in results if each is not None and not isinstance(each, Refusal)] == []
    assert results.count(None) == 1
    numbers = session().scalars(select(ProductVersion.number).order_by(ProductVersion.number)).all()
    assert numbers == [1, 2]


def test_the_catalogue_filters_and_sorts(world: World) -> None:
    wide = {"amount_max": 100_000_000, "term_max": 120, "loan_kinds": ["fixed_asset"]}
    for name, told in (
        ("茶贷", offer()),
        ("设备贷", offer(criteria=wide, lpr_tenor="5Y", spread_low_bp=-100, promised_workdays=None)),
        (
            "百业贷",
            offer(criteria={"amount_max": 50_000_000, "amount_min": 10_000_000, "term_max": 6}, spread_low_bp=90),
        ),
    ):
        publish(create(world, name, told), 1)
    assert on_offer(TODAY) == ["设备贷", "茶贷", "百业贷"]
    assert on_offer(TODAY, loan_kind="fixed_asset") == ["设备贷", "百业贷"]
    assert on_offer(TODAY, guarantee="pledge") == ["设备贷", "百业贷"]
    assert on_offer(TODAY, amount_minor=5_000_000) == ["设备贷", "茶贷"]
    assert on_offer(TODAY, term_months=48) == ["设备贷"]
    assert on_offer(TODAY, text="汉江") == ["设备贷", "茶贷", "百业贷"]
    assert on_offer(TODAY, text="%") == []

    def sort(by: str, *, down: bool = False) -> list[str]:
        rows, _ = catalogue(session(), Wanted(), on=TODAY, sort=by, descending=down, limit=9)
        return [each.product.name for each in rows]

    assert sort("amount", down=True) == ["茶贷", "设备贷", "百业贷"]
    assert sort("term") == ["百业贷", "茶贷", "设备贷"]
    assert sort("answer")[-1] == "设备贷"


def test_a_bank_sees_its_own_drafts_and_nobody_elses(world: World) -> None:
    key = create(world)
    for login in ("manager", "officer", "branch"):
        rows, total = own_products(session(), world.people[login], on=TODAY, limit=9)
        assert (total, rows[0].product.public_key, rows[0].current) == (1, key, None), login
        assert rows[0].draft is not None
        assert own_sheet(session(), world.people[login], key) is not None
    for login in ("rival", "tea", "county", "city"):
        assert own_products(session(), world.people[login], on=TODAY, limit=9) == ([], 0)
        assert own_sheet(session(), world.people[login], key) is None


def test_matching_reads_a_version_in_force(world: World) -> None:
    criteria = {"amount_max": 100_000_000, "term_max": 36, "industries": ["C1530", "C"], "titles": ["high_tech"]}
    publish(create(world, told=offer(criteria=criteria)), 1)
    (found,) = offers_on(session(), TODAY)
    read = as_offered(
        found.product, found.version, found.terms, lender=found.bank, on=TODAY, quota_left=Money.of(10_000_000)
    )
    assert (read.version, read.lender, read.lowest_rate_ppm) == (
        1,
        "汉江银行",
        rates_on(found.terms, TODAY).low.rate_ppm,
    )
    assert read.specialities == {"1530", "C"}
    assert read.number("amount_max") == 100_000_000
    assert read.promised_days is not None and read.promised_days > 5, "workdays are not days, least of all in October"
    far = as_offered(found.product, found.version, found.terms, lender="", on=TODAY)
    assert told_of(found.terms).criteria["industries"] == ["1530", "C"]
    assert far.quota_left is None
