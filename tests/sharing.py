"""What the many applications of one test process share, so that each test may still have one of its own.

An application compiles every route and every template it shows. They are the same in each, and compiling them anew
was a good part of the suite's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule


class Compiled(BytecodeCache):
    """Templates compiled before, by name and checksum of their source."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept."""
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it."""
        self.kept[bucket.key] = bucket.bytecode_to_string()


_templates = Compiled()
_builders: dict[tuple[Any, ...], Callable[..., tuple[str, str]]] = {}
_compile = Rule._compile_builder


def _compiled_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    # the builder is made from nothing but these: the parts of the address and the defaults
    key = (rule.rule, rule.endpoint, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


def share_compiled_routes() -> None:
    """From here on an address pattern is compiled once in this process."""
    Rule._compile_builder = _compiled_once  # type: ignore[method-assign]


def share_compiled_templates(app: Flask) -> None:
    """``app`` takes compiled templates from those shown before."""
    # by content: two applications may have the same template under different folders
    app.jinja_env.bytecode_cache = _templates
