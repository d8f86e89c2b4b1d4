"""Taking in lines, matching them by rule, and a person's word on what the rule only proposes."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.recording import fresh_key, refuse_future
from matchmaking.delivery.disbursements.hearing import record_third_party_line
from matchmaking.delivery.disbursements.models import Disbursement
from matchmaking.domain.conversion.pairing import Pair, Side, Tolerances, differences, pair_up
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation.clock import business_day
from matchmaking.foundation.trail import record
from matchmaking.oversight.lines.models import LineMatch, LineProposal, LineRejection, OutsideLine
from matchmaking.oversight.lines.queries import (
    candidates_of,
    fingerprints,
    is_open,
    knows_firm,
    lenders_by_name,
    proposed_pairs,
    rejected_pairs,
    side_of_line,
    sides_of_lines,
    sides_of_reports,
)
from matchmaking.oversight.lines.reading import LineTold
from matchmaking.registry.organisations.recording import plain_name, words_enough
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import number

ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class CameOf:
    """What became of a paste: new lines, lines that were there already, pairs made, pairs to be asked about."""

    added: int
    known: int
    matched: int
    proposed: int


def take_in_lines(
    session: Session,
    *,
    actor: str,
    portfolio: Portfolio,
    source: str,
    firm: str,
    rows: Sequence[LineTold],
    at: datetime,
) -> CameOf:
    """Lines of the statement of ``source`` about ``firm``, all or none, then matched by rule.

    The same lines again add nothing. Raises :class:`Refusal` ``lines_firm_unknown``, ``source_is_lender`` and
    ``day_not_yet``.
    """
    source, firm = plain_name(source), plain_name(firm, longest=300)
    if not knows_firm(session, portfolio.id, firm):
        raise Refusal(Reason("lines_firm_unknown", {"firm": firm}))
    lenders = lenders_by_name(session, portfolio.id)
    if source in lenders and lenders[source] in {lenders.get(row.lender, row.lender) for row in rows}:
        raise Refusal(Reason("source_is_lender", {"source": source}))
    for row in rows:
        refuse_future(row.value_on, at)
    made = _lines(portfolio, source, firm, rows, lenders)
    there = fingerprints(session, portfolio.id, [line.fingerprint for line in made])
    fresh = [line for line in made if line.fingerprint not in there]
    for line in fresh:
        line.public_key, line.recorded_at, line.recorded_by = fresh_key("outside", at), at, actor
        session.add(line)
    session.flush()
    matched, proposed = match_lines(session, actor=actor, portfolio=portfolio, at=at)
    told = CameOf(len(fresh), len(made) - len(fresh), matched, proposed)
    payload = {"added": told.added, "known": told.known, "matched": matched, "proposed": proposed}
    record(session, actor=actor, tag="lines.taken_in", subject=f"portfolio:{portfolio.code}", payload=payload, at=at)
    return told


def match_lines(session: Session, *, actor: str, portfolio: Portfolio, at: datetime) -> tuple[int, int]:
    """Pair every open line of the portfolio by rule: how many pairs were made, and how many new ones are proposed.

    A pair becomes a third party's line about the payment at once; of a proposal nothing counts until a person accepts.
    """
    tolerances, rejected = tolerances_on(business_day(at)), rejected_pairs(session, portfolio.id)
    before = proposed_pairs(session, portfolio.id)
    matched = proposed = 0
    for source, open_ in sides_of_lines(session, portfolio).items():
        lines, reports = {side.key: line for side, line in open_}, sides_of_reports(session, portfolio, source)
        sides = [side for side, _ in open_]
        found = pair_up(sides, (side for side, _ in reports.values()), tolerances, rejected=rejected)
        for pair in found.pairs:
            _match(session, actor, pair.kind, lines[pair.line.key], reports[pair.report.key][1], pair.differs, at)
        new = [pair for pair in found.proposed if (pair.line.key, pair.report.key) not in before]
        session.add_all(_proposal(pair, lines, reports[pair.report.key][1], actor, at) for pair in new)
        matched, proposed = matched + len(found.pairs), proposed + len(new)
    session.flush()
    return matched, proposed


def accept_match(
    session: Session, *, actor: str, portfolio: Portfolio, line: OutsideLine, report_key: str, at: datetime
) -> LineMatch:
    """A person says that the line is this payment, whatever they differ in: the audit then sees both figures.

    Raises :class:`Refusal` ``line_matched_already``, ``line_not_proposed`` or ``line_rejected_already``.
    """
    report = _asked(session, line, report_key)
    rate = next((one.rate_ppm for one in candidates_of(session, line) if one.report.id == report.id), None)
    sides = side_of_line(line, portfolio.currency), _side(report, line, portfolio.currency, rate)
    return _match(session, actor, ACCEPTED, line, report, differences(*sides), at)


def reject_match(
    session: Session, *, actor: str, line: OutsideLine, report_key: str, words: str, at: datetime
) -> LineRejection:
    """A person says that the line is not this payment, and why; it is not proposed again. Raises as accepting does."""
    told = words_enough(words, fewest=4, most=300)
    report = _asked(session, line, report_key)
    made = LineRejection(
        public_key=fresh_key("rejection", at), line_id=line.id, disbursement_id=report.id, words=told,
        recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"disbursement": report.public_key}
    record(session, actor=actor, tag="line.rejected", subject=f"line:{line.public_key}", payload=payload, at=at)
    return made


def tolerances_on(day: date) -> Tolerances:
    """The rulebook's tolerances of ``day``."""
    return Tolerances(
        days=number("match_day_tolerance_days", day),
        minor=number("match_amount_tolerance_minor", day),
        rate_ppm=number("match_rate_tolerance_ppm", day),
        near_days=number("match_near_days", day),
        near_ppm=number("match_near_amount_ppm", day),
    )


