"""Raising flags once and replying to them, word for word. Deciding after reply: ``deciding``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.delivery.flags.facts import exhibit_rows, told
from matchmaking.delivery.flags.models import (
    PARTIES,
    FigureFlag,
    FlaggedSigning,
    FlagReply,
    SuppliedDeposit,
)
from matchmaking.domain.conversion.detectors import Flag
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.storage import insert_rows, table_of
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number, workdays

FEWEST_CHARACTERS = 10
LONGEST_NAMES = 400


def add_flags(
    session: Session, *, actor: str, portfolio: Portfolio, found: Iterable[Flag], papers: Mapping[str, int],
    as_of: date, at: datetime,
) -> int:  # fmt: skip
    """Keep the flags that are new and give notice of them; how many those were.

    ``papers``: public key → id of every agreement of the portfolio. The bank's term begins with the day of ``at``.
    """
    flags = {flag.key: flag for flag in found}
    held = table_of(FigureFlag)
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    kept = set(session.scalars(select(FigureFlag.key).where(FigureFlag.portfolio_id == portfolio.id)))
    rows = [_row(portfolio, flag, as_of, at) for key, flag in sorted(flags.items()) if key not in kept]
    if not rows:
        return 0
    wanted = insert(held).on_conflict_do_nothing(index_elements=["portfolio_id", "key"])
    made = session.execute(wanted.returning(held.c.id, held.c.key), rows).all()
    insert_rows(
        session,
        FlaggedSigning,
        (
            {"flag_id": made_id, "agreement_id": papers[signing], "at_stake": signing in flags[key].at_stake}
            for made_id, key in made
            for signing in flags[key].signings
        ),
    )
    if made:
        payload = {"as_of": as_of.isoformat(), "raised": len(made)}
        record(session, actor=actor, tag="flag.raised", subject=f"portfolio:{portfolio.code}", payload=payload, at=at)
    return len(made)


def _row(portfolio: Portfolio, flag: Flag, as_of: date, at: datetime) -> dict[str, Any]:
    today = business_day(at)
    return {
        "key": flag.key,
        "portfolio_id": portfolio.id,
        "code": flag.code,
        "lender": flag.lender,
        "event_key": flag.event,
        "as_of": as_of,
        "amount_minor": None if flag.amount is None else flag.amount.minor,
        "currency": portfolio.currency if flag.amount is None else flag.amount.currency,
        "firms": "、".join(flag.firms)[:LONGEST_NAMES],
        "saw": told(flag.saw),
        "exhibits": exhibit_rows(flag.exhibits),
        "notified_on": today,
        "reply_due": workdays().add(today, number("flag_reply_workdays", today)),
        "recorded_at": at,
    }


def reply(
    session: Session, *, actor: str, flag_id: int, party: str, speaker: str, branch: str | None, words: str,
    at: datetime, document: str = "",
) -> FlagReply:  # fmt: skip
    """What a party says, kept word for word and printed beside the flag; a later one adds, nothing is replaced.

    Refuses words below :data:`FEWEST_CHARACTERS` characters with ``flag_words_short``.
    """
    if party not in PARTIES:
        raise ValueError(f"{party!r} is no party")
    text = reasoned(words)
    locked(session, flag_id)
    said = FlagReply(
        flag_id=flag_id, party=party, speaker=speaker, branch=branch, words=text, document=document, actor=actor,
        recorded_at=at,
    )  # fmt: skip
    session.add(said)
    session.flush()
    payload = {"reply": said.id, "party": party, "of_branch": branch is not None}
    record(session, actor=actor, tag="flag.replied", subject=f"figure_flag:{flag_id}", payload=payload, at=at)
    return said


def supply_deposit(
    session: Session, *, actor: str, portfolio: Portfolio, firm_key: str, lender: str, amount_minor: int, on_day: date,
    at: datetime, public_key: str | None = None,
) -> SuppliedDeposit:  # fmt: skip
    """A deposit on a statement that the firm hands in of its own accord. Refuses nothing, and days to come."""
    refuse_nothing(amount_minor)
    refuse_future(on_day, at)
    fact = SuppliedDeposit(
        public_key=public_key or fresh_key("deposit", at), portfolio_id=portfolio.id, firm_key=firm_key, lender=lender,
        amount_minor=amount_minor, on_day=on_day,
    )  # fmt: skip
    payload = {"amount_minor": amount_minor, "on_day": on_day.isoformat()}
    return append(session, fact, portfolio_id=portfolio.id, actor=actor, tag="deposit.supplied", at=at, payload=payload)


def locked(session: Session, flag_id: int) -> FigureFlag:
    """The flag; acts on one come one after the other. :class:`Refusal` ``flag_gone``."""
    found = session.scalars(select(FigureFlag).where(FigureFlag.id == flag_id).with_for_update()).first()
    if found is None:
        raise Refusal(Reason("flag_gone"))
    return found


def reasoned(words: str) -> str:
    """The words without needless blanks. :class:`Refusal` ``flag_words_short``."""
    text = " ".join(words.split())
    if len(text) < FEWEST_CHARACTERS:
        raise Refusal(Reason("flag_words_short", {"fewest": FEWEST_CHARACTERS, "given": len(text)}))
    return text
