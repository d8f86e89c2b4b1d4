"""Files by hash: durable before their row, never named by their sender, refused when of another kind."""

from __future__ import annotations

import hashlib
import io
import os
import signal
import subprocess
import sys
import zipfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from config import ROOT
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.files import (
    EvidenceFile,
    attach,
    clean_name,
    evidence_of,
    is_intact,
    keep,
    open_file,
    path_of,
    remember,
    store,
)
from matchmaking.foundation.files.jobs import AGE, sweep
from matchmaking.foundation.files.store import folder
from matchmaking.foundation.storage import remove_session, run_in_unit_of_work, session
from matchmaking.foundation.trail import TrailEvent, verify
from tests.conftest import NOON
from tests.foundation.racing import race

TEXT = "合同编号,金额\nHT-1,3000000\n".encode()


def archive(*names: str, padding: int = 0) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("first.bin", b"\0" * padding)
        for name in names:
            packed.writestr(name, b"x")
    return target.getvalue()


KINDS = [
    (b"%PDF-1.7\n...", "pdf"),
    (b"\x89PNG\r\n\x1a\n\0\0", "png"),
    (b"\xff\xd8\xff\xe0JFIF", "jpg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0", "ole"),
    (b"\x1f\x8b\x08\0\0", "gz"),
    (archive("a.txt"), "zip"),
    (archive("[Content_Types].xml", "xl/workbook.xml"), "xlsx"),
    (archive("xl/workbook.xml", padding=100_000), "xlsx"),
    (archive("word/document.xml"), "docx"),
    (archive("OFD.xml", "Doc_0/Document.xml"), "ofd"),
    (TEXT, "text"),
    ("安康市,1\n".encode("gb18030"), "text"),
    ("a,b\n".encode("utf-16"), "text"),
    (("康" * 3000).encode(), "text"),
]


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """A folder for files, without a database."""
    store.bind_folder(tmp_path / "instance")
    return folder()


def on_disk(where: Path) -> list[str]:
    return sorted(str(path.relative_to(where)) for path in where.rglob("*") if path.is_file())


@pytest.mark.parametrize(("content", "kind"), KINDS)
def test_a_file_is_known_by_its_bytes(disk: Path, content: bytes, kind: str) -> None:
    kept = keep(content, name="whatever.exe")
    assert (kept.kind, kept.size, kept.sha256) == (kind, len(content), hashlib.sha256(content).hexdigest())
    with open_file(kept.sha256) as stream:
        assert stream.read() == content
    assert is_intact(kept.sha256)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\x7fELF\x02\x01\x01\0", "file_unknown"),
        (b"MZ\x90\0", "file_unknown"),
        (b"text then \x00 nothing", "file_unknown"),
        (b"\x80\xff\x80\xff", "file_unknown"),
        (b"x" * 1001, "file_too_big"),
        (b"%PDF-1.7", "file_kind"),
    ],
)
def test_a_refused_file_leaves_nothing_on_disk(disk: Path, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        keep(content, name="a.csv", media={"text", "xlsx"}, limit=1000)
    assert refused.value.reason.code == code
    assert on_disk(disk) == []


def test_a_stream_that_breaks_leaves_nothing_on_disk(disk: Path) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise ConnectionError("gone")
            return super().read(3)

    with pytest.raises(ConnectionError):
        keep(Broken(b"abcdef"), name="a.csv")
    assert on_disk(disk) == []


def test_the_cap_holds_for_a_stream_without_reading_it_all(disk: Path) -> None:
    class Endless(io.RawIOBase):
        given = 0

        def read(self, size: int = -1, /) -> bytes:
            self.given += size
            return b"x" * size

    endless: Any = Endless()
    with pytest.raises(Refusal):
        keep(endless, name="a.csv", limit=5_000_000)
    assert endless.given < 8_000_000


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\boot.ini", "a\x00b.csv", "/abs", "合同.pdf"])
def test_the_senders_name_never_reaches_the_disk(disk: Path, name: str) -> None:
    digest = keep(TEXT, name=name).sha256
    assert on_disk(disk.parent.parent) == [f"instance/files/sha256/{digest[:2]}/{digest}"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\用户\\合同 一.pdf", "合同 一.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\r\nSet-Cookie: x", "aSet-Cookie: x"),
        ("...", "file"),
        ("", "file"),
        ("长" * 200 + ".xlsx", "长" * 115 + ".xlsx"),
    ],
)
def test_names_are_made_fit_to_show(name: str, shown: str) -> None:
    assert clean_name(name) == shown


@given(st.text(max_size=300))
def test_any_name_becomes_short_and_printable(name: str) -> None:
    shown = clean_name(name)
    assert 0 < len(shown) <= 120
    assert shown == clean_name(shown)
    assert not set(shown) & set("/\\\0\n\r\u202e\ud800")


