"""What a run reads: firms of the list with their open needs, products in force, and which pairs are eligible."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.domain.matching.catalogue import Need as Asked
from matchmaking.domain.matching.kernel import match
from matchmaking.domain.matching.policy import Policy
from matchmaking.domain.money import Money
from matchmaking.market.allocations.facts import COUNTY, FIRST_LOAN, MICRO, Applicant, Candidate, Offering, Question
from matchmaking.market.allocations.models import AllocationPlan, AllocationWish
from matchmaking.market.batches.models import BatchMember
from matchmaking.market.batches.queries import STANDS
from matchmaking.market.matches.models import RankingChoice
from matchmaking.market.matches.shelf import Shelf, shelf_on
from matchmaking.market.needs.facts import as_asked
from matchmaking.market.needs.models import Need
from matchmaking.market.policies.queries import policy_for
from matchmaking.registry.enterprises.facts import FIRST, FirmFacts
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import firm_facts
from matchmaking.rulebook import number

OPEN = ("posted", "verified", "listed", "referred")
"""States of a need that may be matched: posted, and nothing signed for it yet."""
CURRENCY = "CNY"
AT_ONCE = 500
"""Keys asked for in one statement; both engines bound the number of parameters."""


def question_of(session: Session, plan: AllocationPlan, on: date) -> Question:
    """Everything a run of ``plan`` reads on ``on``. Raises what ``policy`` and an LPR that is not in force raise."""
    members, shelf = _members(session, plan.batch_id), shelf_on(session, on, CURRENCY)
    needs = _needs(session, members)
    facts = _facts(session, [member.organisation_id for member in members], on)
    declined = _declined(session, [member.organisation_id for member in members])
    applicants, asked = [], []
    for place, member in enumerate(members):
        need, firm = needs.get(place), facts.get(member.organisation_id)
        applicant = _applicant(member, need, firm, member.organisation_id in declined)
        applicants.append(applicant)
        if need is not None and firm is not None and not applicant.barred:
            asked.append(shelf.lenders.seen(as_asked(need, firm, on)))
    offerings, held = _offered(shelf), policy_for(session, on)
    places = {one.need_key: place for place, one in enumerate(applicants) if one.need_key and not one.barred}
    candidates = _candidates(asked, offerings, shelf, held, places, on)
    pinned, forbidden = wishes_of(session, plan.id)
    return Question(
        on=on, policy_version=held.version, applicants=tuple(applicants), offerings=tuple(offerings),
        candidates=candidates, count_most=plan.count_most, per_need=number("allocation_per_need", on),
        shares={kind: number(f"allocation_floor_{kind}", on) for kind in (MICRO, FIRST_LOAN, COUNTY)},
        pinned=pinned, forbidden=forbidden,
    )  # fmt: skip


def wishes_of(session: Session, plan_id: int) -> tuple[frozenset[tuple[str, int]], frozenset[tuple[str, int]]]:
    """Pairs (need, product id) pinned now, and those forbidden: of several wishes about a pair the latest holds."""
    latest = (
        select(func.max(AllocationWish.id))
        .where(AllocationWish.plan_id == plan_id)
        .group_by(AllocationWish.need_key, AllocationWish.product_id)
    )
    rows = session.scalars(select(AllocationWish).where(AllocationWish.id.in_(latest))).all()
    return tuple(  # type: ignore[return-value]
        frozenset((row.need_key, row.product_id) for row in rows if row.wish == wish) for wish in ("pin", "forbid")
    )


def _members(session: Session, batch_id: int) -> list[BatchMember]:
    asked = select(BatchMember).where(BatchMember.batch_id == batch_id, STANDS).order_by(BatchMember.position)
    return list(session.scalars(asked))


def _needs(session: Session, members: list[BatchMember]) -> dict[int, Need]:
    """Place of the member → its need: the one the list names where it is open, else the firm's latest open one."""
    of_firm: dict[int, list[Need]] = {}
    ids = [member.organisation_id for member in members]
    for start in range(0, len(ids), AT_ONCE):
        asked = select(Need).where(
            Need.organisation_id.in_(ids[start : start + AT_ONCE]), Need.state.in_(OPEN), Need.currency == CURRENCY
        )
        for need in session.scalars(asked.order_by(Need.posted_on.desc(), Need.id.desc())):
            of_firm.setdefault(need.organisation_id, []).append(need)
    found = {}
    for place, member in enumerate(members):
        mine = of_firm.get(member.organisation_id, [])
        named = [need for need in mine if need.public_key == member.need_key]
        if mine:
            found[place] = (named or mine)[0]
    return found


def _facts(session: Session, organisations: list[int], on: date) -> Mapping[int, FirmFacts]:
    ids: list[int] = []
    for start in range(0, len(organisations), AT_ONCE):
        asked = select(Enterprise.id).where(Enterprise.organisation_id.in_(organisations[start : start + AT_ONCE]))
        ids.extend(session.scalars(asked))
    return {firm.organisation_id: firm for firm in firm_facts(session, enterprise_ids=ids, on=on).values()}


def _declined(session: Session, organisations: Collection[int]) -> frozenset[int]:
    """Firms whose last word is that they want no automated ranking."""
    latest = select(func.max(RankingChoice.id)).group_by(RankingChoice.organisation_id)
    asked = select(RankingChoice.organisation_id).where(
        RankingChoice.id.in_(latest), RankingChoice.automated.is_(False)
    )
    return frozenset(session.scalars(asked)) & frozenset(organisations)


def _applicant(member: BatchMember, need: Need | None, firm: FirmFacts | None, declined: bool) -> Applicant:
    barred = "no_need" if need is None else "declined" if declined else "no_profile" if firm is None else ""
    return Applicant(
        position=member.position, firm=member.name, area_code=member.area_code, asked_minor=member.asked_minor,
        need_key=need.public_key if need else None,
        amount=Money(need.amount_minor) if need and need.amount_minor else None,
        micro=firm is not None and firm.size.code == "micro",
        first_loan=firm is not None and firm.first_loan.verdict == FIRST, barred=barred,
    )  # fmt: skip


def _offered(shelf: Shelf) -> list[Offering]:
    return [
        Offering(
            product_id=offer.product.id, product_key=key, version_id=offer.version.id,
            version=offer.version.number, bank_id=int(offer.bank_path.strip("/").split("/")[0]),
            quota_minor=left.minor if (left := shelf.offered[key].quota_left) else None,
        )
        for key, offer in shelf.offers.items()
    ]  # fmt: skip


def _candidates(
    asked: list[Asked], offerings: list[Offering], shelf: Shelf, held: Policy, places: Mapping[str, int], on: date
) -> tuple[Candidate, ...]:
    if not offerings or not asked:
        return ()
    found = match(asked, shelf.catalogue, held, on, per_need=len(offerings), per_product=1)
    of_key = {one.product_key: place for place, one in enumerate(offerings)}
    return tuple(
        Candidate(places[pair.need], of_key[pair.product], pair.points)
        for place in range(len(asked))
        for pair in found.of_need(place)
    )
