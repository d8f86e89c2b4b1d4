"""The agreements behind a figure: what the address filters by, and the page of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask_babel import gettext as _

from matchmaking.delivery.audits.queries import SORTS, AgreementRow, Listed, RowFilter, RowPage
from matchmaking.desks.office.ledger import BANDS
from matchmaking.desks.office.setting import Setting
from matchmaking.domain.statements.slips import VANISHED
from matchmaking.foundation.web.looks import LOOKS, in_order
from matchmaking.foundation.web.paging import ListState, Page, page_number
from matchmaking.foundation.web.words import bucket_name, w, w_or

FILTERS = ("grade", "bucket", "band", "status", "paid", "signed", "finding", "standing", "q")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """A filter in force, in words, and the address without it."""

    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Line:
    """One agreement as shown: its figures, where it opens, the buckets its amount is in."""

    row: Listed
    amount_minor: int | None
    url: str
    buckets: Sequence[str]


@dataclass(frozen=True, slots=True)
class ListPage:
    """Everything the list's template shows."""

    setting: Setting
    rows: Sequence[Line]
    wanted: RowFilter
    list: ListState
    page: Page
    chosen: Sequence[Chosen]
    grades: Sequence[str]
    statuses: Sequence[str]
    buckets: Sequence[str]
    findings: Sequence[str]
    stages: Mapping[str, str]
    """The words of every status on the page."""
    shown: Sequence[str]
    """The buckets on the page, in the fixed order of the screen."""
    export_url: str
    clear_url: str

    @property
    def amount_head(self) -> str:
        """What the first amount is: the bucket's share where a bucket is asked for, else what was signed."""
        return bucket_name(self.wanted.bucket) if self.wanted.bucket else _("签约额")


def read_filter(query: Mapping[str, str]) -> RowFilter:
    """The filter an address asks for; values nobody knows take everything."""
    band = query.get("band", "")
    sort = query.get("sort", "")[:40]
    return RowFilter(
        grade=query.get("grade", "")[:30],
        bucket=query.get("bucket", "") if query.get("bucket", "") in LOOKS else "",
        band=int(band) if band.isascii() and band.isdigit() and len(band) == 1 and int(band) < len(BANDS) else None,
        status=_plain(query.get("status", ""))[:80],
        paid=_yes_no(query.get("paid", "")),
        signed=_yes_no(query.get("signed", "")),
        search=_plain(query.get("q", ""))[:LONGEST],
        finding=_plain(query.get("finding", ""))[:60],
        standing=query.get("standing", "") if query.get("standing") in ("member", "pre_event", "late") else "",
        sort=sort.removeprefix("-") or ("amount" if query.get("bucket", "") in LOOKS else "signed"),
        descending=sort.startswith("-") or not sort,
        page=page_number(query.get("page")),
    )


def _plain(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())


def _yes_no(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def list_page(setting: Setting, payload: Mapping[str, Any], wanted: RowFilter, found: RowPage) -> ListPage:
    """The page of ``found``."""
    query = {name: value for name, value in request.args.items() if value and name != "lang"}

    def address(changes: Mapping[str, str | None]) -> str:
        kept = {name: value for name, value in (query | dict(changes)).items() if value is not None}
        return f"{request.path}?{urlencode(kept)}" if kept else request.path

    asked = ("-" if wanted.descending else "") + wanted.sort
    state = ListState(asked, (*SORTS, "amount"), "-amount" if wanted.bucket else "-signed", address)
    page = Page(found.page, found.total, address, found.per_page)
    days = {name: value for name, value in query.items() if name in ("as_of", "known_at", "unit")}
    lines = _lines(setting, found.rows)
    return ListPage(
        setting=setting,
        rows=lines,
        wanted=wanted,
        list=state,
        page=page,
        chosen=[Chosen(words, address({name: None, "page": None})) for name, words in _in_words(wanted)],
        grades=[grade["grade"] for grade in payload["grades"] if grade["count"]],
        statuses=sorted(payload.get("status_counts") or ()),
        buckets=_buckets(payload),
        findings=[code for code, count in (payload.get("findings") or {}).items() if count and code != VANISHED],
        stages={status: status_words(status) if status else "—" for status in {line.row.status for line in lines}},
        shown=in_order({code for line in lines for code in line.buckets}),
        export_url=f"{request.path}.xlsx?{urlencode({n: v for n, v in query.items() if n != 'page'})}",
        clear_url=f"{request.path}?{urlencode(days)}" if days else request.path,
    )


def _lines(setting: Setting, rows: Sequence[AgreementRow]) -> list[Line]:
    address, held = setting.addresses.to_agreements(), ((one, one.row.buckets) for one in rows)
    return [
        Line(one.row, one.amount_minor, address(one.row.public_key), [code for code in LOOKS if buckets.get(code)])
        for one, buckets in held
    ]


def _buckets(payload: Mapping[str, Any]) -> list[str]:
    seen = {bucket["bucket"] for grade in payload["grades"] for bucket in grade["buckets"] if bucket["count"]}
    return [code for code in LOOKS if code in seen]


def _in_words(wanted: RowFilter) -> list[tuple[str, str]]:
    chosen = []
    if wanted.grade:
        chosen.append(("grade", w_or(f"instrument_{wanted.grade}", wanted.grade)))
    if wanted.bucket:
        chosen.append(("bucket", f"{wanted.bucket} {bucket_name(wanted.bucket)}"))
    if wanted.band is not None:
        chosen.append(("band", w(f"band_{BANDS[wanted.band]}")))
    if wanted.status:
        chosen.append(("status", _("状态：%(status)s", status=status_words(wanted.status))))
    if wanted.paid is not None:
        chosen.append(("paid", _("有放款") if wanted.paid else _("没有放款")))
    if wanted.signed is not None:
        chosen.append(("signed", _("已签约") if wanted.signed else _("未签约")))
    if wanted.finding:
        chosen.append(("finding", w_or(f"finding_{wanted.finding}", wanted.finding)))
    if wanted.standing:
        chosen.append(("standing", w(f"standing_{wanted.standing}")))
    if wanted.search:
        chosen.append(("q", _("含“%(words)s”", words=wanted.search)))
    return chosen


def status_words(status: str) -> str:
    """A stage's words; a statement's own status as it stands there."""
    return w_or(f"stage_{status}", status)
