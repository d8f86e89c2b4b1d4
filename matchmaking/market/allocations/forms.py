"""Forms of plans: making one, pressing solve, freeze or discard, and a wish about a pair."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from matchmaking.foundation.web.choice_fields import OneOf
from matchmaking.foundation.web.forms import BaseForm, CountField, Needed, TextField
from matchmaking.foundation.web.keyed import VersionField
from matchmaking.market.allocations.commands import MOST_CHARACTERS, MOST_COUNT
from matchmaking.market.allocations.models import WISHES


class PlanForm(BaseForm):
    """A new plan."""

    count_most = CountField(_l("一个产品最多接多少户"), [Needed()], least=1, most=MOST_COUNT)


class StepForm(BaseForm):
    """A press that needs no words: solve, freeze, discard."""

    version = VersionField(default=0)


class WishForm(BaseForm):
    """Pin a pair, forbid it, or set it free."""

    version = VersionField(default=0)
    product = HiddenField()
    wish = OneOf(_l("怎么办"), [Needed()], choices=[(wish, f"allocation_do_{wish}") for wish in WISHES])
    words = TextField(_l("为什么"), [Needed()], longest=MOST_CHARACTERS)
