"""What matching reads of lenders beside their terms: where their branches are, and what came of what they signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaking.domain.matching import catalogue
from matchmaking.domain.matching.catalogue import MILLION
from matchmaking.market.matches.models import LenderRecord
from matchmaking.market.products.queries import Offer
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook.reference import divisions

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Branch:
    """One open institution: where it hangs and where it stands."""

    path: str
    public_key: str
    area: str
    zone: str | None


@dataclass(frozen=True, slots=True)
class Lenders:
    """Every open bank and branch, and the records of the latest audit by lender's key."""

    branches: tuple[Branch, ...]
    records: Mapping[str, tuple[catalogue.LenderRecord, ...]]

    def places(self, offer: Offer) -> frozenset[str]:
        """Counties and zones with a branch that serves it: the bank or branch that sells it, and all under that."""
        found = [branch for branch in self.branches if branch.path.startswith(offer.bank_path)]
        counties = {branch.area for branch in found if branch.area != EVERYWHERE}
        return frozenset(counties | {branch.zone for branch in found if branch.zone})

    def city(self, offer: Offer) -> str:
        """The four digits of the city in which it is sold; empty where no branch of it is known."""
        areas = sorted(branch.area for branch in self.branches if branch.path.startswith(offer.bank_path))
        if EVERYWHERE in areas:
            return divisions().city.code[:4]
        return areas[0][:4] if areas else ""

    def record(self, offer: Offer) -> tuple[catalogue.LenderRecord, ...]:
        """What came of the agreements of the legal person that sells it."""
        head = offer.bank_path.split("/")[1]
        key = next((branch.public_key for branch in self.branches if branch.path == f"/{head}/"), "")
        return self.records.get(key, ())

    def mean_ppm(self, size_class: str | None) -> int | None:
        """Share of what all lenders signed with firms of this size that was verified as paid in time; None of none."""
        like = [one for some in self.records.values() for one in some if one.size_class == size_class]
        signed = sum(one.signed_minor for one in like)
        return sum(one.verified_minor for one in like) * MILLION // signed if signed else None

    def seen(self, asked: catalogue.Need) -> catalogue.Need:
        """The need with how like cases came out by the records of all lenders."""
        return replace(asked, like_mean_ppm=self.mean_ppm(asked.size_class))


def lenders_on(session: Session, on: date, currency: str = "CNY") -> Lenders:
    """Branches that are open now, and the records of the latest audit up to ``on``. Two SQL statements."""
    columns = (Organisation.path, Organisation.public_key, Organisation.area_code, Organisation.zone_code)
    open_banks = select(*columns).where(Organisation.kind == "bank", Organisation.active).order_by(Organisation.id)
    latest = select(func.max(LenderRecord.as_of)).where(LenderRecord.as_of <= on).scalar_subquery()
    asked = select(LenderRecord).where(LenderRecord.as_of == latest, LenderRecord.currency == currency)
    rows = session.scalars(asked.order_by(LenderRecord.lender_key, LenderRecord.size_class))
    return Lenders(tuple(Branch(*row) for row in session.execute(open_banks)), _by_lender(rows))


def _by_lender(rows: Iterable[LenderRecord]) -> dict[str, tuple[catalogue.LenderRecord, ...]]:
    found: dict[str, tuple[catalogue.LenderRecord, ...]] = {}
    for row in rows:
        one = catalogue.LenderRecord(row.size_class, row.signed_count, row.signed_minor, row.verified_minor)
        found[row.lender_key] = (*found.get(row.lender_key, ()), one)
    return found
