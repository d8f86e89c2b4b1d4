"""Four eyes: who made a thing alone does not check it."""

from __future__ import annotations

from collections.abc import Iterable

from matchmaking.domain.reasons import Reason, Refusal


def other_hands(makers: Iterable[str], checker: str, *, made: str) -> None:
    """Refuse with ``other_hands`` where ``checker`` is the only one of ``makers``; nobody made it: nothing to refuse.

    ``made``: the code of the words for what they did, ``hands_…``.
    """
    if {checker} == set(makers):
        raise Refusal(Reason("other_hands", {"made_word": made}))
