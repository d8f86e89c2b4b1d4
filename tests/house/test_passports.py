"""Every page that prints a rate prints whom and which days it is about (N9): no percentage without its passport."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from matchmaking.domain.conversion.measures import MEASURES
from matchmaking.rulebook import words
from matchmaking.rulebook.edition import VERSION, rules_digest

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
RATE = re.compile(r"\|\s*pct\b")
PASSPORT = re.compile(r"passport\(|stands_on\(|_stands_on\.html|class=\"pass\"")
INCLUDED = re.compile(r"(?:include|import|from)\s+\"([^\"]+\.html)\"")
NOT_MEASURES = {
    # a price, a share of a fee or of a bound is no measure of the audit
    "loans/_ask.html": "interest",
    "matches/_fit.html": "interest and fees",
    "needs/_terms.html": "interest",
    "products/index.html": "interest",
    "products/_rate.html": "interest",
    "products/bank.html": "interest",
    "products/_terms.html": "interest",
    "decisions/sheet.html": "interest",
    "decisions/own.html": "interest",
    "papers/_terms.html": "interest",
    "lines/sheet.html": "interest",
    "allocations/index.html": "how far a plan is from its bound",
    "allocations/sheet.html": "how far a plan is from its bound",
    "office/agreement.html": "parts of one agreement, whose own facts stand below them",
}


def sources() -> dict[str, str]:
    """Name → text of every template."""
    return {path.relative_to(TEMPLATES).as_posix(): path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")}


def pages_of(name: str, texts: dict[str, str]) -> Iterator[str]:
    """Templates that hold ``name``, through whatever parts."""
    for other, text in texts.items():
        if name in INCLUDED.findall(text):
            yield other
            yield from pages_of(other, texts)


def without_passport(texts: dict[str, str]) -> list[str]:
    """Templates with a rate where neither they nor every page that holds them print a passport."""
    found = []
    for name, text in texts.items():
        if not RATE.search(text) or name in NOT_MEASURES or PASSPORT.search(text):
            continue
        holders = list(pages_of(name, texts))
        if not holders or not all(PASSPORT.search(texts[holder]) for holder in holders):
            found.append(name)
    return found


def test_every_rate_stands_above_its_passport() -> None:
    assert without_passport(sources()) == []


def test_what_is_no_measure_is_still_there_and_still_prints_a_rate() -> None:
    texts = sources()
    assert [name for name in NOT_MEASURES if name not in texts or not RATE.search(texts[name])] == []


def test_the_check_sees_a_rate_without_one() -> None:
    bare = {"a.html": "{{ x|pct }} %", "b.html": '{% include "a.html" %}', "c.html": '{% include "d.html" %}'}
    assert without_passport(bare) == ["a.html"]
    assert without_passport(bare | {"b.html": bare["b.html"] + "{{ passport([]) }}"}) == []


def test_the_printed_passport_names_everything() -> None:
    macro = (TEMPLATES / "_macros" / "passport.html").read_text("utf-8")
    for part in (
        "p.members", "p.digest", "p.frozen_on", "p.as_of", "p.known_at", "p.coverage_ppm", "p.confidence",
        "p.provisional", "p.version", "p.rules",
    ):  # fmt: skip
        assert part in macro, part


def test_every_measure_has_words_formula_exclusions_and_source() -> None:
    statement = ("with_money_count_rate", "with_money_amount_rate", "with_money_amount_capped_rate")
    for code in (*MEASURES, *statement):
        for part in ("", "_formula", "_exclusions", "_source"):
            assert f"measure_{code}{part}" in words(), f"measure_{code}{part}"


def test_the_version_is_the_one_of_the_list_of_changes() -> None:
    assert f"## {VERSION}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_another_number_is_another_digest(tmp_path: Path) -> None:
    import shutil

    from matchmaking.rulebook import HERE, edition

    assert re.fullmatch(r"[0-9a-f]{64}", rules_digest())
    for folder in edition.RULES:
        shutil.copytree(HERE / folder, tmp_path / folder)
    copied = edition.rules_digest.__wrapped__
    before = copied.__globals__["HERE"]
    try:
        copied.__globals__["HERE"] = tmp_path
        assert copied() == rules_digest()
        path = tmp_path / "parameters" / "samples.toml"
        path.write_text(path.read_text("utf-8").replace("value = 3", "value = 4"), "utf-8")
        assert copied() != rules_digest()
    finally:
        copied.__globals__["HERE"] = before
