"""What becomes of eight needs, clicked on real pages by those who make it so, each ending in the audited figure.

Laid down beforehand by :mod:`tests.browser.fates_world`: a verified firm that gave its consents, its needs sent and
taken in, a line approved for each, and a contract of 3,000,000 offered to the firm; one need lies with two banks.
Everything after that is clicked: the firm on a phone, the branch, the other bank and the finance office at a desk.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.driving import built, follow, served
from tests.browser.fates_people import WORLD, Fates

LATER, LAST = "2026-12-31", "2027-01-15"
"""A day after the first payment was promised; one after the last on which to draw."""


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """What one fate added to the ledger."""
    found = {name: after.get(name, 0) - before.get(name, 0) for name in {*before, *after}}
    return {name: minor for name, minor in found.items() if minor}


@pytest.fixture(scope="module")
def market(chrome: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fates]:
    """Built once for all workers, served to each from a copy of its own."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    base = tmp_path_factory.getbasetemp()
    instance = base / "fates_served"
    shutil.copytree(built((base if alone else base.parent) / "fates", WORLD, "fates.json"), instance)
    with served(instance, WORLD) as address:
        made = Fates(chrome, instance, address, json.loads((instance / "fates.json").read_text("utf-8")))
        yield made
        for context in made.contexts:
            context.close()


@pytest.fixture
def fates(market: Fates) -> Iterator[Fates]:
    """The market; afterwards no console may have complained."""
    yield market
    for watched in market.seen.values():
        watched.assert_clean()


def test_drawn_in_full(fates: Fates) -> None:
    before = fates.ledger()
    agreement = fates.signed("full")
    fates.report(agreement, "FULL1", "300")
    assert grown(before, fates.ledger()) == {"A2": 3_000_000, "signed": 3_000_000}, "what a bank says is not verified"
    fates.answer("FULL1", "right")
    added = {"A1": 3_000_000, "signed": 3_000_000, "verified": 3_000_000}
    assert grown(before, fates.ledger()) == added
    assert fates.sheet(agreement) == {"A1": 3_000_000, "verified": 3_000_000}


def test_drawn_in_two_parts_one_of_them_confirmed(fates: Fates) -> None:
    before = fates.ledger()
    agreement = fates.signed("parts")
    fates.report(agreement, "PART1", "100")
    fates.report(agreement, "PART2", "80")
    fates.answer("PART1", "right")
    buckets = {"A1": 1_000_000, "A2": 800_000, "W0": 1_200_000, "verified": 1_000_000}
    assert grown(before, fates.ledger()) == buckets | {"signed": 3_000_000}
    assert fates.sheet(agreement) == buckets


def test_never_drawn(fates: Fates) -> None:
    before = fates.ledger()
    agreement = fates.signed("never")
    now = fates.ledger()
    assert grown(before, now) == {"W0": 3_000_000, "signed": 3_000_000}, "agreed is not paid"
    fates.evening(LATER)
    assert fates.sheet(agreement, LATER) == {"U": 3_000_000, "verified": 0}, "the promised day has passed"
    then = fates.ledger(LATER)
    assert (then["signed"], then["verified"]) == (now["signed"], now["verified"]), "days pay nothing"


def test_terminated_by_the_bank(fates: Fates) -> None:
    before = fates.ledger()
    agreement = fates.signed("terminated")
    fates.report(agreement, "TERM1", "120")
    fates.answer("TERM1", "right")
    page = fates.at("branch", f"/bank/agreements/{agreement}/terms")
    page.locator("summary", has_text="余款不再放").click()
    ending = page.locator("form[action$='/end']")
    ending.locator("label.opt", has=page.locator("input[value=quota]")).click()
    follow(ending.get_by_role("button", name="终止余款"))
    buckets = {"A1": 1_200_000, "C2": 1_800_000, "verified": 1_200_000}
    assert grown(before, fates.ledger()) == buckets | {"signed": 3_000_000}
    assert fates.sheet(agreement) == buckets


def test_disputed(fates: Fates) -> None:
    before = fates.ledger()
    agreement = fates.signed("disputed")
    fates.report(agreement, "DISP1", "300")
    fates.answer("DISP1", "wrong")
    assert grown(before, fates.ledger()) == {"A4": 3_000_000, "signed": 3_000_000}
    assert fates.sheet(agreement) == {"A4": 3_000_000, "verified": 0}


def test_voided(fates: Fates) -> None:
    before = fates.ledger()
    agreement = fates.signed("voided")
    fates.report(agreement, "VOID1", "100")
    fates.report(agreement, "VOID2", "50")
    fates.answer("VOID1", "right")
    fates.answer("VOID2", "right")
    page = fates.at("officer", f"/bank/agreements/{agreement}")
    line = page.locator("ol.items > li", has_text="借据 VOID1")
    line.locator("summary").click()
    line.locator("[name=reason]").fill("金额录错")
    follow(line.get_by_role("button", name="作废", exact=True))
    buckets = {"A1": 500_000, "W0": 2_500_000, "verified": 500_000}
    assert grown(before, fates.ledger()) == buckets | {"signed": 3_000_000}
    assert fates.sheet(agreement) == buckets


def test_lapsed(fates: Fates) -> None:
    before = fates.ledger()
    agreement = fates.signed("lapsed")
    fates.report(agreement, "LAPS1", "100")
    fates.answer("LAPS1", "right")
    drawn = {"A1": 1_000_000, "verified": 1_000_000}
    now = fates.ledger()
    assert grown(before, now) == drawn | {"W0": 2_000_000, "signed": 3_000_000}
    fates.evening(LAST)
    assert fates.sheet(agreement, LAST) == drawn | {"C4": 2_000_000}, "the last day to draw has passed"
    then = fates.ledger(LAST)
    assert (then["signed"], then["verified"], then["C4"]) == (now["signed"], now["verified"], 2_000_000)


def test_refused_by_all(fates: Fates) -> None:
    before = fates.ledger()
    own, other = fates.told["sent"]
    for login, referral, reason in (("officer", own, "cash_flow"), ("rival", other, "quota")):
        page = fates.at(login, f"/inbox/{referral}")
        follow(page.locator(f"#decline button.rs[value={reason}]"))
    shown = fates.at("tea", f"/needs/{fates.told['need']}/progress")
    reasons = sorted(text.splitlines()[0] for text in shown.locator(".guard").all_inner_texts())
    assert [text.rsplit(" › ", 1)[1] for text in reasons] == ["现金流", "规模限额"], "both are told to the firm"
    assert fates.ledger() == before, "no contract, no money"
