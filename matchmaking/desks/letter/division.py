"""What was agreed at meetings divided by what was recommended: refused, with the reason and what to ask instead."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from flask import url_for
from flask_babel import gettext as _

from matchmaking.desks.letter.queries import Listed, Met, Signed
from matchmaking.desks.office.division import Figure, Instead, Refused, Row
from matchmaking.desks.office.setting import Setting
from matchmaking.domain.conversion.cohorts import AMOUNT, Cohort, Quantity, rate
from matchmaking.domain.money import per_million
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.web.figures import amount_text, day, pct, short_hash, thousands
from matchmaking.foundation.web.words import w


def refused_division(setting: Setting, top: Signed, bottom: Listed, both: int, money: Met) -> Refused | None:
    """The refusal card; None where the records of one side are missing, so that there is nothing to divide."""
    if not top.letter_minor or not bottom.asked_minor:
        return None
    over = _figure(setting, "meetings", top.letter_minor, top.papers, top.digest, None, _("对接会签约"))
    under = _figure(
        setting, "lists", bottom.asked_minor, bottom.firms, bottom.digest, bottom.frozen_on, _("推荐清单需求")
    )
    try:
        rate(over.quantity, under.quantity)
    except Refusal as refusal:
        why = w(f"refused_{refusal.reason.code}", top=over.what, bottom=under.what)
        why += _("两边都有的企业只有 %(n)s 户。", n=thousands(both))
        return Refused(over, under, _rows(setting, top, bottom), why, _instead(setting, top, money))
    return None


def _figure(
    setting: Setting, name: str, minor: int, members: int, digest: str, frozen_on: date | None, what: str
) -> Figure:
    cohort = Cohort(
        predicate=name, instrument=name, currency="CNY", portfolio=setting.portfolio.code, frozen_on=frozen_on,
        as_of=setting.as_of, members=(), digest=digest,
    )  # fmt: skip
    words = f"{amount_text(minor, 'yi')} {_('亿元')}"
    return Figure(name, words, what, Quantity(cohort, name, AMOUNT, minor, setting.known_on), members)


def _rows(setting: Setting, top: Signed, bottom: Listed) -> Sequence[Row]:
    contract = next((one.signed_minor for one in top.told if one.instrument == "loan_contract"), 0)
    frozen = day(bottom.frozen_on) if bottom.frozen_on else "—"
    meetings = {"n": thousands(top.meetings), "hash": short_hash(top.digest)}
    lists = {"lists": thousands(bottom.lists), "n": thousands(bottom.firms), "hash": short_hash(bottom.digest)}
    return [
        Row(_("是什么"), _("对接会签约"), _("推荐清单需求")),
        Row(_("谁"), _("%(n)s 场，指纹 %(hash)s", **meetings), _("%(lists)s 批 %(n)s 户，指纹 %(hash)s", **lists)),
        Row(_("纸面"), _("借款合同只占 %(amount)s 亿元", amount=amount_text(contract, "yi")), _("不是签约")),
        Row(_("哪天"), _("逐场累计至 %(day)s", day=day(setting.as_of)), _("最后一批冻结于 %(day)s", day=frozen)),
    ]


def _instead(setting: Setting, top: Signed, money: Met) -> list[Instead]:
    code = setting.portfolio.code
    contract = next((one for one in top.told if one.instrument == "loan_contract"), None)
    found = []
    if contract is not None and contract.signed_minor:
        figure = f"{pct(per_million(contract.verified_minor, contract.signed_minor))} %"
        words = _("这 %(n)s 场签的借款合同，核实到账多少？", n=thousands(top.meetings))
        found.append(Instead(words, figure, url_for("gatherings.index", code=code, kind="matching")))
    if money.asked_minor:
        words = _("这 %(n)s 户推荐需求，满足多少？", n=thousands(money.firms))
        figure = f"{pct(per_million(money.met_minor, money.asked_minor))} %"
        found.append(Instead(words, figure, url_for("batches.index", kind="city")))
    return found
