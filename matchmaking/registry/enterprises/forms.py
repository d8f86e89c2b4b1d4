"""What people type about a firm."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from matchmaking.domain.identifiers import parse_uscc, slips
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.web.forms import (
    BaseForm,
    CountField,
    DayField,
    LongTextField,
    MoneyField,
    Needed,
    SecretField,
    TextField,
)
from matchmaking.foundation.web.locale import in_words, language, words_of
from matchmaking.registry.enterprises.commands import LoanTold, ProfileTold
from matchmaking.registry.enterprises.commands.profiling import FIRST_YEAR, MOST_EMPLOYEES
from matchmaking.registry.enterprises.commands.verifying import FEWEST_CHARACTERS, MOST_CHARACTERS
from matchmaking.registry.enterprises.models import (
    BASES,
    HISTORY_SOURCES,
    LEGAL_FORMS,
    PARKS,
    RELATIONS,
    TAX_GRADES,
    TITLES,
)
from matchmaking.rulebook.reference import divisions, industries

LOAN_ROWS = 4
"""Empty rows for existing loans on the page; a version may state more."""
UNITS = ("wan", "yuan", "yi")


class ChoiceField(SelectField):
    """One of a list of codes, said in words; the list is bounded by the field itself, so nothing else passes."""

    def __init__(
        self, label: Any, beginning: str, codes: tuple[str, ...], *, needed: bool = True, ask: Any = None, **kw: Any
    ) -> None:
        self.beginning, self.codes, self.asks = beginning, codes, ask
        super().__init__(label, [Needed()] if needed else [], validate_choice=False, **kw)

    def iter_choices(self) -> Any:
        """The codes in words of the page's language, before them what asks to choose."""
        self.choices = [SelectChoice("", str(self.asks))] if self.asks is not None else []
        self.choices += [SelectChoice(code, words_of(self.beginning + code)) for code in self.codes]
        return super().iter_choices()

    def has_groups(self) -> bool:
        """One flat list."""
        return False

    def pre_validate(self, form: Any) -> None:
        """One of the codes, or nothing."""
        if self.data and self.data not in self.codes:
            raise ValidationError(words_of("choice_unknown"))


class PlaceFields(PlainForm):
    """County and functional zone, as lists of the day."""

    area = SelectField(_l("所在县（区、市）"), [Needed()], validate_choice=False)
    zone = SelectField(_l("功能区"), validate_choice=False)

    def offer_places(self, today: Any) -> None:
        """The counties in force on ``today``, and the zones."""
        tongue = language()
        counties = [SelectChoice(county.code, getattr(county, tongue)) for county in divisions().on(today)]
        self.area.choices = [SelectChoice("", str(_l("请选择"))), *counties]
        zones = [SelectChoice(zone.code, getattr(zone, tongue)) for zone in divisions().zones]
        self.zone.choices = [SelectChoice("", str(_l("不在功能区内"))), *zones]

    def validate_area(self, field: SelectField) -> None:
        """A county of the list."""
        if field.data not in {choice.value for choice in field.choices or []}:
            raise ValidationError(words_of("choice_unknown"))

    def validate_zone(self, field: SelectField) -> None:
        """A zone of the list, or none."""
        if field.data and field.data not in {choice.value for choice in field.choices or []}:
            raise ValidationError(words_of("choice_unknown"))


class UsccField(TextField):
    """A 统一社会信用代码; each error names the character, and the one slip that would explain it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Both checks; what was typed stays as it was."""
        super().process_formdata(valuelist)
        if not (self.data or "").strip():
            return
        try:
            parse_uscc(self.data or "")
        except Refusal as refusal:
            lines = [in_words(reason) for reason in refusal.reasons]
            raise ValidationError("".join(lines + _hints(self.data or "", refusal))) from None


def _hints(typed: str, refusal: Refusal) -> list[str]:
    if refusal.reason.code not in ("uscc_check", "uscc_body_check"):
        return []
    plain = "".join(typed.split()).upper()
    found = slips(plain) if len(plain) == 18 else ()
    if len(found) != 1:
        return []
    position, was, right = found[0]
    return [words_of("uscc_slip", position=position, character=was, right=right)]


class FirmForm(PlaceFields, BaseForm):
    """A firm as it comes in; the bureau's form for 代录."""

    page_order = ("uscc", "name", "legal_form", "area", "zone", "person", "login", "password", "again", "agreed")
    uscc = UsccField(_l("统一社会信用代码"), longest=60, render_kw={"autocomplete": "off", "spellcheck": "false"})
    name = TextField(_l("企业名称"), [Needed()], longest=200, render_kw={"autocomplete": "organization"})
    legal_form = ChoiceField(_l("企业类型"), "legal_form_", LEGAL_FORMS, ask=_l("请选择"))


