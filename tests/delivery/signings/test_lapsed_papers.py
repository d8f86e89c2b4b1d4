"""Papers that nobody can sign any more lapse by themselves; drafts of a line that is over are discarded; once."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config import Settings
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.signings import commands
from matchmaking.delivery.signings.facts import PaperTold
from matchmaking.delivery.signings.jobs import run
from matchmaking.delivery.signings.models import Paper, PaperEvent
from matchmaking.domain.money import Money
from matchmaking.foundation import storage
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import verify
from matchmaking.market.referrals.models import Referral
from tests.delivery.signings.test_signing_races import approved, told, world  # noqa: F401  a fixture
from tests.market.market_world import NOON, TODAY, World
from tests.past import write_past_the_trail

PAPER = PaperTold("loan_contract", Money.of(1_000_000), 12, 35_500, "new", Money.zero("CNY"), date(2026, 11, 30))
LAST = date(2027, 9, 30)
"""The line's last day."""


def drafted(world: World, *, offered: bool) -> str:  # noqa: F811
    """A paper under the one line there is; its key."""

    def draft(session: Session) -> str:
        decision = session.scalars(select(CreditDecision)).one()
        paper = commands.draft_paper(session, decision=decision, terms=PAPER, on=TODAY, **told(world, "officer"))
        if offered:
            commands.offer_paper(session, paper=paper, version=1, on=TODAY, **told(world, "officer"))
        return paper.public_key

    return run_in_unit_of_work(draft)


def lapse(on: date, settings: Settings) -> tuple[int, dict[str, str]]:
    """How many the job ended, and every paper's state."""
    ended = run(JobContext(on, NOON, settings))["ended"]
    storage.remove_session()
    assert verify(storage.session()).sound
    return ended, dict(storage.session().execute(select(Paper.public_key, Paper.state)).tuples().all())


def test_papers_of_a_line_that_ran_out(world: World, settings: Settings) -> None:  # noqa: F811
    approved(world)
    draft, offer = drafted(world, offered=False), drafted(world, offered=True)
    assert lapse(LAST, settings) == (0, {draft: "drafted", offer: "offered"}), "its last day is still a day"
    after = LAST.replace(month=10, day=1)
    assert lapse(after, settings) == (2, {draft: "discarded", offer: "lapsed"})
    assert lapse(after, settings)[0] == 0
    roles = storage.session().scalars(select(PaperEvent.role).order_by(PaperEvent.id)).all()
    assert roles[-2:] == ["system", "system"]


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("table", "state"), [(Referral, "withdrawn"), (CreditDecision, "revoked")])
def test_papers_of_a_case_that_ended(world: World, settings: Settings, table: type, state: str) -> None:  # noqa: F811
    approved(world)
    offer = drafted(world, offered=True)
    write_past_the_trail(lambda session: session.execute(update(table).values(state=state)) and None)
    assert lapse(TODAY, settings) == (1, {offer: "lapsed"})
