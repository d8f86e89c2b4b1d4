"""Deciding a flag after reply: one of the office proposes, another confirms. Only what is upheld moves a figure."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.agreements.recording import refuse_future
from matchmaking.delivery.disbursements.hearing import give_verdict
from matchmaking.delivery.disbursements.models import Verdict
from matchmaking.delivery.flags.commands import locked, reasoned
from matchmaking.delivery.flags.models import (
    VERDICTS,
    FigureFlag,
    FlagConfirmation,
    FlaggedSigning,
    FlagProposal,
    FlagReply,
    FlagVerdict,
)
from matchmaking.delivery.flags.queries import pending_proposal, upheld_on
from matchmaking.domain.hands import other_hands
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.trail import record

UPHELD = "upheld"


def propose_verdict(
    session: Session, *, actor: str, flag_id: int, kind: str, words: str, document: str, decided_on: date, at: datetime
) -> FlagProposal:
    """Propose to uphold, to take as explained, or to withdraw a flag; it takes the place of what was proposed before.

    Nothing is decided by it and nobody but the office reads it. Refuses with ``flag_in_reply_term`` to uphold one
    before the bank answered or its term is over, ``flag_decided`` to say again what was decided and
    ``flag_decided_before`` for a day before the notice or the decision before.
    """
    if kind not in VERDICTS:
        raise ValueError(f"{kind!r} is no decision on a flag")
    refuse_future(decided_on, at)
    text = reasoned(words)
    flag = locked(session, flag_id)
    last = _standing(session, flag_id)
    if last is not None and last.kind == kind:
        raise Refusal(Reason("flag_decided", {"kind_word": f"flag_state_{kind}"}))
    earliest = last.decided_on if last else flag.notified_on
    if decided_on < earliest:
        raise Refusal(Reason("flag_decided_before", {"day": earliest.isoformat()}))
    if kind == UPHELD:
        _refuse_early(session, flag, business_day(at))
    made = FlagProposal(
        flag_id=flag_id, kind=kind, words=text, document=document, decided_on=decided_on, actor=actor, recorded_at=at
    )
    session.add(made)
    session.flush()
    payload = {"proposal": made.id, "kind": kind, "code": flag.code}
    record(session, actor=actor, tag="flag.proposed", subject=f"figure_flag:{flag_id}", payload=payload, at=at)
    return made


def confirm_verdict(session: Session, *, actor: str, flag_id: int, proposal_id: int, at: datetime) -> FlagVerdict:
    """Decide the flag as proposed; the last decision holds. Refuses with ``other_hands`` whoever proposed it, and with
    ``flag_proposal_gone`` what was decided or proposed otherwise since.

    Upheld, the money of the papers at stake leaves every numerator through a verdict on each of them; a later decision
    the other way brings it back, unless another flag upheld still stands on the paper.
    """
    flag = locked(session, flag_id)
    proposal = pending_proposal(session, flag_id)
    if proposal is None or proposal.id != proposal_id:
        raise Refusal(Reason("flag_proposal_gone"))
    other_hands((proposal.actor,), actor, made="hands_verdict")
    last = _standing(session, flag_id)
    told = {"kind": proposal.kind, "document": proposal.document, "decided_on": proposal.decided_on}
    made = FlagVerdict(flag_id=flag_id, words=proposal.words, actor=actor, recorded_at=at, **told)
    session.add(made)
    session.flush()
    session.add(FlagConfirmation(proposal_id=proposal.id, verdict_id=made.id))
    moved = _move(
        session, flag, proposal.kind, last.kind if last else None, actor=actor, document=proposal.document,
        decided_on=proposal.decided_on, at=at,
    )  # fmt: skip
    payload = {
        "verdict": made.id, "kind": made.kind, "code": flag.code, "papers": moved, "proposed_by": proposal.actor,
    }  # fmt: skip
    record(session, actor=actor, tag="flag.decided", subject=f"figure_flag:{flag_id}", payload=payload, at=at)
    return made


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
