"""Raising flags once, replying to them, deciding after reply. Only a decision upheld moves a figure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.recording import append, fresh_key, refuse_future, refuse_nothing
from matchmaking.delivery.disbursements.hearing import give_verdict
from matchmaking.delivery.disbursements.models import Verdict
from matchmaking.delivery.flags.facts import exhibit_rows, told
from matchmaking.delivery.flags.models import (
    PARTIES,
    VERDICTS,
    FigureFlag,
    FlaggedSigning,
    FlagReply,
    FlagVerdict,
    SuppliedDeposit,
)
from matchmaking.delivery.flags.queries import upheld_on
from matchmaking.domain.conversion.detectors import Flag
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.storage import insert_rows, table_of
from matchmaking.foundation.trail import record
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number, workdays

FEWEST_CHARACTERS = 10
LONGEST_NAMES = 400
UPHELD = "upheld"


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
    text = _text(words)
    _locked(session, flag_id)
    said = FlagReply(
        flag_id=flag_id, party=party, speaker=speaker, branch=branch, words=text, document=document, actor=actor,
        recorded_at=at,
    )  # fmt: skip
    session.add(said)
    session.flush()
    payload = {"reply": said.id, "party": party, "of_branch": branch is not None}
    record(session, actor=actor, tag="flag.replied", subject=f"figure_flag:{flag_id}", payload=payload, at=at)
    return said


def decide(
    session: Session, *, actor: str, flag_id: int, kind: str, words: str, document: str, decided_on: date, at: datetime
) -> FlagVerdict:
    """Uphold, take as explained, or withdraw a flag; the last decision holds.

    Upheld, the money of the papers at stake leaves every numerator through a verdict on each of them; a later decision
    the other way brings it back, unless another flag upheld still stands on the paper. Refuses with
    ``flag_in_reply_term`` to uphold one before the bank answered or its term is over, ``flag_decided`` to say the same
    again and ``flag_decided_before`` for a day before the notice or the decision before.
    """
    if kind not in VERDICTS:
        raise ValueError(f"{kind!r} is no decision on a flag")
    refuse_future(decided_on, at)
    text = _text(words)
    flag = _locked(session, flag_id)
    last = _standing(session, flag_id)
    before = last.kind if last else None
    if before == kind:
        raise Refusal(Reason("flag_decided", {"kind_word": f"flag_state_{kind}"}))
    earliest = last.decided_on if last else flag.notified_on
    if decided_on < earliest:
        raise Refusal(Reason("flag_decided_before", {"day": earliest.isoformat()}))
    if kind == UPHELD:
        _refuse_early(session, flag, business_day(at))
    made = FlagVerdict(
        flag_id=flag_id, kind=kind, words=text, document=document, decided_on=decided_on, actor=actor, recorded_at=at
    )
    session.add(made)
    session.flush()
    moved = _move(session, flag, kind, before, actor=actor, document=document, decided_on=decided_on, at=at)
    payload = {"verdict": made.id, "kind": kind, "code": flag.code, "papers": moved}
    record(session, actor=actor, tag="flag.decided", subject=f"figure_flag:{flag_id}", payload=payload, at=at)
    return made


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


def _move(
    session: Session, flag: FigureFlag, kind: str, before: str | None, *, actor: str, document: str, decided_on: date,
    at: datetime,
) -> int:  # fmt: skip
    """Verdicts on the papers whose standing the decision changes; how many."""
    if UPHELD not in (kind, before):
        return 0
    papers = list(
        session.scalars(
            select(Agreement)
            .join(FlaggedSigning, FlaggedSigning.agreement_id == Agreement.id)
            .where(FlaggedSigning.flag_id == flag.id, FlaggedSigning.at_stake)
            .order_by(Agreement.id)
        )
    )
    others = upheld_on(session, [paper.id for paper in papers], besides=flag.id)
    moved = 0
    for paper in papers:
        last, wanted = _last_on(session, paper), kind == UPHELD or others[paper.id]
        if (last is not None and last.kind == "flag_upheld") != wanted:
            # of verdicts on one paper the latest day holds; another flag's may be later than this decision's
            on = max(decided_on, last.decided_on) if last else decided_on
            said = "flag_upheld" if wanted else "flag_dismissed"
            give_verdict(session, actor=actor, subject=paper, kind=said, decided_on=on, document=document, at=at)
            moved += 1
    return moved


def _last_on(session: Session, paper: Agreement) -> Verdict | None:
    """The last verdict on a flag of the paper: whether its money is out of the numerators."""
    last = (
        select(Verdict)
        .where(Verdict.agreement_id == paper.id, Verdict.kind.in_(("flag_upheld", "flag_dismissed")))
        .order_by(Verdict.decided_on.desc(), Verdict.public_key.desc())
    )
    return session.scalars(last.limit(1)).first()


def _refuse_early(session: Session, flag: FigureFlag, today: date) -> None:
    said = select(FlagReply.id).where(
        FlagReply.flag_id == flag.id, FlagReply.party == "bank", FlagReply.branch.is_(None)
    )
    if today <= flag.reply_due and session.scalars(said.limit(1)).first() is None:
        raise Refusal(Reason("flag_in_reply_term", {"due": flag.reply_due.isoformat()}))


def _standing(session: Session, flag_id: int) -> FlagVerdict | None:
    last = select(FlagVerdict).where(FlagVerdict.flag_id == flag_id).order_by(FlagVerdict.id.desc())
    return session.scalars(last.limit(1)).first()


def _locked(session: Session, flag_id: int) -> FigureFlag:
    found = session.scalars(select(FigureFlag).where(FigureFlag.id == flag_id).with_for_update()).first()
    if found is None:
        raise Refusal(Reason("flag_gone"))
    return found


def _text(words: str) -> str:
    text = " ".join(words.split())
    if len(text) < FEWEST_CHARACTERS:
        raise Refusal(Reason("flag_words_short", {"fewest": FEWEST_CHARACTERS, "given": len(text)}))
    return text
