"""What a bank types of a paper, and each side's step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField
from wtforms.validators import ValidationError

from matchmaking.delivery.signings.facts import PaperTold, terms_of
from matchmaking.delivery.signings.models import INSTRUMENTS, Paper
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.web.choice_fields import ItemsField, OneOf, PercentField
from matchmaking.foundation.web.forms import BaseForm, CountField, DayField, MoneyField, Needed, TextField
from matchmaking.foundation.web.keyed import VersionField
from matchmaking.foundation.web.locale import words_of
from matchmaking.market.events.models import Event

LONGEST_TERM = 600
HIGHEST_RATE = 360_000


class PaperForm(BaseForm):
    """All of a paper's terms; none of them can be left open but the last day for drawing."""

    version = VersionField(default=0)
    instrument = OneOf(_l("签什么"), choices=[(code, f"instrument_{code}") for code in INSTRUMENTS])
    amount = MoneyField(_l("签约金额"), [Needed()], ask=True)
    term_months = CountField(_l("期限"), [Needed()], least=1, most=LONGEST_TERM)
    rate = PercentField(_l("年利率，%"), [Needed()], most=HIGHEST_RATE)
    revolving = BooleanField(_l("额度内循环使用"))
    declared = OneOf(_l("新增还是续贷、置换"), choices=[(code, f"declared_{code}") for code in ("new", "renewal")])
    baseline = MoneyField(_l("企业今天在本行的贷款余额（基期余额）"), [Needed()], ask=True, zero=True)
    ious = ItemsField(_l("这些余额的借据号（没有就空着）"), most=50, each=80, blanks=True)
    promised_on = DayField(_l("约定哪天前放第一笔"), [Needed()])
    available_until = DayField(_l("最晚哪天可以提款（没约定就空着）"))
    dated_on = DayField(_l("纸质合同上的签署日（已在线下签好才填）"))
    follows_key = TextField(_l("接着哪份意向或额度签"), longest=120)
    event_key = TextField(_l("在哪场对接会上签的"), longest=120)

    def validate_instrument(self, field: OneOf) -> None:
        """Chosen."""
        _chosen(field)

    def validate_declared(self, field: OneOf) -> None:
        """Chosen."""
        _chosen(field)

    def validate_amount(self, field: MoneyField) -> None:
        """Read."""
        _read(field)

    def validate_baseline(self, field: MoneyField) -> None:
        """Read."""
        _read(field)

    @classmethod
    def of(cls, paper: Paper) -> PaperForm:
        """Filled from what is kept."""
        kept = terms_of(paper)
        return cls(
            formdata=None, version=paper.version, instrument=kept.instrument, amount=kept.amount,
            term_months=kept.term_months, rate=kept.rate_ppm, revolving=kept.revolving, declared=kept.declared,
            baseline=kept.baseline, ious=kept.ious, promised_on=kept.promised_on,
            available_until=kept.available_until, dated_on=kept.dated_on, follows_key=kept.follows_key,
            event_key=kept.event_key,
        )  # fmt: skip

    def told(self, events: Sequence[Event]) -> PaperTold:
        """What was typed, with the day of the meeting it names; after ``validate_on_submit`` only.

        Raises :class:`Refusal` ``paper_event_unknown`` where the meeting is none of ``events``.
        """
        named = next((one for one in events if one.public_key == self.event_key.data), None)
        if self.event_key.data and named is None:
            raise Refusal(Reason("paper_event_unknown"))
        amount: Any = self.amount.data
        baseline: Any = self.baseline.data
        promised: Any = self.promised_on.data
        return PaperTold(
            instrument=self.instrument.data or "",
            amount=amount,
            term_months=self.term_months.data or 0,
            rate_ppm=self.rate.data or 0,
            declared=self.declared.data or "",
            baseline=baseline,
            promised_on=promised,
            revolving=bool(self.revolving.data),
            ious=tuple(self.ious.data or ()),
            available_until=self.available_until.data,
            dated_on=self.dated_on.data,
            follows_key=self.follows_key.data or None,
            event_key=named.public_key if named else None,
            event_on=named.held_on if named else None,
        )


class PaperStepForm(BaseForm):
    """One step of whoever signs; which ones a page takes is the page's to say."""

    version = VersionField(default=0)
    action = HiddenField()
    taken: tuple[str, ...] = ()

    def validate_action(self, field: HiddenField) -> None:
        """One of those that this page offers."""
        if field.data not in self.taken:
            raise ValidationError(words_of("step_unknown"))


class BankStepForm(PaperStepForm):
    """Before the bank is bound."""

    taken = ("offer", "take_back", "discard")


class ManagerStepForm(PaperStepForm):
    """Binding the bank, or stepping back."""

    taken = ("countersign", "revoke")


class FirmStepForm(PaperStepForm):
    """The firm's yes or no."""

    taken = ("sign", "turn_down")


def _chosen(field: OneOf) -> None:
    if not field.data:
        raise ValidationError(words_of("field_needed"))


def _read(field: MoneyField) -> None:
    if field.data is None and not field.errors:
        raise ValidationError(words_of("field_needed"))
