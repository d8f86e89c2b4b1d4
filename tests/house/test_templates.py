"""Templates: all compile, none carries script or style inline or reaches beyond this host, all that are named exist."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from config import Settings
from matchmaking.app import create_app
from tests.house.tree import TEMPLATES, called, modules

PAGES = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*") if path.is_file())

FORBIDDEN = {
    "inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "inline style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE | re.DOTALL),
    "event attribute": re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=", re.IGNORECASE | re.DOTALL),
    "javascript address": re.compile(r"javascript:", re.IGNORECASE),
    "address on another host": re.compile(r"""(?:src|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE),
    "stylesheet of another host": re.compile(r"""<link[^>]*href\s*=\s*["'](?:https?:)?//""", re.IGNORECASE),
    "unquoted attribute": re.compile(r"<[a-z][^<>]*\s[a-z-]+=\{\{", re.IGNORECASE | re.DOTALL),
    "a switch around escaping": re.compile(r"\|\s*safe\b|autoescape\s+false", re.IGNORECASE),
}


def without_comments(text: str) -> str:
    """The template without what Jinja drops."""
    return re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)


def faults(text: str) -> list[str]:
    """Names of what ``text`` must not contain."""
    plain = without_comments(text)
    # what stands between braces may contain a '>' and would end a tag too early
    flat = re.sub(r"\{%.*?%\}", " ", plain, flags=re.DOTALL)
    flat = re.sub(r"\{\{.*?\}\}", "{{", flat, flags=re.DOTALL)
    escaping = FORBIDDEN["a switch around escaping"].search(plain)
    found = [name for name, pattern in FORBIDDEN.items() if pattern.search(flat)]
    return found + ["a switch around escaping"] * bool(escaping)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application, for its template environment only."""
    return create_app(Settings(environment="test", instance=tmp_path_factory.mktemp("templates"), secret_key="t" * 40))


def test_there_are_templates() -> None:
    assert PAGES


@pytest.mark.parametrize("name", PAGES)
def test_the_template_compiles_and_is_escaped(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)
    assert app.jinja_env.autoescape(name) if callable(app.jinja_env.autoescape) else app.jinja_env.autoescape


@pytest.mark.parametrize("name", PAGES)
def test_the_template_has_nothing_inline(name: str) -> None:
    assert faults((TEMPLATES / name).read_text("utf-8")) == []


def _named_in_templates(app: Flask) -> Iterator[tuple[str, str]]:
    kinds = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)
    for page in PAGES:
        tree = app.jinja_env.parse((TEMPLATES / page).read_text("utf-8"))
        for node in tree.find_all(kinds):
            if isinstance(node.template, nodes.Const):
                yield page, str(node.template.value)


def _named_in_source() -> Iterator[tuple[str, str]]:
    for module in modules():
        for node in ast.walk(module.tree):
            if called(node).split(".")[-1] == "render_template" and isinstance(node, ast.Call) and node.args:
                name = node.args[0]
                if isinstance(name, ast.Constant):
                    yield module.at(node), str(name.value)


def test_every_template_named_exists(app: Flask) -> None:
    named = [*_named_in_templates(app), *_named_in_source()]
    assert named
    assert [f"{where}: {name}" for where, name in named if not (TEMPLATES / name).exists()] == []


def test_every_address_in_a_template_is_a_route(app: Flask) -> None:
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    named = [
        (page, match)
        for page in PAGES
        for match in re.findall(
            r"url_for\(\s*['\"]([a-z_.]+)['\"]", without_comments((TEMPLATES / page).read_text("utf-8"))
        )
    ]
    assert [f"{page}: {name}" for page, name in named if name not in endpoints and name != "static"] == []


def test_static_files_named_in_templates_exist() -> None:
    static = TEMPLATES.parent / "static"
    pattern = re.compile(r"url_for\(\s*['\"]static['\"],\s*filename=['\"]([^'\"]+)['\"]")
    named = {name for page in PAGES for name in pattern.findall((TEMPLATES / page).read_text("utf-8"))}
    assert sorted(name for name in named if not Path(static / name).exists()) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("<script>alert(1)</script>", "inline script"),
        ('<p style="color: red">', "style attribute"),
        ("<p {% if a > b %}class='x'{% endif %} onclick='f()'>", "event attribute"),
        ("<style>p {}</style>", "inline style element"),
        ('<a href="javascript:f()">', "javascript address"),
        ('<script src="https://cdn.example/x.js"></script>', "address on another host"),
        ("<input value={{ x }}>", "unquoted attribute"),
        ("{{ x|safe }}", "a switch around escaping"),
    ],
)
def test_the_check_sees_what_it_should(text: str, fault: str) -> None:
    assert fault in faults(text)


@pytest.mark.parametrize(
    "text", ['<p class="on" data-on="x">style = onclick</p>', "{# <style> #}", '<svg fill="url(#{{ x }})">']
)
def test_the_check_lets_pass_what_it_should(text: str) -> None:
    assert faults(text) == []
