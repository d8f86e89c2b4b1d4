"""A renewal told as new money, and short ways to raise, reply to and decide the flag on it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.case_audit import case_portfolio, kernel_audit
from matchmaking.delivery.audits.flagging import raise_flags
from matchmaking.delivery.flags.commands import reply
from matchmaking.delivery.flags.deciding import confirm_verdict, propose_verdict
from matchmaking.delivery.flags.models import FigureFlag
from matchmaking.delivery.repayments.commands import record_repayment
from matchmaking.foundation import storage
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import APRIL, JUNE, LENDER, MILLION, World, morning

TERM = date(2025, 7, 7)
"""Five workdays after 30 June 2025."""
WORDS = "旧贷款三月已经到期还清，这是新的用途"


def renewal(world: World, **more: Any) -> Any:
    """Three million declared new, confirmed, out of which two million of old debt went back two days later."""
    paper = world.sign(**more)
    world.baseline(paper, 2 * MILLION)
    paid = world.pay(paper, 3 * MILLION)
    from matchmaking.delivery.disbursements.hearing import confirm_receipt

    world.do(confirm_receipt, disbursement=paid, answer="right", answered_on=APRIL, at=morning(APRIL))
    back = date(2025, 4, 12)
    world.do(
        record_repayment, portfolio=world.portfolio, firm=paper.firm, lender=LENDER, amount_minor=2 * MILLION,
        paid_on=back, iou_no="旧1", at=morning(back),
    )  # fmt: skip
    return paper


def raised(world: World, on: date = JUNE) -> int:
    """The nightly run."""
    made: int = world.do(raise_flags, portfolio=world.portfolio, as_of=on, known_on=on, at=morning(on))
    return made


def flags() -> list[FigureFlag]:
    storage.remove_session()
    found = list(storage.session().scalars(select(FigureFlag).order_by(FigureFlag.id)))
    storage.session().expunge_all()
    return found


def said(world: World, flag: int, on: date = date(2025, 7, 2), **more: Any) -> None:
    told = {"party": "bank", "speaker": LENDER, "branch": None, "words": WORDS} | more
    world.do(reply, flag_id=flag, at=morning(on), **told)


def proposed(world: World, flag: int, kind: str, on: date = date(2025, 7, 3)) -> int:
    """One person's proposal; its number."""
    told = {"words": "已与银行核对旧借据和还款凭证", "document": "核查记录 9", "decided_on": on}
    made: int = world.do(_propose, flag_id=flag, kind=kind, at=morning(on), **told)
    return made


def _propose(session: Session, **told: Any) -> int:
    return propose_verdict(session, **told).id


def confirmed(flag: int, proposal: int, on: date = date(2025, 7, 3), actor: str = "user:second") -> None:
    """Another person's yes."""
    run_in_unit_of_work(confirm_verdict, actor=actor, flag_id=flag, proposal_id=proposal, at=morning(on))
    storage.remove_session()


def decided(world: World, flag: int, kind: str, on: date = date(2025, 7, 3)) -> None:
    """By two people on one day."""
    confirmed(flag, proposed(world, flag, kind, on), on)


def rates(world: World, known_on: date) -> tuple[int | None, int | None]:
    """合同放款率 and 新增资金落地率 as of 30 June, ppm."""
    storage.remove_session()
    city = storage.session().get_one(Portfolio, world.portfolio.id)
    audit = kernel_audit(case_portfolio(storage.session(), city), as_of=JUNE, known_on=known_on)
    found = tuple(audit.measure(code, "loan_contract").ppm for code in ("contract_disbursement_rate", "new_money_rate"))
    return found[0], found[1]
