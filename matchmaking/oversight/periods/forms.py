"""What a person says who closes a month."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import ValidationError

from matchmaking.delivery.disbursements.monthly import Month
from matchmaking.foundation.web.forms import BaseForm, Needed, TextField
from matchmaking.foundation.web.locale import words_of


class ProposeForm(BaseForm):
    """The month whose figures are proposed."""

    month = TextField(_l("月份"), [Needed()], longest=20)

    def validate_month(self, field: TextField) -> None:
        """A month."""
        if field.data and Month.read(field.data) is None:
            raise ValidationError(words_of("period_unreadable", text=field.data[:20]))


class CloseForm(BaseForm):
    """The proposal that was looked at: another one made meanwhile is not closed by mistake."""

    proposal = HiddenField()