class RegisterForm(FirmForm):
    """The firm registers itself: the code is needed, and one person who will sign in."""

    uscc = UsccField(
        _l("统一社会信用代码"), [Needed()], longest=60, render_kw={"autocomplete": "off", "spellcheck": "false"}
    )
    person = TextField(_l("您的姓名"), [Needed()], longest=80, render_kw={"autocomplete": "name"})
    login = StringField(_l("登录名"), [Needed()], render_kw={"autocomplete": "username", "maxlength": 60})
    password = SecretField(_l("密码"), [Needed()], render_kw={"autocomplete": "new-password"})
    again = SecretField(_l("再输一遍密码"), [Needed()], render_kw={"autocomplete": "new-password"})
    agreed = BooleanField(_l("我有权代表本企业登记，所填属实；平台可将以上信息用于核实企业身份。"), [Needed()])

    def validate_login(self, field: StringField) -> None:
        """Bounded before it is folded."""
        if len(field.data or "") > 60:
            raise ValidationError(words_of("text_too_long", longest=60, length=len(field.data)))

    def validate_again(self, field: SecretField) -> None:
        """Both typings agree."""
        if field.data != self.password.data:
            raise ValidationError(words_of("password_differs"))


class LoanFields(PlainForm):
    """One existing loan."""

    lender = TextField(_l("贷款银行"), longest=200)
    balance = MoneyField(_l("余额"), units=UNITS, ask=True)
    due_on = DayField(_l("到期日"))

    @property
    def empty(self) -> bool:
        """Nothing was typed in this row."""
        return not (self.lender.data or self.balance.raw_data and self.balance.raw_data[0].strip() or self.due_on.data)


