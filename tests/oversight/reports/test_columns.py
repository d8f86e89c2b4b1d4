"""Columns follow the tables: what is new comes as one more file, what was rewritten or put back is pulled anew."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from bench.report_facts import LAST, Sizes
from matchmaking.foundation import storage
from matchmaking.foundation.columnar import Snapshots
from matchmaking.foundation.columnar import snapshots as room
from matchmaking.oversight.reports.asked import Asked
from matchmaking.oversight.reports.hot import REPORTS, by_numbers
from matchmaking.oversight.reports.texts import TEXTS
from tests.delivery.cases_world import MILLION, World
from tests.oversight.reports.reports_world import fill, oracle, refresh, same

SMALL = Sizes(200, 400)


def equal(world: World, snapshots: Snapshots) -> None:
    asked = Asked.on(world.portfolio.id, LAST, LAST)
    for name in REPORTS:
        same(by_numbers(snapshots, name, asked), oracle(name, asked))


def parts(snapshots: Snapshots, name: str) -> list[str]:
    return snapshots.manifest()["tables"][name]["parts"]


def test_a_new_fact_comes_as_one_more_file_and_the_rest_stays(world: World, snapshots: Snapshots) -> None:
    paper = world.sign()
    world.pay(paper, MILLION)
    assert refresh(snapshots).rows == 2
    before = {name: parts(snapshots, name) for name in ("papers", "reports")}
    assert refresh(snapshots).rows == 0
    world.void(world.pay(paper, MILLION // 2))
    found = refresh(snapshots)
    assert (found.rows, found.rebuilt) == (2, ())
    assert parts(snapshots, "papers") == before["papers"]
    assert parts(snapshots, "reports")[:1] == before["reports"] and len(parts(snapshots, "reports")) == 2
    equal(world, snapshots)


@pytest.mark.parametrize(
    "how",
    [
        "UPDATE disbursement SET amount_minor = amount_minor + 1 WHERE id = 7",
        "DELETE FROM third_party_line WHERE id = (SELECT MAX(id) FROM third_party_line)",
        "DELETE FROM confirmation WHERE id = 3",
    ],
)
def test_a_rewritten_or_vanished_row_is_pulled_anew(world: World, snapshots: Snapshots, how: str) -> None:
    fill(world, 5, SMALL)
    refresh(snapshots)
    with storage.engine().begin() as connection:
        # past the triggers that refuse it, as somebody with the database's password could
        if connection.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            for name in (
                connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            ):
                connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text(how))
    assert len(refresh(snapshots).rebuilt) == 1
    equal(world, snapshots)


def test_many_files_are_pulled_together(
    world: World, snapshots: Snapshots, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(room, "MOST_PARTS", 3)
    for _ in range(5):
        world.sign()
        refresh(snapshots)
    assert len(parts(snapshots, "papers")) <= 3
    equal(world, snapshots)
    # files of the manifest and of the one before it, no others
    assert len(list(snapshots.folder.glob("papers-*.parquet"))) <= 5


def test_a_torn_manifest_or_a_lost_file_is_mended_by_the_next_refresh(world: World, snapshots: Snapshots) -> None:
    fill(world, 5, SMALL)
    refresh(snapshots)
    (snapshots.folder / "manifest.json").write_text("{", "utf-8")
    with pytest.raises(FileNotFoundError), snapshots.opened():
        pass
    refresh(snapshots)
    equal(world, snapshots)
    (snapshots.folder / parts(snapshots, "lines")[0]).unlink()
    refresh(snapshots)
    equal(world, snapshots)


def test_every_text_takes_days_as_known_on_another_day() -> None:
    asked = Asked.on(1, LAST - timedelta(9), LAST)
    for text_ in TEXTS.values():
        assert {"as_of", "known", "portfolio"} <= set(asked.taken_by(text_))
