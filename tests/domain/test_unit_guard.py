"""A slip of 10⁴ is asked about (P11), and figures that go together are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaking.domain.money import Money
from matchmaking.domain.unit_guard import Figures, GuardBounds, doubts
from matchmaking.rulebook import LANGUAGES, explain

BOUNDS = GuardBounds(per_head_low=1_000, per_head_high=20_000_000, apart=2_000, jump=1_000)


def firm(employees: int | None = 50, revenue: int | None = 30_000_000, assets: int | None = 20_000_000) -> Figures:
    """A tea firm of 3,000 万 a year, in yuan."""
    return Figures(
        employees,
        None if revenue is None else Money.of(revenue),
        None if assets is None else Money.of(assets),
    )


def codes(now: Figures, before: Figures | None = None) -> list[str]:
    """Codes of the doubts."""
    return [reason.code for reason in doubts(now, before, BOUNDS)]


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (firm(), None, []),
        (firm(), firm(revenue=29_000_000), []),
        # 3,000 万 typed as 3,000 元
        (firm(revenue=3_000), None, ["guard_per_head_low", "guard_apart"]),
        # 3,000 万 typed as 30,000,000 万
        (firm(revenue=300_000_000_000), None, ["guard_per_head_high", "guard_apart"]),
        (firm(assets=2_000), None, ["guard_apart"]),
        (firm(revenue=3_000), firm(), ["guard_per_head_low", "guard_apart", "guard_revenue_jump"]),
        (firm(assets=200_000_000_000), firm(), ["guard_apart", "guard_assets_jump"]),
        # nothing to compare with
        (firm(employees=None, assets=None, revenue=3_000), None, []),
        (firm(employees=0, revenue=3_000, assets=None), None, []),
        # a new firm without revenue
        (firm(revenue=0, assets=500_000), None, []),
        (firm(revenue=0), firm(), []),
        # the bounds themselves
        (firm(employees=1, revenue=1_000, assets=None), None, []),
        (firm(employees=1, revenue=999, assets=None), None, ["guard_per_head_low"]),
        (firm(employees=1, revenue=20_000_000, assets=None), None, []),
        (firm(employees=1, revenue=20_000_001, assets=None), None, ["guard_per_head_high"]),
        (firm(employees=None, revenue=2_000, assets=1), None, ["guard_apart"]),
        (firm(employees=None, revenue=1_999, assets=1), None, []),
    ],
)
def test_which_figures_are_doubted(now: Figures, before: Figures | None, expected: list[str]) -> None:
    assert codes(now, before) == expected


def test_a_doubt_says_both_figures_in_words() -> None:
    low = doubts(firm(revenue=3_000), None, BOUNDS)[0]
    assert explain(low) == (
        "年营业收入 0.30 万元、50 人，人均每年只有 60 元。是不是把“万元”选成了“元”？"
    )  # fmt: skip
    for reason in doubts(firm(revenue=3_000), firm(), BOUNDS):
        assert all("{" not in explain(reason, language) for language in LANGUAGES)


@given(
    employees=st.integers(1, 5_000),
    each=st.integers(20_000, 1_900_000),
    ratio=st.integers(1, 20),
)
def test_a_slip_of_ten_thousand_is_seen_either_way(employees: int, each: int, ratio: int) -> None:
    """Whatever an ordinary firm is like: one figure 10⁴ off, with the version before right, is asked about."""
    revenue = employees * each
    right = firm(employees, revenue, revenue * ratio)
    assert codes(right) == []
    assert "guard_revenue_jump" in codes(firm(employees, revenue * 10_000, revenue * ratio), right)
    assert "guard_assets_jump" in codes(firm(employees, revenue, revenue * ratio // 10_000 or 1), right)
