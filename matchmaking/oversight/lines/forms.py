"""What a person says of third parties' lines: the lines themselves, and whether one is this payment."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from matchmaking.foundation.web.forms import BaseForm, LongTextField, Needed, TextField


class LinesForm(BaseForm):
    """Lines of one statement about one firm."""

    source = TextField(_l("谁的流水（企业的他行账户、收款方）"), [Needed()], longest=200)
    firm = TextField(_l("企业全称"), [Needed()], longest=300)
    rows = LongTextField(_l("流水，每行一笔"), [Needed()], longest=100_000)


class AcceptForm(BaseForm):
    """The payment it is."""

    report = HiddenField()


class RejectForm(BaseForm):
    """The payment it is not, and why."""

    report = HiddenField()
    words = TextField(_l("为什么不是同一笔"), [Needed()], longest=300)
