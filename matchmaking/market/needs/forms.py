"""What a person types of a need: one page in three short parts, and the few words of the other pages."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from matchmaking.domain.matching.codes import LOAN_KINDS
from matchmaking.domain.matching.criteria import ASKS
from matchmaking.foundation.web.choice_fields import OneOf, PercentField, SeveralOf
from matchmaking.foundation.web.declared import declared_form, filled, told_in
from matchmaking.foundation.web.forms import BaseForm, CountField, DayField, LongTextField, MoneyField, Needed
from matchmaking.foundation.web.locale import in_words, words_of
from matchmaking.market.needs.commands import MOST_CHARACTERS
from matchmaking.market.needs.facts import Terms, terms_of
from matchmaking.market.needs.models import GUARANTEES, PURPOSES, UNITS, Need
from matchmaking.market.needs.shortfalls import Shortfall

LONGEST_TERM = 600
HIGHEST_RATE = 360_000
"""36 % a year: nobody asks for more than that as a ceiling."""
LARGEST_VERSION = 2**31 - 1


class VersionField(HiddenField):
    """Which version of the thing a page was made from; anything that is no such number reads as 0, which never fits."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Digits, bounded."""
        typed = valuelist[0] if valuelist else ""
        fine = typed.isascii() and typed.isdigit() and len(typed) <= 10
        self.data = min(int(typed), LARGEST_VERSION) if fine else 0


class NeedForm(declared_form(ASKS, "ask_")):  # type: ignore[misc]  # made from the declaration
    """The draft. Everything may be left out; what is typed has to be readable."""

    version = VersionField(default=0)
    amount = MoneyField(_l("要多少钱"), units=UNITS, ask=True)
    term_months = CountField(_l("用几个月"), least=1, most=LONGEST_TERM)
    needed_by = DayField(_l("最晚哪天要用（可不填）"))
    loan_kind = OneOf(_l("贷款种类"), choices=[(code, f"match_loan_kind_{code}") for code in LOAN_KINDS])
    purpose = OneOf(_l("钱用在哪里"), choices=[(code, f"need_purpose_{code}") for code in PURPOSES])
    purpose_words = LongTextField(_l("想多说几句（可不填）"), longest=300)
    guarantees = SeveralOf(
        _l("能提供什么担保（可多选）"), choices=[(code, f"need_offer_{code}") for code in GUARANTEES]
    )
    rate_ceiling = PercentField(_l("最高能接受的年利率，%（可不填）"), most=HIGHEST_RATE)

    @classmethod
    def of(cls, need: Need) -> NeedForm:
        """Filled from what is kept."""
        kept = terms_of(need)
        form = cls(
            formdata=None, version=need.version, amount=kept.amount, term_months=kept.term_months,
            needed_by=kept.needed_by, loan_kind=kept.loan_kind, purpose=kept.purpose,
            purpose_words=kept.purpose_words, guarantees=kept.guarantees, rate_ceiling=kept.rate_ceiling_ppm,
            **filled(ASKS, "ask_", kept.answers),
        )  # fmt: skip
        form.amount.unit = kept.amount_unit
        return form

    @property
    def terms(self) -> Terms:
        """What was typed."""
        return Terms(
            amount=self.amount.data,
            amount_unit=self.amount.unit if self.amount.data else "",
            term_months=self.term_months.data,
            purpose=self.purpose.data or "",
            purpose_words=self.purpose_words.data or "",
            loan_kind=self.loan_kind.data or "",
            guarantees=self.guarantees.data or frozenset(),
            rate_ceiling_ppm=self.rate_ceiling.data,
            needed_by=self.needed_by.data,
            answers=told_in(self, ASKS, "ask_"),
        )

    @property
    def asked(self) -> list[Any]:
        """The optional questions that criteria ask, in their order, with the kind of each."""
        return [(each, self[f"ask_{each.name}"]) for each in ASKS]

    @property
    def answered(self) -> bool:
        """Whether one of them has an answer or an error, so that the page opens them."""
        return any(field.data or field.errors for _, field in self.asked)

    def show(self, lacking: list[Shortfall]) -> None:
        """Put what is lacking at its field."""
        for each in lacking:
            field: Any = self[each.field]
            field.errors = [*field.errors, in_words(each.reason)]


class PostForm(BaseForm):
    """The last press: which version was checked, and that an unusual amount stands."""

    version = VersionField(default=0)
    confirmed = BooleanField(_l("金额没有写错，就是这么多"))


class MoveForm(BaseForm):
    """Take back, discard or withdraw."""

    MOVES = ("take_back", "discard", "withdraw")
    version = VersionField(default=0)
    action = HiddenField()

    def validate_action(self, field: HiddenField) -> None:
        """One of the three."""
        if field.data not in self.MOVES:
            raise ValidationError(words_of("need_action_unknown"))


class VerifyForm(BaseForm):
    """The bureau's yes."""

    version = VersionField(default=0)


class ReturnForm(BaseForm):
    """The bureau's words to the firm."""

    version = VersionField(default=0)
    words = LongTextField(_l("请企业改什么"), [Needed()], longest=MOST_CHARACTERS)
