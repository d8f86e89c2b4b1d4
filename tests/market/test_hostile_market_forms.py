"""Every field of every form of needs and products, and every filter, with what people send who mean no good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.foundation import storage
from matchmaking.foundation.storage import session
from matchmaking.market.needs.models import Need
from matchmaking.market.products.models import Product
from tests.house.sending import EVERY
from tests.market.market_world import World, enter, new_need
from tests.market.needs.test_need_pages import TYPED
from tests.market.products.test_product_pages import FILLED
from tests.web_fixtures import Browser, typed

HOSTILE = (
    "\x00", "茶\x00叶", "\ud800", "100000000000000000000", "-1", "Infinity", "NaN", "1e999999", "１２３", "٣٤٥",
    "1_000", "9" * 400, "甲" * 40_000, "' OR 1=1 --", "{{ 7 * 7 }}", "<script>alert(1)</script>", "\u202egnp.exe",
    "../../x", "0", " ", "0x10", "1.123456789012", "2026-02-30", "99999-01-01", "true",
)  # fmt: skip
FOR_THE_ENGINE = ("\x00", "茶\x00叶", "\ud800", "100000000000000000000", "9" * 400, "1e999999")
"""What PostgreSQL may take otherwise than SQLite does; the rest never reaches an engine."""
BODIES = {"tea": ("/needs/new", TYPED), "manager": ("/bank/products/new", FILLED)}


def send(visitor: Browser, path: str, body: dict[str, str]) -> TestResponse:
    """Post a form whose text may be no text at all: half a surrogate pair goes over the wire as its three bytes."""
    sent = typed({"csrf_token": visitor.csrf_token(), **body})
    return visitor.post(path, data=sent, content_type="application/x-www-form-urlencoded")


def cases() -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """(who, where, which field, a body that would otherwise do)."""
    for login, (path, body) in BODIES.items():
        for field in (*body, "key", "version", "seen", "csrf_token"):
            yield login, path, field, body


CASES = list(cases())


def test_every_rule_of_the_declaration_is_among_the_fields() -> None:
    asked = {field for _, path, field, _ in CASES if path == "/bank/products/new"}
    assert {f"rule_{field.name}" for field in FIELDS} <= asked


@EVERY
@pytest.mark.parametrize("place", range(0, len(CASES), 8), ids=lambda place: CASES[place][1] + " " + CASES[place][2])
def test_no_field_of_a_new_need_or_product_breaks_anything(
    visitor: Browser, market: World, place: int, engine_name: str, every: int
) -> None:
    texts = HOSTILE if engine_name == "sqlite" else FOR_THE_ENGINE
    for turn, (login, path, field, body) in enumerate(CASES[place : place + 8], place):
        enter(visitor, login)
        for number, text in enumerate(texts[turn % every :: every]):
            typed = {**body, "key": f"hostile-{field}-{number:04d}", field: text}
            answer = send(visitor, path, typed)
            assert answer.status_code in (303, 400, 413, 422), (path, field, text[:20], answer.status_code)
            assert "<script>alert" not in answer.text and answer.text.strip() != "49"
    storage.remove_session()
    for need in session().scalars(select(Need)):
        assert need.organisation_id == market.firm and need.state == "draft"
        assert need.amount_minor is None or 0 < need.amount_minor < 2**62
    assert {one.organisation_id for one in session().scalars(select(Product))} <= {market.bank}


@pytest.mark.parametrize(
    ("engine_name", "text"),
    [("sqlite", text) for text in HOSTILE] + [("postgresql", text) for text in FOR_THE_ENGINE],
    indirect=["engine_name"], ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_no_other_form_breaks(visitor: Browser, market: World, text: str) -> None:
    draft = new_need(market)
    places = {
        "tea": [(f"/needs/{draft}/edit", ("version", "amount", "amount_unit", "guarantees")),
                (f"/needs/{draft}/post", ("version", "confirmed", "key")),
                (f"/needs/{draft}/move", ("version", "action", "key"))],
        "county": [(f"/bureau/needs/{draft}/verify", ("version", "key")),
                   (f"/bureau/needs/{draft}/return", ("version", "words", "key")),
                   (f"/bureau/firms/{market.firm_key}/needs/new", ("amount", "loan_kind", "key"))],
        "manager": [("/bank/products/absent/move", ("number", "seen", "action")),
                    ("/bank/products/absent/draft", ("seen", "rule_regions"))],
    }  # fmt: skip
    for login, forms in places.items():
        enter(visitor, login)
        for number, (path, fields) in enumerate(forms):
            for field in fields:
                body = {"key": f"other-{number:06d}-{field}", "version": "1", "action": "discard", field: text}
                if path.endswith("move") and field != "action":
                    body["action"] = "withdraw"
                answer = send(visitor, path, body)
                assert answer.status_code < 500, (path, field)
                assert answer.status_code != 303 or field in ("confirmed", "key", "amount", "loan_kind", "guarantees",
                                                              "amount_unit"), (path, field)  # fmt: skip


@pytest.mark.parametrize(
    ("engine_name", "text"),
    [("sqlite", text) for text in HOSTILE if len(text) < 1000 and "\ud800" not in text]
    + [("postgresql", text) for text in FOR_THE_ENGINE if "\ud800" not in text],
    indirect=["engine_name"], ids=lambda text: repr(text[:12]),
)  # fmt: skip
def test_no_filter_breaks(visitor: Browser, market: World, text: str) -> None:
    lists = {
        "tea": (("/needs", ("page",)), ("/products", ("page", "sort", "kind", "mode", "amount", "term", "text"))),
        "county": (("/bureau/needs", ("page", "state", "area", "text")),),
        "manager": (("/bank/products", ("page",)),),
    }
    for login, asked in lists.items():
        enter(visitor, login)
        for path, names in asked:
            for name in names:
                answer = visitor.get(path, query_string={name: text})
                assert answer.status_code in (200, 303, 400), (path, name)
                assert "<script>alert" not in answer.text


@pytest.mark.parametrize("key", ["%00", "1", "-", "..%2f..", "9" * 121, "％００", "need:1'--"])
def test_no_key_breaks(visitor: Browser, market: World, key: str) -> None:
    for login, root in (
        ("tea", "/needs"),
        ("county", "/bureau/needs"),
        ("manager", "/bank/products"),
        ("tea", "/products"),
    ):
        enter(visitor, login)
        assert visitor.get(f"{root}/{key}").status_code in (400, 404)


def test_an_amount_in_full_width_digits_is_read(visitor: Browser, market: World) -> None:
    enter(visitor, "tea")
    visitor.submit("/needs/new", {**TYPED, "amount": "３００．５", "key": "full-width-01"})
    assert session().scalars(select(Need.amount_minor)).one() == 300_500_000
    assert session().scalar(select(func.count()).select_from(Need)) == 1
