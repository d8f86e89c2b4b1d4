"""What the catalogue's pages show: the demo, and beside it a small market in which something stands at every step."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from config import Settings
from matchmaking import schedule
from matchmaking.delivery.audits import jobs as audits
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.desks.curves import jobs as curves
from matchmaking.desks.curves.commands import keep_curves
from matchmaking.desks.standings import jobs as standings
from matchmaking.domain.money import Money
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.jobs import run_one_task
from matchmaking.foundation.jobs.declared import JobContext
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.market.batches.commands import fill_batch, start_batch
from matchmaking.market.batches.facts import MemberTold
from matchmaking.market.events.commands import enter_attendance, record_event
from matchmaking.market.events.facts import EventTold
from matchmaking.market.matches.runs import jobs as runs
from matchmaking.market.policies.commands import propose
from matchmaking.oversight.lines.commands import take_in_lines
from matchmaking.oversight.lines.queries import silent_reports
from matchmaking.oversight.lines.reading import LineTold
from matchmaking.oversight.periods.commands import close_period, propose_period
from matchmaking.oversight.reports import jobs as reports
from matchmaking.oversight.samples.commands import draw_sample, freeze_list
from matchmaking.registry.accounts.commands.passwords import hash_password
from matchmaking.registry.accounts.models import UserAccount
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.rulebook.matching import policy
from matchmaking.seeds.demo import seed_demo
from matchmaking.support.awards.commands import AwardTold, open_award_list, record_awards
from tests.delivery.statements.statement_world import full, loans
from tests.journeys.thread_world import PDF, Thread, build_thread
from tests.market.allocation_world import frozen_list, planned, solved
from tests.market.market_world import GOOD, HANBIN, TODAY, new_need, offer
from tests.market.referral_world import refer, sell, verified
from tests.oversight.learning.test_policy_pages import WHOLE
from tests.past import write_past_the_trail
from tests.web_fixtures import PASSWORD, Browser

assert schedule.JOBS  # registers the tasks a worker can do
ONE_OF_EACH = ("firm.tea", "office.city", "office.county", "operator", "bureau.officer")
"""Logins of the demo that look around; the market's own people come first, their pages are the fuller ones."""
MARKET = ("tea", "officer", "branch", "manager", "county", "toy")


def build_city(app: Flask, settings: Settings) -> dict[str, list[str]]:
    """The demo, and the market with a need at every stage; everybody has :data:`PASSWORD`.

    Returns login → addresses that no link leads to.
    """
    app.test_client_class = Browser
    seed_demo()
    # the market's banks bear names of the demo's
    write_past_the_trail(lambda inside: inside.execute(
        update(Organisation).where(Organisation.kind == "bank").values(name=Organisation.name + "（演示）")
    ))  # fmt: skip
    thread = build_thread(app)
    _stages(thread)
    beside = {"office.city": _statements(app, settings), "county": _written_for_a_firm(thread)}
    run_in_unit_of_work(_gatherings, firm_id=thread.world.firm)
    _matching(settings)
    run_in_unit_of_work(_oversight)
    _evening(settings)
    slip = thread.post("manager", "/bank/slips", month="2026-08").location
    thread.post("manager", f"{slip}/make", version=1)
    hashed = hash_password(PASSWORD)
    write_past_the_trail(lambda inside: inside.execute(update(UserAccount).values(password_hash=hashed)))
    storage.remove_session()
    return beside


def logins() -> tuple[str, ...]:
    """Everybody who looks around, in order; a role nobody stands for is told by an error."""
    told = (*MARKET, *ONE_OF_EACH)
    asked = select(UserAccount.role).where(UserAccount.login.in_(told))
    roles = set(storage.session().scalars(asked))
    storage.remove_session()
    assert roles == {role.value for role in Role}, "somebody of every role looks around"
    return told


def _stages(thread: Thread) -> None:
    """Needs of the tea firm, each left where somebody has to act."""
    world = thread.world
    tea = sell(world.bank, "收茶贷（演示）")
    sell(world.rival, "茶农贷（演示）", offer(spread_low_bp=90, spread_high_bp=160, promised_workdays=3))
    sell(world.rival, "百万贷（演示）", offer(criteria={"amount_max": 100_000_000, "term_max": 36}))
    _drawn(thread, tea)
    _undrawn(thread, tea)
    _offered(thread, tea)
    thread.need = ""
    thread.line(thread.begin(tea))
    thread.need = ""
    thread.begin(tea)
    refer(world, verified(world), tea)
    verified(world)
    new_need(world)
    thread.post("tea", f"/needs/{new_need(world, GOOD)}/post", version=1, confirmed="y")


def _drawn(thread: Thread, product: str) -> None:
    """Money paid in two parts, one of them confirmed."""
    agreement = thread.signed(product)
    thread.report(agreement, "JJ1", "100", TODAY, voucher=(io.BytesIO(PDF), "回单.pdf"))
    thread.report(agreement, "JJ2", "80", TODAY, payee="秦岭包装（演示）")
    thread.answer("JJ1", "right")


def _undrawn(thread: Thread, product: str) -> None:
    """Signed, and nothing paid yet."""
    thread.need = ""
    thread.signed(product, promised_on=(TODAY + timedelta(days=40)).isoformat())


def _offered(thread: Thread, product: str) -> None:
    """A paper waits for the firm's signature."""
    thread.need = ""
    decision = thread.begin(product)
    thread.line(decision)
    paper = thread.draft(decision)
    thread.post("officer", f"/bank/papers/{paper}/move", version=1, action="offer")


