"""Forms of lists: making one, pasting firms, the five tests, striking, restating, the province's answer."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField

from matchmaking.foundation.web.choice_fields import OneOf
from matchmaking.foundation.web.forms import BaseForm, DayField, LongTextField, MoneyField, Needed, TextField
from matchmaking.foundation.web.keyed import VersionField
from matchmaking.market.batches.facts import CheckTold
from matchmaking.market.batches.models import KINDS, OUTCOMES, TESTS, UNITS, VERDICTS

LONGEST_PASTE = 200_000
_UNIT_WORDS = {"wan": _l("万元"), "yuan": _l("元")}


class BatchForm(BaseForm):
    """A new list."""

    kind = OneOf(_l("推荐给谁"), [Needed()], choices=[(kind, f"batch_kind_{kind}") for kind in KINDS])
    number = TextField(_l("编号"), [Needed()], longest=40)
    title = TextField(_l("名称"), [Needed()], longest=200)
    recipient = TextField(_l("收件单位"), longest=200)


class PasteForm(BaseForm):
    """Rows from a spreadsheet; the unit is of the whole column and never guessed."""

    version = VersionField(default=0)
    unit = OneOf(_l("金额这一列的单位"), [Needed()], choices=[(unit, _UNIT_WORDS[unit]) for unit in UNITS])
    rows = LongTextField(_l("从表格粘贴"), [Needed()], longest=LONGEST_PASTE)
    confirmed = BooleanField(_l("问到的金额都没有写错，就是这么多"))
    then = HiddenField(default="preview")


class StepForm(BaseForm):
    """A press that needs no words: freeze, discard."""

    version = VersionField(default=0)


class StrikeForm(BaseForm):
    """Take a firm off the draft."""

    version = VersionField(default=0)
    words = TextField(_l("为什么移出"), [Needed()], longest=300)


class RestateForm(BaseForm):
    """A correction beside the frozen list. The difference is typed without sign; the direction is chosen."""

    version = VersionField(default=0)
    direction = OneOf(_l("名单应当"), [Needed()], choices=[("less", _l("减少")), ("more", _l("增加"))])
    firms = OneOf(_l("户数"), [Needed()], choices=[("0", _l("户数不变，只改金额")), ("1", _l("一户"))])
    amount = MoneyField(_l("金额差"), ask=True)
    cause = LongTextField(_l("原因"), [Needed()], longest=500)


class OutcomeForm(BaseForm):
    """What the province answered about one firm."""

    version = VersionField(default=0)
    outcome = OneOf(_l("结果"), [Needed()], choices=[(code, f"batch_outcome_{code}") for code in OUTCOMES])
    on_day = DayField(_l("哪天答复"), [Needed()])
    words = TextField(_l("说明"), longest=300)


class TestsForm(BaseForm):
    """The five tests of one firm, each with its ground."""

    version = VersionField(default=0)

    @property
    def told(self) -> list[CheckTold]:
        """What was found, in the order of the tests."""
        return [CheckTold(test, self[test].data or "unknown", self[f"{test}_words"].data or "") for test in TESTS]

    @property
    def pairs(self) -> list[tuple[str, Any, Any]]:
        """(test, its verdict field, its words field)."""
        return [(test, self[test], self[f"{test}_words"]) for test in TESTS]


for _test in TESTS:
    setattr(TestsForm, _test, OneOf(f"batch_test_{_test}", choices=[(v, f"batch_verdict_{v}") for v in VERDICTS]))
    setattr(TestsForm, f"{_test}_words", TextField(_l("依据"), longest=300))
