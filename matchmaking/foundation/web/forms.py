"""The form class every page's forms are made from, and fields that give back typed values or say why not."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from babel import support
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.i18n import messages_path
from wtforms.validators import InputRequired, StopValidation, ValidationError

from matchmaking.domain.money import UNITS, Money, parse_typed, plain_amount
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation.web.locale import LOCALES, in_words, language, words_of

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)
_DAY = re.compile(r"\A([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNIT_WORDS = {"yuan": _l("元"), "wan": _l("万元"), "million": _l("百万元"), "yi": _l("亿元")}


class Needed(InputRequired):
    """The field may not be left empty; says so in the page's language."""

    def __call__(self, form: Any, field: Any) -> None:
        """Stop the chain of validators where nothing was typed."""
        if not field.raw_data or not str(field.raw_data[0]).strip():
            field.errors[:] = []
            raise StopValidation(words_of("field_needed"))


class _FieldWords:
    def gettext(self, text: str) -> str:
        return _field_words(language()).ugettext(text)

    def ngettext(self, one: str, many: str, number: int) -> str:
        return _field_words(language()).ungettext(one, many, number)


@cache
def _field_words(chosen: str) -> support.NullTranslations:
    return support.Translations.load(messages_path(), [LOCALES[chosen]], domain="wtforms")


class BaseForm(FlaskForm):
    """CSRF-protected, with a hidden key that makes a second click of the same page harmless (see ``storage.once``)."""

    class Meta:
        """Beside Flask-WTF's own."""

        def get_translations(self, form: Any) -> _FieldWords:
            """WTForms' own words, read once a process: Flask-WTF reads their file for every page."""
            return _FieldWords()

    key = HiddenField(default=lambda: uuid.uuid4().hex)

    page_order: Sequence[str] = ()
    """Fields as they stand on the page, where that differs from how they are declared."""

    @property
    def faults(self) -> dict[str, list[str]]:
        """Errors for the summary at the head of a long form: by field, each with its label, in the page's order."""
        named = {name: told for name, told in self.errors.items() if told}
        places = {name: place for place, name in enumerate(self.page_order)}
        ordered = sorted(named, key=lambda name: places.get(name or "", -1))
        return {name: [self._labelled(name, line) for line in named[name]] for name in ordered}

    def _labelled(self, name: str | None, line: str) -> str:
        return words_of("error_at", label=self[name].label.text, error=line) if name else line

    def add_refusal(self, refusal: Refusal, field: str = "") -> None:
        """Show a command's refusal at ``field``, or at the head of the form."""
        lines = [in_words(reason) for reason in refusal.reasons]
        if field:
            self[field].errors = [*self[field].errors, *lines]
        else:
            self.form_errors.extend(lines)


def check_typed(text: str, longest: int, *, lines: bool = False) -> str:
    """``text`` in NFC without outer spaces. ``ValidationError`` for control characters or more than ``longest``."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if any(_is_control(letter) and not (lines and letter in "\n\t") for letter in plain):
        raise ValidationError(words_of("text_has_control"))
    if len(plain) > longest:
        raise ValidationError(words_of("text_too_long", longest=longest, length=len(plain)))
    return plain


def _is_control(letter: str) -> bool:
    # Cc: control; Cs: half a surrogate pair. Bidirectional overrides can make a name read as another one.
    return unicodedata.category(letter) in ("Cc", "Cs") or letter in _BIDI


class TextField(StringField):
    """One line of text: NFC, trimmed, at most ``longest`` characters, nothing invisible."""

    lines = False

    def __init__(
        self, label: Any = None, validators: Sequence[Any] | None = None, *, longest: int = 200, **kw: Any
    ) -> None:
        self.longest = longest
        super().__init__(label, validators, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Clean what was typed."""
        if valuelist:
            self.data = valuelist[0][: self.longest + 1]
            self.data = check_typed(valuelist[0], self.longest, lines=self.lines)

    def _value(self) -> str:
        return self.data or ""


class LongTextField(TextField, TextAreaField):
    """Several lines of text."""

    lines = True
    widget = TextAreaField.widget


class SecretField(PasswordField):
    """A password: kept as typed but bounded, never written back into the page."""

    longest = 128

    def process_formdata(self, valuelist: list[str]) -> None:
        """Bound its length."""
        self.data = valuelist[0] if valuelist else ""
        if len(self.data) > self.longest:
            length, self.data = len(self.data), ""
            raise ValidationError(words_of("text_too_long", longest=self.longest, length=length))


class DayInput:
    """A browser's own date picker."""

    def __call__(self, field: Field, **attributes: Any) -> Markup:
        """The ``input``."""
        return _input("date", field, {"min": FIRST_DAY.isoformat(), "max": LAST_DAY.isoformat(), **attributes})


