"""Forms of the slip and of a reminder."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import HiddenField

from matchmaking.delivery.slips.commands import MEANS
from matchmaking.foundation.web.choice_fields import OneOf
from matchmaking.foundation.web.forms import BaseForm, LongTextField, Needed, TextField
from matchmaking.foundation.web.keyed import VersionField


class DrawForm(BaseForm):
    """Which month."""

    month = HiddenField(validators=[Needed()])


class StepForm(BaseForm):
    """A press on a slip, with words where it takes some."""

    version = VersionField(default=0)
    words = LongTextField(_l("与本行账面的差异（没有就空着）"), longest=1000)


class BackForm(BaseForm):
    """Handing a slip back to its maker."""

    version = VersionField(default=0)
    words = LongTextField(_l("哪里要改"), [Needed()], longest=1000)


class ScanForm(BaseForm):
    """The sealed sheet."""

    version = VersionField(default=0)
    scan = FileField(_l("签字盖章后的扫描件"))


class ChaseForm(BaseForm):
    """Asking a bank for its month."""

    lender = HiddenField(validators=[Needed()])
    month = HiddenField(validators=[Needed()])
    means = OneOf(_l("怎么催的"), [Needed()], choices=[(one, f"chase_means_{one}") for one in MEANS])
    words = TextField(_l("说了什么（可不填）"), longest=300)
