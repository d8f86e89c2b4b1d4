"""Flags in the database: raised once, replied to, decided after reply; only what is upheld leaves a numerator."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from matchmaking.delivery.audits.flagging import flags_of
from matchmaking.delivery.audits.jobs import run_flags
from matchmaking.delivery.disbursements.models import Verdict
from matchmaking.delivery.flags.commands import supply_deposit
from matchmaking.delivery.flags.models import FlaggedSigning, FlagReply, FlagVerdict
from matchmaking.delivery.flags.queries import Wanted, asked_of, flag_list, flag_sheet, on_agreement
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.trail.models import TrailEvent
from matchmaking.registry.portfolios.models import Portfolio
from tests.delivery.cases_world import ACTOR, APRIL, JUNE, LENDER, MILLION, World, counted, morning, viewer
from tests.delivery.flags.flags_world import (
    TERM,
    WORDS,
    confirmed,
    decided,
    flags,
    proposed,
    raised,
    rates,
    renewal,
    said,
)
from tests.foundation.racing import race


def tags() -> list[str]:
    storage.remove_session()
    return [
        tag
        for tag in storage.session().scalars(select(TrailEvent.tag).order_by(TrailEvent.seq))
        if tag.startswith("flag.")
    ]


def test_a_flag_is_kept_once_with_its_evidence_and_its_term(world: World) -> None:
    paper = renewal(world)
    assert raised(world) == 1
    assert raised(world) == 0
    assert raised(world, date(2025, 7, 1)) == 0, "seen again tomorrow, asked once"
    (flag,) = flags()
    assert (flag.code, flag.lender, flag.amount_minor) == ("d1", LENDER, 2 * MILLION)
    assert (flag.notified_on, flag.reply_due) == (JUNE, TERM)
    assert [one["kind"] for one in flag.exhibits["rows"]] == ["signing", "baseline", "disbursement"]
    row = storage.session().scalars(select(FlaggedSigning)).one()
    assert (row.agreement_id, row.at_stake) == (paper.id, True)
    assert tags() == ["flag.raised"]


def test_a_mere_flag_moves_no_figure_and_one_upheld_leaves_the_numerator(world: World) -> None:
    renewal(world)
    before = rates(world, JUNE)
    assert before == (1_000_000, 333_333)
    raised(world)
    (flag,) = flags()
    said(world, flag.id)
    assert rates(world, date(2025, 7, 2)) == before, "a flag and a reply change nothing"
    decided(world, flag.id, "upheld")
    assert rates(world, date(2025, 7, 3)) == (0, 0)
    assert rates(world, date(2025, 7, 2)) == before, "what was known then stays"
    decided(world, flag.id, "explained", date(2025, 7, 4))
    assert rates(world, date(2025, 7, 4)) == before, "decided the other way, it is back"
    two = ["flag.proposed", "flag.decided"]
    assert tags() == ["flag.raised", "flag.replied", *two, *two]


def test_a_verdict_takes_two_people_and_moves_nothing_before_the_second(world: World) -> None:
    paper = renewal(world)
    raised(world)
    (flag,) = flags()
    said(world, flag.id)
    before = rates(world, JUNE)
    first = proposed(world, flag.id, "explained")
    with pytest.raises(Refusal) as refused:
        confirmed(flag.id, first, actor=ACTOR)
    assert refused.value.reason.code == "other_hands"
    second = proposed(world, flag.id, "upheld")
    assert second != first, "the same person may think again"
    with pytest.raises(Refusal) as refused:
        confirmed(flag.id, first)
    assert refused.value.reason.code == "flag_proposal_gone", "replaced"
    storage.remove_session()
    (row,), _ = flag_list(storage.session(), viewer(), Wanted(), on=JUNE, limit=9)
    assert (row.state, row.proposed) == ("replied", "upheld")
    assert [one.state for one in on_agreement(storage.session(), paper.id, on=date(2025, 7, 4))] == ["replied"]
    assert rates(world, date(2025, 7, 3)) == before, "proposed is not decided"
    confirmed(flag.id, second)
    assert rates(world, date(2025, 7, 3)) == (0, 0)
    with pytest.raises(Refusal) as refused:
        confirmed(flag.id, second)
    assert refused.value.reason.code == "flag_proposal_gone", "confirmed once"
    storage.remove_session()
    sheet = flag_sheet(storage.session(), viewer(), flag.id, on=JUNE)
    assert sheet is not None and sheet.proposal is None and sheet.row.proposed is None
    assert [(one.kind, one.actor, maker) for one, maker in sheet.verdicts] == [("upheld", "user:second", ACTOR)]


def test_two_who_confirm_at_once_decide_once(world: World) -> None:
    renewal(world)
    raised(world)
    (flag,) = flags()
    said(world, flag.id)
    made = proposed(world, flag.id, "upheld")
    told = race([lambda n=n: confirmed(flag.id, made, actor=f"user:{n}") for n in ("second", "third", "fourth")])
    assert sorted("done" if one is None else one.reason.code for one in told) == [
        "done", "flag_proposal_gone", "flag_proposal_gone",
    ]  # fmt: skip
    storage.remove_session()
    assert storage.session().scalar(select(func.count()).select_from(FlagVerdict)) == 1
    assert storage.session().scalars(select(Verdict.kind)).all() == ["flag_upheld"]


def test_nothing_is_upheld_before_the_bank_answered_or_its_term_is_over(world: World) -> None:
    renewal(world)
    raised(world)
    (flag,) = flags()
    with pytest.raises(Refusal) as refused:
        decided(world, flag.id, "upheld", TERM)
    assert refused.value.reason.code == "flag_in_reply_term"
    said(world, flag.id, branch="演示汉江银行汉滨支行")
    said(world, flag.id, party="firm", speaker="演示企业有限公司")
    with pytest.raises(Refusal):
        decided(world, flag.id, "upheld", TERM)
    decided(world, flag.id, "upheld", date(2025, 7, 8))
    storage.remove_session()
    assert storage.session().scalars(select(Verdict.kind)).all() == ["flag_upheld"]


def test_two_flags_on_one_paper_do_not_undo_one_another(world: World) -> None:
    """One explained does not bring back what another, upheld, keeps out."""
    need = {"need_key": "N1", "need_minor": MILLION}
    renewal(world, **need)
    assert raised(world) == 2
    first, second = flags()
    assert {first.code, second.code} == {"d1", "d7"}
    for flag in (first, second):
        said(world, flag.id)
        decided(world, flag.id, "upheld")
    decided(world, first.id, "explained", date(2025, 7, 4))
    assert rates(world, date(2025, 7, 4)) == (0, 0), "the other one stands"
    decided(world, second.id, "withdrawn", date(2025, 7, 5))
    assert rates(world, date(2025, 7, 5)) == (1_000_000, 333_333)
    storage.remove_session()
    assert storage.session().scalars(select(Verdict.kind).order_by(Verdict.id)).all() == [
        "flag_upheld", "flag_dismissed",
    ]  # fmt: skip


def test_the_same_decision_twice_empty_words_and_days_to_come_are_refused(world: World) -> None:
    renewal(world)
    raised(world)
    (flag,) = flags()
    with pytest.raises(Refusal) as refused:
        said(world, flag.id, words="没有问题")
    assert refused.value.reason.code == "flag_words_short"
    said(world, flag.id)
    decided(world, flag.id, "upheld")
    with pytest.raises(Refusal) as refused:
        decided(world, flag.id, "upheld")
    assert refused.value.reason.code == "flag_decided"
    with pytest.raises(Refusal) as refused:
        decided(world, flag.id, "explained", date(2025, 7, 2))
    assert refused.value.reason.code == "flag_decided_before", "the last decision is also the latest"
    with pytest.raises(Refusal):
        said(world, 9_999)
    storage.remove_session()
    assert storage.session().scalar(select(func.count()).select_from(FlagReply)) == 1


def test_states_follow_replies_terms_and_decisions(world: World) -> None:
    renewal(world)
    raised(world)
    (flag,) = flags()

    def state(on: date) -> str:
        storage.remove_session()
        with counted() as sent:
            (row,), total = flag_list(storage.session(), viewer(), Wanted(), on=on, limit=10)
        assert (len(sent), total) == (1, 1)
        assert row.public == (row.state != "waiting")
        return row.state

    assert [state(day) for day in (JUNE, TERM, date(2025, 7, 8))] == ["waiting", "waiting", "silent"]
    said(world, flag.id, branch="演示汉江银行汉滨支行")
    assert state(JUNE) == "waiting", "a branch speaks for itself"
    said(world, flag.id)
    assert state(JUNE) == "replied"
    decided(world, flag.id, "withdrawn")
    assert state(JUNE) == "withdrawn"


def test_a_papers_page_shows_its_flags_as_known_then(world: World) -> None:
    paper = renewal(world)
    raised(world)
    (flag,) = flags()
    said(world, flag.id, date(2025, 7, 2))
    decided(world, flag.id, "explained", date(2025, 7, 3))

    def shown(on: date) -> list[tuple[str, str | None]]:
        storage.remove_session()
        return [(one.state, one.reply) for one in on_agreement(storage.session(), paper.id, on=on)]

    assert shown(date(2025, 6, 29)) == []
    assert shown(JUNE) == [("waiting", None)]
    assert shown(date(2025, 7, 2)) == [("replied", WORDS)]
    assert shown(date(2025, 7, 3)) == [("explained", WORDS)]


def test_filters_and_windows(world: World) -> None:
    renewal(world)
    raised(world)
    for wanted, count in (
        (Wanted(code="d1"), 1), (Wanted(code="d2"), 0), (Wanted(lender=LENDER), 1), (Wanted(lender="别行"), 0),
        (Wanted(state="waiting"), 1), (Wanted(state="upheld"), 0), (Wanted(portfolio="city"), 1),
        (Wanted(portfolio="nowhere"), 0),
    ):  # fmt: skip
        assert flag_list(storage.session(), viewer(), wanted, on=JUNE, limit=9)[1] == count, wanted
    county = viewer("610902", Role.FINANCE_OFFICE_COUNTY)
    (flag,) = flags()
    assert flag_list(storage.session(), county, Wanted(), on=JUNE, limit=9) == ([], 0)
    assert flag_sheet(storage.session(), county, flag.id, on=JUNE) is None
    assert asked_of(storage.session(), viewer(), on=JUNE, limit=9) == ([], 0), "an office answers for nobody"
    assert flag_list(storage.session(), viewer(), Wanted(), on=JUNE, limit=9, public=True) == ([], 0)


def test_a_deposit_speaks_only_when_the_firm_told_of_it(world: World) -> None:
    paper = world.sign(firm_key="firm-1")
    world.pay(paper, 3 * MILLION)
    city = world.portfolio

    def seen() -> set[str]:
        storage.remove_session()
        owner = storage.session().get_one(Portfolio, city.id)
        return {flag.code for flag in flags_of(storage.session(), owner, as_of=JUNE, known_on=JUNE)}

    assert seen() == set()
    told = {"portfolio": city, "firm_key": "firm-1", "lender": LENDER, "on_day": APRIL, "at": morning(APRIL)}
    with pytest.raises(Refusal):
        world.do(supply_deposit, amount_minor=0, **told)
    world.do(supply_deposit, amount_minor=3 * MILLION, **told)
    assert seen() == {"d5"}


def test_the_nightly_job_changes_nothing_when_run_twice(world: World, settings) -> None:
    from matchmaking.foundation.jobs.declared import JobContext

    renewal(world)
    storage.remove_session()
    night = JobContext(JUNE, morning(JUNE), settings)
    assert run_flags(night) == {"portfolios": 1, "raised": 1}
    storage.remove_session()
    assert run_flags(night) == {"portfolios": 1, "raised": 0}
