"""Codes below, words above: every code in the source has words in Chinese and English with the same placeholders."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator

import pytest

from matchmaking import schedule
from matchmaking.foundation.trail.tags import check_tag
from matchmaking.rulebook import LANGUAGES, words
from tests.house.tree import TEMPLATES, Module, called, modules

CHINESE = re.compile(r"[\u4e00-\u9fff]")
NOT_ON_SCREEN = re.compile("疑点|注水|转化率|履约率|线索|违规|拒绝|审计(?!局|署|机关)")
"""Words practice forbids: 待核实事项, 口径异常, 落地率, 需求推送单, 不予受理 and 履约核查 are said instead."""

SPEAKERS = {"Reason", "say"}


def placeholders(text: str) -> set[str]:
    """Names in braces."""
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def spoken(module: Module) -> Iterator[tuple[ast.Call, str, bool]]:
    """Calls that name a code: the call, the code, and whether the code is only a beginning (``"role_" + name``)."""
    for node in ast.walk(module.tree):
        if called(node).split(".")[-1] not in SPEAKERS or not isinstance(node, ast.Call) or not node.args:
            continue
        code = node.args[0]
        if isinstance(code, ast.JoinedStr) and code.values and isinstance(code.values[0], ast.Constant):
            yield node, str(code.values[0].value), True
        elif isinstance(code, ast.BinOp) and isinstance(code.left, ast.Constant):
            yield node, str(code.left.value), True
        elif isinstance(code, ast.IfExp):
            yield from (
                (node, str(branch.value), False)
                for branch in (code.body, code.orelse)
                if isinstance(branch, ast.Constant)
            )
        elif isinstance(code, ast.Constant):
            yield node, str(code.value), False


def given(call: ast.Call) -> set[str] | None:
    """Names of the parameters a ``Reason`` call hands over, or None where they cannot be read off the source."""
    if called(call).split(".")[-1] == "say":
        return None if any(k.arg is None for k in call.keywords) else {str(k.arg) for k in call.keywords}
    arguments = [*call.args[1:], *(k.value for k in call.keywords if k.arg == "params")]
    if not arguments:
        return set()
    if not isinstance(arguments[0], ast.Dict) or not all(isinstance(key, ast.Constant) for key in arguments[0].keys):
        return None
    return {str(key.value) for key in arguments[0].keys if isinstance(key, ast.Constant)}


def faults(module: Module) -> list[str]:
    """What is wrong with the codes of ``module``."""
    found = []
    for call, code, beginning in spoken(module):
        known = [key for key in words() if key.startswith(code)] if beginning else [code] * (code in words())
        if not known:
            found.append(f"{module.at(call)}: {code!r} has no words")
        elif not beginning and given(call) is not None:
            missing = placeholders(words()[code]["zh"]) - (given(call) or set())
            found += [f"{module.at(call)}: the words of {code!r} ask for {name}" for name in sorted(missing)]
    return found


def test_every_code_in_the_source_has_words_and_brings_what_they_ask_for() -> None:
    assert [fault for module in modules() for fault in faults(module)] == []


@pytest.mark.parametrize("code", sorted(words()))
def test_words_stand_in_both_languages_with_the_same_placeholders(code: str) -> None:
    entry = words()[code]
    assert sorted(entry) == sorted(LANGUAGES)
    assert entry["zh"].strip()
    assert entry["en"].strip()
    assert placeholders(entry["zh"]) == placeholders(entry["en"])
    assert not CHINESE.search(entry["en"]), "Chinese in the English words"


def test_every_tag_written_to_the_trail_has_words() -> None:
    tags = [
        (module.at(keyword.value), keyword.value.value)
        for module in modules()
        for node in ast.walk(module.tree)
        if called(node).split(".")[-1] == "record"
        for keyword in getattr(node, "keywords", [])
        if keyword.arg == "tag" and isinstance(keyword.value, ast.Constant)
    ]
    assert tags, "no command writes the trail"
    for _, tag in tags:
        check_tag(tag)


def test_every_job_has_a_name_people_read() -> None:
    named = {f"job_name_{name.replace('-', '_')}" for name in (job.name for job in schedule.JOBS)}
    assert named - set(words()) == set()
    assert len(named) > 20


def test_words_that_practice_forbids_are_not_on_any_screen() -> None:
    said = [code for code, entry in words().items() if NOT_ON_SCREEN.search(entry["zh"])]
    shown = [
        str(path.name) for path in sorted(TEMPLATES.rglob("*.html")) if NOT_ON_SCREEN.search(path.read_text("utf-8"))
    ]
    assert said + shown == []


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("Reason('no_such_code', {})", 1),
        ("Reason('amount_unreadable', {})", 1),
        ("Reason('amount_unreadable', {'text': x})", 0),
        ("Reason('amount_unreadable', params)", 0),
        ("Reason('no_such_' + x)", 1),
        ("say(f'no_such_{x}')", 1),
        ("say('key_bad')", 0),
    ],
)
def test_the_check_sees_what_it_should(code: str, count: int) -> None:
    module = modules("domain")[0]
    assert len(faults(Module(module.name, module.path, ast.parse(code)))) == count
