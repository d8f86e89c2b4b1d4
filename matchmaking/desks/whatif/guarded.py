"""What a bank reads of a need before any consent (B05): amount, term, industry, county, and nothing that gives more.

A rule about anything else is told by its name and by how many of its steps it misses, never by the firm's figure; a
value tried on such a rule has to lie on its steps, so that trying again and again finds out no more than the list says.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from matchmaking.domain.matching.between import Between
from matchmaking.domain.matching.catalogue import Product
from matchmaking.domain.matching.criteria import CRITERIA, Criterion
from matchmaking.domain.matching.verdicts import UNKNOWN
from matchmaking.domain.matching.whatif.one_product import Near
from matchmaking.domain.matching.whatif.relaxing import end_field, step_at
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.web.locale import language
from matchmaking.market.matches.open_market import Standing
from matchmaking.market.matches.wording import industry_name, name_of, said

OPEN_RULES = frozenset({"amount", "term"})
"""Rules over figures that are open before consent: told exactly. Industry and county stand in the row itself."""
OPEN_LINES = frozenset({"amount", "term", "industry", "quota"})
"""Lines of points whose inputs are open, or the bank's own."""
DIVISION = 2
"""Digits of GB/T 4754 shown: a class of four, in one county, may be one firm."""


@dataclass(frozen=True, slots=True)
class Shut:
    """One need without its firm. ``referral``: key of the bank's own referral of it, where it has been sent here."""

    amount_minor: int
    term_months: int
    industry: str
    area: str
    referral: str = ""


def shut(standing: Standing, referral: str = "") -> Shut:
    """What is open of it."""
    need = standing.asked
    return Shut(need.amount.minor, need.term_months, division(need.industry), need.area or "", referral)


def division(code: str | None) -> str:
    """The division of an industry with its name; empty where none is told."""
    digits = (code or "").lstrip("ABCDEFGHIJKLMNOPQRST")
    return industry_name(digits[:DIVISION], language()) if digits else ""


def told(reason: Reason) -> str:
    """A line's reason in words, the industry by its division alone."""
    return said(Reason(reason.code, {name: _coarse(value) for name, value in reason.params.items()}), language())


def _coarse(value: str | int | None) -> str | int | None:
    if not isinstance(value, str) or not value.startswith("industry:"):
        return value
    return name_of("industry", value[len("industry:") :].lstrip("ABCDEFGHIJKLMNOPQRST")[:DIVISION], language()) or ""


def distance(near: Near) -> str:
    """By how little a need fails its one rule, as far as a bank may know it."""
    if near.verdict.state == UNKNOWN:
        return _("企业没有填写")
    criterion = next(one for one in CRITERIA if one.code == near.verdict.criterion)
    if not isinstance(criterion, Between) or near.steps is None:
        return _("不在接受的范围内")
    if criterion.code in OPEN_RULES:
        return said(near.verdict.reason, language())
    below = near.verdict.reason.code.endswith("_low")
    return _("放宽 %(n)s 档即符合（每档 %(step)s）", n=near.steps, step=step_words(criterion, below=below))


def step_words(criterion: Between, *, below: bool) -> str:
    """One step of a rule with its unit: ``50.00 万元``, ``6 个月``, ``0.10 个百分点``, ``1 级``."""
    step = step_at(criterion, below)
    if criterion.unit == "minor":
        return _("%(n)s 万元", n=criterion.show(step))
    if criterion.unit == "months":
        return _("%(n)s 个月", n=step)
    if criterion.unit == "ppm":
        return _("%(n)s 个百分点", n=criterion.show(step))
    if criterion.unit == "grades":
        return _("%(n)s 级", n=step)
    return str(step)


def on_the_steps(criterion: Criterion, product: Product, changed: Product) -> None:
    """:class:`Refusal` ``whatif_off_step`` for a value of a rule that is not open and not a whole number of steps."""
    if not isinstance(criterion, Between) or criterion.code in OPEN_RULES:
        return
    for below, bound in ((True, criterion.low), (False, criterion.high)):
        before, after = (bound.read(one) if bound else None for one in (product, changed))
        step = step_at(criterion, below)
        if before is None or after is None or before == after or not step:
            continue
        field = end_field(criterion, below)
        least = field.least if field else 0
        if abs(after - before) % step and after != least:
            raise Refusal(
                Reason("whatif_off_step", {"rule": f"criterion:{criterion.code}",
                                           "step": step_words(criterion, below=below)})
            )  # fmt: skip
