"""Signed checkpoints: the key is private, the file is checked entry by entry, a broken trail is never signed."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from config import Settings
from matchmaking.app import create_app
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.trail.checkpoint import read_checkpoints, write_checkpoint
from matchmaking.foundation.trail.jobs import checkpoints_file, seal
from matchmaking.foundation.trail.keys import public_text, read_public, signing_key
from matchmaking.foundation.trail.merkle import EMPTY, Tree
from tests.conftest import NOON
from tests.foundation.trail.conftest import write

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)


def tree_head(leaves: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + tree_head(leaves[:split]) + tree_head(leaves[split:])).digest()


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_the_growing_tree_is_the_tree_of_the_rfc(leaves: list[bytes]) -> None:
    tree = Tree()
    assert tree.root() == EMPTY
    for count, leaf in enumerate(leaves, start=1):
        tree.add(leaf)
        assert tree.root() == tree_head(leaves[:count])


def test_a_known_root_of_the_rfc_test_vectors() -> None:
    # leaves and root of the Certificate Transparency reference tests, eight leaves
    leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = Tree()
    for leaf in leaves:
        tree.add(bytes.fromhex(leaf))
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = signing_key(tmp_path)
    path = tmp_path / "keys" / "trail.pem"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert signing_key(tmp_path).private_bytes_raw() == first.private_bytes_raw()
    published = read_public((tmp_path / "keys" / "trail.pub").read_text("utf-8"))
    assert published.public_bytes_raw() == first.public_key().public_bytes_raw()
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["trail.pem", "trail.pub"]


def test_a_key_given_by_setting_is_used(tmp_path: Path) -> None:
    given_key = tmp_path / "mine.pem"
    given_key.write_bytes(_pem(KEY))
    assert signing_key(tmp_path, given_key).private_bytes_raw() == b"k" * 32
    assert not (tmp_path / "keys").exists()


def _pem(key: Ed25519PrivateKey) -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return key.private_bytes(encoding, form, serialization.NoEncryption())


def test_anything_but_an_ed25519_key_is_refused(tmp_path: Path) -> None:
    rsa = generate_private_key(65537, 2048)
    for content in (b"", b"not a key", _pem(rsa)):  # type: ignore[arg-type]
        (tmp_path / "bad.pem").write_bytes(content)
        with pytest.raises(Refusal) as refused:
            signing_key(tmp_path, tmp_path / "bad.pem")
        assert refused.value.reason.code == "chain_key_bad"


@pytest.mark.parametrize("text", ["", "a+b+c", "matchmaking-trail+00000000+" + "A" * 44, "x" * 100])
def test_a_public_key_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refusal):
        read_public(text)


def test_entries_come_back_as_written(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints" / "trail.txt"
    for size in (3, 8):
        write_checkpoint(path, size=size, root=bytes([size]) * 32, at=NOON + timedelta(hours=size), key=KEY)
    entries = read_checkpoints(path, KEY.public_key())
    assert [(entry.size, entry.root[0], entry.at) for entry in entries] == [
        (3, 3, "2026-09-30T07:00:00.000000Z"),
        (8, 8, "2026-09-30T12:00:00.000000Z"),
    ]
    assert read_checkpoints(tmp_path / "none.txt", KEY.public_key()) == []


@given(place=st.integers(0, 10_000), replacement=st.integers(0, 255))
def test_no_byte_of_the_file_can_be_changed(
    tmp_path_factory: pytest.TempPathFactory, place: int, replacement: int
) -> None:
    path = tmp_path_factory.mktemp("c") / "trail.txt"
    for size in (3, 8):
        write_checkpoint(path, size=size, root=bytes([size]) * 32, at=NOON, key=KEY)
    content = bytearray(path.read_bytes())
    place %= len(content) - 2  # the empty lines at the very end separate, they say nothing
    if content[place] == replacement:
        return
    content[place] = replacement
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        read_checkpoints(path, KEY.public_key())
    assert refused.value.reason.code == "checkpoint_forged"


def test_another_key_does_not_vouch_for_it(tmp_path: Path) -> None:
    path = tmp_path / "trail.txt"
    write_checkpoint(path, size=1, root=b"r" * 32, at=NOON, key=KEY)
    with pytest.raises(Refusal):
        read_checkpoints(path, Ed25519PrivateKey.generate().public_key())


def test_sealing_twice_appends_once(settings: Settings) -> None:
    write(3)
    first = seal(settings, at=NOON)
    assert (first["size"], first["written"]) == (3, True)
    assert seal(settings, at=NOON) == {**first, "written": False}
    write(1)
    assert seal(settings, at=NOON)["size"] == 4
    assert checkpoints_file(settings).read_text("utf-8").count("\n— ") == 2


def test_an_empty_trail_needs_no_seal(settings: Settings) -> None:
    assert seal(settings, at=NOON)["written"] is False
    assert not checkpoints_file(settings).exists()


def test_a_broken_trail_is_never_signed(settings: Settings, tamper: Callable[..., None]) -> None:
    write(3)
    seal(settings, at=NOON)
    write(3)
    tamper("UPDATE trail_event SET actor = 'user:9' WHERE seq = 5")
    before = checkpoints_file(settings).read_bytes()
    with pytest.raises(Refusal) as refused:
        seal(settings, at=NOON)
    assert refused.value.reason.code == "chain_changed"
    assert checkpoints_file(settings).read_bytes() == before


@pytest.fixture
def shell(settings: Settings) -> Flask:
    """The application, for its commands."""
    return create_app(settings)


def test_the_commands_say_it_in_words(shell: Flask, settings: Settings, tamper: Callable[..., None]) -> None:
    write(4)
    run = shell.test_cli_runner().invoke
    unsealed = run(args=["trail", "verify"])
    assert (unsealed.exit_code, "4 条记录" in unsealed.output, "尚无签名存证" in unsealed.output) == (0, True, True)
    assert run(args=["trail", "checkpoint"]).exit_code == 0
    sound = run(args=["trail", "verify", "--lang", "en"])
    assert (sound.exit_code, "1 signed checkpoints" in sound.output) == (0, True)
    tamper("UPDATE trail_event SET actor = 'user:9' WHERE seq = 2")
    broken = run(args=["trail", "verify"])
    assert (broken.exit_code, "第 2 条记录被改动" in broken.output) == (1, True)
    assert run(args=["trail", "checkpoint"]).exit_code == 1


def test_a_copy_kept_elsewhere_catches_who_owns_this_machine_too(
    shell: Flask, settings: Settings, tmp_path: Path, tamper: Callable[..., None]
) -> None:
    write(4)
    run = shell.test_cli_runner().invoke
    run(args=["trail", "checkpoint"])
    copy, public = tmp_path / "copy.txt", tmp_path / "copy.pub"
    copy.write_bytes(checkpoints_file(settings).read_bytes())
    public.write_text(public_text(signing_key(settings.instance).public_key()), "utf-8")
    tamper("DELETE FROM trail_event", "DELETE FROM trail_head")
    checkpoints_file(settings).unlink()
    (settings.instance / "keys" / "trail.pem").unlink()
    assert run(args=["trail", "verify"]).exit_code == 0, "nothing is left here to compare with"
    against_copy = run(args=["trail", "verify", "--checkpoints", str(copy), "--key", str(public), "--lang", "en"])
    assert (against_copy.exit_code, "cut off from event 1" in against_copy.output) == (1, True)
