"""``flask sample draw`` and ``verify``: what the page shows, repeated from the shell; differences end with 1."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from matchmaking.foundation import storage
from matchmaking.oversight.samples.models import AuditSample
from tests.delivery.cases_world import open_world
from tests.oversight.samples.sample_world import SEED, drawn, frozen, items, paid

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["sample", *arguments])
    return done.exit_code, done.output


@pytest.fixture
def sample(app: Flask) -> AuditSample:
    """Drawn."""
    world = open_world()
    return drawn(frozen(world, paid(world)))


def draw(app: Flask, *more: str) -> tuple[int, str]:
    asked = ("--portfolio", "city", "--as-of", "2025-06-30", "--known-at", "2025-06-30", "--money", "reported")
    return run(app, "draw", *asked, "--confidence", "80", "--tolerable", "20", "--seed", SEED, *more)


def test_the_shell_draws_what_the_page_drew(app: Flask, sample: AuditSample, tmp_path: Path) -> None:
    code, told = draw(app, "--out", str(tmp_path / "list.txt"), "--lang", "en")
    assert code == 0, told
    lines = [line for line in told.splitlines() if "\t" in line]
    assert lines == [f"{one.item.agreement_key}\t{one.item.book_minor}" for one in items(sample)]
    assert sha256((tmp_path / "list.txt").read_bytes()).hexdigest() == sample.list_digest
    assert sample.list_digest in told
    code, told = run(app, "verify", sample.public_key, "--list", str(tmp_path / "list.txt"))
    assert (code, "一致" in told) == (0, True)


def test_verify_names_what_differs(app: Flask, sample: AuditSample, tmp_path: Path) -> None:
    assert run(app, "verify", sample.public_key)[0] == 0
    (tmp_path / "own.txt").write_text("S001\t5\n", "utf-8")
    code, told = run(app, "verify", sample.public_key, "--list", str(tmp_path / "own.txt"))
    assert code == 1 and "SHA-256" in told and "重新抽取" in told
    storage.remove_session()
    with storage.engine().begin() as connection:
        connection.execute(update(AuditSample).values(seed="another seed"))
    code, told = run(app, "verify", sample.public_key, "--lang", "en")
    assert code == 1 and "the sample is another one" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("verify", "none"), "没有这个样本"),
        (("draw", "--portfolio", "nowhere", "--as-of", "2025-06-30", "--seed", SEED), "nowhere"),
        (("draw", "--portfolio", "city", "--as-of", "soon", "--seed", SEED), "soon"),
        (("draw", "--portfolio", "city", "--as-of", "2025-01-01", "--seed", SEED), "还没有算过"),
    ],
)
def test_refusals_are_words_and_end_with_2(
    app: Flask, sample: AuditSample, arguments: tuple[str, ...], said: str
) -> None:
    code, told = run(app, *arguments)
    assert (code, said in told) == (2, True), told


def test_a_list_that_is_none_is_refused(app: Flask, sample: AuditSample, tmp_path: Path) -> None:
    (tmp_path / "own.txt").write_bytes(b"\xff\x00 nothing")
    code, told = run(app, "verify", sample.public_key, "--list", str(tmp_path / "own.txt"))
    assert (code, "读不懂" in told) == (2, True)


def test_the_shell_changes_nothing(app: Flask, sample: AuditSample) -> None:
    before = [one.item.id for one in items(sample)]
    draw(app)
    assert [one.item.id for one in items(sample)] == before
