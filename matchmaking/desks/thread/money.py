"""How facts about signed papers are read as deeds: terms, money reported, answers, verdicts, repayments.

Facts are appended; each comes with the later fact that takes it back, where there is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import CTE, Select, func, or_, select
from sqlalchemy.orm import aliased

from matchmaking.delivery.agreements.models import (
    Agreement,
    AgreementExit,
    Baseline,
    Condition,
    ConditionMet,
    CutAnswer,
    CutProposal,
    DrawableMark,
    DrawRequest,
    FactVoid,
)
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.disbursements.models import (
    Confirmation,
    Disbursement,
    DisbursementVoid,
    ThirdPartyLine,
    Verdict,
)
from matchmaking.delivery.repayments.models import Repayment
from matchmaking.delivery.signings.models import Paper
from matchmaking.desks.thread.steps import Told, Wanted
from matchmaking.market.needs.models import Need

Reading = Callable[[CTE], Told]
"""From the agreements of :func:`mine_of` to what a table gives about them."""
Repeated = aliased(Disbursement)
"""The report that another one seems to repeat."""
Joining = Callable[[Select[Any]], Select[Any]]


def mine_of(scope: Wanted) -> CTE:
    """The agreements of the scope with their needs: looked for once, however many kinds of facts are read."""
    asked = select(Agreement.id, Need.id.label("need_id")).join(Need, Need.public_key == Agreement.need_key)
    asked = asked.where(Need.id.in_(scope.needs))
    if scope.referrals is not None:
        own = select(Paper.agreement_id).join(CreditDecision, CreditDecision.id == Paper.decision_id)
        asked = asked.where(Agreement.id.in_(own.where(CreditDecision.referral_key.in_(scope.referrals.values()))))
    return asked.cte("mine")


def _of_need(asked: Select[Any], mine: CTE) -> Select[Any]:
    return asked.join(mine, mine.c.id == Agreement.id)


def _fact(table: Any, mine: CTE, columns: Mapping[str, Any], joining: Joining | None = None) -> Told:
    """An appended fact of an agreement; ``joining`` leads from ``table`` to :class:`Agreement`."""

    def joined(asked: Select[Any]) -> Select[Any]:
        asked = joining(asked) if joining else asked.join(Agreement, Agreement.id == table.agreement_id)
        return _of_need(asked.outerjoin(FactVoid, FactVoid.fact_key == table.public_key), mine)

    own = {
        "need_id": mine.c.need_id, "place": Agreement.id,
        "key": table.public_key, "known_at": table.recorded_at, "actor": table.recorded_by,
        "currency": Agreement.currency, "taken_on": FactVoid.voided_on, "taken_at": FactVoid.recorded_at,
        "taken_words": func.coalesce(FactVoid.reason, ""),
    }  # fmt: skip
    return Told(table, {**own, **columns}, joined)


def _agreement(mine: CTE) -> Told:
    columns = {
        "need_id": mine.c.need_id, "place": Agreement.id,
        "key": Agreement.public_key, "known_at": Agreement.recorded_at,
        "actor": Agreement.recorded_by, "currency": Agreement.currency, "on": Agreement.signed_on,
        "amount_minor": Agreement.amount_minor, "code": Agreement.instrument, "due_on": Agreement.promised_on,
        "party": func.coalesce(Agreement.branch, Agreement.lender, ""), "words": func.coalesce(Agreement.event_key, ""),
    }  # fmt: skip
    return Told(Agreement, columns, lambda asked: _of_need(asked, mine))


def _baseline(mine: CTE) -> Told:
    return _fact(Baseline, mine, {"on": Baseline.on_day, "amount_minor": Baseline.balance_minor})


def _condition(mine: CTE) -> Told:
    told = {"on": Condition.set_on, "words": Condition.words, "code": Condition.holder, "due_on": Condition.due_on}
    return _fact(Condition, mine, told)


def _met(mine: CTE) -> Told:
    def joining(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(Condition, Condition.id == ConditionMet.condition_id)
        return asked.join(Agreement, Agreement.id == Condition.agreement_id)

    told = {"on": ConditionMet.met_on, "about": Condition.public_key, "words": Condition.words}
    return _fact(ConditionMet, mine, {**told, "code": Condition.holder}, joining)


def _drawable(mine: CTE) -> Told:
    return _fact(DrawableMark, mine, {"on": DrawableMark.marked_on, "amount_minor": DrawableMark.amount_minor})


def _request(mine: CTE) -> Told:
    return _fact(DrawRequest, mine, {"on": DrawRequest.asked_on, "amount_minor": DrawRequest.amount_minor})


def _exit(mine: CTE) -> Told:
    told = {"on": AgreementExit.exited_on, "amount_minor": AgreementExit.amount_minor, "code": AgreementExit.kind}
    return _fact(AgreementExit, mine, {**told, "words": AgreementExit.reason})


def _cut(mine: CTE) -> Told:
    told = {"on": CutProposal.proposed_on, "amount_minor": CutProposal.amount_minor, "words": CutProposal.reason}
    return _fact(CutProposal, mine, told)


def _cut_answer(mine: CTE) -> Told:
    def joining(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(CutProposal, CutProposal.id == CutAnswer.proposal_id)
        return asked.join(Agreement, Agreement.id == CutProposal.agreement_id)

    told = {"on": CutAnswer.answered_on, "amount_minor": CutProposal.amount_minor, "code": CutAnswer.answer}
    return _fact(CutAnswer, mine, {**told, "about": CutProposal.public_key}, joining)


def _disbursement(mine: CTE) -> Told:
    def joined(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(Agreement, Agreement.id == Disbursement.agreement_id)
        asked = asked.outerjoin(DisbursementVoid, DisbursementVoid.disbursement_id == Disbursement.id)
        asked = asked.outerjoin(Repeated, Repeated.id == Disbursement.repeats_id)
        return _of_need(asked, mine)

    columns = {
        "need_id": mine.c.need_id, "place": Agreement.id,
        "key": Disbursement.public_key, "known_at": Disbursement.recorded_at,
        "actor": Disbursement.recorded_by, "currency": Agreement.currency, "on": Disbursement.value_on,
        "amount_minor": Disbursement.amount_minor, "code": Disbursement.form, "words": Disbursement.iou_no,
        "about": func.coalesce(Repeated.public_key, ""), "party": func.coalesce(Disbursement.payee, ""),
        "taken_on": DisbursementVoid.voided_on,
        "taken_at": DisbursementVoid.recorded_at, "taken_words": func.coalesce(DisbursementVoid.reason, ""),
    }  # fmt: skip
    return Told(Disbursement, columns, joined)


def _through(table: Any) -> Joining:
    def joining(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(Disbursement, Disbursement.id == table.disbursement_id)
        return asked.join(Agreement, Agreement.id == Disbursement.agreement_id)

    return joining


def _confirmation(mine: CTE) -> Told:
    told = {"on": Confirmation.answered_on, "amount_minor": Confirmation.amount_minor, "code": Confirmation.answer}
    told |= {"about": Disbursement.public_key, "words": Disbursement.iou_no}
    return _fact(Confirmation, mine, told, _through(Confirmation))


def _line(mine: CTE) -> Told:
    told = {"on": ThirdPartyLine.value_on, "amount_minor": ThirdPartyLine.amount_minor, "party": ThirdPartyLine.source}
    told |= {"about": Disbursement.public_key, "words": Disbursement.iou_no}
    return _fact(ThirdPartyLine, mine, told, _through(ThirdPartyLine))


def _verdict(mine: CTE) -> Told:
    def joining(asked: Select[Any]) -> Select[Any]:
        asked = asked.outerjoin(Disbursement, Disbursement.id == Verdict.disbursement_id)
        mine = or_(Agreement.id == Verdict.agreement_id, Agreement.id == Disbursement.agreement_id)
        return asked.join(Agreement, mine)

    told: dict[str, Any] = {"on": Verdict.decided_on, "amount_minor": Verdict.amount_minor, "code": Verdict.kind}
    told |= {"about": func.coalesce(Disbursement.public_key, ""), "words": Verdict.document}
    return _fact(Verdict, mine, told, joining)


def _repayment(mine: CTE) -> Told:
    told: dict[str, Any] = {"on": Repayment.paid_on, "amount_minor": Repayment.amount_minor}
    return _fact(Repayment, mine, {**told, "words": func.coalesce(Repayment.iou_no, "")})


READINGS: Mapping[str, Reading] = {
    "agreement": _agreement,
    "baseline": _baseline,
    "condition": _condition,
    "condition_met": _met,
    "drawable_mark": _drawable,
    "draw_request": _request,
    "agreement_exit": _exit,
    "cut_proposal": _cut,
    "cut_answer": _cut_answer,
    "disbursement": _disbursement,
    "confirmation": _confirmation,
    "third_party_line": _line,
    "verdict": _verdict,
    "repayment": _repayment,
}
"""Kind of deed → how it is read."""
