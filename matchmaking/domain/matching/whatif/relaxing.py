"""A product with one rule relaxed: to a chosen value, as a person types it; and how many steps away a need is."""

from __future__ import annotations

import re

from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.between import Between, Bound, with_rule
from matchmaking.domain.matching.catalogue import Product
from matchmaking.domain.matching.criteria import Criterion
from matchmaking.domain.matching.rules import Field
from matchmaking.domain.matching.verdicts import Verdict
from matchmaking.domain.money import parse_typed
from matchmaking.domain.reasons import Reason, Refusal

EVERYTHING = "*"
"""Typed instead of codes: the rule taken away."""
_PERCENT = re.compile(r"\A\d{1,3}(?:\.\d{1,4})?\Z", re.ASCII)
_WHOLE = re.compile(r"\A\d{1,9}\Z", re.ASCII)
_BETWEEN_CODES = re.compile(r"[,，、;；\s]+")


def asks(criterion: Criterion, product: Product) -> bool:
    """Whether the product has such a rule at all."""
    if isinstance(criterion, Among):
        return criterion.accepted(product) is not None
    return any(bound and bound.read(product) is not None for bound in (criterion.low, criterion.high))


def relaxed_to(criterion: Criterion, product: Product, text: str) -> Product:
    """``product`` with the rule at the value in ``text``: 万元, months, percent, a grade, or codes that are let in too;
    ``*`` takes a rule over codes away. The end of a range that moves is the one beyond which the value lies.

    Raises :class:`Refusal` ``whatif_no_rule``, ``whatif_value_bad``, ``whatif_not_wider``, ``match_rule_range``.
    """
    if not asks(criterion, product):
        raise Refusal(Reason("whatif_no_rule", {"rule": f"criterion:{criterion.code}"}))
    text = text.strip()
    if isinstance(criterion, Among):
        return _let_in(criterion, product, text)
    return _moved(criterion, product, _figure(criterion, text))


def steps_of(criterion: Criterion, verdict: Verdict) -> int | None:
    """In how many steps (``stepped``) the rule lets a need in that failed with ``verdict``; None where no number of
    steps is needed or will do: a rule over codes, or a fact nobody has given."""
    if not isinstance(criterion, Between) or verdict.gap is None:
        return None
    # the reason says which end was missed
    step = step_at(criterion, below=verdict.reason.code.endswith("_low"))
    return -(-verdict.gap.short // step) if step else None


def step_at(criterion: Between, below: bool) -> int:
    """By how much one step moves the lower end (``below``) or the upper one, in the rule's unit."""
    field = end_field(criterion, below)
    return field.step if field else criterion.step


def end_field(criterion: Between, below: bool) -> Field | None:
    """The field of the product form that holds an end; None where no field does."""
    if not criterion.fields:
        return None
    return criterion.fields[0 if below else -1]


def _figure(criterion: Between, text: str) -> int:
    choices = criterion.fields[0].choices if criterion.fields else ()
    if text in choices:
        return choices.index(text)
    if criterion.unit == "minor":
        return _typed_wan(criterion, text)
    if criterion.unit == "ppm" and _PERCENT.match(text):
        whole, _, tail = text.partition(".")
        return int(whole + tail.ljust(4, "0"))
    if choices or criterion.unit == "ppm" or not _WHOLE.match(text):
        raise _bad(criterion, text)
    return int(text)


def _typed_wan(criterion: Between, text: str) -> int:
    try:
        return parse_typed(text, "wan").minor
    except Refusal as refused:
        if refused.reason.code == "amount_zero":  # no amount for a loan, but an end for a rule
            return 0
        raise _bad(criterion, text) from None


def _moved(criterion: Between, product: Product, value: int) -> Product:
    for below, bound in ((True, criterion.low), (False, criterion.high)):
        end = bound.read(product) if bound else None
        if bound and end is not None and (value < end if below else value > end):
            return _within(criterion, below, bound, product, value)
    raise Refusal(Reason("whatif_not_wider", {"rule": f"criterion:{criterion.code}"}))


def _within(criterion: Between, below: bool, bound: Bound, product: Product, value: int) -> Product:
    field = end_field(criterion, below)
    if field and not field.choices and not field.least <= value <= field.most:
        least, most = field.least, field.most
        raise Refusal(Reason("match_rule_range", {"field": f"field:{field.name}", "least": least, "most": most}))
    return bound.move(product, value)


def _let_in(criterion: Among, product: Product, text: str) -> Product:
    if text == EVERYTHING:
        return criterion.stepped(product)
    codes = frozenset(_code(criterion, one, text) for one in _BETWEEN_CODES.split(text) if one)
    accepted = criterion.accepted(product) or frozenset()
    if not codes - accepted:
        raise Refusal(Reason("whatif_not_wider", {"rule": f"criterion:{criterion.code}"}))
    return _put(criterion, product, accepted | codes)


def _code(criterion: Among, code: str, text: str) -> str:
    field = criterion.fields[0] if criterion.fields else None
    if field and field.kind in (r.CHOICES, r.CHOICE) and code in field.choices:
        return code
    cleaned = field.clean(code) if field and field.kind == r.CODES and field.clean else None
    if cleaned is None:
        raise _bad(criterion, text)
    return cleaned


def _put(criterion: Among, product: Product, accepted: frozenset[str]) -> Product:
    return criterion.put(product, accepted) if criterion.put else with_rule(product, criterion.fields[0].name, accepted)


def _bad(criterion: Criterion, text: str) -> Refusal:
    return Refusal(Reason("whatif_value_bad", {"rule": f"criterion:{criterion.code}", "text": text[:40]}))
