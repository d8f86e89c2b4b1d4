"""Attacks on what a bank may still know and do: a consent taken back half-way, a proposal changed under an answer."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from matchmaking.delivery.agreements.models import AgreementExit, CutProposal
from matchmaking.foundation import storage
from matchmaking.foundation.files import EvidenceLink
from matchmaking.registry.consents.models import Consent
from tests.journeys.thread_world import PDF, Thread, decision_now, paper_now, plain

pytestmark = pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
FIRM = "硒语茶业"
SHUT = "资料已关闭"
LINE = {
    "line": "300", "line_unit": "wan", "term_months": "12", "expires_on": "2027-09-30", "lpr_tenor": "1Y",
    "spread_bp": "55",
}  # fmt: skip


def last(column: object) -> str:
    """The newest value of a column of keys."""
    storage.remove_session()
    return str(storage.session().scalars(select(column)).all()[-1])  # type: ignore[call-overload]


def revoke(thread: Thread) -> None:
    """The firm takes its consent back."""
    thread.post(thread.firm, f"/my/consents/{last(Consent.public_key)}/revoke")


def gone(thread: Thread, path: str) -> Callable[[str], bool]:
    """What the officer may not read any more on ``path``."""
    answer = thread.at("officer").get(path)
    text = answer.get_data(as_text=True)
    return lambda words: answer.status_code == 404 or words not in text


def test_a_consent_taken_back_shuts_everything_at_once(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    # the firm sends a file through the bank's question, and the bank writes a draft
    inbox = f"/inbox/{thread.referral}"
    version = 3  # sent, accepted, in diligence
    thread.post("officer", f"{inbox}/turn", version=version, reason="ask_firm:papers", words="补三月流水")
    thread.post(
        "tea", f"/needs/{thread.need}/referrals/{thread.referral}/answer", version=version + 1, words="随附流水",
        evidence=(io.BytesIO(PDF), "流水.pdf"),
    )  # fmt: skip
    link = storage.session().scalars(select(EvidenceLink.id).where(EvidenceLink.name == "流水.pdf")).one()
    opened = [inbox, f"/threads/{thread.need}", "/bank/decisions", f"/bank/decisions/{decision}"]
    for path in opened:
        assert not gone(thread, path)(FIRM), path
    assert thread.at("officer").get(f"{inbox}/files/{link}").status_code == 200
    revoke(thread)
    for path in opened:
        assert gone(thread, path)(FIRM), path
        assert gone(thread, path)("随附流水"), path
    assert thread.at("officer").get(f"{inbox}/files/{link}").status_code == 404
    assert thread.at("tea").get(f"/needs/{thread.need}/referrals/{thread.referral}/files/{link}").status_code == 200
    # nobody works on a firm whose file is shut; giving it up stays open
    for path, told in (("edit", LINE), ("move", {"action": "submit"})):
        answer = thread.post("officer", f"/bank/decisions/{decision}/{path}", 409, version=1, **told)
        assert SHUT in plain(answer) and FIRM not in plain(answer)
    assert decision_now(decision).state == "draft"
    thread.post("officer", f"/bank/decisions/{decision}/move", version=1, action="discard")


def test_a_line_without_consent_is_not_approved_and_no_paper_offered(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    thread.post("officer", f"/bank/decisions/{decision}/edit", version=1, **LINE)
    thread.post("officer", f"/bank/decisions/{decision}/move", version=2, action="submit")
    thread.post("branch", f"/bank/decisions/{decision}/move", version=3, action="approve")
    paper = thread.draft(decision)
    revoke(thread)
    under = f"/bank/decisions/{decision}/papers"
    for path in (under, f"/bank/papers/{paper}", f"/bank/decisions/{decision}"):
        assert gone(thread, path)(FIRM), path
    thread.post("officer", f"/bank/papers/{paper}/move", 409, version=1, action="offer")
    assert paper_now(paper).state == "drafted"


def test_no_decision_is_begun_on_a_firm_that_took_its_consent_back(thread: Thread, tea: str) -> None:
    decision = thread.begin(tea)
    thread.post("officer", f"/bank/decisions/{decision}/move", version=1, action="discard")
    revoke(thread)
    answer = thread.post("officer", f"/bank/referrals/{thread.referral}/decision", 409)
    assert SHUT in plain(answer) and FIRM not in plain(answer)


def test_an_old_page_agrees_to_no_larger_cut(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    path = f"/bank/agreements/{agreement}"
    thread.on(date(2026, 10, 14))
    thread.post("branch", f"{path}/cut", amount="10", amount_unit="wan", why="订单减少")
    read = last(CutProposal.public_key)
    assert f'value="{read}"' in thread.at("tea").get("/my/loans").get_data(as_text=True)
    thread.post("branch", f"{path}/cut/take-back", answer="taken_back", proposal=read)
    thread.post("branch", f"{path}/cut", amount="290", amount_unit="wan", why="订单减少")
    larger = last(CutProposal.public_key)
    mine = f"/my/agreements/{agreement}/cut"
    for proposal in (read, "", "cut-nobodys"):
        thread.post("tea", mine, 409, answer="agreed", proposal=proposal)
        thread.post("branch", f"{path}/cut/take-back", 409, answer="taken_back", proposal=proposal)
    thread.post("tea", mine, 409, answer="taken_back", proposal=larger)
    assert storage.session().scalars(select(AgreementExit.id)).all() == []
    thread.post("tea", mine, answer="agreed", proposal=larger)
    assert storage.session().scalars(select(AgreementExit.amount_minor)).all() == [290_000_000]


def test_one_persons_key_says_nothing_to_another(thread: Thread, tea: str) -> None:
    agreement = thread.signed(tea)
    thread.on(date(2026, 10, 14))
    key, path = uuid.uuid4().hex, f"/bank/agreements/{agreement}/disbursements"
    told = {"amount": "100", "amount_unit": "wan", "value_on": "2026-10-14", "no_fees": "y", "confirmed": "y"}
    thread.post("officer", path, iou_no="JJ-1", key=key, **told)
    # the same key again: the same body acts once, another body is refused, another person's is another's
    thread.post("officer", path, iou_no="JJ-1", key=key, **told)
    thread.post("officer", path, 409, iou_no="JJ-2", key=key, **told)
    thread.post("branch", path, iou_no="JJ-2", key=key, **told)
    assert thread.ledger(date(2026, 10, 31), date(2026, 10, 31))["A2"] == 2_000_000
