"""A report of money paid, taking it back, an end of what is left, and the firm's answer."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from matchmaking.foundation.web.forms import BaseForm, DayField, LongTextField, MoneyField, Needed, TextField
from matchmaking.foundation.web.locale import words_of

ANSWERS = ("right", "wrong", "not_received")


class ReportForm(BaseForm):
    """One 借据. ``confirmed``: the unit was doubted, and the person says that the amount stands."""

    amount = MoneyField(_l("放款金额"), [Needed()], ask=True)
    value_on = DayField(_l("起息日（钱到账那天）"), [Needed()])
    iou_no = TextField(_l("借据号"), [Needed()], longest=80)
    payee = TextField(_l("受托支付的收款方（付给企业自己就空着）"), longest=200)
    voucher = FileField(_l("放款凭证"))
    confirmed = BooleanField(_l("金额和单位都没有写错"))

    def validate_amount(self, field: MoneyField) -> None:
        """Read."""
        if field.data is None and not field.errors:
            raise ValidationError(words_of("field_needed"))


class VoidForm(BaseForm):
    """Why a report is taken back."""

    reason = LongTextField(_l("作废原因"), [Needed()], longest=300)


class EndForm(BaseForm):
    """Why the bank ends what is left."""

    reason = LongTextField(_l("终止原因"), [Needed()], longest=300)


class GiveUpForm(BaseForm):
    """The firm wants no more of it; nobody asks why."""


class AnswerForm(BaseForm):
    """One tap. With 不对, what really came may be said at once or later."""

    answer = HiddenField()
    amount = MoneyField(_l("实际到账多少"), ask=True, zero=True)

    def validate_answer(self, field: HiddenField) -> None:
        """One of the three."""
        if field.data not in ANSWERS:
            raise ValidationError(words_of("step_unknown"))
