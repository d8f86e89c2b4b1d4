"""How steps of people are read as deeds: the need's, the referral's, whose turn it was, decisions, papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select, case

from matchmaking.delivery.decisions.models import CreditDecision, DecisionEvent
from matchmaking.delivery.signings.models import Paper, PaperEvent
from matchmaking.market.needs.models import Need, NeedEvent
from matchmaking.market.referrals.models import (
    Referral,
    ReferralDecline,
    ReferralDeclineUndo,
    ReferralEvent,
    ReferralTurn,
)
from matchmaking.registry.organisations.models import Organisation


class Wanted(Protocol):
    """What a reading needs to know of the scope."""

    @property
    def needs(self) -> Mapping[int, str]: ...

    @property
    def referrals(self) -> Mapping[int, str] | None: ...


@dataclass(frozen=True, slots=True)
class Told:
    """The columns that ``table`` gives, and the joins and conditions under which it is read."""

    table: Any
    columns: Mapping[str, Any]
    joined: Callable[[Select[Any]], Select[Any]]


Reading = Callable[[Any], Told]


def _event(table: Any) -> dict[str, Any]:
    """Columns that every table of steps has."""
    return {"known_at": table.recorded_at, "action": table.action, "role": table.role, "actor": table.actor}


def _worded(table: Any) -> dict[str, Any]:
    """The same of tables that keep a person's words."""
    return {**_event(table), "words": table.words}


def _need(scope: Wanted) -> Told:
    def joined(asked: Select[Any]) -> Select[Any]:
        return asked.join(Need, Need.id == NeedEvent.need_id).where(Need.id.in_(scope.needs))

    columns = {**_worded(NeedEvent), "amount_minor": Need.amount_minor, "currency": Need.currency}
    return Told(NeedEvent, {**columns, "code": NeedEvent.after}, joined)


def _of_referral(asked: Select[Any], scope: Wanted) -> Select[Any]:
    asked = asked.join(Need, Need.id == Referral.need_id).where(Need.id.in_(scope.needs))
    return asked if scope.referrals is None else asked.where(Referral.id.in_(scope.referrals))


def _referral(scope: Wanted) -> Told:
    def joined(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(Referral, Referral.id == ReferralEvent.referral_id)
        return _of_referral(asked.join(Organisation, Organisation.id == ReferralEvent.organisation_id), scope)

    columns = {**_worded(ReferralEvent), "place": Referral.id, "key": Referral.public_key, "code": ReferralEvent.after}
    return Told(ReferralEvent, {**columns, "party": Organisation.name, "due_on": Referral.due_on}, joined)


def _turn(scope: Wanted) -> Told:
    def joined(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(Referral, Referral.id == ReferralTurn.referral_id)
        return _of_referral(asked.join(Organisation, Organisation.id == Referral.organisation_id), scope)

    columns = {**_worded(ReferralTurn), "place": Referral.id, "key": Referral.public_key, "on": ReferralTurn.on_day}
    return Told(ReferralTurn, {**columns, "code": ReferralTurn.reason_code, "party": Organisation.name}, joined)


def _decline(scope: Wanted) -> Told:
    def joined(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(Referral, Referral.id == ReferralDecline.referral_id)
        undone = ReferralDeclineUndo.decline_id == ReferralDecline.id
        return _of_referral(asked.outerjoin(ReferralDeclineUndo, undone), scope)

    table = ReferralDecline
    return Told(
        table,
        {"place": Referral.id, "key": Referral.public_key, "known_at": table.recorded_at, "code": table.reason_code,
         "about": table.reason_group, "words": table.words, "actor": table.recorded_by,
         "taken_at": ReferralDeclineUndo.recorded_at},
        joined,
    )  # fmt: skip


def _of_decision(asked: Select[Any], scope: Wanted, bank_id: Any) -> Select[Any]:
    # the firm is said twice so that its index leads to the decisions
    here = (Need.public_key == CreditDecision.need_key) & (Need.organisation_id == CreditDecision.firm_id)
    asked = asked.join(Need, here).where(Need.id.in_(scope.needs))
    asked = asked.join(Organisation, Organisation.id == bank_id)
    return asked if scope.referrals is None else asked.where(CreditDecision.referral_key.in_(scope.referrals.values()))


def _decision(scope: Wanted) -> Told:
    def joined(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(CreditDecision, CreditDecision.id == DecisionEvent.decision_id)
        return _of_decision(asked, scope, CreditDecision.bank_id)

    table, said = CreditDecision, DecisionEvent.action
    columns = {**_event(DecisionEvent), "place": table.id, "key": table.public_key, "about": table.referral_key}
    columns |= {
        "amount_minor": case((said == "approve", table.line_minor)),
        "due_on": case((said == "approve", table.expires_on)),
        "code": case((said == "refuse", table.reason_code), else_=""),
        "words": case((said == "refuse", table.reason_words), else_=DecisionEvent.words),
    }
    return Told(DecisionEvent, {**columns, "currency": table.currency, "party": Organisation.name}, joined)


def _paper(scope: Wanted) -> Told:
    def joined(asked: Select[Any]) -> Select[Any]:
        asked = asked.join(Paper, Paper.id == PaperEvent.paper_id)
        asked = asked.join(CreditDecision, CreditDecision.id == Paper.decision_id)
        return _of_decision(asked, scope, Paper.bank_id)

    columns = {**_event(PaperEvent), "place": Paper.id, "key": Paper.public_key, "about": CreditDecision.referral_key}
    columns |= {"amount_minor": Paper.amount_minor, "currency": Paper.currency, "code": Paper.instrument}
    columns |= {"party": Organisation.name, "due_on": Paper.promised_on}
    return Told(PaperEvent, columns, joined)


READINGS: Mapping[str, Reading] = {
    "need": _need,
    "referral": _referral,
    "decline": _decline,
    "turn": _turn,
    "decision": _decision,
    "paper": _paper,
}
"""Kind of deed → how it is read."""
