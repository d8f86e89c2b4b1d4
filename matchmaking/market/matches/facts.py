"""Facts of matching ↔ the JSON they are kept as, so that a kept recommendation can be reckoned again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from datetime import date
from typing import Any

from matchmaking.domain.matching.catalogue import LenderRecord, Need, Product, Title
from matchmaking.domain.matching.criteria import ASKS, FIELDS
from matchmaking.domain.matching.rules import parse_rules, rules_json
from matchmaking.domain.money import Money


def inputs_of(need: Need, product: Product) -> dict[str, Any]:
    """Every fact of a pair as JSON has it."""
    return {"need": need_facts(need), "product": product_facts(product)}


def need_facts(need: Need) -> dict[str, Any]:
    """Every fact of a need as JSON has it."""
    asked = {each.name: _plain(getattr(need, each.name)) for each in fields(need) if each.name != "answers"}
    return {**asked, "answers": rules_json(dict(need.answers))}


def product_facts(product: Product) -> dict[str, Any]:
    """Every fact of a product as JSON has it; rules by the names of ``criteria.FIELDS``."""
    told = {each.name: _plain(getattr(product, each.name)) for each in fields(product) if each.name != "rules"}
    return {**told, "rules": rules_json(product.rules)}


def digest_of(inputs: dict[str, Any]) -> str:
    """SHA-256 of the inputs in canonical JSON."""
    return hashlib.sha256(
        json.dumps(inputs, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ).hexdigest()


def pair_from(inputs: dict[str, Any]) -> tuple[Need, Product]:
    """Back from JSON. What an older record does not name nobody had asked then."""
    need, product = dict(inputs["need"]), dict(inputs["product"])
    titles, answers = need.pop("titles"), need.pop("answers", {})
    asked = Need(
        **{name: _back(name, value) for name, value in need.items()},
        titles=None if titles is None else tuple(_title(each) for each in titles),
        answers=tuple(sorted(parse_rules(answers, ASKS).items())),
    )
    rules, records = parse_rules(product.pop("rules"), FIELDS), product.pop("records", ())
    return asked, Product(
        **{name: _back(name, value) for name, value in product.items()},
        records=tuple(LenderRecord(**each) for each in records),
        rules=rules,
    )


SETS = ("guarantees", "specialities", "places")


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return {"minor": value.minor, "currency": value.currency}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Title | LenderRecord):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value


def _back(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return Money(value["minor"], value["currency"])
    if name in SETS:
        return frozenset(value)
    return date.fromisoformat(value) if name in ("needed_by", "founded_on") and value else value


def _title(told: dict[str, Any]) -> Title:
    until = told["until"]
    return Title(told["code"], date.fromisoformat(told["since"]), date.fromisoformat(until) if until else None)
