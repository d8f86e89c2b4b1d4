"""One agreement as its page shows it: figures, bar, parties, two clocks, conditions, evidence, statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from matchmaking.delivery.agreements.facts import area_of
from matchmaking.delivery.audits.sheets import AgreementSheet, Answer, DisbursementSheet, KnownThen, Moment, SheetLine
from matchmaking.desks.office.ledger import Bars, BucketLine, small_bar
from matchmaking.desks.office.setting import Setting
from matchmaking.domain.areas import Area
from matchmaking.domain.money import per_million
from matchmaking.foundation.web.figures import amount_text, day, unit_words
from matchmaking.foundation.web.looks import LOOKS, PAID
from matchmaking.foundation.web.steps import StepChart, step_chart
from matchmaking.foundation.web.words import bucket_name, language, reason_words, w, w_or

STATES = {
    "three": ("ok", "ok"),
    "two": ("two", "ok"),
    "one": ("one", "wait"),
    "conflict": ("clash", "bad"),
    "overdue": ("late", "bad"),
    "voided": ("void", "mute"),
    "duplicate": ("void", "mute"),
    "not_principal": ("void", "mute"),
}
"""State of a disbursement → (shape, kind)."""

ANSWERS = {"right": ("ok", "ok"), "wrong": ("clash", "bad"), "not_received": ("clash", "bad")}
MOMENTS = {
    "agreement": ("pen", "act"),
    "baseline": ("file", "mute"),
    "condition": ("wait", "wait"),
    "condition_met": ("ok", "ok"),
    "drawable_mark": ("next", "wait"),
    "draw_request": ("next", "wait"),
    "agreement_exit": ("void", "mute"),
    "disbursement": ("one", "wait"),
    "disbursement_void": ("void", "mute"),
    "confirmation": ("ok", "ok"),
    "third_party_line": ("two", "ok"),
    "verdict": ("two", "ok"),
    "repayment": ("redo", "mute"),
    "fact_void": ("void", "mute"),
    "statement": ("file", "mute"),
    "statement_position": ("file", "mute"),
}
"""Kind of fact → (shape, kind)."""

CODED = {
    "answer": "answer_",
    "holder": "holder_",
    "declared": "declared_",
    "instrument": "instrument_",
    "form": "form_",
    "verdict": "verdict_",
    "exit": "exit_",
}
"""Parameters whose values are codes, with the beginning of their words."""

LATE_DAYS = 31
"""A fact that our records learned of later than this is marked."""

UNSAID = ("condition", "fact", "other", "by", "device_shared", "form")
"""Parameters that say nothing to a reader by themselves, or are said elsewhere."""


@dataclass(frozen=True, slots=True)
class Kpi:
    """One figure at the head of the page; ``share`` ppm of the signed amount."""

    label: str
    amount: int | None
    share: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the timeline in words."""

    day: str
    known: str
    late: bool
    shape: str
    kind: str
    title: str
    detail: str
    void: bool


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything the template shows of one agreement."""

    setting: Setting
    sheet: AgreementSheet
    kpis: Sequence[Kpi]
    bars: Bars | None
    lines: Sequence[SheetLine]
    events: Sequence[Event]
    chart: StepChart | None
    finding: str

    @property
    def title(self) -> str:
        """Firm and lender, or the key where neither is stated."""
        paper, row = self.sheet.agreement, self.sheet.row
        firm = (row.firm if row else None) or paper.firm
        lender = (row.branch or row.lender if row else None) or paper.branch or paper.lender
        return " × ".join(part for part in (firm, lender) if part) or paper.external_id

    @property
    def area(self) -> Area | None:
        """Where the paper belongs, as its source codes it."""
        return area_of(self.sheet.agreement)

    @property
    def restated(self) -> Sequence[KnownThen]:
        """Earlier audits of the same day that knew otherwise, latest first."""
        told: list[KnownThen] = []
        for then in self.sheet.restated:
            if any(then.difference.values()) and not (told and dict(told[-1].difference) == dict(then.difference)):
                told.append(then)
        return told

    @property
    def unpaid(self) -> Sequence[SheetLine]:
        """Lines of what has not been paid."""
        return [line for line in self.lines if LOOKS[line.bucket].family != PAID]

    def state(self, one: DisbursementSheet) -> tuple[str, str]:
        """Shape and kind of a disbursement's state."""
        return STATES.get(one.state, ("none", "mute"))

    def state_words(self, one: DisbursementSheet) -> str:
        """Its state in words; a verdict is named where it, not a second party, settled the payment."""
        return w(_state_code(one))

    def answer(self, one: Answer) -> tuple[str, str]:
        """Shape and kind of an answer."""
        return ANSWERS.get(one.says, ("none", "mute"))


