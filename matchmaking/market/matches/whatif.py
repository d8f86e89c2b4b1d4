"""What-ifs as plain values, for the shell's JSON and its tables: nothing is stored, nothing is rounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.domain.matching.catalogue import Product as Offered
from matchmaking.domain.matching.criteria import CRITERIA
from matchmaking.domain.matching.whatif.counting import Tally
from matchmaking.domain.matching.whatif.one_product import Near, Pair, product_gaps, trial
from matchmaking.domain.matching.whatif.relaxing import relaxed_to
from matchmaking.domain.matching.whatif.whole_catalogue import catalogue_gaps
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.matches.open_market import Demand, Supply, open_demand, open_supply

MOST_NEAR, MOST_CHANGES, MOST_UNSERVED = 20, 20, 50


def product_payload(session: Session, on: date, key: str, *, rule: str = "", to: str = "") -> dict[str, Any]:
    """One product: what each rule shuts out, pairs, near misses; with ``rule`` and ``to`` also what the value opens.

    Raises :class:`Refusal` for a product that is not on offer, a rule nobody has declared, and what ``relaxed_to``
    raises.
    """
    demand, supply = open_demand(session, on), open_supply(session, on)
    product = _offered(supply, key)
    code = checked_rule(rule)
    told = product_gaps(demand.needs, product, on, firms=demand.firms)
    payload: dict[str, Any] = {
        **_about(demand, on),
        "product": _named(supply, key),
        "asked": _tally(told.asked),
        "fitting": _tally(told.fitting),
        "rules": [
            {
                "rule": held.criterion, "alone": _tally(held.alone), "jointly": _tally(held.jointly),
                "step": None if held.step is None else _tally(held.step),
            }
            for held in told.rules if code in ("", held.criterion)
        ],
        "pairs": [_pair(pair) for pair in told.pairs if not code or code in pair.criteria],
        "near": [_near(near) for near in told.near(on, code)[:MOST_NEAR]],
    }  # fmt: skip
    if to:
        payload["trial"] = _trial(demand, product, code, to, on)
    return payload


def catalogue_payload(session: Session, on: date, *, rule: str = "") -> dict[str, Any]:
    """Everything on offer: what each rule shuts out, single changes that would serve most, whom nobody serves."""
    code, demand, supply = checked_rule(rule), open_demand(session, on), open_supply(session, on)
    told = catalogue_gaps(demand.needs, list(supply.offered.values()), on, firms=demand.firms)
    unserved = [told.needs[place] for place in told.unserved.places.tolist()]
    return {
        **_about(demand, on),
        "products": len(told.products),
        "asked": _tally(told.asked),
        "served": _tally(told.served),
        "nobody": _tally(told.nobody),
        "rules": [
            {"rule": each.criterion, **{name: _tally(getattr(each, name)) for name in RULE_TALLIES}}
            for each in told.rules
            if code in ("", each.criterion)
        ],
        "pairs": [_pair(pair) for pair in told.pairs if not code or code in pair.criteria],
        "changes": [
            {**_named(supply, each.product), "rule": each.criterion, "away": _tally(each.away),
             "step": _tally(each.step)}
            for each in told.changes if code in ("", each.criterion)
        ][:MOST_CHANGES],
        "unserved": [
            {"need": each.key, "firm": demand.standing[each.key].firm.name, "amount_minor": each.amount.minor}
            for each in sorted(unserved, key=lambda one: (-one.amount.minor, one.key))[:MOST_UNSERVED]
        ],
    }  # fmt: skip


RULE_TALLIES = ("alone", "jointly", "serves", "step")


def checked_rule(code: str) -> str:
    """``code`` where a criterion has it, or empty; :class:`Refusal` ``whatif_rule_unknown`` for anything else."""
    known = [criterion.code for criterion in CRITERIA]
    if code and code not in known:
        clean = "".join(sign for sign in code[:40] if sign.isprintable())
        raise Refusal(Reason("whatif_rule_unknown", {"rule": clean, "known": ", ".join(known)}))
    return code


def _offered(supply: Supply, key: str) -> Offered:
    found = supply.offered.get(key)
    if found is None:
        clean = "".join(sign for sign in key[:60] if sign.isprintable())
        known: Sequence[str] = sorted(supply.offered)[:10]
        raise Refusal(Reason("whatif_product_unknown", {"product": clean, "known": ", ".join(known) or "—"}))
    return found


def _trial(demand: Demand, product: Offered, code: str, to: str, on: date) -> dict[str, Any]:
    criterion = next((one for one in CRITERIA if one.code == code), None)
    if criterion is None:
        raise Refusal(Reason("whatif_to_needs_rule"))
    found = trial(demand.needs, product, relaxed_to(criterion, product, to), on, firms=demand.firms)
    tallies = {name: _tally(getattr(found, name)) for name in ("before", "after", "opened")}
    return {"rule": code, "to": to, **tallies, "needs": [need.key for need in found.needs]}


def _about(demand: Demand, on: date) -> dict[str, Any]:
    return {"as_of": on.isoformat(), "currency": "CNY", "needs": len(demand.standing)}


def _named(supply: Supply, key: str) -> dict[str, str]:
    return {"key": key, "name": supply.offers[key].product.name, "bank": supply.offers[key].bank}


def _tally(tally: Tally) -> Mapping[str, int]:
    return asdict(tally)


def _pair(pair: Pair) -> dict[str, Any]:
    return {"rules": list(pair.criteria), "just": _tally(pair.just), "both": _tally(pair.both)}


def _near(near: Near) -> dict[str, Any]:
    gap = near.verdict.gap
    return {
        "need": near.need.key, "rule": near.verdict.criterion, "state": near.verdict.state, "steps": near.steps,
        "short": gap.short if gap else None, "unit": gap.unit if gap else None, "amount_minor": near.need.amount.minor,
        "reason": {"code": near.verdict.reason.code, "params": dict(near.verdict.reason.params)},
    }  # fmt: skip
