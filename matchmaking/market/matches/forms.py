"""The switch of automated ranking."""

from __future__ import annotations

from wtforms import HiddenField
from wtforms.validators import ValidationError

from matchmaking.foundation.web.forms import BaseForm
from matchmaking.foundation.web.locale import words_of


class RankingForm(BaseForm):
    """On or off."""

    automated = HiddenField()

    def validate_automated(self, field: HiddenField) -> None:
        """One of the two."""
        if field.data not in ("yes", "no"):
            raise ValidationError(words_of("referral_action_unknown"))
