"""The bank's list of agreements and the firm's loans: what a row says, and loans enough for tests/house/crowds.py."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement, AgreementExit, CutProposal, DrawRequest
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.disbursements.lists import loan_list
from matchmaking.delivery.disbursements.models import Disbursement, DisbursementPosition
from matchmaking.delivery.disbursements.slips import payee_doubt
from matchmaking.delivery.signings.models import Paper
from matchmaking.foundation import storage
from matchmaking.foundation.storage import insert_rows, run_in_unit_of_work
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.seeds.city import ensure_city
from tests.market.market_world import NOON, TODAY, World, build_world
from tests.past import write_past_the_trail

SIGNED = 300_000_000
ON_SQLITE = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)


def crowd(session: Session, world: World, numbers: range) -> None:
    """Agreements of the firm with the branch, past the commands: only reading is counted here."""
    city = session.query(Portfolio.id).filter_by(code="city").scalar()
    fact = {"recorded_at": NOON, "recorded_by": "test"}
    decision: dict[str, Any] = {
        "need_key": "n", "need_minor": SIGNED, "firm_id": world.firm, "bank_id": world.branch, "product": "",
        "state": "approved", "version": 1, "currency": "CNY", "line_minor": SIGNED, "revolving": False,
        "term_months": 12, "conditions": {"items": []}, "expires_on": date(2027, 9, 30), "lpr_tenor": "1Y",
        "rate_ppm": 35_500, "reason_code": "", "reason_words": "", "submitted_by": "a", "decided_by": "b",
        "decided_on": TODAY, "created_at": NOON,
    }  # fmt: skip
    paper: dict[str, Any] = {
        "firm_id": world.firm, "bank_id": world.branch, "state": "signed", "version": 4, "instrument": "loan_contract",
        "amount_minor": SIGNED, "currency": "CNY", "term_months": 12, "rate_ppm": 35_500, "revolving": False,
        "declared": "new", "baseline_minor": 0, "baseline_ious": {"numbers": []}, "promised_on": TODAY,
        "firm_signed_by": "a", "bank_signed_by": "b", "signed_on": TODAY, "created_at": NOON,
    }  # fmt: skip
    agreement: dict[str, Any] = {
        "portfolio_id": city, "origin": "case", "series": "city", "firm": "茶", "lender": "汉江银行",
        "branch": "汉江银行汉滨支行", "instrument": "loan_contract", "amount_minor": SIGNED, "currency": "CNY",
        "signed_on": TODAY, "declared": "new", "revolving": False, "by_project_plan": False, **fact,
    }  # fmt: skip
    loan: dict[str, Any] = {
        "portfolio_id": city, "lender": "汉江银行", "branch": "汉江银行汉滨支行", "revision": 1,
        "amount_minor": 100_000_000, "value_on": TODAY, "reported_on": TODAY, "form": "loan", **fact,
    }  # fmt: skip
    position = {"limit_minor": SIGNED, "drawn_minor": 100_000_000, "repaid_minor": 0, "version": 1}
    for table, rows in (
        (CreditDecision, [{"id": n, "public_key": f"d{n}", "referral_key": f"r{n}", **decision} for n in numbers]),
        (Agreement, [{"id": n, "public_key": f"a{n}", "external_id": f"a{n}", **agreement} for n in numbers]),
        (Paper, [{"id": n, "public_key": f"p{n}", "decision_id": n, "agreement_id": n, **paper} for n in numbers]),
        (Disbursement, [{"public_key": f"j{n}", "agreement_id": n, "iou_no": f"J{n}", **loan} for n in numbers]),
        (DisbursementPosition, [{"agreement_id": n, **position} for n in numbers]),
    ):
        insert_rows(session, table, rows)


@ON_SQLITE
def test_a_row_says_what_is_left_after_draws_cuts_and_ends(database: str) -> None:
    world = build_world()
    run_in_unit_of_work(ensure_city, actor="seed", at=NOON)
    write_past_the_trail(crowd, world, range(1, 5))

    def ends(session: Session) -> None:
        said: dict[str, Any] = {"recorded_at": NOON, "recorded_by": "test"}
        out: dict[str, Any] = {"exited_on": TODAY, **said}
        both = {"kind": "agreed_cut", "by_party": "both", "amount_minor": 50_000_000, **out}
        session.add(AgreementExit(public_key="x2", agreement_id=2, **both))
        session.add(AgreementExit(public_key="x3", agreement_id=3, kind="firm_gives_up", by_party="firm", **out))
        # a bank's word that the firm gave up is kept, and ends nothing
        session.add(AgreementExit(public_key="x4", agreement_id=4, kind="firm_gives_up", by_party="bank", **out))
        told = {"amount_minor": 10_000_000, **said}
        session.add(CutProposal(public_key="c4", agreement_id=4, reason="订单减少", proposed_on=TODAY, **told))
        session.add(DrawRequest(public_key="q4", agreement_id=4, asked_on=TODAY, **told))

    write_past_the_trail(ends)
    rows, total = loan_list(storage.session(), world.people["officer"], limit=50)
    assert total == 4
    found = {one.row.agreement.id: one for one in rows if one.row.agreement}
    left = {number: one.left for number, one in found.items()}
    assert left == {1: 200_000_000, 2: 150_000_000, 3: 0, 4: 200_000_000}
    assert {number: one.cut for number, one in found.items() if one.cut} == {2: 50_000_000}
    assert [number for number, one in found.items() if one.ended] == [3]
    assert [number for number, one in found.items() if one.proposal and one.asked] == [4]
    assert loan_list(storage.session(), world.people["rival"], limit=50) == ([], 0)


@pytest.mark.parametrize(
    ("amount", "kind", "told", "lacks"),
    [
        (999_999_999, "working_capital", {}, None),
        (1_000_000_000, "working_capital", {}, "payee"),
        (1_000_000_000, "working_capital", {"payee": "秦岭包装"}, "proof"),
        (1_000_000_000, "working_capital", {"payee": "秦岭包装", "proof": True}, None),
        (1_000_000_000, "working_capital", {"own_reason": "分批付给二十户茶农"}, None),
        (500_000_000, "fixed_asset", {}, "payee"),
        (500_000_000, "working_capital", {}, None),
    ],
)
def test_a_large_payment_names_its_payee_with_a_proof_or_says_why_not(
    amount: int, kind: str, told: dict[str, Any], lacks: str | None
) -> None:
    found = payee_doubt(amount, kind, TODAY, **{"payee": "", "own_reason": "", "proof": False, **told})
    assert (found[1] if found else None) == lacks
    if found:
        assert found[0].params["threshold"] == ("500.00" if kind == "fixed_asset" else "1,000.00")
