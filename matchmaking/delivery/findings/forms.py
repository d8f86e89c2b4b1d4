"""What a person says about a finding."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import ValidationError

from matchmaking.delivery.disbursements.hearing import ABOUT_PAYMENTS, ABOUT_SIGNINGS
from matchmaking.delivery.findings.commands import ANSWERS, FEWEST_CHARACTERS, MOST_CHARACTERS
from matchmaking.foundation.web.choice_fields import OneOf
from matchmaking.foundation.web.forms import BaseForm, DayField, LongTextField, Needed, TextField
from matchmaking.foundation.web.locale import words_of


class AnswerForm(BaseForm):
    """The reason, and which of the two buttons was pressed."""

    words = LongTextField(_l("理由"), [Needed()], longest=MOST_CHARACTERS, render_kw={"minlength": FEWEST_CHARACTERS})
    kind = HiddenField()

    def validate_kind(self, field: HiddenField) -> None:
        """Explained or closed."""
        if field.data not in ANSWERS:
            raise ValidationError(words_of("choice_unknown"))


class VerdictForm(BaseForm):
    """The office's verdict. ``choices`` of ``kind`` are the page's: those that fit what it is about."""

    kind = OneOf(_l("裁定"), choices=[(kind, f"verdict_{kind}") for kind in (*ABOUT_PAYMENTS, *ABOUT_SIGNINGS)])
    document = TextField(_l("依据的文号或记录"), [Needed()], longest=120)
    decided_on = DayField(_l("裁定日"), [Needed()])

    def validate_kind(self, field: OneOf) -> None:
        """Chosen."""
        if not field.data:
            raise ValidationError(words_of("field_needed"))


class PaymentVerdictForm(VerdictForm):
    """On a payment; its words close the finding."""

    because = LongTextField(
        _l("与谁核过、看到什么"), [Needed()], longest=MOST_CHARACTERS, render_kw={"minlength": FEWEST_CHARACTERS}
    )


class SigningVerdictForm(VerdictForm):
    """On a signing; ``other`` is the one it repeats."""

    other = TextField(_l("与哪一份重复（裁定重复才选）"), longest=120)
