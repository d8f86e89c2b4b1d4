"""One meeting with four papers in a market with one frozen list, and the audit of the end of June."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.disbursements.hearing import confirm_receipt
from matchmaking.desks.gatherings.commands import reckon_outcomes
from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.money import Money
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.batches.commands import fill_batch, freeze_batch, start_batch
from matchmaking.market.batches.facts import MemberTold
from matchmaking.market.events.commands import enter_attendance, freeze_sheets, record_event
from matchmaking.market.events.facts import EventTold
from matchmaking.market.events.queries import all_events
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import JUNE, MARCH, MILLION, morning, open_world
from tests.delivery.cases_world import World as Cases
from tests.market.market_world import HANBIN, ZIYANG
from tests.market.market_world import World as Market

TEA, WATER = uscc_from("91", HANBIN, 1), uscc_from("91", ZIYANG, 3)
FIRM = "安康硒语茶业有限公司"
MEETING = "spring"


@dataclass
class Gathering:
    """The cases and how to reckon what came of the meeting."""

    cases: Cases

    def reckon(self, until: date = JUNE) -> int:
        """What the evening's job does for this portfolio."""

        def work(inside: Session) -> int:
            held = inside.get_one(Portfolio, self.cases.portfolio.id)
            return reckon_outcomes(
                inside, actor="job:event-outcomes", portfolio=held, events=all_events(inside), until=until,
                at=morning(until),
            )  # fmt: skip

        return run_in_unit_of_work(work)

    def pay(self, paper: Any, amount: int, on: date) -> None:
        """Paid by the bank and confirmed by the firm on the same day."""
        paid = self.cases.pay(paper, amount, on=on)
        self.cases.do(confirm_receipt, disbursement=paid, answer="right", answered_on=on, at=morning(on))


def gather(market: Market) -> Gathering:
    """At a meeting of 20 March: a contract of three million with 1.5 paid in two parts, a letter of intent of five,
    a contract older than the meeting, and one entered after the sheet froze. Listed before: the firm with three
    million, another with five."""
    run_in_unit_of_work(_list_and_meeting, market=market)
    cases = open_world("fair", title_zh="对接会组合", default_as_of=JUNE)
    terms = {"firm": FIRM, "event_key": MEETING, "event_on": MARCH}
    signed = cases.sign("P1", **terms)
    cases.sign("P2", instrument="intent_letter", amount_minor=5 * MILLION, **terms)
    cases.sign("P3", signed_on=MARCH - timedelta(days=20), amount_minor=MILLION, **terms)
    cases.sign("P4", amount_minor=2 * MILLION, **{**terms, "at": morning(date(2025, 4, 2))})
    for paper in (signed,):
        cases.baseline(paper)
    made = Gathering(cases)
    made.pay(signed, MILLION, date(2025, 4, 10))
    made.pay(signed, MILLION // 2, date(2025, 5, 10))
    snapshot(cases)
    return made


def snapshot(cases: Cases) -> None:
    """The audit of the end of June."""

    def work(inside: Session) -> None:
        held = inside.get_one(Portfolio, cases.portfolio.id)
        take_snapshot(inside, actor="seed", portfolio=held, as_of=JUNE, known_on=JUNE, at=morning(JUNE))

    run_in_unit_of_work(work)


def _list_and_meeting(session: Session, *, market: Market) -> None:
    on = date(2025, 3, 3)
    batch = start_batch(
        session, actor="seed", kind="city", number="2025-01", title="第一批", area_code="*", at=morning(on),
        public_key="first",
    )  # fmt: skip
    rows = [MemberTold(TEA, Money.of(3_000_000)), MemberTold(WATER, Money.of(5_000_000))]
    fill_batch(session, actor="seed", batch=batch, version=batch.version, rows=rows, on=on, at=morning(on))
    freeze_batch(session, actor="seed", batch=batch, version=batch.version, on=on, at=morning(on))
    told = EventTold("matching", "2025-D01", "春季对接会", MARCH, "政务中心", "*")
    event = record_event(session, actor="seed", told=told, at=morning(MARCH), public_key=MEETING)
    parties = [session.get_one(Organisation, one) for one in (market.firm, market.bank)]
    enter_attendance(
        session, actor="seed", event=event, version=event.version, organisations=parties, on=MARCH, at=morning(MARCH)
    )
    freeze_sheets(session, actor="seed", as_of=date(2025, 4, 1), at=morning(date(2025, 4, 1)))
