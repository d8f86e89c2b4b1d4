"""Every route of the application with an address to ask for: what the tests over all pages walk along."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

EXAMPLES = {"IdConverter": 1, "KeyConverter": "absent", "PathConverter": "absent.css", "UnicodeConverter": "0" * 64}
"""What stands in for a variable part: an object that is not there."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def pairs(app: Flask) -> list[tuple[Rule, str]]:
    """(route, method) of everything the application answers, HEAD and OPTIONS aside."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    return [(rule, method) for rule in rules for method in METHODS if method in (rule.methods or ())]


def address_of(app: Flask, rule: Rule) -> str:
    """An address that this route answers, naming absent objects."""
    values = {name: EXAMPLES.get(type(part).__name__, 1) for name, part in rule._converters.items()}
    return app.url_map.bind("localhost").build(rule.endpoint, values)


def addresses(app: Flask) -> list[tuple[str, str]]:
    """(method, address) of everything."""
    return [(method, address_of(app, rule)) for rule, method in pairs(app)]
