"""Rules in words, and the field in which a person tries another value of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from matchmaking.desks.whatif.guarded import step_words
from matchmaking.domain.matching import rules as r
from matchmaking.domain.matching.among import Among
from matchmaking.domain.matching.between import Between
from matchmaking.domain.matching.catalogue import Product
from matchmaking.domain.matching.criteria import CRITERIA, Criterion, percent
from matchmaking.domain.matching.whatif.relaxing import EVERYTHING
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.words import area_name, w
from matchmaking.market.matches.wording import name_of
from matchmaking.market.products.models import ProductTerms
from matchmaking.market.products.shown import rule_lines
from matchmaking.rulebook import words
from matchmaking.rulebook.reference import divisions


@dataclass(frozen=True, slots=True)
class TryField:
    """Where a value is typed: ``unit`` behind it, or ``choices`` (value, words) to take from."""

    code: str
    unit: str = ""
    choices: Sequence[tuple[str, str]] = ()


def rule_name(code: str) -> str:
    """The rule's name."""
    return w(f"match_criterion_{code}")


def rules_said(terms: ProductTerms, offered: Product) -> Mapping[str, str]:
    """Code of each rule the product has → what it asks."""
    said = {line.label: line.said for line in rule_lines(terms.criteria, language(), _named)}
    found = {}
    for criterion in CRITERIA:
        has = [field for field in criterion.fields if field.label in said]
        if has:
            # of a range with one end only, its name says which
            label = f"{w(has[0].label)} " if len(has) < len(criterion.fields) else ""
            found[criterion.code] = label + "–".join(said[field.label] for field in has)
    # the price is told with the product, not with its admission rules
    found["rate"] = _("最低 %(rate)s %%", rate=percent(offered.lowest_rate_ppm))
    return found


def one_step(criterion: Criterion, offered: Product) -> str:
    """What one step of the rule is: by how much each end it has moves, or that the rule falls away."""
    if not isinstance(criterion, Between):
        return _("一档即全部放开")
    ends = [(below, bound) for below, bound in ((True, criterion.low), (False, criterion.high)) if bound]
    steps = [step_words(criterion, below=below) for below, bound in ends if bound.read(offered) is not None]
    return _("一档 %(step)s", step=" / ".join(dict.fromkeys(steps)))


def try_field(criterion: Criterion, offered: Product) -> TryField:
    """The field for trying another value of the rule."""
    if isinstance(criterion, Between):
        choices = criterion.fields[0].choices if criterion.fields else ()
        named = [(choice, _choice(criterion.fields[0].vocabulary, choice)) for choice in choices]
        return TryField(criterion.code, _unit(criterion), named)
    return TryField(criterion.code, choices=[*_codes(criterion, offered), (EVERYTHING, _("全部放开"))])


def _unit(criterion: Between) -> str:
    return {"minor": _("万元"), "months": _("个月"), "ppm": "%"}.get(criterion.unit, "")


def _codes(criterion: Among, offered: Product) -> list[tuple[str, str]]:
    field, accepted = criterion.fields[0], criterion.accepted(offered) or frozenset()
    if field.kind in (r.CHOICE, r.CHOICES):
        return [(one, _choice(field.vocabulary, one)) for one in field.choices if one not in accepted]
    if criterion.vocabulary == "area":
        return [(one.code, area_name(one.code)) for one in divisions().counties if one.code not in accepted]
    return []


def _choice(vocabulary: str, code: str) -> str:
    key = f"match_{vocabulary}_{code}"
    return w(key) if key in words() else code


def _named(vocabulary: str, code: str) -> str | None:
    return name_of(vocabulary, code, language())
