"""Fields drawn as rows to tap (one of several, several of several), and rates, spreads and lists as people type them.

The choices are drawn by ``templates/_macros/ask.html``; a field only reads and remembers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wtforms import Field, StringField, TextAreaField
from wtforms.validators import ValidationError
from wtforms.widgets import TextInput

from matchmaking.domain.money import percent_text
from matchmaking.foundation.web.forms import check_typed
from matchmaking.foundation.web.locale import words_of

Choices = Sequence[tuple[str, Any]]
"""(code, its words) in the order of the page; words may be a function that gives them in the page's language."""

_PERCENT = re.compile(r"\A([0-9]{1,3})(?:\.([0-9]{1,4}))?\Z")
_SPREAD = re.compile(r"\A([+-]?)([0-9]{1,5})\Z")
MOST_TICKED = 200


@dataclass(frozen=True, slots=True)
class Option:
    """One row: ``id`` joins its label to its control."""

    id: str
    code: str
    words: Any
    chosen: bool

    @property
    def label(self) -> str:
        """The words, or the code of words, to show."""
        return str(self.words() if callable(self.words) else self.words)


class OneOf(Field):
    """One code of ``choices``; ``data`` is the code, ``""`` where nothing was chosen."""

    widget = TextInput()

    def __init__(
        self, label: Any = None, validators: Sequence[Any] | None = None, *, choices: Choices, **kw: Any
    ) -> None:
        self.choices = tuple(choices)
        super().__init__(label, validators, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take a code that is on the list."""
        self.data, typed = "", valuelist[0] if valuelist else ""
        if typed and typed not in {code for code, _ in self.choices}:
            raise ValidationError(words_of("choice_unknown"))
        self.data = typed

    @property
    def options(self) -> Iterator[Option]:
        """The rows; the first carries the field's own id, so that an error leads to it."""
        for place, (code, label) in enumerate(self.choices):
            yield Option(self.id if not place else f"{self.id}-{place}", code, label, code == (self.data or ""))


class SeveralOf(Field):
    """Codes of ``choices``; ``data`` is a frozenset."""

    widget = TextInput()

    def __init__(
        self, label: Any = None, validators: Sequence[Any] | None = None, *, choices: Choices, **kw: Any
    ) -> None:
        self.choices = tuple(choices)
        super().__init__(label, validators, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Take codes that are on the list."""
        self.data: frozenset[str] = frozenset()
        typed = frozenset(valuelist[: MOST_TICKED + 1]) - {""}
        if len(valuelist) > MOST_TICKED or not typed <= {code for code, _ in self.choices}:
            raise ValidationError(words_of("choice_unknown"))
        self.data = typed

    @property
    def options(self) -> Iterator[Option]:
        """The rows; the first carries the field's own id, so that an error leads to it."""
        for place, (code, label) in enumerate(self.choices):
            yield Option(self.id if not place else f"{self.id}-{place}", code, label, code in (self.data or ()))


class _Typed(StringField):
    """A figure typed as text; what was typed comes back as it was."""

    def _value(self) -> str:
        return str(self.raw_data[0])[:40] if self.raw_data else self._shown()

    def _shown(self) -> str:
        return "" if self.data is None else str(self.data)


class PercentField(_Typed):
    """A yearly rate in percent, up to four decimals; ``data`` is integer ppm or None. Bounds in ppm, inclusive."""

    def __init__(
        self, label: Any = None, validators: Sequence[Any] | None = None, *, least: int = 1, most: int, **kw: Any
    ) -> None:
        self.least, self.most = least, most
        super().__init__(label, validators, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the digits; bounded before they are made a number."""
        self.data, typed = None, (valuelist[0] if valuelist else "").strip()
        if not typed:
            return
        plain = unicodedata.normalize("NFKC", typed[:20]).replace(" ", "").removesuffix("%")
        found = _PERCENT.match(plain) if len(typed) <= 20 else None
        if found is None:
            raise ValidationError(words_of("percent_unreadable", text=typed[:20]))
        ppm = int(found[1]) * 10_000 + int(f"{found[2] or '':0<4}")
        if not self.least <= ppm <= self.most:
            bounds = {"least": percent_text(self.least, 4), "most": percent_text(self.most, 0)}
            raise ValidationError(words_of("percent_range", **bounds))
        self.data = ppm

    def _shown(self) -> str:
        if self.data is None:
            return ""
        return percent_text(self.data, 4).rstrip("0").rstrip(".")


class SpreadField(_Typed):
    """Basis points over (or, with a minus sign, under) the LPR; ``data`` is an ``int`` or None."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read sign and digits; the bounds are the rulebook's."""
        self.data, typed = None, (valuelist[0] if valuelist else "").strip()
        if not typed:
            return
        plain = unicodedata.normalize("NFKC", typed[:20]).replace("−", "-").replace(" ", "").lower().removesuffix("bp")
        found = _SPREAD.match(plain) if len(typed) <= 20 else None
        if found is None:
            raise ValidationError(words_of("spread_unreadable", text=typed[:20]))
        self.data = int(f"{found[1]}{found[2]}")


class ItemsField(TextAreaField):
    """Several short items, one a line (or, with ``blanks``, separated by blanks and commas); ``data`` is a tuple."""

    def __init__(
        self, label: Any = None, validators: Sequence[Any] | None = None, *, most: int, each: int = 100,
        blanks: bool = False, **kw: Any,
    ) -> None:  # fmt: skip
        self.most, self.each, self.blanks = most, each, blanks
        super().__init__(label, validators, **kw)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Split and bound."""
        typed = valuelist[0] if valuelist else ""
        self.data: Any = ()
        text = check_typed(typed, self.most * (self.each + 1), lines=True)
        parts = re.split(r"[\s,，、;；]+", text) if self.blanks else text.split("\n")
        items = tuple(dict.fromkeys(" ".join(part.split()) for part in parts if part.strip()))
        long = next((item for item in items if len(item) > self.each), None)
        if long is not None:
            raise ValidationError(words_of("item_too_long", text=long[:10], most=self.each))
        if len(items) > self.most:
            raise ValidationError(words_of("items_too_many", most=self.most, given=len(items)))
        self.data = items

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])[: self.most * (self.each + 1)]
        return ("、" if self.blanks else "\n").join(self.data or ())
