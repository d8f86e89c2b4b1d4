"""Lists, meetings and awards bear their notices' numbers, in Chinese, blanks and all; the trail holds a digest."""

from __future__ import annotations

from hashlib import sha256

import pytest
from sqlalchemy import select

from matchmaking.foundation.storage import run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent, plain_or_digest, verify
from matchmaking.market.batches.commands import start_batch
from matchmaking.market.events.commands import record_event
from matchmaking.market.events.facts import EventTold
from matchmaking.support.awards.commands import open_award_list
from tests.market.market_world import NOON, TODAY, World

NUMBER = "安融〔2026〕第 1 号"


@pytest.mark.parametrize("engine_name", ["sqlite"])
def test_a_notice_s_number_in_chinese_is_kept_as_it_is(world: World) -> None:
    common = {"actor": "user:1", "at": NOON}
    batch = run_in_unit_of_work(start_batch, kind="city", number=NUMBER, title="第一批", area_code="*", **common)
    meeting = EventTold("matching", NUMBER, "茶产业对接会", TODAY, "政务中心", "*")
    event = run_in_unit_of_work(record_event, told=meeting, **common)
    paid = {"kind": "subsidy", "title": "贴息", "document": "演示文件", "decided_on": TODAY, "on": TODAY}
    awards = run_in_unit_of_work(open_award_list, number=NUMBER, **paid, **common)
    assert (batch.number, event.number, awards.number) == (NUMBER, NUMBER, NUMBER)
    tags = ("batch.started", "event.held", "award.listed")
    told = session().scalars(select(TrailEvent).where(TrailEvent.tag.in_(tags))).all()
    digest = "sha256:" + sha256(NUMBER.encode()).hexdigest()
    assert {one.tag: one.payload["number"] for one in told} == dict.fromkeys(tags, digest)
    assert verify(session()).sound


@pytest.mark.parametrize("number", ["2026-01", "A/7(b)"])
def test_a_plain_number_stands_in_the_trail_as_it_is(number: str) -> None:
    assert plain_or_digest(number) == number
