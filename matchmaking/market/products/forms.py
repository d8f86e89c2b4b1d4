"""The product form. Its admission rules are the declaration's: one field for each of ``matching.criteria.FIELDS``."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import FieldList, FormField, HiddenField
from wtforms import Form as PlainForm
from wtforms.validators import ValidationError

from matchmaking.domain.matching.catalogue import MILLION
from matchmaking.domain.matching.codes import GUARANTEES
from matchmaking.domain.matching.costs import CHARGED_BY, FEE_KINDS, MOST_FEES, WHEN, Fee
from matchmaking.domain.matching.criteria import FIELDS
from matchmaking.domain.money import Money
from matchmaking.domain.pricing import TENORS
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.web.choice_fields import ItemsField, OneOf, PercentField, SpreadField
from matchmaking.foundation.web.declared import declared_form, filled, told_in
from matchmaking.foundation.web.forms import (
    BaseForm,
    CountField,
    DayField,
    LongTextField,
    MoneyField,
    Needed,
    TextField,
)
from matchmaking.foundation.web.locale import in_words as said
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.words import area_name, zone_name
from matchmaking.market.products.checking import LONGEST_DOCUMENT, MOST_DOCUMENTS, MOST_WORKDAYS
from matchmaking.market.products.facts import OfferTold
from matchmaking.registry.enterprises.models import TITLES
from matchmaking.rulebook.matching import in_words
from matchmaking.rulebook.reference import divisions

FIELD_OF = {
    "product_amount_missing": "rule_amount_max",
    "product_term_missing": "rule_term_max",
    "product_day_past": "effective_from",
    "product_day_order": "effective_from",
    "product_spread_crossed": "spread_low_bp",
    "spread_outside": "spread_low_bp",
    "rate_not_positive": "spread_low_bp",
    "product_promise_range": "promised_workdays",
    "product_documents_many": "documents",
    "product_taken": "name",
    "name_needed": "name",
    "name_long": "name",
}
"""Where a reason is shown; reasons of rules name their own field."""


def _areas() -> list[tuple[str, Any]]:
    table = divisions()
    counties = [county for county in table.counties if county.until is None]
    whole: list[tuple[str, Any]] = [(table.city.code[:4], lambda: area_name(table.city.code))]
    return [
        *whole,
        *((county.code, lambda code=county.code: area_name(code)) for county in counties),
        *((zone.code, lambda code=zone.code: zone_name(code)) for zone in table.zones),
    ]


CODES = {"area": _areas, "title": lambda: [(code, f"title_{code}") for code in TITLES]}
"""Vocabularies of free codes that this city knows whole; others are typed."""


class _Rules(declared_form(FIELDS, "rule_", CODES)):  # type: ignore[misc]  # made from the declaration
    """The part that the declaration gives."""

    @property
    def criteria(self) -> dict[str, Any]:
        """The rules as JSON has them; what was left out asks nothing."""
        return told_in(self, FIELDS, "rule_")


MODES = [(code, f"match_guarantee_{code}") for code in GUARANTEES]


class FeeFields(PlainForm):
    """One fee beside interest; a row without a kind is empty."""

    kind = OneOf("charge_kind", choices=[("", "charge_none"), *((code, f"fee_{code}") for code in FEE_KINDS)])
    charged_by = OneOf("charge_charged_by", choices=[(code, f"charge_by_{code}") for code in CHARGED_BY])
    when = OneOf("charge_when", choices=[(code, f"charge_when_{code}") for code in WHEN])
    share = PercentField("charge_share", most=MILLION)
    flat = MoneyField("charge_flat", units=("yuan", "wan"), ask=True)
    mode = OneOf("charge_mode", choices=[("", "charge_always"), *MODES])

    @property
    def fee(self) -> Fee:
        """The fee that was typed. Raises :class:`Refusal` ``charge_unknown`` or ``charge_nothing``."""
        flat = self.flat.data
        return Fee(
            self.kind.data or "", self.charged_by.data or "", self.when.data or "", self.share.data or 0,
            flat.minor if flat else 0, self.mode.data or "",
        )  # fmt: skip


class OfferForm(_Rules):
    """A version's terms."""

    seen = HiddenField(default="0")
    effective_from = DayField(_l("从哪天起生效"))
    summary = LongTextField(_l("一句话说明"), longest=300)
    lpr_tenor = OneOf(_l("参照的 LPR"), choices=[(tenor, f"lpr_{tenor}") for tenor in TENORS])
    spread_low_bp = SpreadField(_l("最低加减点"))
    spread_high_bp = SpreadField(_l("最高加减点"))
    quota = MoneyField(_l("本产品额度（可不填）"), units=("wan", "yi"), ask=True)
    promised_workdays = CountField(_l("承诺几个工作日答复（可不填）"), least=1, most=MOST_WORKDAYS)
    fees = FieldList(FormField(FeeFields), min_entries=0, max_entries=MOST_FEES)
    documents = ItemsField(_l("所需材料，一行一项"), most=MOST_DOCUMENTS, each=LONGEST_DOCUMENT)

    def validate_lpr_tenor(self, field: OneOf) -> None:
        """One of the two."""
        if field.data not in TENORS:
            raise ValidationError(in_words(Reason("field_needed"), language()))

    def validate_effective_from(self, field: DayField) -> None:
        """There is one, readable or not; an unreadable one has its own words."""
        if field.data is None and not field.process_errors:
            raise ValidationError(in_words(Reason("product_day_missing"), language()))

    def validate_spread_low_bp(self, field: SpreadField) -> None:
        """Both ends are there."""
        if field.data is None and not field.process_errors:
            raise ValidationError(in_words(Reason("product_spread_missing"), language()))

    validate_spread_high_bp = validate_spread_low_bp

    def validate_fees(self, field: FieldList) -> None:
        """Each row says whose fee it is and how much, or nothing."""
        for row in self._charged:
            try:
                _ = row.fee
            except Refusal as refusal:
                row.kind.errors = [*row.kind.errors, said(refusal.reason)]
                raise ValidationError(said(refusal.reason)) from None

    @property
    def wrong(self) -> dict[str | None, list[str]]:
        """Errors by the id of their control, those of the fees' rows too."""
        flat = {name: told for name, told in self.errors.items() if name != "fees"}
        for row in self.fees:
            flat |= {field.id: list(field.errors) for field in row.form if field.errors}
        return flat

    @property
    def _charged(self) -> list[Any]:
        return [row.form for row in self.fees if row.form.kind.data]

    def offer_rows(self) -> None:
        """Room for one more fee on the page."""
        while len(self.fees) < min(max(2, len(self._charged) + 1), MOST_FEES):
            self.fees.append_entry()

    @property
    def told(self) -> OfferTold:
        """What was typed; after validation."""
        day: Any = self.effective_from.data
        low: Any = self.spread_low_bp.data
        high: Any = self.spread_high_bp.data
        return OfferTold(
            effective_from=day,
            criteria=self.criteria,
            lpr_tenor=self.lpr_tenor.data,
            spread_low_bp=low,
            spread_high_bp=high,
            summary=self.summary.data or "",
            quota=self.quota.data,
            promised_workdays=self.promised_workdays.data,
            documents=tuple(self.documents.data or ()),
            fees=tuple(row.fee for row in self._charged),
        )

    @classmethod
    def of(cls, told: OfferTold, *, seen: int) -> OfferForm:
        """Filled from a version's terms."""
        values = filled(FIELDS, "rule_", told.criteria, CODES)
        fees = [
            {"kind": fee.kind, "charged_by": fee.charged_by, "when": fee.when, "share": fee.share_ppm or None,
             "flat": Money(fee.minor) if fee.minor else None, "mode": fee.mode}
            for fee in told.fees
        ]  # fmt: skip
        return cls(
            formdata=None, seen=str(seen), effective_from=told.effective_from, summary=told.summary,
            lpr_tenor=told.lpr_tenor, spread_low_bp=told.spread_low_bp, spread_high_bp=told.spread_high_bp,
            quota=told.quota, promised_workdays=told.promised_workdays, documents=told.documents, fees=fees, **values,
        )  # fmt: skip

    @property
    def rules(self) -> list[Any]:
        """The fields of admission rules in their declared order."""
        return [(field, self[f"rule_{field.name}"]) for field in FIELDS]

    def place(self, refusal: Refusal) -> None:
        """Show every reason at its field, the rest at the head."""
        for reason in refusal.reasons:
            named = str(reason.params.get("field", "")).removeprefix("field:")
            name = f"rule_{named}" if f"rule_{named}" in self else FIELD_OF.get(reason.code, "")
            words = in_words(reason, language())
            if name in self:
                self[name].errors = [*self[name].errors, words]
            else:
                self.form_errors.append(words)


class ProductForm(OfferForm):
    """A new product: its name, and its first version."""

    name = TextField(_l("产品名称"), [Needed()], longest=80)


class MoveForm(BaseForm):
    """Submit, send back, publish, discard or retire."""

    MOVES = ("submit", "return", "publish", "discard", "retire")
    number = HiddenField()
    seen = HiddenField()
    action = HiddenField()


def whole(text: str | None) -> int:
    """A small number from a hidden field; anything else is 0, which never fits."""
    fine = bool(text) and str(text).isascii() and str(text).isdigit() and len(str(text)) <= 9
    return int(str(text)) if fine else 0
