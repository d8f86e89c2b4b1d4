"""Agreeing to a text, and scanning what was agreed to on paper."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from matchmaking.foundation.web.forms import BaseForm, DayField, Needed, TextField
from matchmaking.foundation.web.locale import words_of
from matchmaking.registry.consents.models import PURPOSES
from matchmaking.registry.organisations.models import Organisation


class InstitutionFields(BaseForm):
    """To whom, and until when."""

    institution = SelectField(_l("机构"), [Needed()], validate_choice=False)
    expires_on = DayField(_l("授权到哪一天为止"), [Needed()])

    def offer(self, institutions: list[Organisation]) -> None:
        """The institutions that can be chosen, by public key."""
        found = [SelectChoice(one.public_key, one.name) for one in institutions]
        self.institution.choices = [SelectChoice("", str(_l("请选择"))), *found]

    def validate_institution(self, field: SelectField) -> None:
        """One of the list."""
        if field.data not in {choice.value for choice in field.choices or []}:
            raise ValidationError(words_of("consent_institution"))


class ConsentForm(InstitutionFields):
    """The firm agrees online; ``digest`` is the SHA-256 of the words that stood on the page."""

    digest = HiddenField()
    agreed = BooleanField(_l("我已阅读以上授权书，代表本企业同意"), [Needed()])


class PaperForm(InstitutionFields):
    """A signed paper with its scan; ``person`` where an owner or spouse signed for themselves."""

    purpose = SelectField(_l("授权内容"), [Needed()], validate_choice=False)
    person = SelectField(_l("谁的授权"), validate_choice=False)
    signed_on = DayField(_l("签署日期"), [Needed()])
    batch = TextField(_l("批次（如对接会名称）"), longest=80)
    scan = FileField(_l("扫描件"))

    def offer_more(self, persons: list[tuple[int, str]]) -> None:
        """Purposes, and the persons behind the firm as (id, words)."""
        self.purpose.choices = [SelectChoice(each, words_of(f"consent_purpose_{each}")) for each in PURPOSES]
        named: list[Any] = [SelectChoice(str(number), words) for number, words in persons]
        self.person.choices = [SelectChoice("", str(_l("企业"))), *named]

    def validate_purpose(self, field: SelectField) -> None:
        """One of the purposes."""
        if field.data not in PURPOSES:
            raise ValidationError(words_of("consent_purpose_unknown"))

    def validate_person(self, field: SelectField) -> None:
        """Nobody, or one of the firm's."""
        if field.data and field.data not in {choice.value for choice in field.choices or []}:
            raise ValidationError(words_of("consent_person"))


class RevokeForm(BaseForm):
    """Taking a consent back; no reason is asked for."""

    words = TextField(_l("原因（可不填）"), longest=300)
