"""What a rule shuts out and what a change opens: held to a match really run again, over random catalogues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.between import with_rule
from matchmaking.domain.matching.catalogue import Need, Product
from matchmaking.domain.matching.criteria import CRITERIA, Criterion
from matchmaking.domain.matching.explain import why_not
from matchmaking.domain.matching.index import Catalogue
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.matching.rules import FLAG
from matchmaking.domain.matching.whatif.counting import NOTHING, Asking, Tally
from matchmaking.domain.matching.whatif.masks import CELLS, bits_of, met
from matchmaking.domain.matching.whatif.one_product import product_gaps, trial, tried
from matchmaking.domain.matching.whatif.relaxing import EVERYTHING, asks, relaxed_to, steps_of
from matchmaking.domain.matching.whatif.whole_catalogue import catalogue_gaps
from matchmaking.domain.money import Money, plain_amount
from matchmaking.domain.reasons import Refusal
from tests.domain.matching.markets import ON, POLICY, WAN, keyed, need, needs, product, products
from tests.properties import examples

ASKED = st.lists(needs(), max_size=9).map(lambda found: keyed(found, "n"))
SOLD = st.lists(products(), max_size=4).map(lambda found: keyed(found, "p"))
BY_CODE = {criterion.code: criterion for criterion in CRITERIA}
FIRMS = {f"n-{(place * 7) % 97:02d}-{place}": f"firm {place // 2}" for place in range(12)}
"""Two needs of each firm, by the keys ``keyed`` gives."""


def takers(asked: Sequence[Need], offered: Sequence[Product], *without: str) -> set[str]:
    """Keys of needs that some product takes, matched anew; ``without``: criteria really left out."""
    criteria = [one for one in CRITERIA if one.code not in without]
    found = match(asked, Catalogue(offered, criteria=criteria), POLICY, ON)
    return {key for key, any_ in zip(found.needs, found.eligible.any(axis=1).tolist(), strict=True) if any_}


def bare(offered: Product, criterion: Criterion) -> Product:
    """The product as it would be published without that rule."""
    for field in criterion.fields:
        offered = with_rule(offered, field.name, None)
    return offered if criterion.fields else replace(offered, lowest_rate_ppm=0)


def tally(asked: Sequence[Need], keys: set[str]) -> Tally:
    """Counted by hand."""
    chosen = [one for one in asked if one.key in keys]
    return Tally(len(chosen), len({FIRMS[one.key] for one in chosen}), sum(one.amount.minor for one in chosen))


# --- one product ------------------------------------------------------------------------------------------------------


@examples(20)
@given(ASKED, products())
def test_what_a_rule_shuts_out_alone_is_what_a_match_without_it_finds_more(asked: list[Need], sold: Product) -> None:
    told, before = product_gaps(asked, sold, ON, firms=FIRMS), takers(asked, [sold])
    assert told.fitting == tally(asked, before)
    held = {rule.criterion: rule for rule in told.rules}
    for criterion in CRITERIA:
        without = takers(asked, [sold], criterion.code) - before
        found = held.get(criterion.code)
        assert (found.alone if found else NOTHING) == tally(asked, without)
        assert takers(asked, [bare(sold, criterion)]) - before == without
        failing = {one.key for one in asked if not criterion.passes(one, sold, ON)}
        assert (found.jointly if found else NOTHING) == tally(asked, failing - without)


@examples(20)
@given(ASKED, products())
def test_what_a_step_opens_is_what_a_match_after_that_step_finds_more(asked: list[Need], sold: Product) -> None:
    before = takers(asked, [sold])
    for rule in product_gaps(asked, sold, ON, firms=FIRMS).rules:
        stepped = BY_CODE[rule.criterion].stepped(sold)
        assert (rule.step is None) == (stepped == sold)
        if rule.step is not None:
            assert rule.step == tally(asked, takers(asked, [stepped]) - before)
            assert rule.step.needs <= rule.alone.needs


@examples(5)
@given(ASKED, products())
def test_two_rules_together_open_what_a_match_without_both_finds_more(asked: list[Need], sold: Product) -> None:
    told, before = product_gaps(asked, sold, ON, firms=FIRMS), takers(asked, [sold])
    pairs = {pair.criteria: pair for pair in told.pairs}
    one_less = {criterion.code: takers(asked, [sold], criterion.code) for criterion in CRITERIA}
    for place, left in enumerate(CRITERIA):
        for right in CRITERIA[place + 1 :]:
            both = takers(asked, [sold], left.code, right.code) - before
            alone = (one_less[left.code] | one_less[right.code]) - before
            pair = pairs.get((left.code, right.code))
            assert (pair is not None) == bool(both - alone)
            if pair:
                assert (pair.both, pair.just) == (tally(asked, both), tally(asked, both - alone))


def typed(criterion: Criterion, one: Need, sold: Product) -> str | None:
    """The value that would just let ``one`` in, as a person types it; None where nobody could type it."""
    if isinstance(criterion, Among):
        tokens = criterion.tokens(one, ON)
        flag = criterion.fields[0].kind == FLAG
        return EVERYTHING if flag or not tokens else min(tokens, key=lambda t: (-len(t), t))
    figure = criterion.figure(one, ON)
    if figure is None:
        return None
    if criterion.unit == "minor":
        return None if figure % 10_000 else plain_amount(figure, "wan", grouped=False)
    if criterion.unit == "ppm":
        return f"{figure // 10_000}.{figure % 10_000:04d}"
    return criterion.fields[0].choices[figure] if criterion.fields[0].choices else str(figure)


def _names_no_value(criterion: Criterion, text: str) -> bool:
    """Whether no value of the form says it, as for a firm in no park: that rule can only be taken away."""
    field = criterion.fields[0] if criterion.fields else None
    return bool(field and field.kind == "choices" and not set(text.split()) <= set(field.choices))


@examples(20)
@given(ASKED, products())
def test_a_chosen_value_opens_what_a_match_at_that_value_finds_more(asked: list[Need], sold: Product) -> None:
    before = takers(asked, [sold])
    for criterion in CRITERIA:
        for one in asked:
            text = typed(criterion, one, sold)
            if text is None or criterion.passes(one, sold, ON) or _names_no_value(criterion, text):
                continue
            changed = relaxed_to(criterion, sold, text)
            assert criterion.passes(one, changed, ON)
            found, after = trial(asked, sold, changed, ON, firms=FIRMS), takers(asked, [changed])
            assert found.before == tally(asked, before)
            assert found.after == tally(asked, after)
            assert {each.key for each in found.needs} == after - before
            assert found.opened == tally(asked, {each.key for each in found.needs})


@examples(20)
@given(ASKED, products(), st.integers(0, 5))
def test_relaxing_never_loses_a_need_and_more_opens_at_least_as_much(
    asked: list[Need], sold: Product, more: int
) -> None:
    for criterion in CRITERIA:
        offers = [sold]
        for _ in range(more + 2):
            offers.append(criterion.stepped(offers[-1]))
        fitting = [trial(asked, sold, offered, ON).after for offered in offers]
        assert [each.needs for each in fitting] == sorted(each.needs for each in fitting)
        assert [each.minor for each in fitting] == sorted(each.minor for each in fitting)
        # the last step may change nothing any more
        kept = [takers(asked, [offered]) for offered in dict.fromkeys(offers)]
        assert all(smaller <= larger for smaller, larger in zip(kept, kept[1:], strict=False))


@examples(20)
@given(ASKED, products())
def test_needs_that_fail_one_rule_come_in_after_so_many_steps_and_not_before(asked: list[Need], sold: Product) -> None:
    told = product_gaps(asked, sold, ON)
    near = told.near(ON)
    assert {each.need.key for each in near} == {one.key for one in asked if len(why_not(one, sold, ON)) == 1}
    for each in near:
        criterion = BY_CODE[each.verdict.criterion]
        assert (each.verdict,) == why_not(each.need, sold, ON)
        assert each in told.near(ON, criterion.code)
        if each.steps is None:
            assert isinstance(criterion, Among) or each.verdict.state == v.UNKNOWN
        elif each.steps <= 60:
            offers = [sold]
            for _ in range(each.steps):
                offers.append(criterion.stepped(offers[-1]))
            assert criterion.passes(each.need, offers[-1], ON)
            assert not criterion.passes(each.need, offers[-2], ON)
    counted = [each.steps for each in near if each.steps is not None]
    assert counted == sorted(counted)
    assert all(each.steps is None for each in near[len(counted) :])


# --- the whole catalogue ----------------------------------------------------------------------------------------------


@examples(8)
@given(ASKED, SOLD)
def test_gaps_of_a_catalogue_are_what_matches_without_its_rules_find(asked: list[Need], sold: list[Product]) -> None:
    told, before = catalogue_gaps(asked, sold, ON, firms=FIRMS), takers(asked, sold)
    everybody = {one.key for one in asked}
    assert (told.served, told.nobody) == (tally(asked, before), tally(asked, everybody - before))
    assert told.served_by.tolist() == [sum(not why_not(one, other, ON) for other in sold) for one in asked]
    rules = {rule.criterion: rule for rule in told.rules}
    for criterion in CRITERIA:
        found = rules.get(criterion.code)
        assert (found.serves if found else NOTHING) == tally(asked, takers(asked, sold, criterion.code) - before)
        stepped = [criterion.stepped(each) for each in sold]
        assert (found.step if found else NOTHING) == tally(asked, takers(asked, stepped) - before)
        failing = [[{one.criterion for one in why_not(each, other, ON)} for other in sold] for each in asked]
        alone = {one.key for one, row in zip(asked, failing, strict=True) if {criterion.code} in row}
        jointly = {
            one.key
            for one, row in zip(asked, failing, strict=True)
            if any(criterion.code in f and len(f) > 1 for f in row)
        }
        assert (found.alone if found else NOTHING) == tally(asked, alone)
        assert (found.jointly if found else NOTHING) == tally(asked, jointly)


@examples(8)
@given(ASKED, SOLD)
def test_a_single_change_serves_what_a_match_with_that_change_finds_more(
    asked: list[Need], sold: list[Product]
) -> None:
    told, before = catalogue_gaps(asked, sold, ON, firms=FIRMS), takers(asked, sold)
    changes = {(change.product, change.criterion): change for change in told.changes}
    for criterion in CRITERIA:
        for place, one in enumerate(sold):
            away, step = (
                takers(asked, [*sold[:place], changed, *sold[place + 1 :]]) - before
                for changed in (bare(one, criterion), criterion.stepped(one))
            )
            found = changes.get((one.key, criterion.code))
            assert (found.away if found else NOTHING) == tally(asked, away)
            assert (found.step if found else NOTHING) == tally(asked, step)
    served = [change.away.needs for change in told.changes]
    assert served == sorted(served, reverse=True)
    one_less = {criterion.code: takers(asked, sold, criterion.code) for criterion in CRITERIA}
    for place, left in enumerate(CRITERIA):
        for right in CRITERIA[place + 1 :]:
            both = takers(asked, sold, left.code, right.code) - before
            alone = (one_less[left.code] | one_less[right.code]) - before
            pair = next((pair for pair in told.pairs if pair.criteria == (left.code, right.code)), None)
            assert (tally(asked, both - alone), bool(pair)) == (pair.just if pair else NOTHING, bool(both - alone))
            assert pair is None or pair.both == tally(asked, both)


# --- by hand ----------------------------------------------------------------------------------------------------------


def test_a_small_market_by_hand() -> None:
    asked = [
        need("fits"),
        need("big", amount=Money(260 * WAN)),
        need("bigger", amount=Money(420 * WAN)),
        need("young", founded_on=ON.replace(year=2026, month=1)),
        need("both", amount=Money(300 * WAN), founded_on=ON.replace(year=2026, month=1)),
        need("silent", founded_on=None),
    ]
    sold = product(amount_max=250 * WAN, months_in_business_min=12)
    told = product_gaps(asked, sold, ON, firms=dict.fromkeys(("big", "bigger"), "one firm"))
    assert told.fitting == Tally(1, 1, 200 * WAN)
    amount, years = told.rules
    assert (amount.criterion, amount.alone, amount.jointly) == (
        "amount",
        Tally(2, 1, 680 * WAN),
        Tally(1, 1, 300 * WAN),
    )
    assert amount.step == Tally(1, 1, 260 * WAN), "a step is 50 万元"
    assert (years.criterion, years.alone, years.step) == ("years", Tally(2, 2, 400 * WAN), Tally(1, 1, 200 * WAN))
    (pair,) = told.pairs
    assert (pair.criteria, pair.just, pair.both.needs) == (("amount", "years"), Tally(1, 1, 300 * WAN), 5)
    assert [(each.need.key, each.steps) for each in told.near(ON)] == [
        ("big", 1), ("young", 1), ("bigger", 4), ("silent", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("code", "text", "rules"),
    [
        ("amount", "300", {"amount_max": 300 * WAN}),
        ("amount", "0", {"amount_min": 0}),
        ("amount", "0.00", {"amount_min": 0}),
        ("amount", "１，０００", {"amount_max": 1000 * WAN}),
        ("term", "36", {"term_max": 36}),
        ("years", "6", {"months_in_business_min": 6}),
        ("tax", "C", {"tax_grade_min": "C"}),
        ("industry", "C1521, A", {"industries": frozenset({"15", "1521", "A"})}),
        ("industry", EVERYTHING, {"industries": None}),
        ("guarantee", "surety", {"guarantees": frozenset({"pledge", "surety"})}),
        ("first_loan", EVERYTHING, {"first_loan_only": None}),
        ("rate", "3.5", {}),
    ],
)
def test_values_as_a_person_types_them(code: str, text: str, rules: dict[str, object]) -> None:
    sold = product(**STRICT)
    found = relaxed_to(BY_CODE[code], sold, text)
    assert {name: rule for name, rule in found.rules.items() if sold.rules.get(name) != rule} == {
        name: rule for name, rule in rules.items() if rule is not None
    }
    assert all((name in found.rules) == (rule is not None) for name, rule in rules.items())
    assert found.lowest_rate_ppm == (35_000 if code == "rate" else sold.lowest_rate_ppm)


STRICT: dict[str, Any] = {
    "amount_min": 50 * WAN,
    "amount_max": 250 * WAN,
    "term_max": 12,
    "months_in_business_min": 24,
    "tax_grade_min": "B",
    "industries": frozenset({"15"}),
    "guarantees": frozenset({"pledge"}),
    "first_loan_only": True,
}


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("amount", "200", "whatif_not_wider"),
        ("amount", "250", "whatif_not_wider"),
        ("amount", "-5", "whatif_value_bad"),
        ("amount", "∞", "whatif_value_bad"),
        ("term", "700", "match_rule_range"),
        ("term", "1e3", "whatif_value_bad"),
        ("tax", "E", "whatif_value_bad"),
        ("tax", "A", "whatif_not_wider"),
        ("industry", "C9999x", "whatif_value_bad"),
        ("industry", "15", "whatif_not_wider"),
        ("industry", " , ", "whatif_not_wider"),
        ("guarantee", "gold", "whatif_value_bad"),
        ("first_loan", "yes", "whatif_value_bad"),
        ("rate", "4.5", "whatif_not_wider"),
        ("rate", "1e-3", "whatif_value_bad"),
        ("revenue", "1", "whatif_no_rule"),
        ("size", EVERYTHING, "whatif_no_rule"),
    ],
)
def test_values_that_relax_nothing_are_refused(code: str, text: str, said: str) -> None:
    with pytest.raises(Refusal) as caught:
        relaxed_to(BY_CODE[code], product(**STRICT), text)
    assert caught.value.reason.code == said


def test_rules_a_product_has() -> None:
    codes = ["amount", "term", "industry", "guarantee", "years", "tax", "first_loan", "rate"]
    assert {one.code for one in tried(product(**STRICT), ())} == set(codes)
    assert [one.code for one in tried(product(**STRICT), ["tax", "size"])] == ["tax"]
    assert not asks(BY_CODE["size"], product(**STRICT))


def test_amounts_beyond_one_integer_add_up() -> None:
    largest = [need(f"{place}", amount=Money(10**15), revenue=None) for place in range(20_000)]
    assert Asking.of(largest).all() == Tally(20_000, 20_000, 2 * 10**19)


def test_blocks_say_what_the_whole_says() -> None:
    asked = [need(f"{place:05d}", amount=Money((1 + place % 700) * WAN)) for place in range(CELLS // 40)]
    sold = [product(f"{place:03d}", amount_max=(place + 1) * 4 * WAN) for place in range(100)]
    batch = met(asked, sold, ON, CRITERIA)
    assert len(list(batch.runs(CELLS))) > 1
    assert np.array_equal(bits_of(batch) == 0, match(asked, sold, POLICY, ON).eligible)
    told = catalogue_gaps(asked, sold, ON)
    assert told.nobody.needs == sum(one.amount.minor > 400 * WAN for one in asked)


def test_more_criteria_than_bits_are_refused() -> None:
    with pytest.raises(ValueError, match="62 bits"):
        met([need()], [product()], ON, [CRITERIA[0]] * 63)


def test_no_steps_where_a_rule_over_codes_or_an_unknown_fact_is_in_the_way() -> None:
    reasons: list[Callable[[], tuple[str, Need]]] = [
        lambda: ("region", need(area="420102")),
        lambda: ("revenue", need(revenue=None)),
    ]
    sold = product(regions=frozenset({"61"}), revenue_min=WAN)
    for reason in reasons:
        code, one = reason()
        assert steps_of(BY_CODE[code], BY_CODE[code].verdict(one, sold, ON)) is None
