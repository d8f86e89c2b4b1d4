"""``flask match whatif``: the same counts as a match run again, in words and as JSON, nothing stored."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from flask import Flask

from matchmaking.domain.matching.catalogue import Need
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.money import Money
from matchmaking.foundation import storage
from matchmaking.foundation.storage import remove_session, session
from matchmaking.market.matches.open_market import open_demand, open_supply
from matchmaking.rulebook import say
from matchmaking.rulebook import words as rulebook_words
from matchmaking.rulebook.matching import policy
from tests.fingerprints import fingerprints
from tests.market.market_world import GOOD, TODAY, World, offer
from tests.market.referral_world import sell, verified


@pytest.fixture
def tea_loan(market: World) -> str:
    """A product that takes one of three needs; two more have not been verified or are in another currency."""
    asks = {"amount_max": 400_000_000, "term_max": 24, "revenue_min": 700_000_000}
    key = sell(market.bank, "收茶贷", offer(criteria=asks))
    verified(market)
    verified(market, terms=replace(GOOD, amount=Money.of(6_000_000)))
    verified(market, login="water", organisation=market.far, terms=replace(GOOD, term_months=30))
    verified(
        market, login="water", organisation=market.far, terms=replace(GOOD, amount=Money.of(9_000_000), term_months=36)
    )
    return key


def run(app: Flask, *words: str):
    return app.test_cli_runner().invoke(args=["match", "whatif", "--as-of", TODAY.isoformat(), *words])


def test_one_product_as_json(app: Flask, market: World, tea_loan: str) -> None:
    before = fingerprints(storage.engine())
    said = run(app, "--product", tea_loan, "--json")
    assert said.exit_code == 0, said.output
    told = json.loads(said.output)
    assert (told["asked"]["needs"], told["fitting"]) == (4, {"needs": 1, "firms": 1, "minor": 300_000_000})
    rules = {row["rule"]: row for row in told["rules"]}
    assert rules["amount"]["alone"] == {"needs": 1, "firms": 1, "minor": 600_000_000}
    assert rules["amount"]["jointly"] == {"needs": 1, "firms": 1, "minor": 900_000_000}
    assert rules["amount"]["step"]["needs"] == 0, "600 万元 is four steps of 50 above 400"
    assert rules["term"]["step"] == {"needs": 1, "firms": 1, "minor": 300_000_000}
    (pair,) = told["pairs"]
    assert (pair["rules"], pair["both"]["needs"], pair["just"]["needs"]) == (["amount", "term"], 3, 1)
    assert [(near["rule"], near["steps"]) for near in told["near"]] == [("term", 1), ("amount", 4)]
    assert fingerprints(storage.engine()) == before


def test_a_value_opens_what_a_match_at_that_value_finds(app: Flask, market: World, tea_loan: str) -> None:
    told = json.loads(run(app, "--product", tea_loan, "--rule", "amount", "--to", "600", "--json").output)
    remove_session()
    needs, sold = open_demand(session(), TODAY).needs, open_supply(session(), TODAY).offered[tea_loan]
    wider = replace(sold, rules={**sold.rules, "amount_max": 600_000_000})
    fits = [taken(needs, [one]) for one in (sold, wider)]
    assert [told["trial"][name]["needs"] for name in ("before", "after")] == [len(keys) for keys in fits] == [1, 2]
    assert told["trial"]["needs"] == sorted(fits[1] - fits[0])
    assert [row["rule"] for row in told["rules"]] == ["amount"]


def taken(needs: list[Need], products: list) -> set[str]:
    found = match(needs, Catalogue(products), policy(TODAY), TODAY)
    return {key for key, fits in zip(found.needs, found.eligible.any(axis=1).tolist(), strict=True) if fits}


def test_the_whole_catalogue_as_json(app: Flask, market: World, tea_loan: str) -> None:
    sell(market.rival, "短贷", offer(criteria={"amount_max": 650_000_000, "term_max": 6}))
    told = json.loads(run(app, "--json").output)
    assert (told["products"], told["served"]["needs"], told["nobody"]["needs"]) == (2, 1, 3)
    assert {row["firm"] for row in told["unserved"]} == {"安康硒语茶业有限公司", "紫阳山泉饮品有限公司"}
    assert [row["amount_minor"] for row in told["unserved"]] == [900_000_000, 600_000_000, 300_000_000]
    changes = [(row["name"], row["rule"], row["away"]["needs"], row["step"]["needs"]) for row in told["changes"]]
    assert changes == [("短贷", "term", 2, 1), ("收茶贷", "amount", 1, 0), ("收茶贷", "term", 1, 1)]
    assert next(row for row in told["rules"] if row["rule"] == "term")["serves"]["needs"] == 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_tables_in_words(app: Flask, market: World, tea_loan: str, lang: str) -> None:
    flat = " ".join(run(app, "--product", tea_loan, "--rule", "amount", "--to", "600", "--lang", lang).output.split())
    for words in ("whatif_shell_rules", "whatif_shell_pairs", "whatif_shell_near", "match_criterion_amount"):
        assert say(words, lang) in flat
    assert "收茶贷" in flat and "600.00" in flat
    whole = " ".join(run(app, "--lang", lang).output.split())
    assert say("whatif_shell_changes", lang) in whole and say("whatif_shell_unserved", lang) in whole


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--product", "absent"), "whatif_product_unknown"),
        (("--rule", "colour"), "whatif_rule_unknown"),
        (("--to", "5"), "whatif_to_needs_rule"),
        (("--as-of", "yesterday"), "day_unreadable"),
        (("--product", "TEA", "--rule", "amount", "--to", "100"), "whatif_not_wider"),
        (("--product", "TEA", "--rule", "term", "--to", "700"), "match_rule_range"),
        (("--product", "TEA", "--rule", "size", "--to", "*"), "whatif_no_rule"),
        (("--product", "TEA", "--rule", "amount", "--to", "much"), "whatif_value_bad"),
    ],
)
@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_without_an_answer_it_says_why(
    app: Flask, market: World, tea_loan: str, words: tuple[str, ...], said: str, engine_name: str
) -> None:
    answer = run(app, *(tea_loan if word == "TEA" else word for word in words))
    assert answer.exit_code == 2
    fixed = max(re.split(r"\{\w+\}", rulebook_words()[said]["zh"]), key=len)
    assert fixed in " ".join(answer.output.split())
    assert "{" not in answer.output and "criterion:" not in answer.output
