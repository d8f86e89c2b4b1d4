"""签约额去哪了: one grade of one portfolio on two days, as its page shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _

from matchmaking.desks.office.ageing import Heat, heat_of
from matchmaking.desks.office.division import Refused, needs_refusal
from matchmaking.desks.office.ledger import BANDS, Bars, Ledger, bars, read_ledger
from matchmaking.desks.office.listing import status_words
from matchmaking.desks.office.rates import RateCard, rate_cards
from matchmaking.desks.office.setting import Setting
from matchmaking.domain.statements.slips import VANISHED
from matchmaking.foundation.web.figures import amount_text, pct, thousands, unit_words
from matchmaking.foundation.web.words import bucket_name, family_name, language, link, w, w_or
from matchmaking.oversight.samples.models import AuditSample

AMOUNTLESS = ("strategic",)


@dataclass(frozen=True, slots=True)
class Tab:
    """One grade's tab."""

    grade: str
    signed: int
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Counted:
    """A word with its count and where it leads."""

    words: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its words."""

    label: str
    value: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Restated:
    """What is known now less what was known then, by bucket; ``lines`` are those that differ."""

    now: str
    lines: Sequence[Changed]
    signed_then: int
    signed_now: int


@dataclass(frozen=True, slots=True)
class Changed:
    """One bucket then and now."""

    bucket: str
    then: int
    now: int

    @property
    def change(self) -> int:
        """Now less then."""
        return self.now - self.then


@dataclass(frozen=True, slots=True)
class OfficePage:
    """Everything the template shows, beside the :class:`Setting`."""

    setting: Setting
    ledger: Ledger
    tabs: Sequence[Tab]
    strategic: Sequence[int]
    bars: Bars
    cards: Sequence[RateCard]
    heat: Heat | None
    address: Mapping[str, str]
    findings: Sequence[Counted]
    findings_url: str | None
    statement: Mapping[str, Any] | None = None
    statement_url: str | None = None
    statuses: Sequence[Counted] = ()
    unsigned: int = 0
    days: Mapping[str, Any] | None = None
    restated: Restated | None = None
    refusal: Refused | None = None
    notices: Sequence[Mapping[str, Any]] = ()
    memo: Sequence[Pair] = field(default_factory=tuple)
    standing: str = ""
    bands: tuple[str, ...] = BANDS

    def __getattr__(self, name: str) -> Any:
        # the template speaks of one page; what every page shares stands in the setting
        return getattr(self.setting, name)

    @property
    def two_parties(self) -> bool:
        """Whether anything here can be verified by a second party."""
        return not self.setting.from_statements

    @property
    def finding_total(self) -> int:
        """Findings of all kinds."""
        return sum(finding.count for finding in self.findings)

    @property
    def status_total(self) -> int:
        """Agreements counted by status."""
        return sum(status.count for status in self.statuses)

    @property
    def all_url(self) -> str:
        """Every agreement of this grade."""
        return self.setting.addresses.agreements(grade=self.ledger.grade, standing=self.standing)

    @property
    def definitions_url(self) -> str:
        """口径."""
        return self.setting.addresses.definitions()

    def heat_address(self, bucket: str, band: int) -> str:
        """The agreements behind one cell."""
        return self.setting.addresses.agreements(
            grade=self.ledger.grade, bucket=bucket, band=str(band), standing=self.standing
        )

    @property
    def bar_title(self) -> str:
        """Accessible name of the bar."""
        return _(
            "%(grade)s %(amount)s %(unit)s的去向，百分之百条",
            grade=w(f"instrument_{self.ledger.grade}"),
            amount=amount_text(self.ledger.signed, self.setting.unit),
            unit=self._unit,
        )

    @property
    def bar_desc(self) -> str:
        """The bar in words."""
        statement = self.setting.from_statements
        parts = [
            f"{family_name(family.name, statement=statement)} {amount_text(family.amount, self.setting.unit)}"
            f" ({pct(family.share)} %)"
            for family in self.ledger.families
            if family.amount
        ]
        stop, end = ("; ", ". ") if language() == "en" else ("；", "。")
        return stop.join(parts) + end + _("逐项见下表。")

    @property
    def _unit(self) -> str:
        return unit_words(self.setting.unit, self.setting.portfolio.currency, language())

    @property
    def claim(self) -> str:
        """The heading is the finding, in one sentence."""
        ledger, unit = self.ledger, self.setting.unit
        figures = {
            "grade": w(f"instrument_{ledger.grade}"),
            "signed": amount_text(ledger.signed, unit),
            "unit": self._unit,
            "paid": amount_text(ledger.paid, unit),
            "verified": amount_text(ledger.verified, unit),
            "open": amount_text(ledger.unexplained, unit),
            "waiting": amount_text(ledger.family("waiting"), unit),
            "closed": amount_text(ledger.family("closed"), unit),
        }
        if not ledger.signed:
            return _("%(grade)s：没有签约", **figures)
        if ledger.from_statements:
            return _statement_claim(ledger, figures)
        if ledger.unexplained:
            return _("%(grade)s %(signed)s %(unit)s：核实到账 %(verified)s，还有 %(open)s 没有说法", **figures)
        return _("%(grade)s %(signed)s %(unit)s：核实到账 %(verified)s，其余都有说法", **figures)

    @property
    def day_heads(self) -> Sequence[Pair]:
        """The days from signing to first money, in one row."""
        if not self.days:
            return ()
        names = {
            "n": _("件数"), "min": _("最短"), "p25": _("四分之一"), "median": _("中位"), "mean": _("平均"),
            "p75": _("四分之三"), "p90": _("十分之九"), "max": _("最长"), "negative": _("早于签约"), "zero": _("当天"),
        }  # fmt: skip
        return [Pair(label, _number(self.days[name])) for name, label in names.items() if name in self.days]


def _statement_claim(ledger: Ledger, figures: Mapping[str, str]) -> str:
    if ledger.amount("SX", "SN") == ledger.signed:
        return _("签约 %(signed)s %(unit)s：对账单没有列明放款金额，只知道有没有放过款", **figures)
    return _("签约 %(signed)s %(unit)s：对账单说已放款 %(paid)s，已核减 %(closed)s，还有 %(waiting)s 没放", **figures)


def _number(value: Any) -> str:
    if isinstance(value, int):
        return thousands(value).replace("-", "−")
    return str(value).replace("-", "−")


def office_page(
    setting: Setting,
    payload: Mapping[str, Any],
    later: Mapping[str, Any] | None,
    closed: Mapping[str, AuditSample] | None = None,
) -> OfficePage:
    """The page of ``payload``; ``later`` is the same day in the world as known now, where that is another audit.

    ``closed``: measure → the sample drawn behind it, evaluated.
    """
    grade = chosen_grade(payload, setting.addresses.grade)
    ledger = read_ledger(grade)
    apart = any((payload.get(key) or {}).get("count") for key in ("prior_stock", "late"))
    standing = "member" if apart else ""
    address = {
        line.bucket: setting.addresses.agreements(grade=ledger.grade, bucket=line.bucket, standing=standing)
        for line in ledger.lines
        if line.count
    }
    statement = payload.get("statement")
    return OfficePage(
        setting=setting,
        ledger=ledger,
        tabs=_tabs(setting, payload),
        strategic=[g["count"] for g in payload["grades"] if g["grade"] in AMOUNTLESS and g["count"]],
        bars=bars(ledger, setting.unit, address),
        cards=rate_cards(payload, ledger.grade, closed),
        heat=heat_of(ledger, setting.unit),
        address=address,
        findings=_findings(setting, payload),
        findings_url=link("findings.index", code=setting.portfolio.code),
        statement=statement,
        statement_url=link("statements.statement", key=statement["public_key"]) if statement else None,
        statuses=_statuses(setting, payload),
        unsigned=payload.get("unsigned", 0),
        days=payload["days"] if (payload.get("days") or {}).get("n") else None,
        restated=_restated(ledger, later),
        notices=payload.get("notices") or (),
        refusal=needs_refusal(setting, payload, ledger),
        memo=_memo(setting, payload),
        standing=standing,
    )


def chosen_grade(payload: Mapping[str, Any], asked: str) -> Mapping[str, Any]:
    """The grade asked for, else the headline's, else the first; an empty one where nothing was signed."""
    grades = {grade["grade"]: grade for grade in payload["grades"] if grade["grade"] not in AMOUNTLESS}
    for wanted in (asked, payload.get("headline_grade")):
        if wanted in grades:
            return grades[wanted]
    empty = {"grade": "loan_contract", "signed_minor": 0, "count": 0, "buckets": []}
    return next(iter(grades.values()), empty)


