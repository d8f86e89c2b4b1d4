"""Areas carry the scheme their code is from."""

from __future__ import annotations

import pytest

from matchmaking.domain.areas import Area


def test_an_area_reads_as_name_and_scheme_tagged_code() -> None:
    """The same letters mean different places in different schemes."""
    assert str(Area("world-bank-country", "FR", "France")) == "France · world-bank-country FR"
    assert str(Area("", "", "汉滨区")) == "汉滨区"
    assert str(Area("gb2260", "610902", "")) == "gb2260 610902"
    assert Area("gb2260", "610902", "汉滨区") != Area("world-bank-country", "610902", "汉滨区")


def test_a_code_without_its_scheme_is_refused() -> None:
    """610902 alone could be anything."""
    with pytest.raises(ValueError, match="610902"):
        Area("", "610902", "汉滨区")
