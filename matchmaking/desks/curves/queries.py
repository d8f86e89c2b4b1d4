"""What curves are reckoned from, in a number of statements that does not grow; and the curves that were kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from matchmaking.delivery.agreements.queries import agreements_in
from matchmaking.delivery.audits.case_audit import case_portfolio, kernel_audit
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.statements.queries import positions_of, statement_for
from matchmaking.desks.curves import facts as f
from matchmaking.desks.curves.models import WaitingCurves
from matchmaking.desks.curves.walking import Act, walk
from matchmaking.domain.conversion.survival import Outcome
from matchmaking.domain.conversion.waits import FULL, PAID, waits_for_money
from matchmaking.domain.reasons import Refusal
from matchmaking.domain.turns import Step
from matchmaking.foundation.clock import business_day, end_of_day
from matchmaking.market.events.models import Event
from matchmaking.market.needs.models import Need, NeedEvent
from matchmaking.market.products.models import Product, ProductVersion
from matchmaking.market.referrals.models import Referral, ReferralEvent, ReferralTurn
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.rulebook import workdays


def kept_curves(session: Session, snapshot: AuditSnapshot, wait: str) -> WaitingCurves | None:
    """The curves of one wait that hold for a stored audit; one SQL statement."""
    asked = select(WaitingCurves).where(WaitingCurves.snapshot_id == snapshot.id, WaitingCurves.wait == wait)
    return session.scalars(asked.order_by(WaitingCurves.id.desc()).limit(1)).first()


def has_curves(session: Session, snapshot: AuditSnapshot) -> bool:
    """Whether any curves were kept for a stored audit."""
    asked = select(WaitingCurves.id).where(WaitingCurves.snapshot_id == snapshot.id).limit(1)
    return session.execute(asked).first() is not None


def all_cases(session: Session, portfolio: Portfolio, *, as_of: date, known_on: date) -> dict[str, f.Cases]:
    """Wait → all that waited as of one day and as known by the end of another; reads only."""
    if portfolio.kind == "statement":
        return {"statement_first": _in_statements(session, portfolio, as_of, known_on)}
    found = dict(_for_money(session, portfolio, as_of, known_on))
    if portfolio.code == f.CITY:
        market = _Market.read(session, known_on)
        found |= {wait.code: market.cases(wait, min(as_of, known_on)) for wait in f.MARKET}
    return found


def _for_money(session: Session, portfolio: Portfolio, as_of: date, known_on: date) -> Iterator[tuple[str, f.Cases]]:
    cases = case_portfolio(session, portfolio)
    audit, by_key = kernel_audit(cases, as_of=as_of, known_on=known_on), {fact.key: fact for fact in cases.facts}
    papers = agreements_in(session, portfolio.id)
    events = dict(session.execute(select(Event.public_key, Event.name)).tuples().all())
    for wait in f.MONEY:
        apart = {"apart": len(audit.apart)}
        if wait.upto == FULL:
            apart["revolving"] = sum(ledger.signing.revolving for ledger in audit.signings)
        told = waits_for_money(audit.signings, by_key, upto=wait.upto, money=wait.money, as_of=as_of)
        yield wait.code, f.Cases(tuple(_paper(one, papers, events) for one in told), apart)


def _paper(waited: Any, papers: dict[str, Any], events: dict[str, str]) -> f.Case:
    signing = waited.signing
    product = papers[signing.key].product
    groups = {f.BANK: (signing.lender, signing.lender), f.GRADE: (signing.instrument, signing.instrument)}
    if product:
        groups[f.PRODUCT] = (product, product)
    if signing.event:
        groups[f.EVENT] = (signing.event, events.get(signing.event, signing.event))
    return f.Case(signing.key, waited.outcome, groups)


def _in_statements(session: Session, portfolio: Portfolio, as_of: date, known_on: date) -> f.Cases:
    """Signing to first money as the standing statements tell it; whoever is not paid is cut off on the statement's day.

    A statement that tells no day of first money at all tells no wait; a line with money and no day is left out.
    """
    made: list[f.Case] = []
    undated = 0
    for statement in statement_for(session, portfolio.id, as_of, end_of_day(known_on)):
        signed = [one for one in positions_of(session, statement.id) if one.says.signed_on is not None]
        if not any(one.says.first_money_on for one in signed):
            continue
        for one in signed:
            says, paid = one.says, one.says.first_money_on
            if paid is None and says.disbursed:
                undated += 1
                continue
            days = max(0, ((paid or statement.as_of) - (says.signed_on or statement.as_of)).days)
            named = ((f.BANK, says.lender), (f.PRODUCT, says.product), (f.AREA, says.area_name))
            groups = {by: (name, name) for by, name in named if name}
            made.append(f.Case(one.public_key, Outcome(days, PAID if paid else None), groups))
    return f.Cases(tuple(made), {"undated": undated} if undated else {})


@dataclass(frozen=True)
class _Market:
    """Acts with needs and referrals that were recorded by a day, each list in its order."""

    needs: Sequence[Any]
    referrals: Sequence[Any]
    acts_of_needs: dict[int, list[Act]]
    acts: dict[int, list[Act]]
    turns: dict[int, list[Step]]

    @classmethod
    def read(cls, session: Session, known_on: date) -> _Market:
        """Five SQL statements however many there are."""
        bank = aliased(Organisation)
        asked = (
            select(Referral.id, Referral.need_id, Referral.public_key, bank.public_key.label("bank_key"),
                   bank.name.label("bank"), Product.public_key.label("product_key"), Product.name.label("product"))
            .join(bank, bank.id == Referral.legal_person_id)
            .join(ProductVersion, ProductVersion.id == Referral.product_version_id)
            .join(Product, Product.id == ProductVersion.product_id)
            .order_by(Referral.public_key)
        )  # fmt: skip
        steps: dict[int, list[Step]] = defaultdict(list)
        turned = select(ReferralTurn.referral_id, ReferralTurn.on_day, ReferralTurn.after).where(
            ReferralTurn.recorded_at <= end_of_day(known_on)
        )
        for key, day, after in session.execute(turned.order_by(ReferralTurn.referral_id, ReferralTurn.number)):
            steps[key].append(Step(day, after))
        return cls(
            session.execute(select(Need.id, Need.public_key, Need.area_code).order_by(Need.public_key)).all(),
            session.execute(asked).all(),
            _acts(session, NeedEvent, NeedEvent.need_id, known_on),
            _acts(session, ReferralEvent, ReferralEvent.referral_id, known_on),
            steps,
        )

    def cases(self, wait: f.Wait, until: date) -> f.Cases:
        """Needs or referrals that waited."""
        if wait.code == "need_accept":
            return f.Cases(tuple(self._needs(until)))
        kind = "sent" if wait.main == f.ACCEPTED else "decision"
        made, uncounted = [], 0
        for row in self.referrals:
            spell = walk(self.acts.get(row.id, ()), kind, until)
            if spell is None:
                continue
            try:
                outcome = spell.own(self.turns.get(row.id, ()), workdays()) if wait.own else spell.outcome
            except Refusal:
                uncounted += 1
                continue
            groups = {f.BANK: (row.bank_key, row.bank), f.PRODUCT: (row.product_key, f"{row.bank} · {row.product}")}
            made.append(f.Case(row.public_key, outcome, groups))
        return f.Cases(tuple(made), {"uncounted": uncounted} if uncounted else {})

    def _needs(self, until: date) -> Iterator[f.Case]:
        """A need waits for the first bank that accepts it."""
        first: dict[int, date] = {}
        for row in self.referrals:
            for act in self.acts.get(row.id, ()):
                if act.action in ("accept", "choose") and act.day <= until:
                    first[row.need_id] = min(act.day, first.get(row.need_id, act.day))
        for need in self.needs:
            spell = walk(self.acts_of_needs.get(need.id, ()), "need", until)
            if spell is not None:
                accepted = first.get(need.id)
                if accepted is not None and accepted <= spell.end:
                    spell = replace(spell, end=max(accepted, spell.start), cause=f.ACCEPTED)
                yield f.Case(need.public_key, spell.outcome, {f.AREA: (need.area_code, need.area_code)})


def _acts(session: Session, table: Any, of: Any, known_on: date) -> dict[int, list[Act]]:
    asked = select(of, table.recorded_at, table.action).where(table.recorded_at <= end_of_day(known_on))
    rows = session.execute(asked.order_by(of, table.number))
    return {
        key: [Act(business_day(at), action) for _, at, action in held]
        for key, held in groupby(rows, lambda row: row[0])
    }


__all__ = ["all_cases", "has_curves", "kept_curves"]
