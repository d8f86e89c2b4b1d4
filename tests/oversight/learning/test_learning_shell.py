"""``flask match backtest`` and ``flask match fit``: tables in both languages, JSON, and refusals in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask

from matchmaking.oversight.learning.told import print_fit
from tests.market.matches.test_rank_shell import row, written
from tests.market.policies.test_policies import DEAR
from tests.oversight.learning.test_policy_pages import WHOLE

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"])


def run(app: Flask, *arguments: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["match", *arguments])
    return done.exit_code, done.output


def test_a_backtest_prints_every_way_with_intervals_in_both_languages(app: Flask, tmp_path: Path) -> None:
    train = str(written(tmp_path / "t.csv", [row("sba-rank", nth) for nth in range(400)]))
    code, told = run(app, "backtest", "--train", train, "--mapping", "sba-rank", "--json")
    assert code == 0, told
    found = json.loads(told)
    assert set(found["groups"]) == {"all", "large", "other"}
    everybody = found["groups"]["all"]
    assert set(everybody["ways"]) == {"card", "hand", "popular", "popular_city", "recent_place"}
    assert everybody["ways"]["card"]["hit1"]["value"] == 1, "the town's own bank lends"
    assert everybody["gains"]["popular"]["mrr"]["low"] > 0
    assert len(found["calibration"]) == 10
    assert found["learned"] > 0 and found["tried"] == everybody["n"]
    for lang, words in (("zh", "人工设定的积分卡"), ("en", "Hand-set card")):
        code, told = run(app, "backtest", "--train", train, "--mapping", "sba-rank", "--lang", lang)
        assert code == 0
        assert words in told and "Hit@5" in told and "MRR" in told
        assert ("更不预测还不还款" if lang == "zh" else "neither approval nor default") in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--portfolio"),
        (("--portfolio", "nowhere"), "nowhere"),
        (("--train", "none.csv", "--mapping", "sba-rank"), "none.csv"),
        (("--train", "none.csv", "--mapping", "sba-rank", "--split", "soon"), "soon"),
    ],
)
def test_what_cannot_be_answered_is_said_and_ends_with_two(app: Flask, arguments: tuple[str, ...], said: str) -> None:
    code, told = run(app, "backtest", *arguments)
    assert code == 2
    assert said in told


def test_a_fit_without_a_portfolio_is_refused_in_words(app: Flask) -> None:
    code, told = run(app, "fit", "--portfolio", "nowhere", "--lang", "en")
    assert code == 2
    assert "nowhere" in told


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_fit_is_told_with_both_cards_and_that_the_sample_is_small(
    app: Flask, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_fit({"weights": DEAR, **WHOLE}, lang)
    told = capsys.readouterr().out
    assert "60" in told and "40" in told and "2025-03-20" in told
    assert ("样本很小" if lang == "zh" else "The sample is small") in told
