"""Fields give back typed values or say why not, in the page's language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import StringField
from wtforms.validators import DataRequired

from config import Settings
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.web.forms import (
    BaseForm,
    DayField,
    LongTextField,
    MoneyField,
    Needed,
    SecretField,
    TextField,
)
from tests.web_fixtures import make_app


class Sample(BaseForm):
    """One of each."""

    amount = MoneyField("金额", units=("wan", "yuan"))
    day = DayField("日期")
    line = TextField("一行", longest=10)
    lines = LongTextField("几行", longest=20)
    secret = SecretField("密码")
    name = TextField("名称", [Needed()])


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application for its request contexts; no table is read."""
    folder = tmp_path_factory.mktemp("forms")
    return make_app(Settings(environment="test", instance=folder, secret_key="t" * 40), WTF_CSRF_ENABLED=False)


@pytest.fixture
def asking(app: Flask) -> Iterator[None]:
    """Inside a request, in Chinese."""
    with app.test_request_context("/", method="POST"):
        yield


def filled(**values: str) -> Sample:
    """The form with these things typed."""
    form = Sample(formdata=MultiDict({"name": "x", **values}))
    form.validate()
    return form


@pytest.mark.usefixtures("asking")
class TestMoney:
    @pytest.mark.parametrize(
        ("typed", "unit", "minor"),
        [
            ("300", "wan", 300_000_000),
            ("1,250.50", "yuan", 125_050),
            ("３００", "wan", 300_000_000),
            (" 5 ", "yuan", 500),
        ],
    )
    def test_an_amount_in_its_unit(self, typed: str, unit: str, minor: int) -> None:
        form = filled(amount=typed, amount_unit=unit)
        assert form.amount.data == Money(minor) and not form.errors

    @pytest.mark.parametrize(
        "typed",
        ["Infinity", "NaN", "1e5", "1E+999999", "-1", "−1", "1_000", "٣", "0", "0.00", "0.001", "9" * 41, "x", "1 2 x"],
    )
    def test_what_is_not_an_amount_says_so(self, typed: str) -> None:
        form = filled(amount=typed, amount_unit="yuan")
        assert form.amount.data is None
        assert len(form.errors["amount"]) == 1 and form.errors["amount"][0].endswith("。")

    @pytest.mark.parametrize("unit", ["", "yi", "fen", "WAN", "\x00"])
    def test_a_unit_is_chosen_never_guessed(self, unit: str) -> None:
        assert filled(amount="300", amount_unit=unit).errors == {"amount": ["请选择金额单位。"]}

    def test_nothing_typed_is_no_amount(self) -> None:
        form = filled(amount="", amount_unit="wan")
        assert form.amount.data is None and not form.errors

    def test_what_was_typed_stays_in_the_page(self) -> None:
        shown = str(filled(amount='"><script>', amount_unit="yuan").amount())
        assert 'value="&#34;&gt;&lt;script&gt;"' in shown and "<script>" not in shown
        assert '<option value="yuan" selected>元</option>' in shown
        assert 'name="amount_unit"' in shown and 'inputmode="decimal"' in shown

    def test_a_field_knows_its_units(self) -> None:
        with pytest.raises(ValueError, match="units"):
            MoneyField("x", units=("fen",)).field_class("x", units=("fen",), name="x", _form=None)


@pytest.mark.usefixtures("asking")
class TestDay:
    @pytest.mark.parametrize(
        ("typed", "day"),
        [("2026-09-30", date(2026, 9, 30)), ("1900-01-01", date(1900, 1, 1)), ("2100-12-31", date(2100, 12, 31))],
    )
    def test_a_day(self, typed: str, day: date) -> None:
        assert filled(day=typed).day.data == day

    @pytest.mark.parametrize("typed", ["1899-12-31", "2101-01-01", "9999-12-31", "0001-01-01"])
    def test_a_day_out_of_range(self, typed: str) -> None:
        assert filled(day=typed).errors == {"day": ["日期须在 1900 年至 2100 年之间。"]}

    @pytest.mark.parametrize(
        "typed", ["2026-02-30", "2026-9-3", "20260930", "２０２６-09-30", "0000-00-00", "x", "2026-09-30T00:00"]
    )
    def test_what_is_not_a_day(self, typed: str) -> None:
        form = filled(day=typed)
        assert form.day.data is None and "2026-09-30" in form.errors["day"][0]

    def test_it_is_shown_bounded(self) -> None:
        shown = str(Sample(formdata=None, day=date(2026, 9, 30)).day())
        assert 'type="date"' in shown and 'value="2026-09-30"' in shown and 'min="1900-01-01"' in shown


