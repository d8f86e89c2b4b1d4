"""What a person says about a finding."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import ValidationError

from matchmaking.delivery.findings.commands import ANSWERS, FEWEST_CHARACTERS, MOST_CHARACTERS
from matchmaking.foundation.web.forms import BaseForm, LongTextField, Needed
from matchmaking.foundation.web.locale import words_of


class AnswerForm(BaseForm):
    """The reason, and which of the two buttons was pressed."""

    words = LongTextField(_l("理由"), [Needed()], longest=MOST_CHARACTERS, render_kw={"minlength": FEWEST_CHARACTERS})
    kind = HiddenField()

    def validate_kind(self, field: HiddenField) -> None:
        """Explained or closed."""
        if field.data not in ANSWERS:
            raise ValidationError(words_of("choice_unknown"))
