"""Curves of one wait as their page shows them: one group in full, and the groups of one kind beside each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matchmaking.desks.curves.facts import ALL, BANK, EVENT, GRADE, PAPERS, STATEMENT, WAITS, Wait, waits_of
from matchmaking.desks.office.setting import Setting
from matchmaking.desks.office.tables import in_pinyin_order
from matchmaking.domain.conversion.shown_curves import HORIZON
from matchmaking.domain.conversion.waits import PAID
from matchmaking.domain.money import percent_text
from matchmaking.foundation.web.words import area_name, link, w, w_or

MOST_LINES = 5
"""Curves in one picture; the table has all of them."""
SAID_ON = {True: 90, False: 30}
"""The day that the headline speaks of, of waits for money and of others."""
VISIBLE = 500
"""Parts per million that show in a tenth of a per cent."""
Group = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CurvesPage:
    """What the template shows beside the :class:`Setting`. ``chosen``: the group told in full, None where it is too
    small or nothing waited; ``groups`` have a curve, ``small`` have none."""

    setting: Setting
    wait: Wait
    by: str
    payload: Mapping[str, Any]
    chosen: Group | None
    groups: Sequence[Group]
    small: Sequence[Group]
    shown: int
    """How many marks are shown: up to the first at which nobody waits any more."""

    def __getattr__(self, name: str) -> Any:
        # the template speaks of one page; what every page shares stands in the setting
        return getattr(self.setting, name)

    @property
    def tabs(self) -> list[Wait]:
        """The first reading of each question."""
        first: dict[str, Wait] = {}
        for wait in waits_of(self.setting.portfolio.kind, self.setting.portfolio.code):
            first.setdefault(wait.tab, wait)
        return list(first.values())

    @property
    def readings(self) -> list[Wait]:
        """Readings of this question."""
        return [wait for wait in WAITS.values() if wait.tab == self.wait.tab]

    @property
    def marks(self) -> Sequence[int]:
        """Days on which curves are shown."""
        days: Sequence[int] = self.payload["marks"][: self.shown]
        return days

    @property
    def others(self) -> list[str]:
        """What else ended the wait of anybody in the chosen group."""
        chosen = self.chosen or {"events": {}}
        return [cause for cause in self.wait.causes[1:] if chosen["events"].get(cause)]

    @property
    def drawn(self) -> set[str]:
        """Keys of the groups in the picture: the largest."""
        largest = sorted(self.groups, key=lambda group: (-group["n"], group["key"]))
        return {group["key"] for group in largest[:MOST_LINES]}

    @property
    def mark(self) -> Mapping[str, Any] | None:
        """The mark of the headline, or the last one before it that the data speak of."""
        early = [one for one in self._said() if one["day"] <= SAID_ON[self.wait.main == PAID]]
        return early[-1] if early else None

    @property
    def overstated(self) -> Mapping[str, Any] | None:
        """The last mark on which one minus Kaplan–Meier says visibly more than is true."""
        more = [one for one in self._said() if one["naive"] - one["shares"][self.wait.main] >= VISIBLE]
        return more[-1] if more else None

    def _said(self) -> list[Mapping[str, Any]]:
        told = (self.chosen or {"marks": ()})["marks"][: self.shown]
        return [one for one in told if one["shares"] is not None]

    @property
    def finding(self) -> str:
        """The headline in words."""
        mark, chosen = self.mark, self.chosen
        if mark is None or chosen is None:
            return w(f"wait_{self.wait.code}")
        share = percent_text(mark["shares"][self.wait.main], 1)
        half = w("wait_half", on=chosen["half_on"]) if chosen["half_on"] is not None else w("wait_half_never")
        return w(f"wait_found_{self.wait.code}", days=mark["day"], share=share) + half

    @property
    def contracts(self) -> str:
        """Where the group's papers stand: the ledger, or the meeting's page; empty for what is no paper."""
        if self.chosen is None or self.wait.source not in (PAPERS, STATEMENT):
            return ""
        key, name = str(self.chosen["key"]), str(self.chosen["name"])
        if self.by == EVENT and key != ALL:
            # of a meeting that papers name and no sheet knows there is no page
            return link("gatherings.event", code=self.setting.portfolio.code, key=key) or "" if key != name else ""
        told = {} if name == ALL else {"grade": name} if self.by == GRADE else {"q": name}
        address: str = self.setting.addresses.agreements(**told)
        return address

    @property
    def difference(self) -> Mapping[str, Any] | None:
        """The log-rank test between the groups."""
        found: Mapping[str, Any] | None = self.payload["slices"][self.by]["difference"]
        return found

    @property
    def without(self) -> int:
        """Cases that name no group of this kind."""
        return int(self.payload["slices"][self.by]["without"])

    def points(self, group: Group, cause: str) -> str:
        """``day:ppm`` of the picture, blanks between, up to the horizon and no further than anybody was seen."""
        place = self.wait.causes.index(cause) + 1
        told = [(row[0], row[place]) for row in group["steps"] if row[0] <= HORIZON]
        end = min(group["last"], HORIZON)
        if not told or told[-1][0] < end:
            told.append((end, told[-1][1] if told else 0))
        return " ".join(f"{day}:{share}" for day, share in told)


def curves_page(setting: Setting, payload: Mapping[str, Any], *, by: str, group: str) -> CurvesPage:
    """The page; an unknown way to tell apart, or an unknown or too small group, shows all."""
    wait = WAITS[payload["wait"]]
    by = by if by in wait.by[1:] else wait.by[1]
    held = payload["slices"][by]["groups"]
    large, small = ([one for one in held if one["suppressed"] is few] for few in (False, True))
    if by == BANK:
        # by sound, never by speed: nobody is ranked
        large = sorted(large, key=lambda one: in_pinyin_order(one["name"]))
    whole = next((one for one in payload["slices"][ALL]["groups"] if not one["suppressed"]), None)
    chosen = next((one for one in large if one["key"] == group), whole)
    seen = max((one["last"] for one in (*large, *([whole] if whole else ()))), default=0)
    shown = sum(day < seen for day in payload["marks"]) + 1
    return CurvesPage(setting, wait, by, payload, chosen, large, small, shown)


def name_of(by: str, group: Group) -> str:
    """A group's name in this page's language: a grade and a county in words, others as they are called."""
    name = str(group["name"])
    if name == ALL:
        return w("wait_by_all")
    return area_name(name) if by == "area" else w_or(f"instrument_{name}", name)