def _tabs(setting: Setting, payload: Mapping[str, Any]) -> list[Tab]:
    return [
        Tab(grade["grade"], grade["signed_minor"] or 0, grade["count"], setting.addresses.home(grade["grade"]))
        for grade in payload["grades"]
        if grade["grade"] not in AMOUNTLESS
    ]


def _findings(setting: Setting, payload: Mapping[str, Any]) -> list[Counted]:
    found = payload.get("findings") or {}
    counted = [
        Counted(w_or(f"finding_{code}", code), count, _finding_url(setting, payload, code))
        for code, count in found.items()
    ]
    return sorted(counted, key=lambda one: -one.count)


def _finding_url(setting: Setting, payload: Mapping[str, Any], code: str) -> str:
    """The agreements it is about; what vanished is in no list of agreements, so there the questions themselves."""
    if code != VANISHED:
        return setting.addresses.agreements(finding=code)
    days = {statement["as_of"] for statement in payload.get("statements") or ()}
    day = {"as_of": days.pop()} if len(days) == 1 else {}
    found = link("findings.index", code=setting.portfolio.code)
    return f"{found}?{urlencode({'code': code, **day})}" if found else ""


def _statuses(setting: Setting, payload: Mapping[str, Any]) -> list[Counted]:
    found = payload.get("status_counts") or {}
    return [
        Counted(status_words(code) or _("（未填）"), count, setting.addresses.agreements(status=code))
        for code, count in sorted(found.items(), key=lambda item: -item[1])
    ]


