"""The bar adds up to exactly 100 %, keeps its order, and labels every segment inside or on a leader."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.foundation.web.charts import Part, Style, apportion, draw_bar, px, text_width

amounts = st.lists(st.integers(min_value=0, max_value=2**62), min_size=1, max_size=25)


def parts(values: list[int]) -> list[Part]:
    return [Part(f"B{n}", "bk", value, (f"B{n} 去向", "1.00"), f"f{n % 3}") for n, value in enumerate(values)]


@given(amounts, st.integers(min_value=600, max_value=20_000))
def test_widths_add_up_to_the_whole_width(values: list[int], total: int) -> None:
    widths = apportion(values, total, least=20)
    assert sum(widths) == (total if sum(values) else 0)
    assert all(width == 0 for width, value in zip(widths, values, strict=True) if value == 0)
    if sum(values):
        assert all(width >= 20 for width, value in zip(widths, values, strict=True) if value)


@given(amounts)
def test_without_a_least_width_each_share_is_within_a_tenth_of_a_pixel(values: list[int]) -> None:
    total, whole = 12_760, sum(values)
    if whole:
        for width, value in zip(apportion(values, total), values, strict=True):
            assert abs(width * whole - value * total) < whole


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="no width"):
        apportion([1, -1], 100)


@given(amounts)
def test_segments_stand_edge_to_edge_in_the_order_given(values: list[int]) -> None:
    bar = draw_bar(parts(values), Style(width=1276))
    assert [segment.part.code for segment in bar.segments] == [f"B{n}" for n, value in enumerate(values) if value]
    edge = 0
    for segment in bar.segments:
        assert segment.x == edge
        edge += segment.width
    assert edge == (12_760 if bar.segments else 0)


@given(amounts, st.sampled_from([326, 1276]))
def test_every_segment_is_labelled_once(values: list[int], width: int) -> None:
    bar = draw_bar(parts(values), Style(width=width))
    inside = [segment.part.code for segment in bar.segments if segment.label]
    outside = [code for leader in bar.leaders for code in leader.words.split()]
    assert sorted(inside + outside) == sorted(segment.part.code for segment in bar.segments)
    for segment in bar.segments:
        assert all(text_width(line) <= segment.width for line in segment.label)


def test_leaders_never_overlap_and_stay_on_the_picture() -> None:
    bar = draw_bar(parts([10_000, 1, 1, 1, 5_000, 1, 1, 4_000, 1]), Style(width=1276))
    spans = [
        (leader.x - text_width(leader.words, 12) // 2, leader.x + text_width(leader.words, 12) // 2)
        for leader in bar.leaders
    ]
    assert len(spans) == 3
    assert spans[0][0] >= 0
    assert spans[-1][1] <= 12_760
    assert all(left[1] < right[0] for left, right in zip(spans, spans[1:], strict=False))


def test_the_black_line_is_the_verified_share_of_its_segment() -> None:
    whole, half = Part("A1", "x", 100, (), "paid", verified=100), Part("A3", "x", 100, (), "paid", verified=50)
    first, second = draw_bar([whole, half], Style(width=1000)).segments
    assert first.verified_width == first.seen
    assert second.verified_width == second.seen // 2


def test_the_mark_says_where_the_signed_amount_ends_when_parts_exceed_it() -> None:
    assert draw_bar(parts([60, 50]), Style(width=110), whole=100).mark == 1_000
    assert draw_bar(parts([60, 40]), Style(width=110), whole=100).mark is None
    assert draw_bar(parts([60, 30]), Style(width=110), whole=100).mark is None


def test_brackets_of_neighbours_do_not_write_over_each_other() -> None:
    brackets = {"f0": ("已放款（银行报送口径）", "1.00"), "f1": ("在途，有说法", "2.00"), "f2": ("没有说法", "3 %")}
    bar = draw_bar(
        [Part("A", "x", 96, (), "f0"), Part("B", "x", 2, (), "f1"), Part("C", "x", 2, (), "f2")],
        Style(width=1276, brackets=brackets),
    )
    taken: dict[int, list[tuple[int, int]]] = {}
    for bracket in bar.brackets:
        need = max(text_width(bracket.name), text_width(bracket.figure, 12))
        span = (bracket.at, bracket.at + need) if bracket.anchor == "" else (bracket.at - need, bracket.at)
        assert span[0] >= 0
        assert span[1] <= bar.width
        assert all(span[1] <= other[0] or other[1] <= span[0] for other in taken.get(bracket.row, []))
        taken.setdefault(bracket.row, []).append(span)


@pytest.mark.parametrize(("tenths", "words"), [(0, "0.0"), (12_760, "1276.0"), (-5, "-0.5"), (37, "3.7")])
def test_pixels_are_written_without_rounding(tenths: int, words: str) -> None:
    assert px(tenths) == words
