"""What the many applications and databases of one test process share, so that each test may still have its own.

An application compiles every route and every template it shows and reads a catalogue of translations; an engine
compiles every statement it sends. They are the same in each, and making them anew was a good part of the suite's time.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any
from weakref import WeakKeyDictionary

from flask import Flask
from flask_babel import Domain
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from psycopg.pq import TransactionStatus
from sqlalchemy import Dialect, Engine, create_engine, event
from sqlalchemy.util import LRUCache
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
_rules: dict[tuple[Any, ...], tuple[Any, ...]] = {}
_compile = Rule.compile


def _compile_once(rule: Rule) -> None:
    assert rule.map is not None
    # what a rule compiles to is made from nothing but these
    key = (
        rule.rule, rule.endpoint, repr(rule.defaults), rule.host, rule.subdomain, rule.merge_slashes,
        rule.map.host_matching, *rule.map.converters.values(),
    )  # fmt: skip
    if key not in _rules:
        _compile(rule)
        builders = (rule._build.__func__, rule._build_unknown.__func__)  # type: ignore[attr-defined]
        _rules[key] = (rule._parts, rule._trace, rule._converters, rule.arguments, *builders)
        return
    rule._parts, rule._trace, rule._converters, rule.arguments, build, unknown = _rules[key]
    rule._build, rule._build_unknown = build.__get__(rule, None), unknown.__get__(rule, None)


def share_compiled_routes() -> None:
    """From here on an address pattern is compiled once in this process."""
    Rule.compile = _compile_once  # type: ignore[method-assign,assignment]


def share_compiled_templates(app: Flask) -> None:
    """``app`` takes compiled templates from those shown before."""
    # by content: two applications may have the same template under different folders
    app.jinja_env.bytecode_cache = _templates


_catalogues: dict[tuple[str, ...], dict[Any, Any]] = {}


def _read_once(domain: Domain, _context: object) -> dict[Any, Any]:
    return _catalogues.setdefault(tuple(domain.translation_directories), {})


def share_catalogues() -> None:
    """From here on a catalogue of translations is read once in this process."""
    Domain.get_translations_cache = _read_once


_dialects: dict[str, Dialect] = {}
"""Name of an engine → its dialect, once a connection has told it which version it speaks to."""
_statements: LRUCache[Any, Any] = LRUCache(5_000)


Address = tuple[int, str]
"""A process, and how it reaches a server."""
KEPT = 4
"""Connections kept of one address: a test with a hundred threads must not take a server's from all others."""
_addresses: WeakKeyDictionary[Any, Address] = WeakKeyDictionary()
_by_hand: dict[Address, list[Any]] = {}
"""Connections to a server whose engine is gone: they know the tables, a new one would have to read about them."""


def _connect(dialect: Any, _record: object, arguments: Any, options: Any) -> Any:
    address = os.getpid(), repr((arguments, options))
    kept = _by_hand.setdefault(address, [])
    while kept:
        if not (raw := kept.pop()).closed:
            return raw
    raw = dialect.connect(*arguments, **options)
    _addresses[raw] = address
    return raw


def _close(raw: Any) -> None:
    """Keep a connection that is as good as new; close one that is not, or in the middle of something."""
    address = _addresses.get(raw)
    idle = not raw.closed and raw.info.transaction_status == TransactionStatus.IDLE
    if not idle or address is None or address[0] != os.getpid() or len(_by_hand[address]) >= KEPT:
        raw.close()
        return
    raw.autocommit = True
    raw.execute("DISCARD ALL")
    raw.autocommit = False
    _by_hand[address].append(raw)


def _opened(url: str, **options: Any) -> Engine:
    backend = url.partition(":")[0]
    known = _dialects.get(backend)
    made = create_engine(url, **options, _initialize=known is None, execution_options={"compiled_cache": _statements})
    if known is None:
        event.listen(made.pool, "connect", lambda *_: _dialects.setdefault(backend, made.dialect))
        return made
    # compiled statements belong to the dialect they were compiled for, and it knows its server already
    made.dialect = made.pool._dialect = known
    if known.name == "postgresql":
        known.do_close = _close  # type: ignore[method-assign,assignment]
        event.listen(made, "do_connect", _connect)
    prepare = known.on_connect_url(made.url)
    if prepare:
        event.listen(made.pool, "connect", lambda raw, _record: prepare(raw))
    return made


def share_compiled_statements() -> None:
    """From here on a statement is compiled once in this process, whichever database it is sent to."""
    vars(import_module("matchmaking.foundation.storage.engine"))["create_engine"] = _opened
