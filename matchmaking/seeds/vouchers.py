"""演示凭证: small plain files, plainly marked as invented, so that figure → agreement → voucher leads somewhere."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import plain_amount
from matchmaking.foundation.files import Kept, keep
from matchmaking.seeds.diary import Told

NOTE = "演示凭证：企业、银行、单据均为虚构，不作任何凭据。\nDemo voucher: firm, bank and document are invented.\n"


@dataclass(frozen=True, slots=True)
class Voucher:
    """A kept file and what it supports."""

    kept: Kept
    subject: str
    words: str


def keep_vouchers(facts: Iterable[f.Fact]) -> list[Voucher]:
    """Write a voucher for every signing and every 借据, before the unit of work; the same facts give the same files."""
    made = []
    for fact in facts:
        if isinstance(fact, f.Signing):
            made.append(_voucher(fact.key, "agreement", "签约文本", _paper(fact)))
        elif isinstance(fact, f.Disbursement):
            made.append(_voucher(fact.key, "disbursement", f"借据 {fact.iou_no}", _iou(fact)))
    return made


def keep_told(told: Iterable[Told]) -> dict[str, Kept]:
    """Write a voucher for everything the diary names, before the unit of work; subject → its file."""
    return {one.subject: keep(_text(list(one.lines)), name=_name(one), media={"text"}) for one in told}


def _name(one: Told) -> str:
    return f"{one.words} {one.subject.partition(':')[2]}.txt"


def _text(lines: list[str]) -> bytes:
    return (NOTE + "\n" + "\n".join(lines) + "\n").encode("utf-8")


def _voucher(key: str, kind: str, words: str, lines: list[str]) -> Voucher:
    kept = keep(_text(lines), name=f"{words} {key}.txt", media={"text"})
    return Voucher(kept, f"{kind}:{key}", f"{words}（演示凭证）")


def _paper(fact: f.Signing) -> list[str]:
    return [
        f"签约编号：{fact.key}",
        f"企业：{fact.firm}",
        f"银行：{fact.branch}",
        f"金额：{plain_amount(fact.amount.minor)} 元",
        f"签约日：{fact.signed_on.isoformat()}",
    ]


def _iou(fact: f.Disbursement) -> list[str]:
    return [
        f"借据号：{fact.iou_no}",
        f"报送行：{fact.branch}",
        f"金额：{plain_amount(fact.amount.minor)} 元",
        f"起息日：{fact.value_on.isoformat()}",
        f"签约编号：{fact.signing}",
    ]
