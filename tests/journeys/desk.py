"""A second branch of the thread's bank, which pays what another one signed."""

from __future__ import annotations

from sqlalchemy.orm import Session

from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.organisations.commands import open_branch
from matchmaking.registry.organisations.models import Organisation
from tests.journeys.thread_world import Thread
from tests.market.market_world import NOON, TODAY, ZIYANG, _person


def open_desk(thread: Thread) -> str:
    """营业部 with its officer ``desk``; its public key."""

    def work(session: Session) -> str:
        bank = session.get_one(Organisation, thread.world.bank)
        made = open_branch(
            session,
            actor="seed",
            parent=bank,
            name="汉江银行营业部",
            level="branch",
            area_code=ZIYANG,
            on=TODAY,
            at=NOON,
        )
        _person(session, thread.world, "desk", Role.BANK_OFFICER, "*", made.id)
        return made.public_key

    key = run_in_unit_of_work(work)
    storage.remove_session()
    return key