def _asked(session: Session, line: OutsideLine, report_key: str) -> Disbursement:
    session.scalars(select(OutsideLine.id).where(OutsideLine.id == line.id).with_for_update()).one()
    if not is_open(session, line):
        raise Refusal(Reason("line_matched_already", {"line": line.public_key}))
    found = next((one for one in candidates_of(session, line) if one.report.public_key == report_key), None)
    if found is None:
        raise Refusal(Reason("line_not_proposed", {"line": line.public_key}))
    if found.rejection is not None:
        raise Refusal(Reason("line_rejected_already", {"line": line.public_key}))
    return found.report


def _side(report: Disbursement, line: OutsideLine, currency: str, rate: int | None) -> Side:
    amount = Money(report.amount_minor, currency)
    return Side(report.public_key, line.firm, report.lender, amount, report.value_on, report.iou_no, rate, report.payee)


def _match(
    session: Session,
    actor: str,
    kind: str,
    line: OutsideLine,
    report: Disbursement,
    differs: Sequence[str],
    at: datetime,
) -> LineMatch:
    fact = record_third_party_line(
        session, actor=actor, disbursement=report, source=line.source, amount_minor=line.amount_minor,
        value_on=line.value_on, at=at,
    )  # fmt: skip
    made = LineMatch(
        public_key=fresh_key("match", at), line_id=line.id, disbursement_id=report.id, fact_id=fact.id, kind=kind,
        differs={"in": list(differs)}, recorded_at=at, recorded_by=actor,
    )  # fmt: skip
    session.add(made)
    session.flush()
    payload = {"disbursement": report.public_key, "kind": kind, "fact": fact.public_key}
    record(session, actor=actor, tag="line.matched", subject=f"line:{line.public_key}", payload=payload, at=at)
    return made


def _proposal(
    pair: Pair, lines: dict[str, OutsideLine], report: Disbursement, actor: str, at: datetime
) -> LineProposal:
    return LineProposal(
        public_key=fresh_key("proposal", at), line_id=lines[pair.line.key].id, disbursement_id=report.id,
        differs={"in": list(pair.differs)}, recorded_at=at, recorded_by=actor,
    )  # fmt: skip


def _lines(
    portfolio: Portfolio, source: str, firm: str, rows: Sequence[LineTold], lenders: dict[str, str]
) -> list[OutsideLine]:
    seen: Counter[str] = Counter()
    made = []
    for row in rows:
        lender = lenders.get(row.lender, row.lender)
        says = [
            source, firm, lender, row.amount_minor, row.value_on.isoformat(), row.iou_no, row.rate_ppm, row.payee
        ]  # fmt: skip
        text = json.dumps(says, ensure_ascii=False, separators=(",", ":"))
        seen[text] += 1
        fingerprint = hashlib.sha256(f"{text}#{seen[text]}".encode()).hexdigest()
        made.append(
            OutsideLine(
                portfolio_id=portfolio.id, source=source, firm=firm, lender=lender, amount_minor=row.amount_minor,
                value_on=row.value_on, iou_no=row.iou_no, rate_ppm=row.rate_ppm, payee=row.payee,
                fingerprint=fingerprint,
            )
        )  # fmt: skip
    return made