def _restated(ledger: Ledger, later: Mapping[str, Any] | None) -> Restated | None:
    if later is None:
        return None
    grade = next((one for one in later["grades"] if one["grade"] == ledger.grade), None)
    now = read_ledger(grade) if grade else None
    amounts = {line.bucket: line.amount for line in now.lines} if now else {}
    then = {line.bucket: line.amount for line in ledger.lines}
    lines = [
        Changed(bucket, then.get(bucket, 0), amounts.get(bucket, 0))
        for bucket in {**then, **amounts}
        if then.get(bucket, 0) != amounts.get(bucket, 0)
    ]
    return Restated(str(later["known_at"])[:10], lines, ledger.signed, now.signed if now else 0)


def _memo(setting: Setting, payload: Mapping[str, Any]) -> list[Pair]:
    """What is told beside the figures: pre-event stock, late entries, cumulative draws of revolving lines."""
    unit, currency = setting.unit, setting.portfolio.currency
    name = unit_words(unit, currency, language())
    pairs = []
    for key, standing, label in (("prior_stock", "pre_event", _("会前存量")), ("late", "late", _("名单冻结后补录"))):
        entry = payload.get(key) or {}
        if entry.get("count"):
            amount = amount_text(entry["amount_minor"], unit)
            words = _("%(n)s 件，%(amount)s %(unit)s", n=entry["count"], amount=amount, unit=name)
            pairs.append(Pair(label, words, setting.addresses.agreements(standing=standing)))
    memo = payload.get("memo") or {}
    for key, label in (("cumulative_draws", _("循环额度累计提款")), ("excess", _("超出签约额的放款"))):
        for agreement, minor in (memo.get(key) or {}).items():
            pairs.append(Pair(label, f"{amount_text(minor, unit)} {name}", setting.addresses.agreement(agreement)))
    return pairs


__all__ = ["OfficePage", "bucket_name", "chosen_grade", "office_page"]
