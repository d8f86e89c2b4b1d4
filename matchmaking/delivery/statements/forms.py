"""What a person chooses when handing in a statement."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from itsdangerous import BadSignature, URLSafeSerializer
from wtforms import HiddenField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from matchmaking.delivery.statements.catalogue import all_mappings, names
from matchmaking.foundation.files import Kept
from matchmaking.foundation.web.forms import BaseForm, DayField, Needed, TextField
from matchmaking.foundation.web.locale import language, words_of
from matchmaking.registry.portfolios.commands import CODE


class UploadForm(BaseForm):
    """File and choices. ``held`` carries a file sent before, so that a wrong choice does not cost a second upload."""

    file = FileField(_l("对账单文件"))
    mapping = SelectField(_l("读表约定"), validate_choice=False)
    portfolio = TextField(_l("组合代码"), [Needed()], longest=60)
    as_of = DayField(_l("对账单截止日"), [Needed()])
    title_zh = TextField(_l("新组合的中文名"), longest=120)
    title_en = TextField(_l("新组合的英文名"), longest=120)
    held = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mapping.choices = [SelectChoice(m.name, f"{m.title[language()]} · {m.name}") for m in all_mappings()]

    def validate_mapping(self, field: SelectField) -> None:
        """One of the house's."""
        if field.data not in names():
            raise ValidationError(words_of("choice_unknown"))

    def validate_portfolio(self, field: TextField) -> None:
        """A code that can stand in an address."""
        if not CODE.fullmatch(field.data or ""):
            raise ValidationError(words_of("portfolio_code_bad", code=(field.data or "")[:60]))


class ConfirmForm(BaseForm):
    """The button 确认入账."""


def seal_file(secret: str, actor: str, kept: Kept) -> str:
    """A kept file as a sealed text for :attr:`UploadForm.held`; only ``actor`` can use it."""
    return str(_sealer(secret, actor).dumps([kept.sha256, kept.size, kept.kind, kept.name]))


def open_seal(secret: str, actor: str, sealed: str | None) -> Kept | None:
    """The file in a sealed text, or None for an empty, foreign or forged one."""
    if not sealed or len(sealed) > 1_000:
        return None
    try:
        return Kept(*_sealer(secret, actor).loads(sealed))
    except (BadSignature, TypeError):
        return None


def _sealer(secret: str, actor: str) -> URLSafeSerializer:
    return URLSafeSerializer(secret, salt=f"statement-file:{actor}")