class DayField(Field):
    """A day as ``2026-09-30``, 1900–2100; ``data`` is a ``date`` or None."""

    widget = DayInput()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; ASCII digits only."""
        self.data, text = None, (valuelist[0] if valuelist else "").strip()
        if not text:
            return
        found = _DAY.match(text)
        if not found:
            raise ValidationError(words_of("day_malformed", text=text[:20]))
        try:
            day = date(*(int(part) for part in found.groups()))
        except ValueError:
            raise ValidationError(words_of("day_malformed", text=text[:20])) from None
        if not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError(words_of("day_out_of_range"))
        self.data = day

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.isoformat() if self.data else ""


class MoneyInput:
    """An amount beside its unit, each a control of its own."""

    def __call__(self, field: MoneyField, **attributes: Any) -> Markup:
        """``input`` and ``select``; the second is called ``<name>_unit``."""
        chosen = field.unit or ("" if field.ask else field.units[0])
        asks = Markup('<option value="">{}</option>').format(str(_l("选择单位"))) if field.ask else Markup()
        options = asks + Markup().join(
            Markup('<option value="{}"{}>{}</option>').format(
                unit, Markup(" selected") if unit == chosen else "", str(_UNIT_WORDS[unit])
            )
            for unit in field.units
        )
        attributes = {"inputmode": "decimal", "autocomplete": "off", "maxlength": 40, **attributes}
        unit = Markup('<select id="{0}_unit" name="{0}_unit" class="field" aria-label="{1}">{2}</select>').format(
            field.name, str(_l("金额单位")), options
        )
        return Markup('<span class="amount">{}{}</span>').format(_input("text", field, attributes), unit)


class MoneyField(Field):
    """An amount typed in a unit the person chose: ``data`` is :class:`Money` or None. The unit is never guessed.

    ``ask``: no unit stands there beforehand, the person has to pick one. ``zero``: nothing is an amount, too.
    """

    widget = MoneyInput()

    def __init__(
        self,
        label: Any = None,
        validators: Sequence[Any] | None = None,
        *,
        units: Sequence[str] = ("wan", "yuan"),
        currency: str = "CNY",
        ask: bool = False,
        zero: bool = False,
        **kw: Any,
    ) -> None:
        if not set(units) <= set(UNITS):
            raise ValueError(f"units of money are {', '.join(UNITS)}")
        self.units, self.currency, self.unit = tuple(units), currency, ""
        self.ask, self.zero = ask, zero
        super().__init__(label, validators, **kw)

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the unit's own control before the amount is read."""
        self.unit = (formdata.get(f"{self.name}_unit") or "") if formdata is not None else ""
        super().process(formdata, data, extra_filters)
        if not self.unit and formdata is None and isinstance(self.data, Money):
            self.unit = next((u for u in self.units if self.data.minor % (UNITS[u] * 10**2) == 0), self.units[0])

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the amount in its unit; a refusal's words become the field's error."""
        self.data, text = None, (valuelist[0] if valuelist else "").strip()
        if not text:
            return
        if self.unit not in self.units:
            raise ValidationError(words_of("unit_unknown"))
        try:
            self.data = parse_typed(text, self.unit, self.currency)
        except Refusal as refusal:
            if not (self.zero and refusal.reason.code == "amount_zero"):
                raise ValidationError(in_words(refusal.reason)) from None
            self.data = Money.zero(self.currency)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])[:60]
        if not isinstance(self.data, Money):
            return ""
        text = plain_amount(self.data.minor, self.unit or self.units[0], places=10, grouped=False)
        return text.rstrip("0").rstrip(".")


class CountField(Field):
    """A whole number typed in ASCII or full-width digits, commas allowed; ``data`` is an ``int`` or None."""

    def __init__(
        self, label: Any = None, validators: Sequence[Any] | None = None, *, least: int = 0, most: int, **kw: Any
    ) -> None:
        self.least, self.most = least, most
        super().__init__(label, validators, **kw)

    def __call__(self, **attributes: Any) -> Markup:
        """The ``input``."""
        return _input("text", self, {"inputmode": "numeric", "autocomplete": "off", "maxlength": 20, **attributes})

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits; bounded before they are made a number."""
        self.data, typed = None, (valuelist[0] if valuelist else "").strip()
        if not typed:
            return
        plain = unicodedata.normalize("NFKC", typed[:40]).replace(",", "").replace(" ", "")
        if not re.fullmatch(r"[0-9]{1,15}", plain) or len(typed) > 40:
            raise ValidationError(words_of("count_malformed", text=typed[:20]))
        if not self.least <= int(plain) <= self.most:
            raise ValidationError(words_of("count_range", least=self.least, most=self.most))
        self.data = int(plain)

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])[:40]
        return "" if self.data is None else str(self.data)


def _input(kind: str, field: Any, attributes: dict[str, Any]) -> Markup:
    pairs = {"id": field.id, "name": field.name, "type": kind, "value": field._value(), **attributes}
    named = {name.rstrip("_").replace("_", "-"): value for name, value in pairs.items() if value not in (None, False)}
    inside = Markup(" ").join(Markup('{}="{}"').format(name, escape(value)) for name, value in named.items())
    return Markup("<input {}>").format(inside)
