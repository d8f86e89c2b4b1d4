"""The demo: people to sign in as, and the ten golden cases as a portfolio. Run twice, it changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.flagging import raise_flags
from matchmaking.delivery.audits.questions import raise_findings
from matchmaking.foundation.clock import SHANGHAI
from matchmaking.foundation.files import attach
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.registry.portfolios.commands import create_portfolio
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code
from matchmaking.seeds.city import ensure_city
from matchmaking.seeds.golden_cases import DEMO_PORTFOLIO, GoldenCase, demo_portfolio, golden_cases
from matchmaking.seeds.golden_loader import ACTOR, load_facts
from matchmaking.seeds.people import ensure_people
from matchmaking.seeds.places import ensure_places
from matchmaking.seeds.products import ensure_products
from matchmaking.seeds.vouchers import Voucher, keep_vouchers

TODAY = date(2026, 9, 30)
"""The demo's frozen day: the last for which China's workdays are announced with room to count deadlines."""

OPENS_ON = date(2025, 6, 30)
TITLE_ZH = "十个黄金案例（演示数据）"
TITLE_EN = "The ten golden cases (demo data)"


@dataclass(frozen=True, slots=True)
class Seeded:
    """What ``seed_demo`` found or made."""

    people: int
    facts: int
    snapshots: int


def seed_demo() -> Seeded:
    """Bring in what is missing of the demo, in one unit of work; files are written before it."""
    cases = golden_cases()
    vouchers = keep_vouchers(demo_portfolio(cases).facts)
    return run_in_unit_of_work(_seed, cases=cases, vouchers=vouchers)


def _seed(session: Session, *, cases: Sequence[GoldenCase], vouchers: Sequence[Voucher]) -> Seeded:
    at = datetime.combine(TODAY, time(9), SHANGHAI)
    ensure_city(session, actor=ACTOR, at=at, demo=True)
    ensure_products(session)
    people = ensure_people(session, places=ensure_places(session), at=at)
    portfolio = portfolio_by_code(session, DEMO_PORTFOLIO)
    facts = 0
    if portfolio is None:
        portfolio, facts = _golden(session, cases, vouchers)
    days = _days(cases)
    for as_of, known_on in days:
        take_snapshot(session, actor=ACTOR, portfolio=portfolio, as_of=as_of, known_on=known_on, at=at)
    return Seeded(len(people), facts, len(days))


def _golden(session: Session, cases: Sequence[GoldenCase], vouchers: Sequence[Voucher]) -> tuple[Portfolio, int]:
    told = demo_portfolio(cases).facts
    first = datetime.combine(min(fact.recorded_on for fact in told), time(8), SHANGHAI)
    portfolio = create_portfolio(
        session,
        actor=ACTOR,
        code=DEMO_PORTFOLIO,
        title_zh=TITLE_ZH,
        title_en=TITLE_EN,
        kind="cases",
        currency="CNY",
        jurisdiction="*",
        at=first,
        demo=True,
        default_as_of=OPENS_ON,
    )
    facts = load_facts(session, portfolio, told)
    _ask(session, portfolio)
    at = datetime.combine(TODAY, time(8), SHANGHAI)
    for voucher in vouchers:
        attach(session, voucher.kept, subject=voucher.subject, words=voucher.words, actor=ACTOR, at=at)
    return portfolio, facts


def _ask(session: Session, portfolio: Portfolio) -> None:
    """The questions raised on the evening of the day the demo opens on, and what today adds to them."""
    for known_on in (OPENS_ON, TODAY):
        evening = datetime.combine(known_on, time(7), SHANGHAI)
        raise_findings(session, actor=ACTOR, portfolio=portfolio, as_of=OPENS_ON, known_on=known_on, at=evening)
        raise_flags(session, actor=ACTOR, portfolio=portfolio, as_of=OPENS_ON, known_on=known_on, at=evening)


def _days(cases: Sequence[GoldenCase]) -> list[tuple[date, date]]:
    """Every pair of days that a case speaks of, and what is known today, earliest known first."""
    told = {(expected.as_of, expected.known_at) for case in cases for expected in case.expectations}
    return sorted({*told, (OPENS_ON, TODAY)})