def case_page(setting: Setting, sheet: AgreementSheet) -> CasePage:
    """The page of ``sheet``."""
    order = list(LOOKS)
    lines = sorted(sheet.lines, key=lambda line: order.index(line.bucket))
    signed = (sheet.row.signed_minor if sheet.row else sheet.agreement.amount_minor) or 0
    parts = tuple(
        BucketLine(line.bucket, line.amount_minor, line.verified_minor, 1, _share(line.amount_minor, signed), ())
        for line in lines
    )
    kpis = _statement_kpis(sheet, signed) if setting.from_statements else _case_kpis(setting, sheet, lines, signed)
    return CasePage(
        setting=setting,
        sheet=sheet,
        kpis=kpis,
        bars=small_bar(parts, signed, setting.unit) if parts and signed > 0 else None,
        lines=lines,
        events=[_event(moment, setting.unit, setting.portfolio.currency) for moment in sheet.timeline],
        chart=_chart(setting, sheet, signed),
        finding=_finding(sheet),
    )


def _share(part: int | None, whole: int) -> int | None:
    return per_million(part, whole) if part is not None and whole > 0 else None


def _case_kpis(setting: Setting, sheet: AgreementSheet, lines: Sequence[SheetLine], signed: int) -> list[Kpi]:
    row, paper = sheet.row, sheet.agreement
    if row is None:
        return [Kpi(_("签约"), paper.amount_minor, None, _("这两天的核查还不知道它"))]
    net = (row.detail or {}).get("net") or {}
    standing = [one for one in sheet.disbursements if one.state not in ("voided", "duplicate", "not_principal")]
    behind = _("两方以上一致，一方非银行")
    if any(_state_code(one) == "state_ruled" for one in standing):
        behind = _("两方以上一致，或经裁定认定")
    return [
        Kpi(_("签约"), signed, None, _("%(day)s，原额不改", day=day(row.signed_on))),
        Kpi(_("银行报送放款"), row.paid_minor, _share(row.paid_minor, signed), _("%(n)s 份借据", n=len(standing))),
        Kpi(_("核实放款"), row.verified_minor, _share(row.verified_minor, signed), behind),
        Kpi(_("净新增"), net.get("amount"), _share(net.get("amount"), signed), _net_words(setting, net)),
        Kpi(_("没到账"), row.open_minor, _share(row.open_minor, signed), _open_words(lines)),
    ]


def _net_words(setting: Setting, net: Mapping[str, Any]) -> str:
    if not net or net.get("balance") is None:
        return _("缺基期余额或没有放款，判不了")
    return _(
        "%(day)s 余额 %(balance)s，此前最高 %(peak)s",
        day=net["balance_on"],
        balance=amount_text(net["balance"], setting.unit),
        peak=amount_text(net["peak"], setting.unit),
    )


def _open_words(lines: Sequence[SheetLine]) -> str:
    waiting = [line for line in lines if LOOKS[line.bucket].family in ("waiting", "unexplained")]
    if not waiting:
        return _("都放了，或已了结")
    largest = max(waiting, key=lambda line: line.amount_minor)
    return reason_words(largest.reason) or bucket_name(largest.bucket)


