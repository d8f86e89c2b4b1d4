"""Papers that come from the lists of the meetings: typed in by the bank, with the firm's baseline where it is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from matchmaking.delivery.agreements.commands import record_baseline, sign_agreement
from matchmaking.delivery.agreements.models import Agreement
from matchmaking.domain.conversion.instruments import CONTRACTS
from matchmaking.rulebook.reference import divisions
from matchmaking.seeds.diary import Diary
from matchmaking.seeds.fates import Fate
from matchmaking.seeds.papers import Paper

ACTOR = "seed:officer"


def tell_listed(diary: Diary, paper: Paper) -> None:
    """The signing on the day it was told, and everything after it."""
    diary.keep(paper.key, paper.told_on, lambda at: _sign(diary, paper, at))
    if paper.instrument in CONTRACTS and not paper.minor("A5", "A5b"):
        diary.note(paper.told_on, lambda at: _baseline(diary, paper, at))
    Fate(diary, paper).tell()


def _sign(diary: Diary, paper: Paper, at: datetime) -> Agreement:
    area = paper.firm.area
    unit = diary.rows[paper.bank.branch_key(area)]
    county = next(one for one in divisions().on(paper.signed_on) if one.code == area)
    return sign_agreement(
        diary.session, actor=ACTOR, portfolio=diary.rows["city"], firm=paper.firm.name, firm_key=paper.firm.key,
        lender=paper.bank.name, branch=unit.name, instrument=paper.instrument, amount_minor=paper.amount_minor,
        signed_on=paper.signed_on, at=at, public_key=paper.key,
        supersedes=diary.rows[paper.supersedes] if paper.supersedes else None,
        area_scheme="GB/T 2260", area_code=area, area_name=county.zh, **_terms(paper),
    )  # fmt: skip


def _terms(paper: Paper) -> dict[str, Any]:
    if paper.instrument == "strategic":
        return _event(paper)
    promised = paper.instrument in CONTRACTS or paper.minor("W0")
    return {
        "declared": paper.declared, "revolving": paper.revolving,
        "promised_on": paper.promised_on if promised else None,
        "available_until": paper.available_until, "product": "企业流动资金贷款", **_event(paper),
    }  # fmt: skip


def _event(paper: Paper) -> dict[str, Any]:
    if paper.meeting is None:
        return {}
    return {"event_key": paper.meeting.key, "event_on": paper.meeting.held_on}


def _baseline(diary: Diary, paper: Paper, at: datetime) -> Any:
    owed = paper.minor("A3", "A3b")
    return record_baseline(
        diary.session, actor=ACTOR, agreement=diary.rows[paper.key], balance_minor=owed, on_day=paper.signed_on,
        at=at, ious=(f"旧-{paper.number:03d}",) if owed else (), public_key=f"{paper.key}-baseline",
    )  # fmt: skip
