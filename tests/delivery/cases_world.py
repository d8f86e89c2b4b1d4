"""A portfolio of invented cases, and short ways to tell facts in it through the commands."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count
from typing import Any

from sqlalchemy import event

from matchmaking.delivery.agreements import commands as agreements
from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements import commands as disbursements
from matchmaking.delivery.disbursements.models import Disbursement, DisbursementPosition
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.portfolios.commands import create_portfolio
from matchmaking.registry.portfolios.models import Portfolio
from tests.past import write_past_the_trail

YUAN = 100
MILLION = 1_000_000 * YUAN
MARCH, APRIL, JUNE = date(2025, 3, 20), date(2025, 4, 10), date(2025, 6, 30)
LENDER, BRANCH, DESK = "演示汉江银行", "演示汉江银行汉滨支行", "演示汉江银行营业部"
ACTOR = "user:test"
_numbers = count(1)


def morning(day: date) -> datetime:
    """Nine o'clock in Shanghai."""
    return datetime.combine(day, time(9), SHANGHAI)


def viewer(jurisdiction: str = "*", role: Role = Role.FINANCE_OFFICE_CITY) -> Viewer:
    """A reader of figures."""
    return Viewer(1, "someone", "某人", role, jurisdiction, 1)


@dataclass
class World:
    """One portfolio. Every method is a unit of work of its own; amounts are fen."""

    portfolio: Portfolio

    def do(self, command: Any, *, told: bool = True, **arguments: Any) -> Any:
        """Run any command of the wing; rows come back loose, so that a later rollback does not empty them.

        ``told=False`` for what is no command and leaves no row in the trail.
        """
        run = run_in_unit_of_work if told else write_past_the_trail
        try:
            return run(command, actor=ACTOR, **arguments)
        finally:
            storage.session().expunge_all()

    def sign(self, key: str = "", *, signed_on: date = MARCH, **terms: Any) -> Agreement:
        """A 借款合同 of three million unless ``terms`` say otherwise."""
        told = {
            "public_key": key or f"S{next(_numbers)}",
            "firm": "演示企业有限公司",
            "lender": LENDER,
            "branch": BRANCH,
            "instrument": "loan_contract",
            "amount_minor": 3 * MILLION,
            "declared": "new",
            "at": morning(signed_on),
        }
        made: Agreement = self.do(
            agreements.sign_agreement, portfolio=self.portfolio, signed_on=signed_on, **(told | terms)
        )
        return made

    def baseline(self, agreement: Agreement, balance: int = 0, on: date = MARCH) -> None:
        """What was owed on the morning of the signing."""
        self.do(agreements.record_baseline, agreement=agreement, balance_minor=balance, on_day=on, at=morning(on))

    def pay(self, agreement: Agreement, amount: int, iou: str = "", on: date = APRIL, **more: Any) -> Disbursement:
        """The bank reports a disbursement on its value day."""
        told = {"iou_no": iou or f"JJ{next(_numbers)}", "amount_minor": amount, "value_on": on, "at": morning(on)}
        made: Disbursement = self.do(disbursements.report_disbursement, agreement=agreement, **(told | more))
        return made

    def void(self, disbursement: Disbursement, on: date = date(2025, 4, 15)) -> None:
        """The bank takes a report back."""
        self.do(
            disbursements.void_disbursement, disbursement=disbursement, voided_on=on, reason="金额录错", at=morning(on)
        )

    def drawn(self, agreement: Agreement) -> tuple[int, int]:
        """(drawn, repaid) of the position."""
        storage.remove_session()
        found = storage.session().get(DisbursementPosition, agreement.id)
        return (0, 0) if found is None else (found.drawn_minor, found.repaid_minor)

    def seq(self) -> int:
        """The portfolio's counter as stored."""
        storage.remove_session()
        return storage.session().get_one(Portfolio, self.portfolio.id).facts_seq


def open_world(code: str = "city", **more: Any) -> World:
    """A new portfolio of cases."""
    told = {"title_zh": "某市", "title_en": "A city", "kind": "cases", "currency": "CNY", "jurisdiction": "*"}
    made = run_in_unit_of_work(create_portfolio, actor=ACTOR, code=code, at=morning(date(2025, 1, 2)), **(told | more))
    storage.session().expunge_all()
    return World(made)


@contextmanager
def counted() -> Iterator[list[str]]:
    """The SQL statements sent meanwhile."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    engine = storage.engine()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
