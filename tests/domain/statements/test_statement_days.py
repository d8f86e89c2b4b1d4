"""Days of statements: declared patterns only, serials of three epochs, nothing read two ways."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.statements.days import DayReader, DayText


@pytest.mark.parametrize(
    ("format", "text", "day"),
    [
        ("iso", "2020-11-30T00:00:00.000", "2020-11-30"),
        ("iso", "2020-11-30", "2020-11-30"),
        ("iso", "2016-08-18 05:53:44", "2016-08-18"),
        ("iso", "2016-08-18T05:53:44+08:00", "2016-08-18"),
        ("iso", "２０２０-１１-３０", "2020-11-30"),
        ("%m/%d/%Y", "2/28/1997", "1997-02-28"),
        ("%d/%m/%Y", "28/02/1997", "1997-02-28"),
        ("%d-%b-%y", "24-Jun-91", "1991-06-24"),
        ("%d-%b-%y", "7-Feb-06", "2006-02-07"),
        ("%d %B %Y", "5 September 2020", "2020-09-05"),
        ("%Y年%m月%d日", "2020年3月5日", "2020-03-05"),
        ("%Y%m%d", "20200305", "2020-03-05"),
        ("%Y.%m.%d", "2020.3.5", "2020-03-05"),
        ("%Y/%m/%d %H:%M", "2020/3/5 14:07", "2020-03-05"),
        ("sas", "15074", "2001-04-09"),
        ("sas", "0", "1960-01-01"),
        ("excel", "43895", "2020-03-05"),
        ("excel", "43895.75", "2020-03-05"),
        ("excel", "1", "1900-01-01"),
        ("excel", "59", "1900-02-28"),
        ("excel", "61", "1900-03-01"),
        ("excel1904", "42433", "2020-03-05"),
        ("excel1904", "0", "1904-01-01"),
    ],
)
def test_days_by_format(format: str, text: str, day: str) -> None:
    assert DayReader((format,), pivot=30).read(text) == date.fromisoformat(day)


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("iso", "2020-02-30"),
        ("iso", "20-02-03"),
        ("iso", "2020/02/03"),
        ("iso", "0001-01-01"),
        ("iso", "9999-12-31"),
        ("iso", "2020-11-30T25:00"),
        ("%m/%d/%Y", "28/2/1997"),
        ("%m/%d/%Y", "2/28/97"),
        ("%d-%b-%y", "24-Foo-91"),
        ("excel", "60"),
        ("excel", "0"),
        ("excel", "-5"),
        ("excel", "1e5"),
        ("excel", "9999999"),
        ("sas", "15074x"),
        ("%Y年%m月%d日", "2020年13月5日"),
        ("iso", "2020-11-30" + " " * 60),
        ("%Y%m%d", "2020111"),
    ],
)
def test_what_is_no_such_day_is_refused(format: str, text: str) -> None:
    with pytest.raises(Refusal) as refused:
        DayReader((format,)).read(text)
    assert refused.value.reason.code == "cell_day_unreadable"


def test_formats_are_tried_in_order() -> None:
    reader = DayReader(("%m/%d/%Y", "%d-%b-%y"), pivot=30)
    assert reader.read("2/28/1997") == date(1997, 2, 28)
    assert reader.read("24-Jun-91") == date(1991, 6, 24)


@pytest.mark.parametrize(("pivot", "year"), [(50, 2049), (49, 1949), (0, 1949), (100, 2049)])
def test_the_pivot_decides_the_century(pivot: int, year: int) -> None:
    assert DayReader(("%d-%b-%y",), pivot).read("01-Jan-49") == date(year, 1, 1)


@pytest.mark.parametrize("pattern", ["%Q", "", "yyyy-mm-dd", "%Y-%m", "%d/%m", "%Y-%m-%d %Y", "%", "%Y-%m-%p"])
def test_an_unusable_pattern_is_refused(pattern: str) -> None:
    with pytest.raises(Refusal) as refused:
        DayReader((pattern,))
    assert refused.value.reason.code == "mapping_day_format"


def test_a_day_that_a_workbook_holds_as_a_day_needs_no_declaration() -> None:
    assert DayReader(("sas",)).read(DayText("2020-03-05")) == date(2020, 3, 5)


def test_the_time_of_day_is_kept_where_it_is_asked_for() -> None:
    assert DayReader(("iso",)).moment("2016-08-18 05:53:44") == datetime(2016, 8, 18, 5, 53, 44)  # noqa: DTZ001


@given(st.dates(date(1900, 3, 1), date(2196, 12, 31)))
def test_excel_serials_count_days_since_their_epoch(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days
    assert DayReader(("excel",)).read(str(serial)) == day
    assert DayReader(("excel1904",)).read(str(serial)) == day + timedelta(days=1462)


@given(st.text(max_size=60))
def test_any_text_is_a_day_or_refused(text: str) -> None:
    reader = DayReader(("iso", "%d/%m/%Y", "%d-%b-%y", "%Y年%m月%d日", "excel"))
    try:
        assert isinstance(reader.read(text), date)
    except Refusal as refusal:
        assert refusal.reason.code == "cell_day_unreadable"