def _statement_kpis(sheet: AgreementSheet, signed: int) -> list[Kpi]:
    if not sheet.claims:
        return [Kpi(_("签约"), signed or None, None, _("截止日前没有对账单：不知道，不等于零"))]
    position = sheet.claims[-1].position
    for claim in sheet.claims:
        if sheet.row is not None and claim.statement.id == sheet.row.statement_id:
            position = claim.position
    return [
        Kpi(_("签约"), position.original_minor, None, day(position.signed_on)),
        Kpi(_("已放款"), position.disbursed_minor, _share(position.disbursed_minor, signed), _("只有对账单说")),
        Kpi(_("已核减"), position.cancelled_minor, _share(position.cancelled_minor, signed), _("对账单列明")),
        Kpi(_("未放款"), position.undisbursed_minor, _share(position.undisbursed_minor, signed), _("对账单列明")),
        Kpi(_("已还款"), position.repaid_minor, None, _("还款不改放款")),
    ]


def _ruled(one: DisbursementSheet) -> bool:
    """Whether a verdict stands behind it and the firm does not say the same."""
    sided = any(verdict.says in ("for_bank", "for_firm") for verdict in one.verdicts)
    return sided and not (one.firm and one.firm[-1].says == "right")


def _state_code(one: DisbursementSheet) -> str:
    return "state_ruled" if one.state == "two" and _ruled(one) else f"state_{one.state}"


def _finding(sheet: AgreementSheet) -> str:
    """The heading of the three-party table, in one sentence."""
    counts: dict[str, int] = {}
    for one in sheet.disbursements:
        counts[_state_code(one)] = counts.get(_state_code(one), 0) + 1
    if not counts:
        return _("三方对账：还没有放款")
    told = [_("%(n)s 笔%(state)s", n=number, state=w(state)) for state, number in counts.items()]
    return _("三方对账：%(told)s", told=("，" if language() == "zh" else ", ").join(told))


def _event(moment: Moment, unit: str, currency: str) -> Event:
    shape, kind = MOMENTS.get(moment.kind, ("none", "mute"))
    params = dict(moment.params)
    if moment.kind == "confirmation":
        shape, kind = ANSWERS.get(str(params.get("answer")), (shape, kind))
    if moment.void:
        shape, kind = "void", "mute"
    title = [w(f"moment_{moment.kind}")]
    iou, amount = params.pop("iou", None), params.pop("amount_minor", None)
    if iou:
        title.append(str(iou))
    if isinstance(amount, int):
        title.append(f"{amount_text(amount, unit)} {unit_words(unit, currency, language())}")
    late = (moment.known_on - moment.day).days > LATE_DAYS
    return Event(
        day(moment.day), day(moment.known_on), late, shape, kind, " ".join(title), _detail(params, unit), moment.void
    )


def _detail(params: Mapping[str, Any], unit: str) -> str:
    told = [
        _said(name, value, unit) for name, value in params.items() if value not in (None, "") and name not in UNSAID
    ]
    if params.get("device_shared"):
        told.append(_("共用设备，回访前不算确认"))
    if params.get("form") not in (None, "loan"):
        told.append(w(f"form_{params['form']}"))
    return " · ".join(told)


def _said(name: str, value: Any, unit: str) -> str:
    if name in CODED:
        return w_or(f"{CODED[name]}{value}", str(value))
    words = amount_text(value, unit) if name.endswith("_minor") else str(value)
    return w_or(f"moment_said_{name}", words, value=words)


def _chart(setting: Setting, sheet: AgreementSheet, signed: int) -> StepChart | None:
    row = sheet.row
    if row is None or setting.from_statements or not sheet.disbursements or row.signed_on is None or signed <= 0:
        return None
    counted = [one for one in sheet.disbursements if one.counted_minor]
    reported = [(one.value_on, one.counted_minor) for one in counted]
    verified = [(one.value_on, one.verified_minor) for one in counted if one.verified_minor]
    mark: date | None = row.due_on
    return step_chart(signed, row.signed_on, setting.as_of, reported, verified, mark)
