"""A person's word on proposed weights."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField
from wtforms.validators import ValidationError

from matchmaking.foundation.web.forms import BaseForm, Needed, TextField
from matchmaking.foundation.web.keyed import VersionField
from matchmaking.foundation.web.locale import words_of

ACTIONS = ("adopt", "set_aside", "withdraw")


class DecideForm(BaseForm):
    """Adopt, set aside or withdraw, with words."""

    version = VersionField(default=0)
    action = HiddenField()
    words = TextField(_l("为什么"), [Needed()], longest=300)

    def validate_action(self, field: HiddenField) -> None:
        """One of the three."""
        if field.data not in ACTIONS:
            raise ValidationError(words_of("referral_action_unknown"))
