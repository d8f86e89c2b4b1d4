"""What a bank types of a decision: the line with its conditions, a step, and the reason of 未获批."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from matchmaking.delivery.decisions.facts import HOLDERS, LineTold, terms_of
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.domain.pricing import TENORS
from matchmaking.domain.states import DECISION
from matchmaking.foundation.web.choice_fields import ItemsField, OneOf, SpreadField
from matchmaking.foundation.web.forms import BaseForm, CountField, DayField, LongTextField, MoneyField
from matchmaking.foundation.web.keyed import VersionField
from matchmaking.foundation.web.locale import words_of
from matchmaking.rulebook.reference import declines

LONGEST_TERM = 600
MOST_CONDITIONS = 10
BY_FORM = ("submit", "discard", "return", "approve")


class LineForm(BaseForm):
    """The terms. Everything may be left out of a draft."""

    version = VersionField(default=0)
    line = MoneyField(_l("授信额度"), ask=True)
    term_months = CountField(_l("期限"), least=1, most=LONGEST_TERM)
    expires_on = DayField(_l("授信有效到哪一天"))
    lpr_tenor = OneOf(_l("按哪一档 LPR"), choices=[(tenor, f"lpr_{tenor}") for tenor in TENORS])
    spread_bp = SpreadField(_l("加点（减点写负号）"))
    revolving = BooleanField(_l("额度内循环使用"))
    firm_conditions = ItemsField(_l("放款前企业要办的"), most=MOST_CONDITIONS)
    guarantor_conditions = ItemsField(_l("放款前担保方要办的"), most=MOST_CONDITIONS)
    bank_conditions = ItemsField(_l("放款前银行要办的"), most=MOST_CONDITIONS)
    permit_conditions = ItemsField(_l("放款前要等的权证、许可"), most=MOST_CONDITIONS)

    @classmethod
    def of(cls, decision: CreditDecision) -> LineForm:
        """Filled from what is kept."""
        kept = terms_of(decision)
        asked = {f"{holder}_conditions": tuple(w for h, w in kept.conditions if h == holder) for holder in HOLDERS}
        return cls(
            formdata=None, version=decision.version, line=kept.line, term_months=kept.term_months,
            expires_on=kept.expires_on, lpr_tenor=kept.lpr_tenor, spread_bp=kept.spread_bp, revolving=kept.revolving,
            **asked,
        )  # fmt: skip

    @property
    def terms(self) -> LineTold:
        """What was typed."""
        return LineTold(
            line=self.line.data,
            term_months=self.term_months.data,
            expires_on=self.expires_on.data,
            lpr_tenor=self.lpr_tenor.data or "",
            spread_bp=self.spread_bp.data,
            revolving=bool(self.revolving.data),
            conditions=tuple((h, words) for h in HOLDERS for words in self[f"{h}_conditions"].data or ()),
        )


class StartForm(BaseForm):
    """Begin; nothing to say yet."""


class StepForm(BaseForm):
    """One step without words."""

    version = VersionField(default=0)
    action = HiddenField()

    def validate_action(self, field: HiddenField) -> None:
        """One of the table's that needs nothing more."""
        if field.data not in BY_FORM or field.data not in DECISION.actions:
            raise ValidationError(words_of("step_unknown"))


class TurnDownForm(BaseForm):
    """The firm does not want the line; nobody asks why."""

    version = VersionField(default=0)


class RefuseForm(BaseForm):
    """未获批 or 撤销: the coded reason, and words where it asks for them."""

    version = VersionField(default=0)
    reason = OneOf(
        _l("原因"),
        choices=[(one.code, f"decline_{one.code}") for one in declines().choices("bank") if not one.evidence],
    )
    words = LongTextField(_l("说明"), longest=1000)

    def validate_reason(self, field: OneOf) -> None:
        """Chosen."""
        if not field.data:
            raise ValidationError(words_of("field_needed"))
