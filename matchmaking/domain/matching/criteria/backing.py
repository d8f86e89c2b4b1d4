"""What stands behind it: guarantee, what is put up, and what the firm owes already."""

from __future__ import annotations

from dataclasses import replace

from matchmaking.domain.matching import codes as c
from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching import verdicts as v
from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.between import Between, rule_bound
from matchmaking.domain.matching.catalogue import Need
from matchmaking.domain.matching.criteria.shown import WAN, set_rule, wan
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.money import Money

GUARANTEE = Among(
    code="guarantee",
    fields=(Field("guarantees", r.CHOICES, choices=c.GUARANTEES, vocabulary="guarantee"),),
    vocabulary="guarantee",
    # a product that lends on credit asks for nothing to be brought, so every need meets it
    tokens=lambda need, on: need.guarantees | {c.CREDIT},
    accepted=set_rule("guarantees"),
    known=lambda need: True,
    kind=v.NOW,
    change=lambda need, mode, on: replace(need, guarantees=need.guarantees | {mode}),
)

_SURETY = frozenset({c.SURETY})


def _with_collateral(need: Need, kind: str) -> Need:
    if kind == c.SURETY:
        return replace(need, guarantees=need.guarantees | _SURETY)
    return need.answering("collateral", need.codes("collateral") | {kind})


COLLATERAL = Among(
    code="collateral",
    # a product may take a surety from whoever has nothing to put up; one that lends on credit names no kinds at all
    fields=(Field("collateral_kinds", r.CHOICES, choices=(*c.COLLATERAL, c.SURETY), vocabulary="collateral"),),
    asks=(Field("collateral", r.CHOICES, choices=c.COLLATERAL, vocabulary="collateral"),),
    vocabulary="collateral",
    tokens=lambda need, on: need.codes("collateral") | (need.guarantees & _SURETY),
    accepted=set_rule("collateral_kinds"),
    known=lambda need: bool(need.codes("collateral") or need.guarantees & _SURETY),
    kind=v.NOW,
    change=lambda need, kind, on: _with_collateral(need, kind),
)

DEBT = Between(
    code="debt",
    fields=(Field("debt_max", r.MONEY, step=50 * WAN),),
    figure=lambda need, on: None if need.debt is None else need.debt.minor,
    high=rule_bound("debt_max"),
    show=wan,
    unit="minor",
    kind=v.EARN,
    change=lambda need, minor: replace(need, debt=Money(minor, need.amount.currency)),
)

CRITERIA = (GUARANTEE, COLLATERAL, DEBT)