def _written_for_a_firm(thread: Thread) -> list[str]:
    """The bureau writes a need for a firm and leaves it as a draft; the form it began with."""
    path = f"/bureau/firms/{thread.world.firm_key}/needs/new"
    terms = {"amount": "300", "amount_unit": "wan", "term_months": "12", "purpose": "orders", "guarantees": "credit"}
    thread.post("county", path, version=0, loan_kind="working_capital", then="check", **terms)
    return [path]


def _statements(app: Flask, settings: Settings) -> list[str]:
    """A statement taken in, and one that waits for a look; their tasks."""
    held, tasks = loans(12), []
    for number in range(2):
        client: Browser = app.test_client()  # type: ignore[assignment]
        with client.session_transaction() as cookie:
            cookie["_user_id"] = session_of("office.city")
        sent = {"mapping": "ibrd", "portfolio": "agency", "as_of": "2020-11-30", "key": f"{number}" * 32}
        told = {**sent, "file": (io.BytesIO(full(held[: 12 - number])), "statement.csv")}
        answer = client.submit("/statements/new", told, content_type="multipart/form-data")
        assert answer.status_code == 303, answer.text[-800:]
        tasks.append(str(answer.location))
        _work(settings)
        if number == 0:
            took = client.submit(f"{answer.location}/confirm")
            assert took.status_code == 303, took.text[-800:]
            _work(settings)
    return tasks


def _work(settings: Settings) -> None:
    run_one_task(settings)
    storage.remove_session()


def _gatherings(session: Session, *, firm_id: int) -> None:
    """A list being compiled, a meeting with its sheet, a list of subsidies, weights that wait for a word."""
    firm, at = session.get_one(Organisation, firm_id), clock.now()
    who: dict[str, Any] = {"actor": "user:bureau", "at": at}
    batch = start_batch(
        session, kind="city", number="2026-05", title="秋茶收购名单（演示）", area_code="*", **who
    )  # fmt: skip
    uscc = session.scalars(select(Enterprise.uscc).where(Enterprise.organisation_id == firm_id)).one()
    rows = [MemberTold(uscc, Money.of(3_000_000), name=firm.name, confirmed=True)]
    fill_batch(session, batch=batch, version=batch.version, rows=rows, on=TODAY, **who)
    told = EventTold("matching", "2026-09", "秋茶专场（演示）", TODAY, "汉滨区", HANBIN)
    event = record_event(session, told=told, **who)
    enter_attendance(session, event=event, version=event.version, organisations=[firm], on=TODAY, **who)
    listed = open_award_list(
        session, kind="subsidy", number="2026-03", title="贴息名单（演示）", document="演示文件",
        decided_on=TODAY, on=TODAY, **who,
    )  # fmt: skip
    record_awards(session, listed=listed, rows=[AwardTold(firm, Money.of(50_000), TODAY)], on=TODAY, **who)
    hand = policy(TODAY)
    propose(session, base=hand, weights=hand.weights, evidence=WHOLE, digest="a" * 64, on=TODAY, **who)


def _matching(settings: Settings) -> None:
    """A frozen list with a solved plan over it, and a run of matching over the market."""
    frozen_list()
    planned()
    solved()
    storage.remove_session()
    runs.run(JobContext(TODAY, clock.now(), settings))
    storage.remove_session()


def _oversight(session: Session) -> None:
    """A closed month, a line of another bank that waits for a person, a drawn sample, and a bank's monthly slip."""
    golden, at = portfolio_by_code(session, "golden"), clock.now()
    assert golden is not None
    one, other = {"actor": "user:office", "at": at}, {"actor": "user:second", "at": at}
    proposal = propose_period(session, portfolio=golden, month="2025-06", **one)
    close_period(session, portfolio=golden, proposal=proposal, **other)
    found = silent_reports(session, golden.id, limit=1).rows[0]
    near = LineTold(found.report.value_on, found.report.amount_minor * 98 // 100, found.report.branch)
    take_in_lines(session, portfolio=golden, source="他行（演示）", firm=found.agreement.firm or "", rows=[near], **one)
    snapshot = session.scalars(
        select(AuditSnapshot).where(AuditSnapshot.portfolio_id == golden.id).order_by(AuditSnapshot.id.desc()).limit(1)
    ).one()
    sample = freeze_list(
        session, portfolio=golden, snapshot=snapshot, grade="loan_contract", money="verified",
        confidence_ppm=800_000, tolerable_ppm=200_000, expected=0, **one,
    )  # fmt: skip
    draw_sample(
        session, key=sample.public_key, row_version=1, seed="公开开奖 1 2 3", source="公开开奖（演示）", **other
    )


def _evening(settings: Settings) -> None:
    """What is reckoned at night, for the portfolios' pages to show: audits, flags, curves, banks, reports."""
    context = JobContext(TODAY, clock.now(), settings)
    for job in (audits.run_audit, audits.run_findings, curves.run, standings.run, reports.run):
        job(context)
    run_in_unit_of_work(_golden_curves)


def _golden_curves(session: Session) -> None:
    golden = portfolio_by_code(session, "golden")
    assert golden is not None
    for snapshot in session.scalars(select(AuditSnapshot).where(AuditSnapshot.portfolio_id == golden.id)):
        keep_curves(session, actor="job:curves", portfolio=golden, snapshot=snapshot, at=clock.now())


def session_of(login: str) -> str:
    """A token of a fresh session of ``login``."""
    from matchmaking.registry.accounts.commands.sessions import Place, open_session
    from matchmaking.registry.accounts.queries import account_by_login

    def opened(session: Session) -> str:
        user = account_by_login(session, login)
        assert user is not None, login
        return open_session(session, user=user, at=clock.now(), place=Place(hours=8))

    token = run_in_unit_of_work(opened)
    storage.remove_session()
    return token
