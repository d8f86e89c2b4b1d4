"""The two rule engines among the peers of ``matching.py``: one rule per product, asked need by need. Only who is
eligible: neither of them scores."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

Columns = dict[str, Any]
OF_NEED = ("amount", "term", "region", "industry", "years", "revenue", "tax", "first", "size", "max_rate")


def bits(mask: int) -> list[int]:
    """Places of what is set."""
    return [place for place in range(mask.bit_length()) if mask >> place & 1]


def industries(p: dict[str, int]) -> list[int]:
    """Of a product."""
    return bits(p["ind_lo"]) + [48 + place for place in bits(p["ind_hi"])]


def zen_table(N: Columns, P: Columns, market: Any) -> Callable[[], tuple[int, float]]:
    """A decision table of zen-engine that collects every row that fits."""
    import zen

    def cells(p: dict[str, int]) -> list[str]:
        some = f"some(tags, # in {bits(p['req_tags'])})" if p["req_tags"] else ""
        return [
            f"[{p['amin']}..{p['amax']}]", f"[{p['tmin']}..{p['tmax']}]", ", ".join(map(str, bits(p["region_mask"]))),
            ", ".join(map(str, industries(p))), f"some(offer, # in {bits(p['guar'])})", f">= {p['min_years']}",
            f">= {p['min_rev']}", f">= {p['min_tax']}", "1" if p["first_only"] else "", some,
            ", ".join(map(str, bits(p["size_mask"]))), f">= {p['rate']}",
        ]  # fmt: skip

    fields = ["amount", "term", "region", "industry", "", "years", "revenue", "tax", "first", "", "size", "max_rate"]
    inputs = [{"id": f"i{place}", "name": f"c{place}", "field": field} for place, field in enumerate(fields)]
    rules = [
        {"_id": f"r{p['id']}", "o": str(p["id"]), **{f"i{place}": cell for place, cell in enumerate(cells(p))}}
        for p in market.rows(P)
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": inputs,
        "outputs": [{"id": "o", "name": "id", "field": "id"}],
        "rules": rules,
    }
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in", "position": {"x": 0, "y": 0}},
        {"id": "t", "type": "decisionTableNode", "name": "t", "content": table, "position": {"x": 0, "y": 0}},
        {"id": "out", "type": "outputNode", "name": "out", "position": {"x": 0, "y": 0}},
    ]
    edges = [{"id": "a", "sourceId": "in", "targetId": "t", "type": "edge"},
             {"id": "b", "sourceId": "t", "targetId": "out", "type": "edge"}]  # fmt: skip
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))
    asked = [
        {**{name: n[name] for name in OF_NEED}, "offer": bits(n["offer"]), "tags": bits(n["tags"])}
        for n in market.rows(N)
    ]

    def run() -> tuple[int, float]:
        return sum(len(decision.evaluate(one)["result"] or []) for one in asked), float(np.nan)

    return run


def business_rules(N: Columns, P: Columns, market: Any) -> Callable[[], tuple[int, float]]:
    """The package business-rules: every condition of every rule by its operators."""
    from business_rules import run_all
    from business_rules.actions import BaseActions, rule_action
    from business_rules.fields import FIELD_NUMERIC
    from business_rules.variables import BaseVariables, numeric_rule_variable, select_multiple_rule_variable

    def numeric(name: str) -> Any:
        def read(self: Any) -> Any:
            return self.need[name]

        read.__name__ = name
        return numeric_rule_variable()(read)

    def several(name: str) -> Any:
        def read(self: Any) -> Any:
            return self.need[name]

        read.__name__ = name
        return select_multiple_rule_variable()(read)

    def start(self: Any, need: Any) -> None:
        self.need = need

    sets = ("region_set", "industry_set", "offer_set", "tags_set", "size_set")
    members = {name: numeric(name) for name in OF_NEED} | {name: several(name) for name in sets}
    Variables = type("Variables", (BaseVariables,), {"__init__": start, **members})

    class Actions(BaseActions):  # type: ignore[misc]
        def __init__(self) -> None:
            self.found: list[int] = []

        @rule_action(params={"place": FIELD_NUMERIC})
        def take(self, place: int) -> None:
            self.found.append(place)

    def rule(p: dict[str, int]) -> dict[str, Any]:
        least = {"amount": "amin", "term": "tmin", "years": "min_years", "revenue": "min_rev", "tax": "min_tax",
                 "first": "first_only", "max_rate": "rate"}  # fmt: skip
        most = {"amount": "amax", "term": "tmax"}
        shared = {"region_set": bits(p["region_mask"]), "industry_set": industries(p), "offer_set": bits(p["guar"]),
                  "size_set": bits(p["size_mask"])}  # fmt: skip
        shared |= {"tags_set": bits(p["req_tags"])} if p["req_tags"] else {}
        every = [{"name": name, "operator": "greater_than_or_equal_to", "value": p[of]} for name, of in least.items()]
        every += [{"name": name, "operator": "less_than_or_equal_to", "value": p[of]} for name, of in most.items()]
        every += [
            {"name": name, "operator": "shares_at_least_one_element_with", "value": of} for name, of in shared.items()
        ]
        return {"conditions": {"all": every}, "actions": [{"name": "take", "params": {"place": p["id"]}}]}

    rules = [rule(p) for p in market.rows(P)]
    asked = [
        {**n, "region_set": [n["region"]], "industry_set": [n["industry"]], "offer_set": bits(n["offer"]),
         "tags_set": bits(n["tags"]), "size_set": [n["size"]]}
        for n in market.rows(N)
    ]  # fmt: skip

    def run() -> tuple[int, float]:
        count = 0
        for need in asked:
            actions = Actions()
            run_all(rule_list=rules, defined_variables=Variables(need), defined_actions=actions)
            count += len(actions.found)
        return count, float(np.nan)

    return run


RULES = {"zen-engine": zen_table, "business-rules": business_rules}
