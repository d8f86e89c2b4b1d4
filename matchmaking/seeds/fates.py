"""What becomes of a signed paper in the demo city: each piece of it, told by whom it takes, on the days it happened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from matchmaking.delivery.agreements import commands as agreements
from matchmaking.delivery.disbursements import commands as disbursements
from matchmaking.delivery.disbursements import ending, hearing
from matchmaking.delivery.repayments import commands as repayments
from matchmaking.domain.money import plain_amount
from matchmaking.seeds.diary import Diary, Told
from matchmaking.seeds.gatherings import TODAY
from matchmaking.seeds.papers import Paper

BANK, FIRM, OFFICE = "seed:officer", "seed:firm", "seed:office"
WAN = 1_000_000
IN_PARTS = 150 * WAN
"""From here on every other confirmed sum is paid in two parts."""
TO_PAYEE = 200 * WAN
"""From here on the money goes straight to a supplier (受托支付)."""
HOLDERS = {
    "W1": ("firm", "补齐购销合同与发票"), "W2": ("guarantor", "担保公司出具担保函"),
    "W3": ("bank", "上级行批复本期规模"), "W4": ("permit", "厂房不动产抵押登记"),
}  # fmt: skip
ENDS = {
    "C1": ("firm_gives_up", "firm", "订单取消，不再需要"), "C2": ("bank_ends", "bank", "企业涉诉，终止剩余额度"),
    "C3": ("agreed_cut", "both", "双方书面同意减额"),
}  # fmt: skip


@dataclass(slots=True)
class Fate:
    """Tells one paper's pieces. ``conditions`` false: the papers of the platform bring their conditions along."""

    diary: Diary
    paper: Paper
    conditions: bool = True
    paid: int = field(default=0, init=False)
    last: date = field(init=False)

    def __post_init__(self) -> None:
        self.last = max(self.paper.signed_on, self.paper.told_on)

    @property
    def row(self) -> Any:
        """The agreement, once it is signed."""
        return self.diary.rows[self.paper.key]

    def tell(self) -> None:
        """Everything after the signing; baselines first, as they are asked for at the signing."""
        self._signed_paper()
        old, n = self.paper.minor("A3", "A3b"), self.paper.number
        verified_old = self.paper.minor("A3")
        for code, minor in self.paper.pieces:
            if code == "A1" and not old:
                self.confirmed(minor)
            elif code in ("A2", "A5b"):
                self.pay(minor)
            elif code == "A5":
                self.confirmed(minor)
            elif code == "A4":
                self.disputed(minor)
            elif code == "R":
                self.revolve(minor)
        if old:
            new = self.paper.minor("A1")
            if verified_old:
                self.pay(new + verified_old, "right")
                self.repay_old(verified_old)
            if old > verified_old:
                self.pay(old - verified_old)
                self.repay_old(old - verified_old)
        self.rest(n)

    def _signed_paper(self) -> None:
        paper = self.paper
        if paper.instrument == "loan_contract" and paper.amount_minor is not None:
            amount = plain_amount(paper.amount_minor)
            lines = (f"签约编号：{paper.key}", f"金额：{amount} 元", f"签约日：{paper.signed_on}")
            self.diary.vouchers.append(Told(f"agreement:{paper.key}", "签约文本", lines, paper.told_on))

    def next_day(self, gap: int) -> date:
        """A day for the next thing: ``gap`` days on, never later than three days before the demo's day."""
        latest = TODAY - timedelta(days=3)
        self.last = min(self.last + timedelta(days=gap), max(latest, self.last))
        return self.last

    def confirmed(self, minor: int) -> None:
        """Paid and confirmed: at once or in two parts; now and then a payee's statement stands for the firm's word."""
        n = self.paper.number
        if n % 11 == 3:
            self.mistaken(minor)
        if minor >= IN_PARTS and n % 2:
            part = minor * 3 // 5 // WAN * WAN
            self.pay(part, "right")
            minor -= part
        self.pay(minor, "statement" if n % 9 == 4 else "right")

    def mistaken(self, minor: int) -> None:
        """A report with a wrong sum, taken back the day after; the number comes again with the right one."""
        day, key = self.next_day(6), f"{self.paper.key}-mistaken"
        self._report(key, f"{self._iou(1)}", minor * 9 // 10, day)
        self.diary.note(
            day + timedelta(days=1),
            lambda at: disbursements.void_disbursement(
                self.diary.session, actor=BANK, disbursement=self.diary.rows[key], voided_on=day + timedelta(days=1),
                reason="金额录错，按凭证重报", at=at, public_key=f"{key}-void",
            ),
            hour=16,
        )  # fmt: skip
        self.last = day + timedelta(days=1)

    def disputed(self, minor: int) -> None:
        """The firm says less, or that nothing came."""
        said = "not_received" if self.paper.number % 2 else "wrong"
        self.pay(minor, said, says=minor * 4 // 5 if said == "wrong" else None)

    def pay(self, minor: int, answer: str = "", says: int | None = None) -> None:
        """One 借据 and what is heard of it; without ``answer`` nobody but the bank speaks."""
        self.paid += 1
        day = self.next_day(9 + self.paper.number * 7 % 23 if self.paid == 1 else 19)
        key = f"{self.paper.key}-pay-{self.paid}"
        self._report(key, self._iou(self.paid), minor, day)
        heard = min(day + timedelta(days=2 + self.paper.number % 4), TODAY)
        if answer == "statement":
            self._note(heard, hearing.record_third_party_line, key, source="收款方开户行（演示）", amount_minor=minor,
                       value_on=day, actor=OFFICE)  # fmt: skip
        elif answer:
            self._note(heard, hearing.confirm_receipt, key, answer=answer, answered_on=heard, amount_minor=says,
                       received_on=day if answer == "right" else None, actor=FIRM)  # fmt: skip

    def repay_old(self, minor: int) -> None:
        """The loan that the new one follows is paid back two days later."""
        paper, day = self.paper, min(self.last + timedelta(days=2), TODAY)
        self.diary.note(
            day,
            lambda at: repayments.record_repayment(
                self.diary.session, actor=BANK, portfolio=self.diary.rows["city"], **self._firm(),
                lender=paper.bank.name, amount_minor=minor, paid_on=day, at=at, iou_no=f"旧-{paper.number:03d}",
                public_key=f"{paper.key}-repaid-{self.paid}-{minor}",
            ),
            hour=15,
        )  # fmt: skip

    def revolve(self, minor: int) -> None:
        """Half is drawn and paid back, half drawn again, then the other half: the peak is ``minor``."""
        half = minor // 2
        self.pay(half, "right")
        day, key = self.next_day(25), f"{self.paper.key}-pay-1"
        self.diary.note(
            day,
            lambda at: repayments.record_repayment(
                self.diary.session, actor=BANK, portfolio=self.diary.rows["city"], **self._firm(),
                lender=self.paper.bank.name, amount_minor=half, paid_on=day, at=at, disbursement=self.diary.rows[key],
                public_key=f"{self.paper.key}-back",
            ),
            hour=15,
        )  # fmt: skip
        self.pay(half, "right")
        self.pay(minor - half, "right")

    def rest(self, n: int) -> None:
        """What is not paid: closed, waiting for somebody, or without a word."""
        for code, minor in self.paper.pieces:
            if code in ENDS:
                kind, by, reason = ENDS[code]
                day, who = self.next_day(30), FIRM if by == "firm" else BANK
                told = {"kind": kind, "by_party": by, "exited_on": day, "amount_minor": minor, "reason": reason}
                self._on_paper(day, ending.end_agreement, code.lower(), actor=who, **told)
            elif code == "W6":
                day = max(self.next_day(3) + timedelta(days=1), TODAY - timedelta(days=8 + n % 12))
                self.last = day
                self._on_paper(day, agreements.request_draw, "asked", amount_minor=minor, asked_on=day, actor=FIRM)
            elif code in HOLDERS and self.conditions:
                holder, words = HOLDERS[code]
                signed = self.paper.signed_on
                self._on_paper(self.paper.told_on, agreements.open_condition, "condition", holder=holder, words=words,
                               set_on=signed, due_on=signed + timedelta(days=60), actor=BANK)  # fmt: skip
            elif code == "W5":
                day = self.next_day(2)
                self._on_paper(day, agreements.mark_drawable, "drawable", marked_on=day, actor=BANK)

    def _iou(self, place: int) -> str:
        return f"{self.paper.bank.code.upper()}{self.paper.signed_on:%y%m}-{self.paper.number:03d}-{place}"

    def _firm(self) -> dict[str, Any]:
        return {"firm": str(self.row.firm), "firm_key": self.row.firm_key}

    def _report(self, key: str, iou: str, minor: int, day: date) -> None:
        told = min(day + timedelta(days=1), TODAY)
        lines = (f"借据号：{iou}", f"金额：{plain_amount(minor)} 元", f"起息日：{day}", f"签约编号：{self.paper.key}")
        self.diary.vouchers.append(Told(f"disbursement:{key}", f"借据 {iou}", lines, told))
        payee = "原料供应商（演示）" if minor >= TO_PAYEE else None
        self.diary.keep(
            key,
            told,
            lambda at: disbursements.report_disbursement(
                self.diary.session, actor=BANK, agreement=self.row, iou_no=iou, amount_minor=minor, value_on=day,
                reported_on=told, payee=payee, at=at, public_key=key,
            ),
            hour=11,
        )  # fmt: skip

    def _note(self, day: date, command: Callable[..., Any], key: str, **told: Any) -> None:
        def act(at: datetime) -> Any:
            return command(self.diary.session, disbursement=self.diary.rows[key], at=at,
                           public_key=f"{key}-heard", **told)  # fmt: skip

        self.diary.note(day, act, hour=14)

    def _on_paper(self, day: date, command: Callable[..., Any], end: str, **told: Any) -> None:
        def act(at: datetime) -> Any:
            return command(self.diary.session, agreement=self.row, at=at, public_key=f"{self.paper.key}-{end}", **told)

        self.diary.note(day, act, hour=13)
