"""What people say about a flag."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms.validators import ValidationError

from matchmaking.delivery.flags.commands import FEWEST_CHARACTERS
from matchmaking.delivery.flags.models import VERDICTS
from matchmaking.foundation.web.choice_fields import OneOf
from matchmaking.foundation.web.forms import BaseForm, DayField, LongTextField, MoneyField, Needed, TextField
from matchmaking.foundation.web.keyed import VersionField
from matchmaking.foundation.web.locale import words_of

LONGEST_REPLY, LONGEST_REASON = 2_000, 1_000
HEARD = ("bank", "firm", "bureau")


class ReplyForm(BaseForm):
    """A party's own words."""

    words = LongTextField(_l("答复"), [Needed()], longest=LONGEST_REPLY, render_kw={"minlength": FEWEST_CHARACTERS})


class HeardForm(BaseForm):
    """A reply that came on paper, written down by the office."""

    party = OneOf(_l("谁的答复"), choices=[(party, f"flag_party_{party}") for party in HEARD])
    speaker = TextField(_l("单位名称"), [Needed()], longest=200)
    document = TextField(_l("来函文号或记录"), [Needed()], longest=120)
    heard = LongTextField(_l("原话"), [Needed()], longest=LONGEST_REPLY, render_kw={"minlength": FEWEST_CHARACTERS})

    def validate_party(self, field: OneOf) -> None:
        """Chosen."""
        if not field.data:
            raise ValidationError(words_of("field_needed"))


class DecisionForm(BaseForm):
    """What somebody of the office proposes to decide."""

    kind = OneOf(_l("裁定"), choices=[(kind, f"flag_decide_{kind}") for kind in VERDICTS])
    document = TextField(_l("依据的文号或记录"), [Needed()], longest=120)
    decided_on = DayField(_l("裁定日"), [Needed()])
    because = LongTextField(
        _l("与谁核过、看到什么"), [Needed()], longest=LONGEST_REASON, render_kw={"minlength": FEWEST_CHARACTERS}
    )

    def validate_kind(self, field: OneOf) -> None:
        """Chosen."""
        if not field.data:
            raise ValidationError(words_of("field_needed"))


class ConfirmForm(BaseForm):
    """A second person's yes to the proposal that stands on the page."""

    proposal = VersionField(default=0)


class DepositForm(BaseForm):
    """A deposit on the firm's own statement."""

    lender = TextField(_l("哪家银行"), [Needed()], longest=200)
    amount = MoneyField(_l("存入多少"), [Needed()], ask=True)
    on_day = DayField(_l("哪一天"), [Needed()])

    def validate_amount(self, field: MoneyField) -> None:
        """Read."""
        if field.data is None and not field.errors:
            raise ValidationError(words_of("field_needed"))
