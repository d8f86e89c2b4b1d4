"""The card on real loans it did not see: better than popularity in the city beyond sampling error, and not by size.

Split by date here; nothing of the files stays in the project. A part of the later loans, evenly spread, keeps it short.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from matchmaking.domain.matching.learning import card
from matchmaking.domain.matching.learning.backtest import FIRST_PART, Backtest, backtest, split_day
from matchmaking.market.matches.cli.ranking import rank
from matchmaking.market.matches.loan_lists import layout_at, loans_in
from tests.real.sources import data_file

FILES = {"sba-rank": "ranking/sba_train.csv.gz", "ppp-rank": "ranking/ppp_mt_train.csv.gz"}
TRIED = 1_200
BRIEF = 300
"""Loans learned from at each cut where it has to be short; the product learns from three times as many."""


@pytest.fixture(
    scope="module",
    params=[("ppp-rank", None), ("sba-rank", BRIEF), pytest.param(("sba-rank", None), marks=pytest.mark.release)],
    ids=["ppp-rank", "sba-rank", "sba-rank-whole"],
)
def tried(request: pytest.FixtureRequest) -> Iterator[tuple[str, Backtest]]:
    """Mapping and backtest on every so-manieth of the later loans; the card of the long list learned from fewer."""
    mapping, learned = request.param
    layout = layout_at(mapping)
    loans = loans_in(str(data_file(FILES[mapping])), layout, with_lender=True).by_day()
    day = split_day(loans)
    start = int(np.searchsorted(loans.days, day.toordinal()))
    later = start + np.arange(TRIED) * (len(loans) - start) // TRIED
    with pytest.MonkeyPatch.context() as patched:
        if learned:
            patched.setattr(card, "MOST_LEARNED", learned)
        yield mapping, backtest(loans.taken(np.concatenate([np.arange(start), later])), layout, day)


def test_it_beats_popularity_in_the_city_beyond_sampling_error(tried: tuple[str, Backtest]) -> None:
    _, found = tried
    assert found.tried == TRIED
    for rival in ("popular", "popular_city", "hand"):
        assert found.groups["all"].gains[rival]["mrr"].low > 0, rival
    for rival in ("popular", "popular_city"):
        assert found.groups["all"].gains[rival]["hit5"].low > 0, rival


def test_it_reaches_recent_loans_of_the_place_on_lenders_outside_the_top_twenty(tried: tuple[str, Backtest]) -> None:
    _, found = tried
    other = found.groups["other"]
    assert other.n > 100
    assert other.gains["recent_place"]["mrr"].low > 0
    assert other.gains["recent_place"]["hit5"].high > 0, "not worse beyond sampling error"
    assert other.gains["popular_city"]["mrr"].low > 0
    assert found.groups["all"].gains["recent_place"]["mrr"].low > 0


def test_what_it_expects_is_near_what_is_seen(tried: tuple[str, Backtest]) -> None:
    _, found = tried
    assert sum(one.pairs * abs(one.expected - one.seen) for one in found.calibration) / (TRIED * 10) < 0.03


@pytest.mark.release
@pytest.mark.parametrize("mapping", sorted(FILES))
def test_ranks_are_written_in_the_shape_that_is_scored(mapping: str, tmp_path: Path) -> None:
    """The whole way over files: past loans, later ones without their lender, ``id,rank,lender``."""
    layout = layout_at(mapping)
    with gzip.open(data_file(FILES[mapping]), "rt", encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    rows.sort(key=lambda row: layout.days.read(row[layout.day]))
    cut = layout.days.read(rows[int(len(rows) * FIRST_PART)][layout.day])
    past = [row for row in rows if layout.days.read(row[layout.day]) < cut]
    later = [row for row in rows if layout.days.read(row[layout.day]) >= cut][:500]
    train, queries, out = (tmp_path / name for name in ("train.csv.gz", "queries.csv", "ranks.csv.gz"))
    train.write_bytes(gzip.compress(_text(past, list(rows[0])).encode()))
    queries.write_text(_text(later, [name for name in rows[0] if name != layout.lender]), "utf-8")
    arguments = ["--train", train, "--queries", queries, "--mapping", mapping, "--out", out]
    done = CliRunner().invoke(rank, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    with gzip.open(out, "rt", encoding="utf-8", newline="") as text:
        told = list(csv.DictReader(text))
    assert list(told[0]) == ["id", "rank", "lender"]
    best = {row["id"]: row["lender"] for row in told if row["rank"] == "1"}
    assert sum(best[row["id"]] == row[layout.lender] for row in later) / len(later) > 0.3
    assert max(int(row["rank"]) for row in told) == 100


def _text(rows: list[dict[str, str]], names: list[str]) -> str:
    text = io.StringIO()
    lines = csv.DictWriter(text, names, extrasaction="ignore", lineterminator="\n")
    lines.writeheader()
    lines.writerows(rows)
    return text.getvalue()
