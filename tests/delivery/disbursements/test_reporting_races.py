"""Many at once: one key makes one row, many keys never pass the limit, a number holds once, a void happens once."""

from __future__ import annotations

from functools import partial

from sqlalchemy import func, select

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.disbursements.commands import report_disbursement, void_disbursement
from matchmaking.delivery.disbursements.models import Disbursement, DisbursementVoid
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.storage import once, run_in_unit_of_work
from tests.delivery.cases_world import ACTOR, APRIL, MILLION, World, morning
from tests.foundation.racing import race

THREADS = 32


def keyed(key: str, iou: str, agreement_id: int, amount: int):
    """One keyed report, as a page or the API sends it."""

    def send(session):
        def do():
            agreement = session.get_one(Agreement, agreement_id)
            told = {"iou_no": iou, "amount_minor": amount, "value_on": APRIL, "at": morning(APRIL)}
            made = report_disbursement(session, actor=ACTOR, agreement=agreement, **told)
            return {"key": made.public_key}

        body = {"iou": iou, "amount": amount}
        return once(session, actor=ACTOR, route="disbursements", key=key, body=body, at=morning(APRIL), do=do)

    return partial(run_in_unit_of_work, send)


def held(paper: Agreement) -> tuple[int, int]:
    """How many reports, and their sum."""
    wanted = select(func.count(), func.coalesce(func.sum(Disbursement.amount_minor), 0))
    number, total = storage.session().execute(wanted.where(Disbursement.agreement_id == paper.id)).one()
    return number, int(total)


def test_one_key_in_many_threads_is_one_disbursement(world: World):
    paper = world.sign()
    results = race([keyed("same-key-1", "JJ1", paper.id, MILLION)] * THREADS)
    assert len({result.answer["key"] for result in results}) == 1
    assert sum(not result.replayed for result in results) == 1
    assert held(paper) == (1, MILLION)
    assert world.drawn(paper) == (MILLION, 0)


def test_many_keys_never_pass_the_limit(world: World):
    """Three million, 32 reports of 270,000 yuan each: eleven fit, the twelfth would not."""
    paper = world.sign()
    piece = 27 * MILLION // 100
    calls = [keyed(f"own-key-{place}", f"JJ{place}", paper.id, piece) for place in range(THREADS)]
    results = race(calls)
    refused = [result for result in results if isinstance(result, Refusal)]
    assert {refusal.reason.code for refusal in refused} == {"more_than_left"}
    assert len(refused) == THREADS - 11, [result for result in results if isinstance(result, Exception)]
    assert held(paper) == (11, 11 * piece)
    assert world.drawn(paper) == (11 * piece, 0)


def test_one_number_on_many_signings_is_in_force_once(world: World):
    papers = [world.sign() for _ in range(12)]
    results = race([keyed(f"number-{p.id:05d}", "JJ1", p.id, MILLION) for p in papers])
    refused = [result for result in results if isinstance(result, Exception)]
    assert len(refused) == len(papers) - 1
    assert {getattr(error, "reason", error).code for error in refused} == {"iou_taken"}
    assert sum(world.drawn(paper)[0] for paper in papers) == MILLION


def test_a_report_is_voided_once(world: World):
    paper = world.sign()
    paid = world.pay(paper, MILLION)

    def void(session):
        told = {"voided_on": APRIL, "reason": "错", "at": morning(APRIL)}
        own = session.get_one(Disbursement, paid.id)
        return void_disbursement(session, actor=ACTOR, disbursement=own, **told).id

    results = race([partial(run_in_unit_of_work, void)] * 16)
    assert sum(isinstance(result, int) for result in results) == 1
    assert {error.reason.code for error in results if not isinstance(error, int)} == {"voided_already"}
    assert storage.session().query(DisbursementVoid).count() == 1
    assert world.drawn(paper) == (0, 0)