@pytest.mark.usefixtures("asking")
class TestText:
    def test_text_is_composed_and_trimmed(self) -> None:
        assert filled(line="  e\u0301cole ").line.data == "\u00e9cole"

    @pytest.mark.parametrize("typed", ["a\x00b", "a\x07b", "a\nb", "\u202eabc", "a\u2066b", "a\x9bb"])
    def test_what_cannot_be_seen_is_refused(self, typed: str) -> None:
        assert filled(line=typed).errors == {"line": ["含有不可见的控制字符，请删去后再提交。"]}

    def test_text_has_a_length(self) -> None:
        assert filled(line="x" * 10).line.data == "x" * 10
        assert filled(line="x" * 11).errors == {"line": ["最多 10 个字符，现有 11 个。"]}

    def test_several_lines_keep_their_ends(self) -> None:
        assert filled(lines="一\r\n二\t三").lines.data == "一\n二\t三"
        assert "lines" in filled(lines="一\x00二").errors

    @given(st.text(max_size=40))
    @hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_what_is_taken_can_be_stored_by_both_engines(self, typed: str) -> None:
        form = filled(line=typed)
        if "line" not in form.errors:
            kept = form.line.data
            assert unicodedata.is_normalized("NFC", kept) and len(kept) <= 10
            assert "\x00" not in kept
            kept.encode("utf-8")

    def test_a_secret_is_bounded_and_never_shown_again(self) -> None:
        form = filled(secret="open sesame")
        assert form.secret.data == "open sesame" and "sesame" not in str(form.secret())
        assert "secret" in filled(secret="x" * 129).errors

    @pytest.mark.parametrize("typed", ["", "   ", "\t"])
    def test_what_is_needed_is_said_to_be(self, typed: str) -> None:
        assert filled(name=typed).errors == {"name": ["此项必填。"]}


@pytest.mark.usefixtures("asking")
class TestForm:
    def test_every_page_brings_a_key_of_its_own(self) -> None:
        keys = {Sample(formdata=None).key.data for _ in range(5)}
        assert len(keys) == 5 and all(len(key) == 32 for key in keys)
        assert filled(key="kept from the page").key.data == "kept from the page"

    def test_a_refusal_is_shown_where_it_belongs(self) -> None:
        form = filled()
        form.add_refusal(Refusal(Reason("amount_zero")), "amount")
        form.add_refusal(Refusal(Reason("key_reused")))
        assert "金额是零" in form.errors["amount"][0]
        assert "同一提交标识" in form.errors[""][0]

    def test_the_librarys_own_messages_are_chinese(self) -> None:
        class Plain(BaseForm):
            name = StringField("x", [DataRequired()])

        form = Plain(formdata=MultiDict({"name": ""}))
        assert not form.validate()
        assert any("\u4e00" <= letter <= "\u9fff" for letter in form.errors["name"][0])


def test_errors_speak_english_where_the_page_does(app: Flask) -> None:
    with app.test_request_context("/?lang=en", method="POST"):
        form: Any = filled(day="x", line="x" * 11, amount="0", amount_unit="yuan", name="")
        told = " ".join(str(message) for messages in form.errors.values() for message in messages)
        assert told.isascii() or all(not "\u4e00" <= letter <= "\u9fff" for letter in told)
        assert len(form.errors) == 4
