"""Events follow one another without gaps, hold plain values only, and are written under a lock."""

from __future__ import annotations

import threading
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.foundation.storage import Json, remove_session, run_in_unit_of_work, session
from matchmaking.foundation.trail import BadPayload, TrailEvent, UnknownTag, record, verify
from matchmaking.foundation.trail.chain import LARGEST, canonical, check_payload, check_plain
from tests.conftest import NOON
from tests.foundation.trail.conftest import write

GOOD: dict[str, Any] = {"actor": "user:1", "tag": "file.attached", "subject": "agreement:1", "payload": {}, "at": NOON}
plain_text = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30)
keys = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | plain_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)


def test_events_are_numbered_from_one_and_chained(database: str) -> None:
    write(3)
    events = session().query(TrailEvent).order_by(TrailEvent.seq).all()
    assert [event.seq for event in events] == [1, 2, 3]
    assert [event.prev_hash for event in events] == ["0" * 64, events[0].hash, events[1].hash]
    assert events[1].payload == {"amount": 300_000_001, "currency": "CNY", "day": "2026-09-30"}


def test_a_rolled_back_command_leaves_no_event_and_no_gap(database: str) -> None:
    write(1)

    def refuse(current: Any) -> None:
        record(current, **GOOD)
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        run_in_unit_of_work(refuse)
    write(1)
    assert [event.seq for event in session().query(TrailEvent)] == [1, 2]
    assert verify(session()).sound


def test_twenty_writers_make_one_unbroken_chain(database: str) -> None:
    threads = [threading.Thread(target=write, args=(5,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    report = verify(session())
    assert (report.events, report.fault) == (100, None)


def test_outside_a_unit_of_work_nothing_is_written(database: str) -> None:
    with pytest.raises(RuntimeError, match="unit of work"):
        record(session(), **GOOD)
    remove_session()


@pytest.mark.parametrize(
    "tag", ["agreement.never_heard_of", "file", "File.Attached", "file.attached\n", "file_attached"]
)
def test_a_tag_without_words_is_refused(database: str, tag: str) -> None:
    with pytest.raises(UnknownTag):
        run_in_unit_of_work(record, **{**GOOD, "tag": tag})


@pytest.mark.parametrize(
    "payload",
    [
        {"amount": 1.0}, {"amount": float("nan")}, {"amount": Decimal(1)}, {"day": NOON}, {"a": {"b": [1, 2.5]}},
        {"name": "张三"}, {"name": "Zhang San"}, {"id": "a\x00b"}, {"id": "\ud800"}, {"id": "x" * 201},
        {"amount": 2**53}, {"Key": 1}, {1: 1}, {"bytes": b"x"}, [1], "text",
    ],
)  # fmt: skip
def test_only_plain_ids_amounts_and_days_stand_in_a_payload(database: str, payload: Any) -> None:
    with pytest.raises(BadPayload):
        run_in_unit_of_work(record, **{**GOOD, "payload": payload})


@pytest.mark.parametrize("field", ["actor", "subject"])
@pytest.mark.parametrize("value", ["张三", "a b", "a\n", "x" * 161])
def test_actor_and_subject_are_codes(database: str, field: str, value: str) -> None:
    with pytest.raises(BadPayload):
        run_in_unit_of_work(record, **{**GOOD, field: value})


def test_a_naive_instant_is_refused(database: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        run_in_unit_of_work(record, **{**GOOD, "at": datetime(2026, 9, 30, 12)})  # noqa: DTZ001


@given(st.dictionaries(keys, values, max_size=4))
def test_stored_text_is_the_canonical_form(payload: dict[str, Any]) -> None:
    check_payload(payload)
    assert Json().process_bind_param(payload, None) == rfc8785.dumps(payload).decode()  # type: ignore[arg-type]


@given(st.dictionaries(keys, values, max_size=4), plain_text, plain_text, plain_text, st.integers(1, LARGEST))
def test_the_hashed_bytes_are_rfc_8785(payload: dict[str, Any], actor: str, tag: str, subject: str, seq: int) -> None:
    check_plain(actor)
    fields = {"actor": actor, "tag": tag, "subject": subject, "seq": seq, "prev_hash": "0" * 64}
    fields["at"] = "2026-09-30T04:00:00.000000Z"
    text = rfc8785.dumps(payload).decode()
    assert canonical(**fields, payload=text) == rfc8785.dumps({**fields, "payload": payload})  # type: ignore[arg-type]
