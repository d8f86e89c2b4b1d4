"""What comes next for one need, in one sentence: who does what by when, and what the firm does meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matchmaking.desks.firm.queries import At, Standing
from matchmaking.desks.thread.deeds import Deed
from matchmaking.desks.thread.paper_sums import PaperSum
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.market.needs import steps

OWN_MOVE = ("draft", "returned", "verified")
"""States of a need in which the next step is the firm's."""


@dataclass(frozen=True, slots=True)
class Next:
    """``lead``: what comes next; ``more``: what the reader does meanwhile. ``waits``: for the firm, or for something
    that is overdue or open. ``go``: endpoint and key of the page where the firm acts, or None."""

    lead: Reason
    more: Reason
    waits: bool = False
    go: tuple[str, str] | None = None


def next_of(standing: Standing, live: Sequence[At], sums: Sequence[PaperSum], deeds: Sequence[Deed]) -> Next:
    """The first thing that somebody has to do; ``live`` referrals from the least to the most advanced."""
    need = standing.need
    unanswered = sum(1 for one in sums if one.asked)
    if unanswered:
        return Next(Reason("home_next_answer"), Reason("home_meanwhile_answer"), waits=True, go=("loans.index", ""))
    asked = next((at for at in live if at.referral.turn == "with_firm"), None)
    if asked is not None:
        said = Reason("home_next_papers", {"bank": asked.branch})
        return Next(said, Reason("home_meanwhile_papers"), waits=True, go=("referrals.progress", need.public_key))
    paper = _to_sign(deeds)
    if paper is not None:
        said = Reason("home_next_sign", {"bank": paper.party})
        return Next(said, Reason("home_meanwhile_sign"), waits=True, go=("papers.sheet", paper.key))
    return _of_money(sums) or _of_banks(live) or _of_need(standing)


def _to_sign(deeds: Sequence[Deed]) -> Deed | None:
    last = {deed.key: deed for deed in deeds if deed.source == "paper"}
    return next((deed for deed in last.values() if deed.action == "offer"), None)


def _of_money(sums: Sequence[PaperSum]) -> Next | None:
    open_ones = [one for one in sums if one.left]
    for one in open_ones:
        left = plain_amount(one.left, "wan")
        if one.conditions:
            first = one.conditions[0]
            day = first.due_on.isoformat() if first.due_on else ""
            more = Reason("home_meanwhile_condition", {"holder_word": f"holder_{first.code}", "day": day})
            if not day:
                more = Reason("home_meanwhile_condition_open", {"holder_word": f"holder_{first.code}"})
            return Next(Reason("home_next_condition", {"left": left, "what": first.words}), more, waits=True)
        if one.agreement.due_on is not None:
            day = one.agreement.due_on.isoformat()
            return Next(Reason("home_next_left", {"left": left}), Reason("home_meanwhile_left", {"day": day}))
    if any(one.disputed for one in sums):
        return Next(Reason("home_next_disputed"), Reason("home_meanwhile_disputed"), waits=True)
    return Next(Reason("home_next_paid"), Reason("home_meanwhile_paid")) if sums and not open_ones else None


def _of_banks(live: Sequence[At]) -> Next | None:
    if not live:
        return None
    at = live[-1]
    referral, bank = at.referral, {"bank": at.branch}
    if referral.turn == "with_third":
        return Next(Reason("home_next_third", bank), Reason("home_meanwhile_bank"))
    if referral.state in ("sent", "claimed"):
        first = min(live, key=lambda one: one.referral.due_on)
        said: dict[str, str | int] = {"bank": first.branch, "day": first.referral.due_on.isoformat()}
        if len(live) > 1:
            return Next(Reason("home_next_accept_some", {**said, "count": len(live)}), Reason("home_meanwhile_bank"))
        return Next(Reason("home_next_accept", said), Reason("home_meanwhile_bank"))
    if referral.state in ("approved", "signed"):
        return Next(Reason("home_next_paper", bank), Reason("home_meanwhile_bank"))
    if referral.decide_by is None:
        return Next(Reason("home_next_working", bank), Reason("home_meanwhile_bank"))
    by = {**bank, "day": referral.decide_by.isoformat()}
    return Next(Reason("home_next_decide", by), Reason("home_meanwhile_bank"))


def _of_need(standing: Standing) -> Next:
    need = standing.need
    told = steps.next_of(need)
    go = {"draft": "needs.check", "returned": "needs.edit", "verified": "matches.products"}.get(need.state)
    return Next(told.lead, told.more, need.state in OWN_MOVE, (go, need.public_key) if go else None)