class ProfileForm(PlaceFields, BaseForm):
    """The firm's profile. ``seen`` is the version the page was made from; ``confirmed`` answers doubts about units."""

    page_order = (
        "legal_form", "industry", "area", "zone", "park_kind", "park", "founded_on", "figures_year", "employees",
        "revenue", "assets", "tax_grade", "without_loans",
    )  # fmt: skip
    seen = HiddenField()
    legal_form = ChoiceField(_l("企业类型"), "legal_form_", LEGAL_FORMS, ask=_l("请选择"))
    industry = TextField(_l("行业"), longest=60)
    park_kind = ChoiceField(_l("园区"), "match_park_", PARKS, needed=False, ask=_l("不清楚"))
    park = TextField(_l("园区或新社区工厂名称"), longest=120)
    founded_on = DayField(_l("成立日期"))
    figures_year = CountField(_l("以下数字是哪一年的"), least=FIRST_YEAR, most=2100)
    employees = CountField(_l("从业人员（人）"), most=MOST_EMPLOYEES)
    revenue = MoneyField(_l("营业收入"), units=UNITS, ask=True, zero=True)
    assets = MoneyField(_l("资产总额"), units=UNITS, ask=True, zero=True)
    tax_grade = SelectField(_l("纳税信用级别"), validate_choice=False)
    loans = FieldList(FormField(LoanFields), min_entries=0, max_entries=30)
    without_loans = BooleanField(_l("目前没有任何银行贷款"))
    confirmed = BooleanField(_l("单位没有选错，数字就是这样"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        grades = [SelectChoice(grade, grade) for grade in TAX_GRADES]
        self.tax_grade.choices = [SelectChoice("", str(_l("未评级或不清楚"))), *grades]

    def validate_tax_grade(self, field: SelectField) -> None:
        """One of the grades, or none."""
        if field.data and field.data not in TAX_GRADES:
            raise ValidationError(words_of("choice_unknown"))

    def validate_industry(self, field: TextField) -> None:
        """A code, or a name that means one class only; becomes the code."""
        if (field.data or "").strip():
            field.data = industry_code(field.data or "")

    def validate_loans(self, field: FieldList) -> None:
        """A row says who lent it and what is owed, or nothing."""
        for row in field:
            if not row.form.empty and not (row.form.lender.data and row.form.balance.data):
                row.form.lender.errors = [*row.form.lender.errors, words_of("profile_loan_incomplete")]
                raise ValidationError(words_of("profile_loan_incomplete"))

    @property
    def version(self) -> int:
        """The version of the firm that the page was made from."""
        return seen_version(self.seen.data)

    @property
    def faults(self) -> dict[str, list[str]]:
        """Errors by the id of their control, those of the loans' rows too."""
        flat = {name: told for name, told in super().faults.items() if name != "loans"}
        for row in self.loans:
            flat |= {sub.id: [self._named(sub, line) for line in sub.errors] for sub in row.form if sub.errors}
        return flat

    @staticmethod
    def _named(field: Any, line: str) -> str:
        return words_of("error_at", label=field.label.text, error=line)

    def told(self) -> ProfileTold:
        """The version that was typed."""
        rows = [row.form for row in self.loans if not row.form.empty]
        return ProfileTold(
            legal_form=self.legal_form.data or "",
            area_code=self.area.data or "",
            zone_code=self.zone.data or None,
            park=self.park.data or "",
            park_kind=self.park_kind.data or None,
            industry=self.industry.data or "",
            founded_on=self.founded_on.data,
            employees=self.employees.data,
            figures_year=self.figures_year.data,
            revenue=self.revenue.data,
            assets=self.assets.data,
            tax_grade=self.tax_grade.data or None,
            loans=tuple(LoanTold(row.lender.data, row.balance.data, row.due_on.data) for row in rows),
            without_loans=bool(self.without_loans.data),
        )


def seen_version(text: str | None) -> int:
    """A version as a page carried it; 0, which no firm has, for anything else."""
    return int(text) if text and re.fullmatch(r"[0-9]{1,9}", text) else 0


def industry_code(typed: str) -> str:
    """The code of ``1530``, ``C1530`` or ``精制茶加工``; of several the ``ValidationError`` names some."""
    try:
        return industries().find(typed).code
    except Refusal as refusal:
        wanted = typed.strip()
        named = [one for one in industries().entries.values() if len(one.code) > 1 and wanted in one.name]
        exact = [one for one in named if one.name == wanted and len(one.code) == 4]
        if len(exact or named) == 1:
            return (exact or named)[0].code
        if not named or len(wanted) < 2:
            raise ValidationError(in_words(refusal.reason)) from None
        choices = "；".join(f"{one.code} {one.name}" for one in named[:8])
        reason = Reason("profile_industry_several", {"typed": wanted[:20], "choices": choices})
        raise ValidationError(in_words(reason)) from None


class VerdictForm(BaseForm):
    """The bureau's verdict; which of the two buttons was pressed stands in ``verdict``."""

    seen = HiddenField()
    verdict = HiddenField()
    basis = ChoiceField(_l("核实依据"), "basis_", BASES, needed=False, ask=_l("请选择"))
    words = LongTextField(_l("给企业的说明"), longest=MOST_CHARACTERS)
    file = FileField(_l("依据文件"))

    @property
    def version(self) -> int:
        """The version of the firm that the page was made from."""
        return seen_version(self.seen.data)

    def validate_verdict(self, field: HiddenField) -> None:
        """Verified or returned."""
        if field.data not in ("verified", "returned"):
            raise ValidationError(words_of("choice_unknown"))

    def validate_basis(self, field: ChoiceField) -> None:
        """Needed for verifying only."""
        if self.verdict.data == "verified" and not field.data:
            raise ValidationError(words_of("basis_unknown"))

    def validate_words(self, field: LongTextField) -> None:
        """Needed for sending back only."""
        given = len(" ".join((field.data or "").split()))
        if self.verdict.data == "returned" and given < FEWEST_CHARACTERS:
            raise ValidationError(words_of("words_short", fewest=FEWEST_CHARACTERS, given=given))


class CodeForm(BaseForm):
    """The code of a firm entered without one."""

    uscc = UsccField(_l("统一社会信用代码"), [Needed()], longest=60)


class CloseForm(BaseForm):
    """The firm ended."""

    closed_on = DayField(_l("注销日期"), [Needed()])
    why = TextField(_l("依据"), [Needed()], longest=300)


class TitleForm(BaseForm):
    """A title with its issuer and days."""

    title = ChoiceField(_l("资质"), "title_", TITLES, ask=_l("请选择"))
    words = TextField(_l("资质名称（选“其他”时填）"), longest=80)
    issuer = TextField(_l("认定机关"), [Needed()], longest=120)
    valid_from = DayField(_l("有效期起"), [Needed()])
    valid_to = DayField(_l("有效期止"))


class VoidTitleForm(BaseForm):
    """Taking a title off the record."""

    reason = TextField(_l("原因"), [Needed()], longest=300)


class HistoryForm(BaseForm):
    """Whether the firm has borrowed, and who says so."""

    history = ChoiceField(_l("贷款记录"), "history_", ("none", "some"), ask=_l("请选择"))
    source = ChoiceField(_l("依据"), "history_source_", HISTORY_SOURCES, ask=_l("请选择"))
    stated_on = DayField(_l("依据的日期"), [Needed()])
    paper = FileField(_l("报告文件"))


class PersonForm(BaseForm):
    """A person behind the firm who may borrow for it."""

    relation = ChoiceField(_l("与企业的关系"), "relation_", RELATIONS, ask=_l("请选择"))
    person_name = TextField(_l("姓名或名称"), [Needed()], longest=80)
    id_tail = TextField(_l("证件号末四位"), longest=4)
