"""What people type on the account pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.foundation.web.forms import BaseForm, Needed, SecretField, TextField
from matchmaking.foundation.web.locale import LANGUAGES, words_of
from matchmaking.foundation.web.words import area_name, w
from matchmaking.rulebook.reference import divisions


class SignInForm(BaseForm):
    """Name and password; ``next`` travels along."""

    login = StringField(_l("登录名"), [Needed()], render_kw={"autocomplete": "username", "maxlength": 60})
    password = SecretField(_l("密码"), [Needed()], render_kw={"autocomplete": "current-password"})
    next = HiddenField()

    def validate_login(self, field: StringField) -> None:
        """Bounded before it is folded and hashed."""
        if len(field.data or "") > 60:
            raise ValidationError(words_of("text_too_long", longest=60, length=len(field.data)))


class DemoForm(BaseForm):
    """One demo card."""

    login = HiddenField()
    next = HiddenField()


class CodeForm(BaseForm):
    """A code of the phone, or a recovery code; ``next`` travels along."""

    code = TextField(
        _l("动态口令"), [Needed()], longest=60, render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"}
    )
    next = HiddenField()


class AgainForm(BaseForm):
    """One's own password once more."""

    password = SecretField(_l("当前密码"), [Needed()], render_kw={"autocomplete": "current-password"})


class PasswordForm(BaseForm):
    """One's own password, the present one first."""

    current = SecretField(_l("当前密码"), [Needed()], render_kw={"autocomplete": "current-password"})
    new = SecretField(_l("新密码"), [Needed()], render_kw={"autocomplete": "new-password"})
    again = SecretField(_l("再输一遍新密码"), [Needed()], render_kw={"autocomplete": "new-password"})

    def validate_again(self, field: SecretField) -> None:
        """Both typings of the new password agree."""
        if field.data != self.new.data:
            raise ValidationError(words_of("password_differs"))


def _areas() -> list[SelectChoice]:
    codes = (EVERYWHERE, *(county.code for county in divisions().counties))
    return [SelectChoice(code, area_name(code)) for code in codes]


def _roles() -> list[SelectChoice]:
    return [SelectChoice(role.value, w(f"role_{role.value}")) for role in Role]


class WorkForm(BaseForm):
    """What somebody may do, where, and for whom."""

    role = SelectField(_l("角色"), choices=_roles, validate_choice=False)
    jurisdiction = SelectField(_l("辖区"), choices=_areas, validate_choice=False)
    organisation = TextField(_l("工作单位"), longest=200)

    def validate_role(self, field: SelectField) -> None:
        """One of the roles there are."""
        if field.data not in set(Role):
            raise ValidationError(words_of("choice_unknown"))

    def validate_jurisdiction(self, field: SelectField) -> None:
        """The city or one of its counties."""
        if field.data not in {choice.value for choice in _areas()}:
            raise ValidationError(words_of("choice_unknown"))


class PersonForm(WorkForm):
    """A new account."""

    login = TextField(_l("登录名"), [Needed()], longest=40, render_kw={"autocomplete": "off"})
    name = TextField(_l("姓名"), [Needed()], longest=80, render_kw={"autocomplete": "off"})


class LanguageForm(BaseForm):
    """The language of the pages."""

    language = SelectField(
        _l("界面语言"),
        choices=[SelectChoice(code, name) for code, name in LANGUAGES.items()],
        validate_choice=False,
    )
    next = HiddenField()

    def validate_language(self, field: SelectField) -> None:
        """One of ours."""
        if field.data not in LANGUAGES:
            raise ValidationError(words_of("choice_unknown"))


class EmptyForm(BaseForm):
    """A button: the token is all that is checked."""
