"""What people type of referrals: little. Lists are checked by the commands."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField

from matchmaking.foundation.web.forms import BaseForm, LongTextField
from matchmaking.foundation.web.keyed import VersionField

LONGEST_KEY = 120
LONGEST_WORDS = 1000


class StepForm(BaseForm):
    """A step without words; ``version`` is that of the referral or need the page was made from."""

    version = VersionField(default=0)


class SendForm(StepForm):
    """The firm sends; ``digest`` is the SHA-256 of the consents' words that stood on the page."""

    digest = HiddenField()
    agreed = BooleanField(_l("我已阅读以上授权书，代表本企业同意"))


class DeclineForm(StepForm):
    """不予受理 or 终止: the button pressed is the reason."""

    reason = HiddenField()
    words = LongTextField(_l("补充说明（选“其他”时至少二十个字）"), longest=LONGEST_WORDS)
    evidence = FileField(_l("附记录（选“失联三次”时要附）"))


class TurnForm(StepForm):
    """请企业补件 or 等第三方: ``reason`` is ``action:code``; or, with none, the clock runs again."""

    reason = HiddenField()
    words = LongTextField(_l("补什么、等谁（至少四个字）"), longest=LONGEST_WORDS)
    evidence = FileField(_l("附件（可不附）"))


class AnswerForm(StepForm):
    """The firm's answer."""

    words = LongTextField(_l("答复银行"), longest=LONGEST_WORDS)
    evidence = FileField(_l("附一份文件（PDF、图片、Word、Excel）"))


class AssignForm(StepForm):
    """To whom: ``unit`` is an organisation's key, ``officer`` a number of one of its people or empty."""

    unit = HiddenField()
    officer = VersionField(default=0)


class BatchForm(BaseForm):
    """Several at once: ``act`` accept or decline; ``reason`` the button of the second page."""

    act = HiddenField()
    reason = HiddenField()
    words = LongTextField(_l("补充说明（选“其他”时至少二十个字）"), longest=LONGEST_WORDS)
