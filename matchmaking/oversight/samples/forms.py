"""What people type of a sample: how much to draw, the seed, a call, the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField
from wtforms.validators import ValidationError

from matchmaking.domain.conversion.instruments import INSTRUMENTS
from matchmaking.foundation.web.choice_fields import OneOf
from matchmaking.foundation.web.forms import (
    BaseForm,
    CountField,
    DayField,
    LongTextField,
    MoneyField,
    Needed,
    TextField,
)
from matchmaking.foundation.web.keyed import VersionField
from matchmaking.foundation.web.locale import words_of
from matchmaking.oversight.samples.facts import CONFIDENCES, TOLERABLES
from matchmaking.oversight.samples.models import MONEY

PAIRS = tuple(f"{instrument}.{money}" for instrument in INSTRUMENTS for money in MONEY)
"""Grade and money; a page offers those its audit has, and the command refuses the others."""
ACTIONS = ("close", "set_aside")


def _percents(shares: Sequence[int]) -> list[tuple[str, str]]:
    return [(str(ppm), f"{ppm // 10_000} %") for ppm in shares]


class FreezeForm(BaseForm):
    """How much to draw. ``what`` is ``grade.money``; the page shows those of its audit."""

    what = OneOf(_l("抽哪一类钱"), choices=[(pair, pair) for pair in PAIRS])
    confidence = OneOf(
        _l("置信度"), choices=[(str(ppm), f"{ppm // 10_000} %") for ppm in CONFIDENCES], default="950000"
    )
    tolerable = OneOf(
        _l("可容忍的多报占名单金额"), choices=[(str(ppm), f"{ppm // 10_000} %") for ppm in TOLERABLES], default="100000"
    )
    expected = CountField(_l("预计会查出几笔全额多报"), [Needed()], least=0, most=20, default=0)

    def validate_what(self, field: OneOf) -> None:
        """Chosen."""
        if not field.data:
            raise ValidationError(words_of("field_needed"))

    validate_confidence = validate_what
    validate_tolerable = validate_what


class DrawForm(BaseForm):
    """The seed, and where anyone can read it."""

    version = VersionField(default=0)
    seed = TextField(_l("种子"), [Needed()], longest=80)
    source = TextField(_l("种子出自哪里"), [Needed()], longest=200)


class CallForm(BaseForm):
    """One call: what the firm said, or that nobody answered."""

    outcome = HiddenField()
    amount = MoneyField(_l("对方说实际收到多少"), units=("yuan", "wan"), ask=True, zero=True)
    paid_on = DayField(_l("对方说哪天收到（最后一笔）"))
    payee = TextField(_l("对方说钱付给了谁"), longest=200)
    spoke_to = TextField(_l("接电话的人和职务"), longest=80)
    words = LongTextField(_l("还说了什么；与上次答复不同的，为什么"), longest=500)
    evidence = FileField(_l("回单或截图（没有就空着）"))

    def validate_outcome(self, field: HiddenField) -> None:
        """One of the two buttons; an answer says how much and by whom."""
        if field.data not in ("confirmed", "unreached"):
            raise ValidationError(words_of("choice_unknown"))
        if field.data == "confirmed":
            self._ask(self.amount, self.amount.data is None)
            self._ask(self.spoke_to, not self.spoke_to.data)

    def _ask(self, field: Any, missing: bool) -> None:
        if missing and not field.errors:
            field.errors = [*field.errors, words_of("field_needed")]
            raise ValidationError(words_of("field_needed"))


class EndForm(BaseForm):
    """Evaluate, or set aside; with words."""

    version = VersionField(default=0)
    action = HiddenField()
    words = TextField(_l("办结或中止的说明"), [Needed()], longest=300)

    def validate_action(self, field: HiddenField) -> None:
        """One of the two buttons."""
        if field.data not in ACTIONS:
            raise ValidationError(words_of("choice_unknown"))
