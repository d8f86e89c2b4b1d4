"""Four eyes: the only maker does not check; one of several may, and what nobody made is nobody's to refuse."""

from __future__ import annotations

import pytest

from matchmaking.domain.hands import other_hands
from matchmaking.domain.reasons import Refusal
from matchmaking.rulebook import explain


@pytest.mark.parametrize("makers", [("a",), ("a", "a")])
def test_the_only_maker_is_refused(makers: tuple[str, ...]) -> None:
    with pytest.raises(Refusal) as refused:
        other_hands(iter(makers), "a", made="hands_list")
    assert refused.value.reason.code == "other_hands"
    assert explain(refused.value.reason) == "冻结名单的是您，这一步要由另一位同事来办。"


@pytest.mark.parametrize("makers", [(), ("b",), ("a", "b")])
def test_anybody_else_checks(makers: tuple[str, ...]) -> None:
    other_hands(makers, "a", made="hands_list")
