"""Fields of the product form, declared by the criteria, and the reading of a product's rules from JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from matchmaking.domain.matching.catalogue import LARGEST, Rules, RuleValue
from matchmaking.domain.reasons import Reason, Refusal

MONEY, MONTHS, PPM, CHOICE, CHOICES, CODES, FLAG = "money", "months", "ppm", "choice", "choices", "codes", "flag"
MOST_CODES = 2000
"""Most codes in one set rule: GB/T 4754 has fewer classes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the product form. Words of its label: ``match_field_<name>``.

    ``kind``: money (minor units), months, ppm, choice (one of ``choices``), choices (several), codes (free codes that
    ``clean`` puts in canonical form), flag. ``vocabulary``: choices have the words ``match_<vocabulary>_<choice>``.
    ``step``: by how much a what-if relaxes it at a time. ``not_above``: the field it may not exceed.
    """

    name: str
    kind: str
    choices: tuple[str, ...] = ()
    vocabulary: str = ""
    least: int = 0
    most: int = LARGEST
    step: int = 0
    not_above: str = ""
    clean: Callable[[str], str | None] | None = None

    @property
    def label(self) -> str:
        """Key of its words."""
        return f"match_field_{self.name}"

    def parse(self, value: Any) -> RuleValue | None:
        """The rule in ``value`` as JSON has it; None where it asks nothing (null, no, an empty list).

        Raises :class:`Refusal` with ``match_rule_bad`` or ``match_rule_range``.
        """
        if value is None or value is False or value == []:
            return None
        if self.kind == FLAG:
            return self._right(value is True, value)
        if self.kind == CHOICE:
            return self._right(value in self.choices, value)
        if self.kind in (CHOICES, CODES):
            return self._several(value)
        self._right(type(value) is int, value)
        if not self.least <= value <= self.most:
            raise self._refusal("match_rule_range", least=self.least, most=self.most)
        return int(value)

    def _several(self, value: Any) -> frozenset[str]:
        self._right(isinstance(value, list | tuple | set | frozenset) and len(value) <= MOST_CODES, value)
        return frozenset(self._one(item) for item in value)

    def _one(self, item: Any) -> str:
        self._right(isinstance(item, str), item)
        known = item if self.kind == CHOICES and item in self.choices else None
        cleaned = self.clean(item) if self.kind == CODES and self.clean else known
        return str(self._right(cleaned is not None, item) and cleaned)

    def _right(self, right: bool, value: Any) -> Any:
        if not right:
            raise self._refusal("match_rule_bad", text=str(value)[:40])
        return value

    def _refusal(self, code: str, **params: str | int) -> Refusal:
        return Refusal(Reason(code, {"field": f"field:{self.name}", **params}))


def parse_rules(stored: Mapping[str, Any], fields: Iterable[Field]) -> Rules:
    """A product's rules from their JSON. Raises one :class:`Refusal` with a reason for every field that is wrong."""
    by_name = {field.name: field for field in fields}
    rules: dict[str, RuleValue] = {}
    wrong = [Reason("match_rule_unknown", {"text": str(name)[:40]}) for name in stored if name not in by_name]
    for name, field in by_name.items():
        try:
            parsed = field.parse(stored.get(name))
        except Refusal as refusal:
            wrong.extend(refusal.reasons)
        else:
            rules |= {} if parsed is None else {name: parsed}
    wrong.extend(_crossed(rules, by_name))
    if wrong:
        raise Refusal(*wrong)
    return rules


def _crossed(rules: Rules, fields: Mapping[str, Field]) -> Iterable[Reason]:
    """Lower ends above upper ends."""
    for name, field in fields.items():
        low, high = rules.get(name), rules.get(field.not_above)
        if isinstance(low, int) and isinstance(high, int) and low > high:
            params = {"field": f"field:{name}", "other": f"field:{field.not_above}"}
            yield Reason("match_rule_crossed", params)


def rules_json(rules: Rules) -> dict[str, Any]:
    """``rules`` as JSON keeps them, names and sets sorted: ``parse_rules(rules_json(r)) == r``."""
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in sorted(rules.items())}
