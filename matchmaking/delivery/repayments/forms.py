"""What a bank types of money that came back, and of balances."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from matchmaking.foundation.web.forms import BaseForm, DayField, MoneyField, Needed, TextField
from matchmaking.foundation.web.locale import words_of

THIS, OLDER = "this", "older"
"""The repayment is on this agreement as a whole, or on an older loan; else it names a report's key."""


class RepaymentForm(BaseForm):
    """Principal paid back. ``on``: the report's key, ``this`` or ``older``."""

    amount = MoneyField(_l("还了多少本金"), [Needed()], ask=True)
    paid_on = DayField(_l("还款日"), [Needed()])
    on = TextField(_l("还的是哪一笔"), [Needed()], longest=120)
    iou_no = TextField(_l("旧贷款的借据号（还旧贷款才填）"), longest=80)

    def validate_amount(self, field: MoneyField) -> None:
        """Read."""
        if field.data is None and not field.errors:
            raise ValidationError(words_of("field_needed"))


class BalanceForm(BaseForm):
    """What the firm owed this bank when a day began; nothing is an answer."""

    balance = MoneyField(_l("贷款余额（表内本金）"), [Needed()], ask=True, zero=True)
    on_day = DayField(_l("哪天日初的余额"), [Needed()])

    def validate_balance(self, field: MoneyField) -> None:
        """Read."""
        if field.data is None and not field.errors:
            raise ValidationError(words_of("field_needed"))


class TakeBackForm(BaseForm):
    """Why it was recorded wrongly."""

    reason = TextField(_l("作废原因"), [Needed()], longest=300)
