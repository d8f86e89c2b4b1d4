"""The bank's word on its standing."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from matchmaking.foundation.web.forms import BaseForm, LongTextField, Needed


class CommentForm(BaseForm):
    """Words, printed as they are given."""

    words = LongTextField(_l("本行说明"), [Needed()], longest=1000)
