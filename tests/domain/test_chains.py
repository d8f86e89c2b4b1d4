"""产业链: the longest beginning of a code decides, no code stands in two chains, every edition has its document."""

from __future__ import annotations

from datetime import date

import pytest

from matchmaking.domain.chains import NO_CHAIN, Chain, ChainTable
from matchmaking.rulebook.reference import chain_editions, chain_table, industries

DAY = date(2026, 9, 30)


def table(**chains: tuple[str, ...]) -> ChainTable:
    made = tuple(Chain(code, code, code, prefixes) for code, prefixes in chains.items())
    return ChainTable(DAY, "文件 / document", False, made)


@pytest.mark.parametrize(
    ("code", "chain"),
    [("0164", "tea"), ("A0164", "tea"), ("0161", "farm"), ("01", "farm"), ("0", NO_CHAIN), ("", NO_CHAIN),
     ("C1530", NO_CHAIN), ("1016", NO_CHAIN)],
)  # fmt: skip
def test_the_longest_beginning_decides(code: str, chain: str) -> None:
    assert table(farm=("01",), tea=("0164",)).of(code) == chain
    assert table(tea=("0164",), farm=("01",)).of(code) == chain, "not the order of the table"


@pytest.mark.parametrize("prefix", ["", "1", "15301", "A1", "1a", "１５"])
def test_what_begins_no_code_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="no beginning"):
        table(tea=(prefix,))


def test_a_beginning_in_two_chains_is_refused() -> None:
    with pytest.raises(ValueError, match="0164 stands in"):
        table(tea=("0164",), farm=("0164",))


def test_no_chain_is_called_as_those_without_one() -> None:
    with pytest.raises(ValueError, match="codes of their own"):
        table(**{NO_CHAIN: ("01",)})


def test_every_beginning_of_every_edition_begins_a_code_of_the_standard() -> None:
    classes = [code for code in industries().entries if code.isdigit()]
    assert chain_editions()
    for edition in chain_editions():
        zh, _, en = edition.document.partition(" / ")
        assert len(zh) > 5 and len(en) > 5, "a document in both languages"
        for chain in edition.chains:
            assert chain.zh and chain.en and chain.prefixes
            for prefix in chain.prefixes:
                assert any(code.startswith(prefix) for code in classes), (chain.code, prefix)
                # every code that begins so stands in one chain, perhaps a narrower one
                assert all(edition.of(code) != NO_CHAIN for code in classes if code.startswith(prefix))


def test_the_edition_of_the_day_holds_and_before_the_first_the_first() -> None:
    assert chain_table(date(1990, 1, 1)) is chain_editions()[0]
    assert chain_table(DAY) is max(
        (one for one in chain_editions() if one.since <= DAY), key=lambda one: one.since
    )  # fmt: skip
    assert [chain_table(DAY).of(code) for code in ("0164", "2455", "6513")] == ["tea", "toys", NO_CHAIN]
