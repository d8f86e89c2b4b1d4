"""Every way of altering the trail is found and located; an untouched one raises no alarm."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text

from matchmaking.domain.reasons import Reason
from matchmaking.foundation import storage
from matchmaking.foundation.storage import remove_session, session
from matchmaking.foundation.trail import TrailEvent, TrailHead, VerifyReport, verify
from matchmaking.foundation.trail.chain import GENESIS, event_hash, instant_text
from matchmaking.foundation.trail.checkpoint import Checkpoint, read_checkpoints, write_checkpoint
from matchmaking.rulebook import explain
from tests.conftest import NOON
from tests.foundation.trail.conftest import write

Tamper = Callable[..., None]
KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
FACTS = "at, actor, tag, subject, payload, prev_hash, hash"
COPY = f"INSERT INTO trail_event (seq, {FACTS}) SELECT :new, {FACTS} FROM trail_event WHERE seq = :old"


def check(checkpoints: list[Checkpoint] | None = None) -> VerifyReport:
    try:
        return verify(session(), checkpoints or [])
    finally:
        remove_session()


def found(report: VerifyReport) -> tuple[str, int]:
    assert report.fault is not None, "nothing was found"
    assert explain(report.fault.reason, "zh")
    assert explain(report.fault.reason, "en")
    return report.fault.reason.code, report.fault.seq


def sealed(folder: Path) -> list[Checkpoint]:
    """Seal the trail as it stands and read the checkpoint back."""
    report = check()
    path = folder / "trail.txt"
    write_checkpoint(path, size=report.events, root=bytes.fromhex(report.root), at=NOON, key=KEY)
    return read_checkpoints(path, KEY.public_key())


def test_an_untouched_trail_is_sound_however_long(database: str, tmp_path: Path) -> None:
    assert check() == VerifyReport(0, check().root, 0, None)
    for length in (1, 2, 5, 13):
        write(length)
        checkpoints = sealed(tmp_path)
        report = check(checkpoints)
        assert (report.fault, report.checkpoints) == (None, len(checkpoints))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "'user:8'"),
        ("tag", "'file.attachee'"),
        ("subject", "'agreement:999'"),
        ("payload", "replace(payload, '3', '4')"),
        ("payload", "payload || ' '"),
        ("payload", "replace(payload, ':', ': ')"),
        ("prev_hash", "'" + "f" * 64 + "'"),
        ("hash", "'" + "f" * 64 + "'"),
        ("hash", "upper(hash)"),
    ],
)
def test_a_changed_column_is_found(database: str, tamper: Tamper, column: str, value: str) -> None:
    write(9)
    tamper(f"UPDATE trail_event SET {column} = {value} WHERE seq = 5")
    assert found(check()) == ("chain_changed", 5)


def test_an_instant_moved_by_a_microsecond_is_found(database: str, tamper: Tamper, engine_name: str) -> None:
    write(9)
    moved = {"sqlite": "substr(at, 1, 25) || '1'", "postgresql": "at + interval '1 microsecond'"}[engine_name]
    tamper(f"UPDATE trail_event SET at = {moved} WHERE seq = 5")
    assert found(check()) == ("chain_changed", 5)


@pytest.mark.parametrize("value", ["CAST(x'ff' AS TEXT)", "x'00ff'", "17", "replace(at, ' ', 'T')", "''"])
@pytest.mark.parametrize("column", ["at", "payload", "actor"])
def test_broken_text_on_sqlite_is_a_finding_and_no_crash(tmp_path: Path, column: str, value: str) -> None:
    storage.dispose()
    engine = storage.bind_engine(f"sqlite:///{tmp_path / 'raw.sqlite3'}")
    storage.Base.metadata.create_all(engine)
    write(3)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE trail_event SET {column} = {value} WHERE seq = 2"))
    if (column, value) in {("payload", "replace(at, ' ', 'T')"), ("actor", "replace(at, ' ', 'T')")}:
        assert check().fault
    else:
        assert found(check()) == ("chain_changed", 2)
    storage.dispose()


@given(seed=st.integers(0, 2**32), seq=st.integers(1, 12))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_byte_changed_anywhere_is_found(database: str, tamper: Tamper, seed: int, seq: int) -> None:
    if not check().events:
        write(12)
    choose = random.Random(seed)
    column = choose.choice(["actor", "tag", "subject", "payload", "prev_hash", "hash"])
    with storage.engine().connect() as connection:
        before = connection.execute(text(f"SELECT {column} FROM trail_event WHERE seq = {seq}")).scalar_one()
    place = choose.randrange(len(before))
    other = choose.choice([c for c in map(chr, range(0x20, 0x7F)) if c != before[place]])
    change = f"UPDATE trail_event SET {column} = :value WHERE seq = {seq}"
    tamper(change, value=before[:place] + other + before[place + 1 :])
    try:
        assert found(check()) == ("chain_changed", seq)
    finally:
        tamper(change, value=before)
    assert check().sound


@pytest.mark.parametrize("seq", [1, 5, 9])
def test_a_removed_event_is_found(database: str, tamper: Tamper, seq: int) -> None:
    write(9)
    tamper(f"DELETE FROM trail_event WHERE seq = {seq}")
    code = "chain_cut" if seq == 9 else "chain_removed"
    assert found(check()) == (code, seq)


def test_a_removed_event_with_the_rest_moved_up_is_found(database: str, tamper: Tamper) -> None:
    write(9)
    tamper("DELETE FROM trail_event WHERE seq = 5")
    for seq in range(6, 10):
        tamper(f"UPDATE trail_event SET seq = {seq - 1} WHERE seq = {seq}")
    report = check()
    assert found(report) == ("chain_moved", 5)
    assert report.fault and report.fault.reason == Reason("chain_moved", {"seq": 5, "belongs": 6})


def test_two_events_swapped_are_found(database: str, tamper: Tamper) -> None:
    write(9)
    for old, new in ((4, 100), (7, 4), (100, 7)):
        tamper(f"UPDATE trail_event SET seq = {new} WHERE seq = {old}")
    assert found(check()) == ("chain_moved", 4)


def test_a_doubled_event_is_found(database: str, tamper: Tamper) -> None:
    write(9)
    tamper(COPY, new=10, old=3)
    assert found(check()) == ("chain_moved", 10)


@pytest.mark.parametrize("seq", [0, -7])
def test_an_event_before_the_first_is_found(database: str, tamper: Tamper, seq: int) -> None:
    write(3)
    tamper(COPY, new=seq, old=1)
    assert found(check()) == ("chain_added", seq)


def test_a_cut_tail_is_found_by_the_head(database: str, tamper: Tamper) -> None:
    write(9)
    tamper("DELETE FROM trail_event WHERE seq > 6")
    assert found(check()) == ("chain_cut", 7)


def test_a_tail_cut_together_with_the_head_is_found_by_a_checkpoint(
    database: str, tamper: Tamper, tmp_path: Path
) -> None:
    write(9)
    checkpoints = sealed(tmp_path)
    cut = "SELECT hash FROM trail_event WHERE seq = 6"
    tamper(f"UPDATE trail_head SET seq = 6, hash = ({cut})", "DELETE FROM trail_event WHERE seq > 6")
    assert check().sound, "the chain alone cannot see this"
    assert found(check(checkpoints)) == ("chain_cut", 7)


def test_everything_gone_is_found_by_a_checkpoint(database: str, tamper: Tamper, tmp_path: Path) -> None:
    write(4)
    checkpoints = sealed(tmp_path)
    tamper("DELETE FROM trail_event", "DELETE FROM trail_head")
    assert found(check(checkpoints)) == ("chain_cut", 1)


def test_the_head_is_checked(database: str, tamper: Tamper) -> None:
    write(4)
    tamper(f"UPDATE trail_head SET hash = '{GENESIS}'")
    assert found(check()) == ("chain_head_differs", 4)
    tamper("UPDATE trail_head SET seq = 2")
    assert found(check()) == ("chain_beyond_head", 3)
    tamper("DELETE FROM trail_head")
    assert found(check()) == ("chain_headless", 1)


def rechain(tamper: Tamper, first: int, **changes: str) -> None:
    """What an administrator of the database can do: alter event ``first`` and hash everything after it anew."""
    with storage.engine().connect() as connection:
        dialect = connection.dialect.name
        at = "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')" if dialect == "postgresql" else "at"
        rows = connection.execute(
            text(f"SELECT seq, {at} AS at, actor, tag, subject, payload, prev_hash, hash FROM trail_event ORDER BY seq")
        ).mappings()
        events: list[dict[str, Any]] = [dict(row) for row in rows]
    last = GENESIS
    for event in events:
        if event["seq"] >= first:
            event |= changes if event["seq"] == first else {}
            fields = {key: event[key] for key in ("seq", "actor", "tag", "subject", "payload")}
            digest = event_hash(**fields, at=event["at"].replace(" ", "T") + "Z", prev_hash=last)
            tamper(
                "UPDATE trail_event SET payload = :payload, actor = :actor, prev_hash = :prev, hash = :hash "
                "WHERE seq = :seq",
                payload=event["payload"], actor=event["actor"], prev=last, hash=digest, seq=event["seq"],
            )  # fmt: skip
            event["hash"] = digest
        last = event["hash"]
    tamper("UPDATE trail_head SET hash = :hash", hash=last)


@pytest.mark.parametrize(("first", "interval"), [(1, (1, 5)), (5, (1, 5)), (6, (6, 8)), (8, (6, 8))])
def test_a_full_rewrite_is_located_between_two_checkpoints(
    database: str, tamper: Tamper, tmp_path: Path, first: int, interval: tuple[int, int]
) -> None:
    write(5)
    sealed(tmp_path)
    write(3)
    checkpoints = sealed(tmp_path)
    write(2)
    assert check(checkpoints).sound
    rechain(tamper, first, payload='{"amount":1}')
    assert check().sound, "the chain alone cannot see this"
    report = check(checkpoints)
    assert report.fault and report.fault.reason == Reason("chain_rewritten", {"seq": interval[0], "last": interval[1]})


def test_a_rewrite_that_stops_half_way_is_found_by_the_chain(database: str, tamper: Tamper) -> None:
    write(9)
    with storage.engine().connect() as connection:
        rows = connection.execute(text("SELECT seq, prev_hash, hash FROM trail_event WHERE seq = 7")).all()
    rechain(tamper, 4, actor="user:8")
    tamper("UPDATE trail_event SET prev_hash = :p, hash = :h WHERE seq = 7", p=rows[0][1], h=rows[0][2])
    assert found(check()) == ("chain_unlinked", 7)


def test_verifying_while_others_write_raises_no_alarm(database: str) -> None:
    write(20)
    over = threading.Event()

    def keep_writing() -> None:
        while not over.is_set():
            write(1)

    writers = [threading.Thread(target=keep_writing) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        assert [check().fault for _ in range(20)] == [None] * 20
    finally:
        over.set()
        for writer in writers:
            writer.join()


def write_at_once(first: int, count: int) -> None:
    """Lay events down in bulk, as ``record`` would have written them one by one."""
    rows, last = [], _head()
    for seq in range(first, first + count):
        fields: dict[str, Any] = {"actor": "user:7", "tag": "file.attached", "subject": f"agreement:{seq}"}
        payload = {"amount": 300_000_000 + seq, "currency": "CNY", "day": "2026-09-30"}
        text_of = {"at": instant_text(NOON), "payload": rfc8785.dumps(payload).decode(), "prev_hash": last}
        digest = event_hash(seq=seq, **fields, **text_of)
        rows.append({"seq": seq, "at": NOON, "payload": payload, "prev_hash": last, "hash": digest, **fields})
        last = digest
    with storage.engine().begin() as connection:
        connection.execute(insert(TrailEvent), rows)
        connection.execute(delete(TrailHead))
        connection.execute(insert(TrailHead), {"id": 1, "seq": first + count - 1, "hash": last})


def _head() -> str:
    found = session().scalar(select(TrailHead.hash))
    remove_session()
    return found or GENESIS


def test_bulk_rows_are_what_record_writes(database: str) -> None:
    write_at_once(1, 5)
    write(2)
    assert (check().events, check().fault) == (7, None)


@pytest.mark.release
def test_two_hundred_thousand_events_are_read(database: str) -> None:
    for first in range(0, 200_000, 10_000):
        write_at_once(first + 1, 10_000)
    assert check().events == 200_000
