"""What a meeting cost."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from matchmaking.foundation.web.forms import BaseForm, MoneyField, Needed, TextField
from matchmaking.foundation.web.locale import words_of


class CostForm(BaseForm):
    """The amount, and what it was spent on."""

    amount = MoneyField(_l("活动花了多少"), [Needed()], units=("yuan", "wan"), zero=True)
    words = TextField(_l("花在哪里、凭什么（场地、材料，凭证号）"), [Needed()], longest=300)

    def validate_amount(self, field: MoneyField) -> None:
        """Read."""
        if field.data is None and not field.errors:
            raise ValidationError(words_of("field_needed"))
