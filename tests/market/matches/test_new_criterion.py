"""A criterion nobody has thought of yet, declared here and nowhere else: form field, question, mask, words, what-if."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from matchmaking import rulebook
from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.criteria import ASKS, CRITERIA, FIELDS, asks_of, fields_of
from matchmaking.domain.matching.explain import explain, near_misses
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.matching.rules import Field, parse_rules, rules_json
from matchmaking.foundation.web.declared import declared_form, told_in
from matchmaking.rulebook.matching import in_words
from tests.domain.matching.markets import ON, POLICY, need, product

CHANNELS = ("counter", "online", "export")
SALES = Among(
    code="sales",
    fields=(Field("sales_channels", r.CHOICES, choices=CHANNELS, vocabulary="sales"),),
    asks=(Field("sells_by", r.CHOICES, choices=CHANNELS, vocabulary="sales"),),
    vocabulary="sales",
    tokens=lambda asked, on: asked.codes("sells_by"),
    accepted=lambda offered: offered.codes("sales_channels"),
    known=lambda asked: bool(asked.codes("sells_by")),
    kind=v.NOW,
    change=lambda asked, channel, on: asked.answering("sells_by", asked.codes("sells_by") | {channel}),
)
WITH = (*CRITERIA, SALES)
WORDS = {
    "match_field_sales_channels": "做哪些销路", "match_field_sells_by": "主要怎么卖", "match_sales_counter": "门店",
    "match_sales_online": "电商", "match_sales_export": "出口", "match_sales_free": "产品不限销路。",
    "match_sales_passed": "靠{has}，产品做{accepts}。", "match_sales_failed": "靠{has}，产品只做{accepts}。",
    "match_sales_unknown": "请填写怎么卖；产品只做{accepts}。", "match_sales_change": "做起{accepts}之一即符合。",
}  # fmt: skip


@pytest.fixture(autouse=True)
def with_its_words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As if its words stood in a file beside the others."""
    told = {**rulebook.words(), **{key: {"zh": zh, "en": zh} for key, zh in WORDS.items()}}
    for module in ("matchmaking.rulebook", "matchmaking.rulebook.matching"):
        monkeypatch.setattr(f"{module}.words", lambda: told)
    yield


def test_it_has_its_field_on_the_product_form_and_its_question_on_the_need_form(app: Flask) -> None:
    assert fields_of(WITH)[-1].name == "sales_channels"
    assert [field.name for field in asks_of(WITH)] == [*(field.name for field in ASKS), "sells_by"]
    typed = {"rule_sales_channels": ["online", "export"], "ask_sells_by": ["online"]}
    for fields, beginning, told in (
        (SALES.fields, "rule_", {"sales_channels": ["export", "online"]}),
        (SALES.asks, "ask_", {"sells_by": ["online"]}),
    ):
        with app.test_request_context():
            form = declared_form(fields, beginning)(formdata=MultiDict(typed), meta={"csrf": False})
            assert form.validate()
            assert told_in(form, fields, beginning) == told
            assert [option.label for option in form[f"{beginning}{fields[0].name}"].options][:1] == [
                "match_sales_counter"
            ]


def test_its_mask_and_its_explanation_agree() -> None:
    told = json.loads(json.dumps(rules_json(parse_rules({"sales_channels": ["online"]}, (*FIELDS, *SALES.fields)))))
    shop = product("shop", **parse_rules(told, (*FIELDS, *SALES.fields)))
    asked = [
        need("shop-only").answering("sells_by", frozenset({"counter"})),
        need("both").answering("sells_by", frozenset({"counter", "online"})),
        need("silent"),
    ]
    found = match(asked, Catalogue([shop], criteria=WITH), POLICY, ON)
    said = [explain(one, shop, POLICY, ON, criteria=WITH).verdicts[-1] for one in asked]
    assert found.eligible.tolist() == [[False], [True], [False]] == [[verdict.passed] for verdict in said]
    assert [(verdict.state, in_words(verdict.reason)) for verdict in said] == [
        (v.FAILED, "靠门店，产品只做电商。"), (v.PASSED, "靠门店、电商，产品做电商。"),
        (v.UNKNOWN, "请填写怎么卖；产品只做电商。"),
    ]  # fmt: skip


def test_what_would_change_the_answer_and_what_relaxing_it_would_open() -> None:
    shop = product("shop", sales_channels=frozenset({"online"}))
    asked = need().answering("sells_by", frozenset({"counter"}))
    (near,) = near_misses([asked], Catalogue([shop], criteria=WITH), POLICY, ON)
    (change,) = near.changes
    assert in_words(change.reason) == "做起电商之一即符合。"
    assert change.need is not None and SALES.passes(change.need, shop, ON)
    for relaxed in (SALES.eased(asked, shop, ON), SALES.stepped(shop)):
        assert match([asked], Catalogue([relaxed], criteria=WITH), POLICY, ON).eligible_count == 1
    assert SALES.eased(asked, shop, ON).rules["sales_channels"] == {"counter", "online"}


@pytest.mark.parametrize("name", ["sales_channels", "sells_by"])
def test_the_house_itself_does_not_know_it(name: str) -> None:
    known: Any = {field.name for field in (*FIELDS, *ASKS)}
    assert name not in known
