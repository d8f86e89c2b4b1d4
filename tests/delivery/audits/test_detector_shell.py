"""``flask audit detectors --score``: the detectors' table, repeatable from its seed; the plain call still works."""

from __future__ import annotations

import json

import pytest
from flask import Flask

from config import Settings
from matchmaking.app import create_app
from matchmaking.domain.conversion.detectors import DETECTORS
from matchmaking.rulebook import say

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


@pytest.fixture
def app(settings: Settings, database: str) -> Flask:
    return create_app(settings)


def run(app: Flask, *words: str):
    return app.test_cli_runner().invoke(args=["audit", *words])


def test_scores_as_json_come_out_again_from_the_same_seed(app: Flask):
    said = [run(app, "detectors", "--score", "--seed", "3", "--json") for _ in range(2)]
    assert said[0].exit_code == 0, said[0].output
    assert said[0].output == said[1].output
    told = json.loads(said[0].output)
    assert [each["code"] for each in told["detectors"]] == [one.code for one in DETECTORS]
    assert all(each["planted"] and each["twins"] for each in told["detectors"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_tables_name_every_detector(app: Flask, lang: str):
    for words in (["--score"], []):
        said = run(app, "detectors", *words, "--lang", lang)
        assert said.exit_code == 0, said.output
        assert all(say(f"flag_{one.code}", lang).split()[0] in said.output for one in DETECTORS)
        assert say("detector_chance", lang) in said.output


def test_the_plain_call_still_asks_for_its_portfolio(app: Flask):
    assert run(app).exit_code == 2
    assert "--portfolio" in run(app).output
    assert run(app, "--portfolio", "nobody", "--as-of", "2025-06-30").exit_code == 2
