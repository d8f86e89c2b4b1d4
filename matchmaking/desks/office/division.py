"""May two figures be divided? Only within one cohort; otherwise the page says why not, and what to ask instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from matchmaking.desks.office.ledger import Ledger, read_ledger
from matchmaking.desks.office.setting import Setting
from matchmaking.domain.conversion.cohorts import AMOUNT, Cohort, Quantity, Rate, rate
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.web.figures import amount_text, pct, short_hash, thousands, unit_words
from matchmaking.foundation.web.words import language, w

NEED = "need"
HEADLINE = {"loan_contract": "contract_disbursement_rate", "credit_line": "contract_disbursement_rate"}


@dataclass(frozen=True, slots=True)
class Figure:
    """Something one may want to divide. ``code`` stands in addresses: ``loan_contract.signed``."""

    code: str
    words: str
    what: str
    quantity: Quantity
    members: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison."""

    label: str
    top: str
    bottom: str


@dataclass(frozen=True, slots=True)
class Instead:
    """A question that has an answer."""

    words: str
    figure: str
    url: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The refusal card."""

    top: Figure
    bottom: Figure
    rows: Sequence[Row]
    why: str
    instead: Sequence[Instead]


@dataclass(frozen=True, slots=True)
class Allowed:
    """The two belong to one cohort: their rate."""

    top: Figure
    bottom: Figure
    rate: Rate


def figures_of(setting: Setting, payload: Mapping[str, Any]) -> dict[str, Figure]:
    """Every amount of the audit that carries a cohort: signed, verified and disbursed of each grade, and the needs."""
    cohorts = _cohorts(setting, payload)
    found: dict[str, Figure] = {}
    for grade in payload["grades"]:
        cohort, ledger = cohorts.get(grade["grade"]), read_ledger(grade)
        if cohort is None or not grade["count"] or grade["grade"] == "strategic":
            continue
        for name, value in (("signed", ledger.signed), ("verified", ledger.verified), ("with_money", ledger.paid)):
            if name == "verified" and setting.from_statements:
                continue
            _put(found, setting, cohort, grade["grade"], name, value, grade["count"])
    needs = payload.get("needs") or []
    if needs and NEED in cohorts:
        asked = sum(int(need.get("amount_minor", 0)) for need in needs)
        _put(found, setting, cohorts[NEED], NEED, "needed", asked, len(needs))
    return found


def _put(
    found: dict[str, Figure], setting: Setting, cohort: Cohort, grade: str, name: str, value: int, members: int
) -> None:
    what = w(f"quantity_{name}") if grade == NEED else f"{w(f'instrument_{grade}')} · {w(f'quantity_{name}')}"
    unit = unit_words(setting.unit, setting.portfolio.currency, language())
    quantity = Quantity(cohort, name, AMOUNT, value, setting.known_on)
    found[f"{grade}.{name}"] = Figure(
        f"{grade}.{name}", f"{amount_text(value, setting.unit)} {unit}", what, quantity, members
    )


def _cohorts(setting: Setting, payload: Mapping[str, Any]) -> dict[str, Cohort]:
    """Grade → the cohort its measures are about (that of the declared-new part is another)."""
    found: dict[str, Cohort] = {}
    for measure in payload["measures"]:
        told = payload["cohorts"].get(measure["cohort"])
        if told is None or measure["grade"] in found or "declared" in told["predicate"]:
            continue
        frozen = told.get("frozen_on")
        found[measure["grade"]] = Cohort(
            predicate=told["predicate"],
            instrument=told["instrument"],
            currency=told["currency"],
            portfolio=setting.portfolio.code,
            frozen_on=date.fromisoformat(frozen) if frozen else None,
            as_of=setting.as_of,
            members=(),
            digest=measure["cohort"],
        )
    return found


def divide(setting: Setting, payload: Mapping[str, Any], top: Figure, bottom: Figure) -> Refused | Allowed:
    """The rate, or the refusal with both sides and what to ask instead."""
    try:
        return Allowed(top, bottom, rate(top.quantity, bottom.quantity))
    except Refusal as refusal:
        why = w(f"refused_{refusal.reason.code}", top=top.what, bottom=bottom.what)
        return Refused(top, bottom, _rows(top, bottom), why, _instead(setting, payload, top, bottom))


def _rows(top: Figure, bottom: Figure) -> list[Row]:
    over, under = top.quantity.cohort, bottom.quantity.cohort

    def frozen(cohort: Cohort) -> str:
        return _("冻结于 %(day)s", day=cohort.frozen_on.isoformat()) if cohort.frozen_on else _("没有冻结名单")

    def members(figure: Figure) -> str:
        return _("%(n)s 件，指纹 %(hash)s", n=thousands(figure.members), hash=short_hash(figure.quantity.cohort.digest))

    return [
        Row(_("是什么"), top.what, bottom.what),
        Row(_("谁"), members(top), members(bottom)),
        Row(_("名单"), frozen(over), frozen(under)),
        Row(_("哪天"), f"{over.as_of.isoformat()}", f"{under.as_of.isoformat()}"),
    ]


def _instead(setting: Setting, payload: Mapping[str, Any], *figures: Figure) -> list[Instead]:
    wanted = []
    for figure in figures:
        code = HEADLINE.get(figure.quantity.cohort.instrument)
        code = "need_met_share" if figure.quantity.cohort.instrument == NEED else code or "intent_conversion_rate"
        wanted.append((code, figure.quantity.cohort))
    found = []
    for code, cohort in dict.fromkeys(wanted):
        for measure in payload["measures"]:
            if (measure["code"], measure["kind"], measure["cohort"]) == (code, "amount", cohort.digest):
                found.append(_question(setting, measure, cohort))
    return found


def _question(setting: Setting, measure: Mapping[str, Any], cohort: Cohort) -> Instead:
    figure = f"{pct(measure['ppm'])} %" if measure["ppm"] is not None else _("不适用")
    about = w("quantity_needed") if cohort.instrument == NEED else w(f"instrument_{cohort.instrument}")
    url = setting.addresses.home("" if cohort.instrument == NEED else cohort.instrument)
    return Instead(_("%(about)s：%(rate)s", about=about, rate=w(f"measure_{measure['code']}")), figure, url)


def needs_refusal(setting: Setting, payload: Mapping[str, Any], ledger: Ledger) -> Refused | None:
    """The temptation this portfolio holds out: what was signed divided by what was asked for."""
    found = figures_of(setting, payload)
    top, bottom = found.get(f"{ledger.grade}.signed"), found.get(f"{NEED}.needed")
    if top is None or bottom is None:
        others = [figure for code, figure in found.items() if code.endswith(".signed") and figure is not top]
        bottom = others[0] if others and top is not None else None
        top = found.get(f"{ledger.grade}.verified")
    if top is None or bottom is None:
        return None
    answer = divide(setting, payload, top, bottom)
    return answer if isinstance(answer, Refused) else None
