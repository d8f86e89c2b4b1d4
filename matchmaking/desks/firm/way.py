"""The way of one need as a parcel's: what is behind with its day, where it stands, what is still to come."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from matchmaking.desks.firm.queries import Standing
from matchmaking.desks.thread.deeds import Deed
from matchmaking.desks.thread.paper_sums import PaperSum, last_answers
from matchmaking.domain.money import plain_amount
from matchmaking.domain.reasons import Reason
from matchmaking.foundation.clock import business_day

ENDED = ("withdrawn", "expired", "merged")
TODO = ("post", "verify", "send", "accept", "sign", "paid")
"""Steps still to come, in order. Words: ``home_todo_<name>``."""


@dataclass(frozen=True, slots=True)
class Step:
    """``look``: done, now, wait, bad, off or todo; ``icon`` its shape; ``more`` a small line beneath, or None."""

    look: str
    icon: str
    what: Reason
    more: Reason | None = None
    on: date | None = None


def way_of(standing: Standing, sums: Sequence[PaperSum], deeds: Sequence[Deed]) -> list[Step]:
    """Steps in order."""
    behind = [*_of_need(standing, deeds), *_of_banks(standing, deeds)]
    for one in sums:
        behind += _of_paper(one, deeds)
    if standing.need.state in ENDED:
        end = Reason("home_step_ended", {"state_word": f"state_need_{standing.need.state}"})
        return [*behind, Step("off", "void", end, None, _day(deeds, "need", standing.need.state))]
    return [*behind, *_coming(standing, sums)]


def _day(deeds: Iterable[Deed], source: str, after: str) -> date | None:
    days = [business_day(deed.known_at) for deed in deeds if deed.source == source and deed.code == after]
    return days[-1] if days else None


def _of_need(standing: Standing, deeds: Sequence[Deed]) -> list[Step]:
    need, steps = standing.need, []
    if need.posted_on is not None and need.state != "draft":
        steps.append(Step("done", "ok", Reason("home_step_posted"), None, need.posted_on))
    verified = [deed for deed in deeds if deed.source == "need" and deed.action == "verify"]
    if verified and need.state not in ("posted", "returned", "draft"):
        steps.append(Step("done", "ok", Reason("home_step_verified"), None, business_day(verified[-1].known_at)))
    return steps


def _of_banks(standing: Standing, deeds: Sequence[Deed]) -> list[Step]:
    if not standing.banks:
        return []
    first = min(at.referral.sent_on for at in standing.banks)
    names = " · ".join(dict.fromkeys(at.branch for at in standing.banks))
    count = Reason("home_step_sent", {"count": len(standing.banks)})
    waiting = all(at.referral.state in ("sent", "claimed") for at in standing.banks if at.live)
    here = waiting and any(at.live for at in standing.banks)
    steps = [
        Step("now" if here else "done", "now" if here else "ok", count, Reason("home_names", {"names": names}), first)
    ]
    answers = (_answer(deed, deeds) for deed in deeds if deed.source in ("referral", "decision"))
    return steps + [step for step in answers if step is not None]


def _answer(deed: Deed, deeds: Sequence[Deed]) -> Step | None:
    bank, on = {"bank": deed.party}, business_day(deed.known_at)
    if deed.source == "referral" and deed.action == "accept":
        return Step("done", "ok", Reason("home_step_accepted", bank), None, on)
    if deed.source == "referral" and deed.action in ("decline", "terminate"):
        told = (one for one in deeds if one.source == "decline" and one.known_at == deed.known_at)
        why = next((one for one in told if one.place == deed.place), None)
        if why is not None and why.taken_at is not None:
            return None  # taken back within minutes
        return Step("bad", "void", Reason(f"home_step_{deed.action}", bank), _reason(why.code if why else ""), on)
    if deed.source == "decision" and deed.action == "refuse":
        return Step("bad", "void", Reason("home_step_refuse", bank), _reason(deed.code), on)
    if deed.source == "decision" and deed.action == "approve" and deed.amount_minor is not None:
        amount = {**bank, "amount": plain_amount(deed.amount_minor, "wan")}
        return Step("done", "ok", Reason("home_step_approved", amount), None, on)
    return None


def _reason(code: str) -> Reason | None:
    return Reason("home_reason", {"reason_word": f"decline_{code}"}) if code else None


def _of_paper(paper: PaperSum, deeds: Sequence[Deed]) -> list[Step]:
    told = paper.agreement
    signed = {"instrument_word": f"instrument_{told.code}", "amount": plain_amount(paper.signed, "wan")}
    steps = [Step("done", "ok", Reason("home_step_signed", signed), None, told.on)]
    answers = last_answers(deeds)
    paid = (deed for deed in deeds if deed.source == "disbursement" and deed.place == told.place)
    steps += [_of_money(deed, answers.get(deed.key)) for deed in paid]
    steps += [
        Step("now", "now", Reason("home_step_condition", {"what": one.words}), _due(one), one.on)
        for one in paper.conditions
    ]
    if paper.left:
        steps.append(Step("todo", "next", Reason("home_step_left", {"amount": plain_amount(paper.left, "wan")})))
    return steps


def _due(deed: Deed) -> Reason | None:
    return Reason("home_due", {"day": deed.due_on.isoformat()}) if deed.due_on else None


def _of_money(deed: Deed, answer: Deed | None) -> Step:
    said: dict[str, str | int] = {"amount": plain_amount(deed.amount_minor or 0, "wan")}
    what = Reason("home_step_payee", {**said, "payee": deed.party}) if deed.party else Reason("home_step_paid", said)
    if deed.taken_at is not None:
        return Step("off", "void", what, Reason("home_report_void"), deed.on)
    if answer is None:
        return Step("wait", "one", what, Reason("home_answer_none"), deed.on)
    day = (answer.on or business_day(answer.known_at)).isoformat()
    told = Reason("home_answer", {"answer_word": f"answer_{answer.code}", "day": day})
    right = answer.code == "right"
    return Step("done" if right else "bad", "ok" if right else "clash", what, told, deed.on)


def _coming(standing: Standing, sums: Sequence[PaperSum]) -> list[Step]:
    if sums:
        return []
    live = [at.referral.state for at in standing.banks if at.live]
    reached = {"draft": 0, "returned": 0, "posted": 1, "verified": 2, "listed": 2}.get(standing.need.state, 3)
    if any(state not in ("sent", "claimed") for state in live):
        reached = 4
    if standing.need.state in ("closed", "contracted"):
        return []
    here = {0: "post", 1: "verify", 2: "send"}.get(reached)
    return [
        Step("now" if name == here else "todo", "now" if name == here else "next", Reason(f"home_todo_{name}"))
        for name in TODO[reached:]
    ]
