"""The life of a sample: list before seed, two people, calls that stay, a result that can be reckoned again."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from matchmaking.domain.conversion.sampling import draw
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.oversight.samples import commands
from matchmaking.oversight.samples.models import AuditSample
from matchmaking.oversight.samples.queries import closed_samples, differences, frozen_list
from tests.delivery.cases_world import JUNE, MARCH, MILLION, World, open_world
from tests.oversight.samples.sample_world import (
    SEED,
    SOURCE,
    A,
    B,
    C,
    act,
    close,
    confirm_all,
    drawn,
    frozen,
    items,
    kept,
    paid,
    say,
)


@pytest.fixture
def world(database: str) -> World:
    """An empty portfolio on each engine."""
    return open_world()


@pytest.fixture
def sample(world: World) -> AuditSample:
    """A frozen list of twelve contracts."""
    return frozen(world, paid(world))


def refused(code: str, call: object, *arguments: object, **named: object) -> None:
    with pytest.raises(Refusal) as refusal:
        call(*arguments, **named)  # type: ignore[operator]
    assert refusal.value.reason.code == code


def test_the_list_is_the_money_behind_the_headline(sample: AuditSample) -> None:
    assert (sample.listed, sample.without_money) == (12, 1)
    assert sample.book_minor == 78 * MILLION // 10 == sample.measure["numerator"]
    assert sample.measure["code"] == "bank_reported_disbursement_rate"
    assert sample.measure["denominator"] == 39 * MILLION
    assert sample.interval_minor == (sample.book_minor // 5) * 1_000_000 // 1_609_438
    assert frozen_list(storage.session(), kept(sample)).digest == sample.list_digest


def test_facts_of_later_days_do_not_touch_the_frozen_list(world: World, sample: AuditSample) -> None:
    world.pay(world.sign("S-late"), MILLION)
    assert frozen_list(storage.session(), kept(sample)).digest == sample.list_digest


def test_whoever_froze_the_list_does_not_choose_the_seed(sample: AuditSample) -> None:
    refused("other_hands", drawn, sample, A)
    assert kept(sample).state == "frozen"
    drawn(sample)
    assert (kept(sample).state, kept(sample).seed, kept(sample).drawn_by) == ("drawn", SEED, B)


def test_the_items_are_what_the_seed_says(sample: AuditSample) -> None:
    drawn(sample)
    told = draw(frozen_list(storage.session(), kept(sample)), SEED, sample.interval_minor)
    assert tuple(one.drawn for one in items(sample)) == told
    large = [number for number in range(1, 13) if number * MILLION // 10 >= sample.interval_minor]
    assert sum(one.item.top for one in items(sample)) == len(large)


def test_a_sample_is_drawn_once(sample: AuditSample) -> None:
    drawn(sample)
    refused("move_not_now", drawn, sample)
    told = {"actor": B, "key": sample.public_key, "seed": SEED, "source": SOURCE}
    refused("move_not_now", act, commands.draw_sample, row_version=2, **told)


def test_of_two_pages_one_wins(sample: AuditSample) -> None:
    told = {"actor": B, "key": sample.public_key, "seed": SEED, "source": SOURCE}
    refused("sample_moved_on", act, commands.draw_sample, row_version=7, **told)
    assert kept(sample).state == "frozen"


def test_a_changed_answer_takes_a_second_caller_and_words(sample: AuditSample) -> None:
    drawn(sample)
    say(sample, 1, 900_000)
    refused("sample_second_caller", say, sample, 1, 1_000_000, words="对方说错了")
    refused("words_short", say, sample, 1, 1_000_000, C)
    refused("sample_answered", say, sample, 1, None, C)
    say(sample, 1, 1_000_000, C, words="财务核了银行回单")
    one = items(sample)[0]
    assert [call.amount_minor for call in one.calls] == [90_000_000, 100_000_000]
    assert one.answer is not None and one.answer.recorded_by == C


def test_days_to_come_and_items_that_are_none_are_refused(sample: AuditSample) -> None:
    drawn(sample)
    refused("day_not_yet", say, sample, 1, 1, paid_on=date(2025, 7, 3))
    refused("sample_item_gone", say, sample, 99, 1)


def test_nobody_is_asked_before_the_draw_or_after_the_end(sample: AuditSample) -> None:
    refused("move_not_now", say, sample, 1, 1)
    drawn(sample)
    confirm_all(sample)
    close(sample)
    refused("move_final", say, sample, 1, 1, C, words="又打了一次")


def test_closing_waits_for_three_calls_in_vain(sample: AuditSample) -> None:
    drawn(sample)
    for one in items(sample)[1:]:
        say(sample, one.item.position, one.item.book_minor // 100)
    say(sample, 1, None)
    say(sample, 1, None)
    refused("sample_open_items", close, sample)
    say(sample, 1, None)
    result = close(sample).result
    assert result is not None
    assert (result["items"] - result["answered"], result["found_minor"], result["likely_minor"]) == (1, 0, 0)
    assert result["upper_minor"] >= items(sample)[0].item.book_minor


def test_whoever_made_every_call_does_not_close(sample: AuditSample) -> None:
    drawn(sample)
    confirm_all(sample)
    refused("other_hands", close, sample, B)
    assert close(sample, C).state == "closed"


def test_the_result_stands_beside_the_headline(world: World, sample: AuditSample) -> None:
    drawn(sample)
    for one in items(sample):
        say(sample, one.item.position, one.item.book_minor // 100 - (50_000 if one.item.position == 1 else 0))
    result = close(sample).result
    assert result is not None
    assert result["found_minor"] == 5_000_000
    assert 5_000_000 <= result["likely_minor"] <= result["upper_minor"] <= sample.book_minor
    floor = (sample.measure["numerator"] - result["upper_minor"]) * 1_000_000 // sample.measure["denominator"]
    assert result["floor_ppm"] == floor < sample.measure["ppm"]
    found = closed_samples(storage.session(), world.portfolio.id, JUNE)
    assert {code: one.public_key for code, one in found.items()} == {sample.measure["code"]: sample.public_key}
    assert closed_samples(storage.session(), world.portfolio.id, MARCH) == {}
    assert differences(storage.session(), kept(sample)) == []


def test_what_was_tampered_with_is_named(sample: AuditSample) -> None:
    drawn(sample)
    confirm_all(sample)
    close(sample)
    engine = storage.engine()
    storage.remove_session()
    with engine.begin() as connection:
        connection.execute(update(AuditSample).values(list_digest="0" * 64, seed="another seed"))
    assert differences(storage.session(), kept(sample)) == ["list", "draw"]


def test_a_draw_that_was_tampered_with_cannot_be_closed(sample: AuditSample) -> None:
    drawn(sample)
    confirm_all(sample)
    storage.remove_session()
    with storage.engine().begin() as connection:
        connection.execute(update(AuditSample).values(seed="another seed"))
    refused("sample_differs", close, sample)


def test_set_aside_says_why_and_stays(sample: AuditSample) -> None:
    told = {"actor": A, "key": sample.public_key, "row_version": 1}
    refused("words_short", act, commands.set_sample_aside, words="", **told)
    act(commands.set_sample_aside, words="名单口径有误", **told)
    assert (kept(sample).state, kept(sample).seed) == ("set_aside", None)
    refused("move_final", drawn, sample)


def test_every_act_is_on_the_trail(sample: AuditSample) -> None:
    drawn(sample)
    confirm_all(sample)
    close(sample)
    storage.remove_session()
    told = storage.session().scalars(select(TrailEvent.tag).order_by(TrailEvent.seq))
    tags = [tag for tag in told if tag.startswith("sample.")]
    assert tags == ["sample.frozen", "sample.drawn", *["sample.called"] * len(items(sample)), "sample.closed"]


def test_what_the_audit_does_not_have_cannot_be_sampled(world: World) -> None:
    snapshot = paid(world, 1)
    refused("sample_no_measure", frozen, world, snapshot, grade="intent_letter")
    refused("sample_empty", frozen, world, snapshot, money="verified")
    refused("sample_numbers", frozen, world, snapshot, confidence_ppm=1_000_000)
    refused("sample_gone", act, commands.draw_sample, actor=B, key="none", row_version=1, seed=SEED, source=SOURCE)
