"""Properties of the audit over any history: adds up, order-free, local voids, replays by the day of our records."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date, timedelta

from conversion_histories import DAY, PARAMETERS, SIGNED, audit, baseline, days, histories, paid, said, signing
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.conversion.audit import audit_cases
from matchmaking.domain.conversion.buckets import PAID
from tests.properties import examples

LONG_AFTER = date(2026, 6, 30)


@examples(80)
@given(histories(), days)
def test_buckets_add_up_to_the_signed_amount(history, as_of):
    found = audit(*history, as_of=as_of)
    for ledger in found.signings:
        assert sum(line.amount.minor for line in ledger.lines) == ledger.original.minor == ledger.signing.amount.minor
        assert all(line.amount.minor > 0 for line in ledger.lines)
        assert all(0 <= line.verified.minor <= line.amount.minor for line in ledger.lines)
        assert all(line.bucket in PAID or not line.verified for line in ledger.lines)
        assert len({line.bucket for line in ledger.lines}) == len(ledger.lines)
        assert ledger.excess.minor >= 0
    for grade in found.grades:
        assert sum(row.amount.minor for row in grade.rows) == grade.signed.minor
        assert all(sum(amount.minor for _, amount in row.bands) == row.amount.minor for row in grade.rows)
    for measure in found.measures:
        assert measure.ppm is None or 0 <= measure.ppm <= 1_000_000


@examples(60)
@given(st.data(), histories())
def test_the_order_of_facts_changes_nothing(data, history):
    shuffled = data.draw(st.permutations(history))
    assert audit(*history) == audit(*shuffled)


@examples(60)
@given(st.data(), histories())
def test_the_order_of_arrival_does_not_change_the_final_figure(data, history):
    """Once everything is known, the days on which our records learned of each fact no longer matter."""
    arrivals = data.draw(st.permutations([fact.recorded_on for fact in history]))
    later = tuple(replace(fact, recorded_on=day) for fact, day in zip(history, arrivals, strict=True))
    first, second = (audit(*facts, as_of=DAY, known_at=LONG_AFTER) for facts in (history, later))
    assert [figures(ledger) for ledger in first.signings] == [figures(ledger) for ledger in second.signings]
    assert [m.ppm for m in first.measures] == [m.ppm for m in second.measures]


def figures(ledger):
    return {line.bucket: (line.amount, line.verified) for line in ledger.lines}, ledger.stage, ledger.excess


@examples(60)
@given(histories(), days, days)
def test_known_at_replays(history, as_of, known_at):
    then = tuple(fact for fact in history if fact.recorded_on <= known_at)
    assert audit(*history, as_of=as_of, known_at=known_at) == audit(*then, as_of=as_of, known_at=known_at)


@examples(60)
@given(histories(), days)
def test_the_future_of_the_world_is_not_seen(history, as_of):
    past = tuple(fact for fact in history if isinstance(fact, f.KnowledgeFact) or fact.day <= as_of)
    assert audit(*history, as_of=as_of, known_at=LONG_AFTER) == audit(*past, as_of=as_of, known_at=LONG_AFTER)


@examples(60)
@given(st.data(), st.lists(st.integers(1, 900_000), min_size=2, max_size=6, unique=True))
def test_voiding_one_disbursement_touches_nothing_else(data, amounts):
    """The gross falls by exactly the voided amount; every other row, signing and firm stays as it was."""
    facts: list[f.Fact] = [signing(amount=9_000_000), baseline()]
    for place, amount in enumerate(amounts):
        facts += [paid(f"D{place}", amount, SIGNED + timedelta(days=place % 3)), said(f"D{place}")]
    facts += [signing("T", firm="乙"), baseline("TB", "T"), paid("TD", of="T"), said("TD")]
    voided = data.draw(st.sampled_from([f"D{place}" for place in range(len(amounts))]))
    before, after = audit(*facts), audit(*facts, f.Void("V", voided, DAY, DAY))
    assert after.ledger("T") == before.ledger("T")
    kept = {row.disbursement.key: row for row in before.rows if row.disbursement.key != voided}
    assert {row.disbursement.key: row for row in after.rows if row.disbursement.key != voided} == kept
    fallen = before.ledger("S").with_money - after.ledger("S").with_money
    assert fallen.minor == amounts[int(voided[1:])] * 100


@examples(40)
@given(histories())
def test_verified_never_exceeds_what_is_reported(history):
    for ledger in audit(*history, known_at=LONG_AFTER).signings:
        assert ledger.verified <= ledger.with_money <= ledger.original


def test_work_grows_with_the_number_of_facts():
    """Four times the signings make about four times the calls, not sixteen: facts are indexed once."""

    def calls(count: int) -> int:
        facts: list[f.Fact] = []
        for place in range(count):
            key, firm = f"S{place}", f"企业{place}"
            facts += [
                signing(key, firm=firm),
                baseline(f"{key}-B", key),
                paid(f"{key}-D", 1_000_000, of=key),
                said(f"{key}-D"),
            ]
        portfolio = f.Portfolio("p", tuple(facts))
        counted = 0

        def count_call(_frame: object, event: str, _argument: object) -> None:
            nonlocal counted
            counted += event in ("call", "c_call")

        sys.setprofile(count_call)
        try:
            audit_cases(portfolio, as_of=DAY, known_at=DAY, parameters=PARAMETERS)
        finally:
            sys.setprofile(None)
        return counted

    assert calls(400) < 5 * calls(100)
