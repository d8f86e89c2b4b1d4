"""事实时间线: every fact of an agreement with its two days; what was taken back stays, struck through."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from matchmaking.delivery.audits.sheet_parts import Moment, StatementClaim
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import Money
from matchmaking.foundation.clock import business_day

Params = dict[str, str | int | None]


def timeline(known: Iterable[f.Fact], claims: Iterable[StatementClaim]) -> list[Moment]:
    """Moments in order of their day, then of the day our records learned of them.

    A moment's ``params`` hold plain values; amounts are ``amount_minor``, days ISO texts. ``kind`` is the fact's table.
    """
    told = list(known)
    voids = {fact.fact for fact in told if isinstance(fact, f.Void)}
    own = {fact.key for fact in told}
    ious = {fact.key: fact.iou_no for fact in told if isinstance(fact, f.Disbursement)}
    moments = [_moment(fact, ious, voids) for fact in told if not (isinstance(fact, f.Void) and fact.fact not in own)]
    found = [moment for moment in moments if moment is not None] + [_claim(claim) for claim in claims]
    return sorted(found, key=lambda moment: (moment.day, moment.known_on, moment.key))


def _moment(fact: f.Fact, ious: dict[str, str], voids: set[str]) -> Moment | None:
    writer = _WRITERS.get(type(fact))
    if writer is None:
        return None
    kind, day, params = writer(fact, ious)
    return Moment(day, fact.recorded_on, kind, fact.key, params, fact.key in voids)


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


Told = tuple[str, date, Params]


def _signing(fact: f.Signing, _: Any) -> Told:
    params: Params = {"amount_minor": fact.amount.minor, "instrument": fact.instrument, "declared": fact.declared}
    params |= {"promised_on": _iso(fact.promised_on), "event": fact.event, "supersedes": fact.supersedes}
    return "agreement", fact.signed_on, params


def _baseline(fact: f.Baseline, _: Any) -> Told:
    return "baseline", fact.on, {"amount_minor": fact.balance.minor, "ious": ", ".join(fact.ious) or None}


def _condition(fact: f.Condition, _: Any) -> Told:
    return "condition", fact.set_on, {"words": fact.words, "holder": fact.holder, "due_on": _iso(fact.due_on)}


def _met(fact: f.ConditionMet, _: Any) -> Told:
    return "condition_met", fact.met_on, {"condition": fact.condition}


def _drawable(fact: f.Drawable, _: Any) -> Told:
    return "drawable_mark", fact.marked_on, {"amount_minor": _minor(fact.amount)}


def _request(fact: f.DrawRequest, _: Any) -> Told:
    return "draw_request", fact.asked_on, {"amount_minor": fact.amount.minor}


def _exit(fact: f.Exit, _: Any) -> Told:
    params: Params = {"exit": fact.kind, "by": fact.by, "amount_minor": _minor(fact.amount), "reason": fact.reason}
    return "agreement_exit", fact.happened_on, params


def _paid(fact: f.Disbursement, _: Any) -> Told:
    params: Params = {"iou": fact.iou_no, "amount_minor": fact.amount.minor, "branch": fact.branch}
    return "disbursement", fact.value_on, params | {"payee": fact.payee, "form": fact.form}


def _void(fact: f.Void, ious: dict[str, str]) -> Told:
    kind = "disbursement_void" if fact.fact in ious else "fact_void"
    return kind, fact.voided_on, {"iou": ious.get(fact.fact), "fact": fact.fact, "reason": fact.reason}


def _confirmation(fact: f.Confirmation, ious: dict[str, str]) -> Told:
    params: Params = {"iou": ious.get(fact.disbursement), "answer": fact.answer, "amount_minor": _minor(fact.amount)}
    return "confirmation", fact.answered_on, params | {"device_shared": int(fact.device_shared)}


def _line(fact: f.ThirdPartyLine, ious: dict[str, str]) -> Told:
    params: Params = {"iou": ious.get(fact.disbursement), "source": fact.source, "amount_minor": fact.amount.minor}
    return "third_party_line", fact.value_on, params


def _verdict(fact: f.Verdict, ious: dict[str, str]) -> Told:
    params: Params = {"iou": ious.get(fact.subject), "verdict": fact.kind, "document": fact.document}
    return "verdict", fact.decided_on, params | {"other": fact.other, "amount_minor": _minor(fact.amount)}


def _repayment(fact: f.Repayment, _: Any) -> Told:
    return "repayment", fact.paid_on, {"iou": fact.iou_no, "amount_minor": fact.amount.minor}


def _claim(claim: StatementClaim) -> Moment:
    says, statement = claim.position, claim.statement
    params: Params = {"file": statement.file_name, "line": says.line, "amount_minor": says.disbursed_minor}
    params |= {"original_minor": says.original_minor, "status": says.status}
    known = business_day(statement.recorded_at)
    return Moment(statement.as_of, known, "statement", statement.public_key, params, not claim.standing)


_WRITERS: dict[type, Callable[[Any, dict[str, str]], Told]] = {
    f.Signing: _signing,
    f.Baseline: _baseline,
    f.Condition: _condition,
    f.ConditionMet: _met,
    f.Drawable: _drawable,
    f.DrawRequest: _request,
    f.Exit: _exit,
    f.Disbursement: _paid,
    f.Void: _void,
    f.Confirmation: _confirmation,
    f.ThirdPartyLine: _line,
    f.Verdict: _verdict,
    f.Repayment: _repayment,
}
"""Bank reports are about a lender and stand on no agreement's line."""
