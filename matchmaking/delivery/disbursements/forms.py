"""What a bank says after signing: money paid, conditions, what may be drawn, a cut, an end; and what the firm says."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from matchmaking.foundation.web.choice_fields import OneOf
from matchmaking.foundation.web.forms import BaseForm, DayField, LongTextField, MoneyField, Needed, TextField
from matchmaking.foundation.web.locale import words_of
from matchmaking.rulebook.reference import declines

ANSWERS = ("right", "wrong", "not_received")
FEES = ("handling", "guarantee", "insurance", "deposit", "appraisal", "other")
"""手续费, 担保费, 保险, 保证金, 评估费, 其他."""
ENDS = tuple(one.code for one in declines().choices("bank") if not one.evidence)
"""What a bank may end with; that a firm cannot be reached takes a record, and is no end of a contract."""
HOLDERS = ("firm", "guarantor", "bank", "permit")


class AmountForm(BaseForm):
    """A form whose field ``amount`` may not be left unread."""

    amount: Any

    def validate_amount(self, field: MoneyField) -> None:
        """Read."""
        if field.data is None and not field.errors:
            raise ValidationError(words_of("field_needed"))


class ReportForm(AmountForm):
    """One 借据. ``confirmed``: the unit was doubted, and the person says that the amount stands."""

    amount = MoneyField(_l("放款金额"), [Needed()], ask=True)
    value_on = DayField(_l("起息日（钱到账那天）"), [Needed()])
    iou_no = TextField(_l("借据号"), [Needed()], longest=80)
    payee = TextField(_l("受托支付的收款方（付给企业自己就空着）"), longest=200)
    proof = FileField(_l("付给收款方的证明（购销合同、发票或支付回单）"))
    own_payment_reason = TextField(_l("大额却由企业自主支付的理由"), longest=300)
    fee_handling = MoneyField(_l("手续费"), units=("yuan", "wan"), zero=True)
    fee_guarantee = MoneyField(_l("担保费"), units=("yuan", "wan"), zero=True)
    fee_insurance = MoneyField(_l("保险费"), units=("yuan", "wan"), zero=True)
    fee_deposit = MoneyField(_l("保证金"), units=("yuan", "wan"), zero=True)
    fee_appraisal = MoneyField(_l("评估费"), units=("yuan", "wan"), zero=True)
    fee_other = MoneyField(_l("其他费用"), units=("yuan", "wan"), zero=True)
    no_fees = BooleanField(_l("利息之外没有向企业收任何费用"))
    voucher = FileField(_l("放款凭证"))
    confirmed = BooleanField(_l("金额和单位都没有写错"))
    doubted = False
    """The page shows the tick of ``confirmed``."""

    def validate_no_fees(self, field: BooleanField) -> None:
        """Not beside a fee."""
        if field.data and any(self.stated.values()):
            raise ValidationError(words_of("fees_contradict"))

    @property
    def stated(self) -> dict[str, int]:
        """Kind → minor units of the fees that were typed."""
        typed = {kind: self[f"fee_{kind}"].data for kind in FEES}
        return {kind: amount.minor for kind, amount in typed.items() if amount is not None}

    @property
    def fees(self) -> dict[str, int] | None:
        """What the bank says of fees: none of them is an answer, None is silence."""
        told = {kind: minor for kind, minor in self.stated.items() if minor}
        return told if told or self.stated or self.no_fees.data else None


class VoidForm(BaseForm):
    """Why a report is taken back."""

    reason = LongTextField(_l("作废原因"), [Needed()], longest=300)


class EndForm(BaseForm):
    """Why the bank ends what is left: a code of the list, and words where it asks for them."""

    code = OneOf(_l("终止原因"), choices=[(one, f"decline_{one}") for one in ENDS])
    words = LongTextField(_l("补充说明"), longest=200)

    def validate_code(self, field: OneOf) -> None:
        """Chosen."""
        _chosen(field)


class ConditionForm(BaseForm):
    """A condition that came up after signing."""

    holder = OneOf(_l("由谁来办"), choices=[(code, f"holder_{code}") for code in HOLDERS])
    what = TextField(_l("要办什么"), [Needed()], longest=300)
    set_on = DayField(_l("提出日"), [Needed()])
    due_on = DayField(_l("最晚哪天办好（没约定就空着）"))

    def validate_holder(self, field: OneOf) -> None:
        """Chosen."""
        _chosen(field)


class MetForm(BaseForm):
    """A condition is met."""

    condition = TextField(_l("哪一项"), [Needed()], longest=120)
    met_on = DayField(_l("办好的日子"), [Needed()])
    evidence = FileField(_l("办好的证明（没有就空着）"))


class DrawableForm(BaseForm):
    """The firm may draw from a day; no amount means all that is left."""

    marked_on = DayField(_l("从哪天起可以提款"), [Needed()])
    drawable = MoneyField(_l("可提金额（余款全部可提就空着）"), ask=True, zero=True)


class CutForm(AmountForm):
    """The bank proposes to cut what was signed."""

    amount = MoneyField(_l("减少多少"), [Needed()], ask=True)
    why = TextField(_l("为什么减"), [Needed()], longest=300)


class CutAnswerForm(BaseForm):
    """The firm's word on a cut, or the bank's taking it back; which ones a page takes is the page's to say."""

    answer = HiddenField()
    proposal = HiddenField()
    """Public key of the proposal that was read: a later one for more is not agreed to by an older page."""

    def validate_answer(self, field: HiddenField) -> None:
        """One of the three."""
        if field.data not in ("agreed", "declined", "taken_back"):
            raise ValidationError(words_of("step_unknown"))


class PayingBranchForm(BaseForm):
    """Another branch that pays."""

    branch = TextField(_l("出账机构"), [Needed()], longest=120)


class ThroughForm(BaseForm):
    """报送到哪天; ``zero``: nothing was paid in the month."""

    month = TextField(_l("月份"), [Needed()], longest=7)
    zero = HiddenField()


class GiveUpForm(BaseForm):
    """The firm wants no more of it; nobody asks why."""


class DrawForm(AmountForm):
    """The firm asks for money."""

    amount = MoneyField(_l("申请提款多少"), [Needed()], ask=True)


class AnswerForm(BaseForm):
    """One tap. With 不对, what really came may be said at once or later."""

    answer = HiddenField()
    amount = MoneyField(_l("实际到账多少"), ask=True, zero=True)

    def validate_answer(self, field: HiddenField) -> None:
        """One of the three."""
        if field.data not in ANSWERS:
            raise ValidationError(words_of("step_unknown"))


def _chosen(field: OneOf) -> None:
    if not field.data:
        raise ValidationError(words_of("field_needed"))
