"""Golden cases → rows, through the same commands that everybody uses, each told on the day its file says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements import commands as agreements
from matchmaking.delivery.agreements.models import Agreement, AgreementExit, Condition
from matchmaking.delivery.disbursements import commands as disbursements
from matchmaking.delivery.disbursements import ending, hearing
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.delivery.repayments import commands as repayments
from matchmaking.domain.conversion import facts as f
from matchmaking.domain.money import Money
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.registry.portfolios.models import Portfolio

ACTOR = "seed:golden"
MORNING = time(9)
"""When the first fact of a day is told, Shanghai time; the others follow a second apart."""


@dataclass(slots=True)
class Loader:
    """Records facts in ``portfolio``. ``rows`` finds what later facts refer to by key."""

    session: Session
    portfolio: Portfolio
    events: Mapping[str, f.Event]
    needs: Mapping[str, f.Need]
    rows: dict[str, Any] = field(default_factory=dict)
    told: dict[date, int] = field(default_factory=dict)

    def load(self, facts: Iterable[f.Fact]) -> int:
        """Record every fact in the order it became known; says how many. Needs and events stand on their signings."""
        count = 0
        for fact in sorted(facts, key=_order):
            if isinstance(fact, (f.Event, f.Need)):
                continue
            row = _RECORDERS[type(fact)](self, fact)
            self.rows[fact.key] = row
            count += 1
        return count

    def common(self, fact: f.Fact) -> dict[str, Any]:
        """Arguments of every command: who, when and the public key."""
        place = self.told[fact.recorded_on] = self.told.get(fact.recorded_on, -1) + 1
        at = datetime.combine(fact.recorded_on, MORNING, SHANGHAI) + timedelta(seconds=place)
        return {"actor": ACTOR, "at": at, "public_key": fact.key}

    def paper(self, key: str) -> Agreement:
        """A signing recorded earlier."""
        found: Agreement = self.rows[key]
        return found


def load_facts(session: Session, portfolio: Portfolio, facts: Iterable[f.Fact]) -> int:
    """Record ``facts`` in ``portfolio`` inside the open unit of work; how many rows of facts that made."""
    told = list(facts)
    events = {fact.key: fact for fact in told if isinstance(fact, f.Event)}
    needs = {fact.key: fact for fact in told if isinstance(fact, f.Need)}
    return Loader(session, portfolio, events, needs).load(told)


def _order(fact: f.Fact) -> tuple[date, int, str]:
    return fact.recorded_on, _PLACES[type(fact)], fact.key


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _signing(loader: Loader, fact: f.Signing) -> Agreement:
    event, need = loader.events.get(fact.event or ""), loader.needs.get(fact.need or "")
    return agreements.sign_agreement(
        loader.session,
        **loader.common(fact),
        portfolio=loader.portfolio,
        firm=fact.firm,
        lender=fact.lender,
        branch=fact.branch,
        instrument=fact.instrument,
        amount_minor=fact.amount.minor,
        signed_on=fact.signed_on,
        supersedes=loader.paper(fact.supersedes) if fact.supersedes else None,
        declared=fact.declared,
        revolving=fact.revolving,
        promised_on=fact.promised_on,
        by_project_plan=fact.by_plan,
        available_until=fact.available_until,
        need_key=fact.need,
        need_minor=_minor(need.amount if need else None),
        event_key=fact.event,
        event_on=event.held_on if event else None,
    )


def _baseline(loader: Loader, fact: f.Baseline) -> Any:
    return agreements.record_baseline(
        loader.session,
        **loader.common(fact),
        agreement=loader.paper(fact.signing),
        balance_minor=fact.balance.minor,
        on_day=fact.on,
        ious=fact.ious,
    )


def _condition(loader: Loader, fact: f.Condition) -> Condition:
    return agreements.open_condition(
        loader.session,
        **loader.common(fact),
        agreement=loader.paper(fact.signing),
        holder=fact.holder,
        words=fact.words,
        set_on=fact.set_on,
        due_on=fact.due_on,
    )


def _met(loader: Loader, fact: f.ConditionMet) -> Any:
    condition: Condition = loader.rows[fact.condition]
    paper = loader.session.get_one(Agreement, condition.agreement_id)
    return agreements.meet_condition(
        loader.session, **loader.common(fact), agreement=paper, condition=condition, met_on=fact.met_on
    )


def _drawable(loader: Loader, fact: f.Drawable) -> Any:
    return agreements.mark_drawable(
        loader.session,
        **loader.common(fact),
        agreement=loader.paper(fact.signing),
        marked_on=fact.marked_on,
        amount_minor=_minor(fact.amount),
    )


def _request(loader: Loader, fact: f.DrawRequest) -> Any:
    return agreements.request_draw(
        loader.session,
        **loader.common(fact),
        agreement=loader.paper(fact.signing),
        amount_minor=fact.amount.minor,
        asked_on=fact.asked_on,
    )


def _exit(loader: Loader, fact: f.Exit) -> Any:
    return ending.end_agreement(
        loader.session,
        **loader.common(fact),
        agreement=loader.paper(fact.signing),
        kind=fact.kind,
        by_party=fact.by,
        exited_on=fact.happened_on,
        amount_minor=_minor(fact.amount),
        reason=fact.reason,
    )


def _disbursement(loader: Loader, fact: f.Disbursement) -> Disbursement:
    return disbursements.report_disbursement(
        loader.session,
        **loader.common(fact),
        agreement=loader.paper(fact.signing),
        iou_no=fact.iou_no,
        amount_minor=fact.amount.minor,
        value_on=fact.value_on,
        reported_on=fact.reported_on,
        lender=fact.lender,
        branch=fact.branch,
        payee=fact.payee,
        form=fact.form,
    )


def _void(loader: Loader, fact: f.Void) -> Any:
    about = loader.rows[fact.fact]
    day: dict[str, Any] = {"voided_on": fact.voided_on, "reason": fact.reason}
    if isinstance(about, Disbursement):
        return disbursements.void_disbursement(loader.session, **loader.common(fact), disbursement=about, **day)
    if isinstance(about, AgreementExit):
        return ending.take_back_end(loader.session, **loader.common(fact), fact=about, **day)
    owner = loader.portfolio.id
    return agreements.take_back(loader.session, **loader.common(fact), portfolio_id=owner, fact=about, **day)


def _confirmation(loader: Loader, fact: f.Confirmation) -> Any:
    return hearing.confirm_receipt(
        loader.session,
        **loader.common(fact),
        disbursement=loader.rows[fact.disbursement],
        answer=fact.answer,
        answered_on=fact.answered_on,
        amount_minor=_minor(fact.amount),
        received_on=fact.received_on,
        device_shared=fact.device_shared,
    )


def _line(loader: Loader, fact: f.ThirdPartyLine) -> Any:
    return hearing.record_third_party_line(
        loader.session,
        **loader.common(fact),
        disbursement=loader.rows[fact.disbursement],
        source=fact.source,
        amount_minor=fact.amount.minor,
        value_on=fact.value_on,
    )


def _verdict(loader: Loader, fact: f.Verdict) -> Any:
    return hearing.give_verdict(
        loader.session,
        **loader.common(fact),
        subject=loader.rows[fact.subject],
        kind=fact.kind,
        decided_on=fact.decided_on,
        document=fact.document,
        other=loader.paper(fact.other) if fact.other else None,
        amount_minor=_minor(fact.amount),
    )


def _repayment(loader: Loader, fact: f.Repayment) -> Any:
    return repayments.record_repayment(
        loader.session,
        **loader.common(fact),
        portfolio=loader.portfolio,
        firm=fact.firm,
        lender=fact.lender,
        amount_minor=fact.amount.minor,
        paid_on=fact.paid_on,
        agreement=loader.paper(fact.signing) if fact.signing else None,
        disbursement=loader.rows[fact.disbursement] if fact.disbursement else None,
        iou_no=fact.iou_no,
    )


def _opening(loader: Loader, fact: f.OpeningBalance) -> Any:
    return repayments.observe_balance(
        loader.session,
        **loader.common(fact),
        portfolio=loader.portfolio,
        firm=fact.firm,
        lender=fact.lender,
        balance_minor=fact.balance.minor,
        on_day=fact.on,
    )


def _report(loader: Loader, fact: f.BankReport) -> Any:
    return disbursements.report_through(
        loader.session,
        **loader.common(fact),
        portfolio=loader.portfolio,
        lender=fact.lender,
        through=fact.through,
        zero=fact.zero,
    )


_RECORDERS: Mapping[type, Callable[[Loader, Any], Any]] = {
    f.Signing: _signing,
    f.Baseline: _baseline,
    f.OpeningBalance: _opening,
    f.Condition: _condition,
    f.ConditionMet: _met,
    f.Drawable: _drawable,
    f.DrawRequest: _request,
    f.Disbursement: _disbursement,
    f.Repayment: _repayment,
    f.Exit: _exit,
    f.Confirmation: _confirmation,
    f.ThirdPartyLine: _line,
    f.Void: _void,
    f.Verdict: _verdict,
    f.BankReport: _report,
}
"""Fact → command, in the order in which facts of one day can be told."""

_PLACES = {kind: place for place, kind in enumerate((f.Event, f.Need, *_RECORDERS))}
