"""What a firm is to do next: the button that leads there says it, wherever it leads."""

from __future__ import annotations

import re

from matchmaking.desks.firm import coming
from tests.house.tree import ROOT

GO = re.compile(r"\"((?:loans|referrals|papers|needs|matches)\.[a-z]+)\"")


def test_every_place_to_go_to_has_its_word() -> None:
    source = (ROOT / "matchmaking" / "desks" / "firm" / "coming.py").read_text("utf-8")
    card = (ROOT / "templates" / "firm" / "_card.html").read_text("utf-8")
    places = set(GO.findall(source))
    assert len(places) >= 6 and coming.Next.__doc__
    assert {place for place in places if f"'{place}': _(" not in card} == set()