def test_only_a_hash_leads_to_a_path(disk: Path) -> None:
    for bad in ("../x", "a" * 63, "A" * 64, "a" * 64 + "\n", ""):
        with pytest.raises(ValueError, match="SHA-256"):
            path_of(bad)


def test_the_file_and_its_folder_are_synced_before_it_has_its_name(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, Path.replace

    def noted_sync(descriptor: int) -> None:
        steps.append("sync folder" if Path(f"/proc/self/fd/{descriptor}").is_dir() else "sync file")
        sync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        steps.append("rename")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_sync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    keep(TEXT, name="a.csv")
    assert steps == ["sync file", "rename", "sync folder", "sync folder", "sync folder"]


def test_a_lost_or_damaged_file_is_noticed(disk: Path) -> None:
    kept = keep(TEXT, name="a.csv")
    path = path_of(kept.sha256)
    path.chmod(0o600)
    path.write_bytes(TEXT + b"1")
    assert not is_intact(kept.sha256)
    path.unlink()
    assert not is_intact(kept.sha256)
    with pytest.raises(Refusal) as refused:
        open_file(kept.sha256)
    assert refused.value.reason.code == "file_missing"


def put(content: bytes = TEXT, subject: str = "statement:1", name: str = "对账单.csv") -> str:
    kept = keep(content, name=name)
    run_in_unit_of_work(attach, kept, subject=subject, words="银行盖章对账单", actor="user:1", at=NOON)
    remove_session()
    return kept.sha256


def test_a_file_supports_a_subject_and_the_trail_says_so(database: str) -> None:
    digest = put()
    [link] = evidence_of(session(), "statement:1")
    assert (link.sha256, link.name, link.words) == (digest, "对账单.csv", "银行盖章对账单")
    [event] = session().query(TrailEvent).all()
    assert (event.tag, event.subject, event.payload["sha256"]) == ("file.attached", "statement:1", digest)
    assert verify(session()).sound


def test_the_same_bytes_from_twenty_senders_are_one_file(database: str) -> None:
    outcomes = race([partial(put, subject=f"statement:{number}") for number in range(20)])
    assert set(outcomes) == {hashlib.sha256(TEXT).hexdigest()}
    assert session().scalar(select(func.count()).select_from(EvidenceFile)) == 1
    assert len(on_disk(folder())) == 1


def test_a_row_never_names_a_file_that_is_not_there(database: str) -> None:
    kept = keep(TEXT, name="a.csv")
    path_of(kept.sha256).unlink()
    with pytest.raises(Refusal):
        run_in_unit_of_work(remember, kept, at=NOON)
    assert session().query(EvidenceFile).all() == []


def aged(path: Path, by: timedelta) -> Path:
    moment = (NOON - by).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_the_sweep_takes_old_orphans_and_nothing_else(database: str) -> None:
    old, hour = AGE + timedelta(minutes=1), timedelta(hours=1)
    named = aged(path_of(put(b"named")), old)
    orphan = aged(path_of(keep(b"orphan", name="a.csv").sha256), old)
    young = aged(path_of(keep(b"young orphan", name="a.csv").sha256), hour)
    half = (
        aged(folder() / "incoming" / "tmphalf", old) if (folder() / "incoming" / "tmphalf").write_bytes(b"1") else None
    )
    assert half is not None
    assert sweep(at=NOON) == {"removed": 2, "bytes": 7, "kept": 1}
    assert [path.exists() for path in (named, orphan, young, half)] == [True, False, True, False]
    assert sweep(at=NOON) == {"removed": 0, "bytes": 0, "kept": 1}, "a second time changes nothing"


def test_an_orphan_sent_again_is_young_again(database: str) -> None:
    path = aged(path_of(keep(TEXT, name="a.csv").sha256), AGE * 2)
    keep(TEXT, name="b.csv")
    assert path.stat().st_mtime > (NOON - AGE).timestamp()


DIES = """
import os, pathlib, signal, sys
from datetime import UTC, datetime
from matchmaking.foundation import files, storage
storage.bind_engine(sys.argv[1])
files.bind_folder(pathlib.Path(sys.argv[2]))
kept = files.keep(b"sent, then the power went", name="a.csv")
def half_way(session):
    files.attach(session, kept, subject="statement:1", words="-", actor="user:1", at=datetime.now(UTC))
    os.kill(os.getpid(), signal.SIGKILL)
storage.run_in_unit_of_work(half_way)
"""


def test_killed_between_file_and_commit_leaves_no_row_and_the_sweep_removes_the_file(
    database: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", DIES, database, str(tmp_path / "instance")]
    assert subprocess.run(command, cwd=ROOT, timeout=60).returncode == -signal.SIGKILL
    [orphan] = folder().glob("sha256/*/*")
    assert session().query(EvidenceFile).all() == []
    assert session().query(TrailEvent).all() == []
    remove_session()
    aged(orphan, AGE * 2)
    assert sweep(at=NOON)["removed"] == 1
    assert on_disk(folder()) == []
