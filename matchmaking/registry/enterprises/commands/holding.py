"""What a firm has: titles with their days, evidence of its credit history, persons who may borrow for it."""

from __future__ import annotations

import re
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.files import Kept, attach
from matchmaking.foundation.trail import record
from matchmaking.registry.enterprises.commands.profiling import locked, speaker
from matchmaking.registry.enterprises.models import (
    HISTORY_SOURCES,
    RELATIONS,
    TITLES,
    CreditHistory,
    EnterprisePerson,
    EnterpriseTitle,
    EnterpriseTitleVoid,
)
from matchmaking.registry.enterprises.queries import subject_of
from matchmaking.registry.organisations.recording import fresh_key, plain_name, refuse_later, words_enough
from matchmaking.rulebook import number

ID_TAIL = re.compile(r"[0-9]{3}[0-9X]")


def add_title(
    session: Session, *, actor: str, role: str, enterprise_id: int, title: str, issuer: str, valid_from: date,
    valid_to: date | None, on: date, at: datetime, words: str = "",
) -> EnterpriseTitle:  # fmt: skip
    """A title the firm holds. Raises :class:`Refusal` ``title_unknown|title_days|title_words_needed|name_…``."""
    if title not in TITLES:
        raise Refusal(Reason("title_unknown"))
    if title == "other_title" and not words.strip():
        raise Refusal(Reason("title_words_needed"))
    if valid_to is not None and valid_to < valid_from:
        raise Refusal(Reason("title_days", {"first": valid_from.isoformat(), "last": valid_to.isoformat()}))
    refuse_later(valid_from, on)
    firm = locked(session, enterprise_id)
    fact = EnterpriseTitle(
        enterprise_id=firm.id, entered_by=speaker(role), recorded_at=at, recorded_by=actor, title=title,
        words=plain_name(words, longest=80) if words.strip() else "", issuer=plain_name(issuer, longest=120),
        valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip
    session.add(fact)
    session.flush()
    payload = {"title": fact.id, "kind": title, "from": valid_from.isoformat()}
    record(session, actor=actor, tag="enterprise.title_told", subject=subject_of(firm), payload=payload, at=at)
    return fact


def void_title(
    session: Session, *, actor: str, enterprise_id: int, title_id: int, reason: str, on_day: date, on: date,
    at: datetime,
) -> EnterpriseTitleVoid:  # fmt: skip
    """The title counts no longer from ``on_day`` on. Raises :class:`Refusal` ``title_gone`` for another firm's, an
    absent one, and one that is void already.
    """
    refuse_later(on_day, on)
    said = words_enough(reason, fewest=2, most=300)
    firm = locked(session, enterprise_id)
    title = session.scalars(
        select(EnterpriseTitle)
        .outerjoin(EnterpriseTitleVoid, EnterpriseTitleVoid.title_id == EnterpriseTitle.id)
        .where(
            EnterpriseTitle.id == title_id,
            EnterpriseTitle.enterprise_id == firm.id,
            EnterpriseTitleVoid.id.is_(None),
        )
    ).one_or_none()
    if title is None:
        raise Refusal(Reason("title_gone"))
    fact = EnterpriseTitleVoid(title_id=title.id, on_day=on_day, reason=said, recorded_at=at, recorded_by=actor)
    session.add(fact)
    session.flush()
    payload = {"title": title.id, "on": on_day.isoformat()}
    record(session, actor=actor, tag="enterprise.title_voided", subject=subject_of(firm), payload=payload, at=at)
    return fact


def add_credit_history(
    session: Session, *, actor: str, role: str, enterprise_id: int, history: str, source: str, stated_on: date,
    on: date, at: datetime, evidence: Kept | None = None,
) -> CreditHistory:  # fmt: skip
    """What a source said of the firm's borrowing on a day: ``none`` or ``some``.

    A credit report and a bank's query come with their paper, one's own word without. Raises :class:`Refusal`
    ``history_unknown|history_paper_needed``.
    """
    if history not in ("none", "some") or source not in HISTORY_SOURCES:
        raise Refusal(Reason("history_unknown"))
    if source != "own_word" and evidence is None:
        raise Refusal(Reason("history_paper_needed"))
    refuse_later(stated_on, on)
    firm = locked(session, enterprise_id)
    paper = evidence if source != "own_word" else None
    fact = CreditHistory(
        enterprise_id=firm.id, entered_by=speaker(role), recorded_at=at, recorded_by=actor, history=history,
        source=source, stated_on=stated_on, definition=number("first_loan_definition", on),
        evidence_sha256=paper.sha256 if paper else None,
    )  # fmt: skip
    session.add(fact)
    session.flush()
    if paper is not None:
        attach(session, paper, subject=subject_of(firm), words=f"credit_history:{fact.id}", actor=actor, at=at)
    payload = {"credit_history": fact.id, "history": history, "source": source, "on": stated_on.isoformat()}
    record(session, actor=actor, tag="enterprise.history_told", subject=subject_of(firm), payload=payload, at=at)
    return fact


def add_person(
    session: Session, *, actor: str, role: str, enterprise_id: int, relation: str, name: str, id_tail: str,
    at: datetime,
) -> EnterprisePerson:  # fmt: skip
    """A person behind the firm who may borrow for it; a consent of their own is asked before anything is shared.

    Raises :class:`Refusal` ``relation_unknown|id_tail_bad|name_…``.
    """
    if relation not in RELATIONS:
        raise Refusal(Reason("relation_unknown"))
    tail = id_tail.strip().upper()
    if tail and not ID_TAIL.fullmatch(tail):
        raise Refusal(Reason("id_tail_bad"))
    firm = locked(session, enterprise_id)
    fact = EnterprisePerson(
        enterprise_id=firm.id, entered_by=speaker(role), recorded_at=at, recorded_by=actor,
        public_key=fresh_key("person", at), relation=relation, name=plain_name(name, longest=80), id_tail=tail,
    )  # fmt: skip
    session.add(fact)
    session.flush()
    payload = {"person": fact.id, "relation": relation}
    record(session, actor=actor, tag="enterprise.person_told", subject=subject_of(firm), payload=payload, at=at)
    return fact
