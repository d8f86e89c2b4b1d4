"""Forms of meetings: recording one, putting names on its sheet, striking one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from matchmaking.foundation.web.choice_fields import ItemsField, OneOf
from matchmaking.foundation.web.forms import BaseForm, DayField, Needed, TextField
from matchmaking.foundation.web.keyed import VersionField
from matchmaking.market.events.models import KINDS

MOST_AT_ONCE = 500


class EventForm(BaseForm):
    """A meeting, past or to come."""

    kind = OneOf(_l("哪一种活动"), [Needed()], choices=[(kind, f"event_kind_{kind}") for kind in KINDS])
    number = TextField(_l("编号"), [Needed()], longest=40)
    name = TextField(_l("名称"), [Needed()], longest=200)
    held_on = DayField(_l("哪天举行"), [Needed()])
    place = TextField(_l("地点"), [Needed()], longest=200)


class NamesForm(BaseForm):
    """Firms by code or full name, banks by full name, one a line."""

    version = VersionField(default=0)
    names = ItemsField(_l("企业和银行，一行一个"), [Needed()], most=MOST_AT_ONCE, each=120)
    words = TextField(_l("为什么现在才录"), longest=300)


class StrikeNameForm(BaseForm):
    """Strike a name entered by mistake."""

    version = VersionField(default=0)
    name = TextField(_l("划去谁（签到表上的名称）"), [Needed()], longest=200)
    words = TextField(_l("为什么划去"), [Needed()], longest=300)
