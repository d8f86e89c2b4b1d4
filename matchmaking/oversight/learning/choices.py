"""What the city can learn from: needs that a product's money really reached, among the products that fitted that day.

Money counts where the audit verified it (two parties agree). Two sources: a referral, with the need as matching saw it;
and a paper signed without a need on the platform, of which amount, trade and place are known and nothing else, so that
the other lines are left unstated.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaking.delivery.agreements.models import Agreement
from matchmaking.delivery.audits.models import AuditRow, AuditSnapshot
from matchmaking.delivery.decisions.models import CreditDecision
from matchmaking.delivery.signings.models import Paper
from matchmaking.domain.matching.catalogue import Need as Asked
from matchmaking.domain.matching.catalogue import Product as Offered
from matchmaking.domain.matching.explain import Explanation, explain
from matchmaking.domain.matching.learning.proposing import Choice
from matchmaking.domain.matching.lines import FULL
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.money import Money
from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.market.matches.facts import pair_from
from matchmaking.market.matches.models import Recommendation
from matchmaking.market.matches.shelf import offered_of
from matchmaking.market.products.models import Product, ProductVersion
from matchmaking.market.products.queries import Offer, offers_on
from matchmaking.market.referrals.models import Referral
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import firm_facts
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.portfolios.models import Portfolio

UNSAID = ("term", "price", "guarantee", "speed", "quota")
"""Lines a paper without a need says nothing about."""
ANSWERED = frozenset({"amount", "industry", "region"})
"""Criteria that such a paper does answer; the others are not held against a product."""
ANY_TERM, ANY_KIND = 12, "working_capital"
"""Stand in a need made from a paper; no line and no criterion that reads them is counted."""


@dataclass(frozen=True, slots=True)
class Paid:
    """Money verified under a paper: which firm, which product, when the choice was made."""

    key: str
    on: date
    lender: str
    product: str
    amount: Money
    firm_key: str
    need: Asked | None
    product_key: str


@dataclass(frozen=True, slots=True)
class Told:
    """Every choice with its digest. ``verified``: papers with verified money, whether or not they became choices."""

    choices: tuple[Choice, ...]
    verified: int
    from_needs: int
    as_of: date
    digest: str


def choices_of(session: Session, portfolio: Portfolio, hand: Policy) -> Told:
    """Choices behind the portfolio's latest audit. Raises :class:`Refusal` ``policy_no_audit`` where there is none."""
    snapshot = session.scalars(
        select(AuditSnapshot)
        .where(AuditSnapshot.portfolio_id == portfolio.id)
        .order_by(AuditSnapshot.as_of.desc(), AuditSnapshot.known_on.desc(), AuditSnapshot.facts_seq.desc())
        .limit(1)
    ).first()
    if snapshot is None:
        raise Refusal(Reason("policy_no_audit", {"code": portfolio.code}))
    paid = list(_paid(session, snapshot))
    found = tuple(_choices(session, paid, hand))
    told = [{**asdict(one), "on": one.on.isoformat()} for one in found]
    canonical = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    needs = {one.key for one in paid if one.need is not None}
    return Told(
        found, len(paid), sum(one.key in needs for one in found), snapshot.as_of,
        hashlib.sha256(canonical.encode()).hexdigest(),
    )  # fmt: skip


def _paid(session: Session, snapshot: AuditSnapshot) -> Iterator[Paid]:
    """Agreements with verified money, and the recommendation each came from, where it came from one."""
    asked = (
        select(Agreement, Recommendation, Product.public_key.label("product_key"))
        .join(AuditRow, AuditRow.agreement_id == Agreement.id)
        .outerjoin(Paper, Paper.agreement_id == Agreement.id)
        .outerjoin(CreditDecision, CreditDecision.id == Paper.decision_id)
        .outerjoin(Referral, Referral.public_key == CreditDecision.referral_key)
        .outerjoin(Recommendation, Recommendation.id == Referral.recommendation_id)
        .outerjoin(ProductVersion, ProductVersion.id == Recommendation.product_version_id)
        .outerjoin(Product, Product.id == ProductVersion.product_id)
        .where(AuditRow.snapshot_id == snapshot.id, AuditRow.verified_minor > 0, Agreement.signed_on.is_not(None))
        .order_by(Agreement.id)
    )
    for agreement, kept, product_key in session.execute(asked):
        if agreement.firm_key and agreement.amount_minor and agreement.signed_on:
            yield Paid(
                agreement.public_key, kept.on_day if kept else agreement.signed_on, agreement.lender or "",
                agreement.product or "", Money(agreement.amount_minor, agreement.currency), agreement.firm_key,
                pair_from(kept.inputs)[0] if kept else None, product_key or "",
            )  # fmt: skip


def _choices(session: Session, paid: Sequence[Paid], hand: Policy) -> Iterator[Choice]:
    firms = _firms(session, {one.firm_key for one in paid})
    by_day: dict[date, list[Paid]] = defaultdict(list)
    for one in paid:
        by_day[one.on].append(one)
    for on, told in sorted(by_day.items()):
        offers = {offer.product.public_key: offer for offer in offers_on(session, on)}
        offered = {key: offered_of(offer, on) for key, offer in offers.items()}
        ids = {firms[one.firm_key] for one in told if one.need is None and one.firm_key in firms}
        facts = firm_facts(session, enterprise_ids=ids, on=on) if ids else {}
        for one in told:
            firm = facts.get(firms.get(one.firm_key, 0))
            need = one.need or (firm and _as_if_asked(one, firm))
            choice = _choice(one, need, offers, offered, hand) if need else None
            if choice is not None:
                yield choice


def _as_if_asked(paid: Paid, firm: Any) -> Asked:
    return Asked(
        key=paid.key, amount=paid.amount, term_months=ANY_TERM, loan_kind=ANY_KIND, area=firm.area_code,
        zone=firm.zone_code, industry=firm.industry_code,
    )  # fmt: skip


def _choice(
    paid: Paid, need: Asked, offers: Mapping[str, Offer], offered: Mapping[str, Offered], hand: Policy
) -> Choice | None:
    """None where the product whose money came was not on offer that day, or did not fit by what is known."""
    chosen = paid.product_key or next(
        (key for key, offer in offers.items() if (offer.bank, offer.product.name) == (paid.lender, paid.product)), ""
    )
    found = {
        key: explain(need, product, hand, paid.on)
        for key, product in sorted(offered.items())
        if product.currency == paid.amount.currency
    }
    fitting = [key for key, why in found.items() if _fits(why, whole=paid.need is not None)]
    if chosen not in fitting:
        return None
    unsaid = () if paid.need else UNSAID
    marks = tuple(tuple(_mark(found[key], line) for line in hand.weights) for key in fitting)
    stated = {line.line for line in found[chosen].lines if line.full and line.line not in unsaid}
    return Choice(paid.key, paid.on, marks, tuple(line in stated for line in hand.weights), fitting.index(chosen))


def _fits(why: Explanation, *, whole: bool) -> bool:
    return all(verdict.passed or not (whole or verdict.criterion in ANSWERED) for verdict in why.verdicts)


def _mark(why: Explanation, line: str) -> int:
    """Thousandths of a line; nothing where it is not scored."""
    found = next((each for each in why.lines if each.line == line and each.full), None)
    return found.points * FULL // found.full if found else 0


def _firms(session: Session, keys: set[str]) -> dict[str, int]:
    asked = select(Organisation.public_key, Enterprise.id).join(
        Enterprise, Enterprise.organisation_id == Organisation.id
    )
    return {row[0]: row[1] for row in session.execute(asked) if row[0] in keys}
