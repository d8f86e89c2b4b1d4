"""口径异常 of the city's cases: the detectors over the evening's facts, each flag kept once and the bank told of it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.queries import agreements_in
from matchmaking.delivery.audits.case_audit import case_portfolio, parameters_on
from matchmaking.delivery.audits.commands import refuse_days_to_come
from matchmaking.delivery.flags.commands import add_flags
from matchmaking.delivery.flags.sidelights import sidelights
from matchmaking.domain.conversion.detectors import Flag, Scene, Thresholds, detect
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number


def flags_of(session: Session, portfolio: Portfolio, *, as_of: date, known_on: date) -> tuple[Flag, ...]:
    """What the detectors see in ``portfolio`` on two days, with the rulebook's numbers of ``as_of``; reads only."""
    scene = Scene.open(
        case_portfolio(session, portfolio), as_of=as_of, known_at=known_on, parameters=parameters_on(as_of),
        thresholds=Thresholds.read(lambda name: number(name, as_of)),
        sidelights=sidelights(session, portfolio, as_of=as_of, known_on=known_on),
    )  # fmt: skip
    return detect(scene)


def raise_flags(
    session: Session, *, actor: str, portfolio: Portfolio, as_of: date, known_on: date, at: datetime
) -> int:
    """Keep what the detectors see and nobody was asked about yet; how many. Refuses days to come."""
    refuse_days_to_come(as_of, known_on, at=at)
    papers = {key: paper.id for key, paper in agreements_in(session, portfolio.id).items()}
    found = flags_of(session, portfolio, as_of=as_of, known_on=known_on)
    return add_flags(session, actor=actor, portfolio=portfolio, found=found, papers=papers, as_of=as_of, at=at)
