"""Reading products: the catalogue everybody signed in may read, and a bank's own products with their drafts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from matchmaking.domain.pricing import PPM_PER_BP
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import Viewer
from matchmaking.market.products.models import ONCE_PUBLISHED, Product, ProductTerms, ProductVersion
from matchmaking.registry.organisations.models import Organisation
from matchmaking.rulebook.reference import lpr

SORTS = ("rate", "amount", "term", "answer", "bank")
AT_ONCE = 10_000
"""Ids in one statement: both engines bound its parameters (SQLite 32,766; PostgreSQL 65,535)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the catalogue; an empty one takes everything. ``amount_minor``: a product takes this much."""

    text: str = ""
    loan_kind: str = ""
    guarantee: str = ""
    amount_minor: int | None = None
    term_months: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A product with one version, its terms and its bank."""

    product: Product
    version: ProductVersion
    terms: ProductTerms
    bank: str
    bank_path: str


@dataclass(frozen=True, slots=True)
class OwnRow:
    """One line of the bank's list: the version in force on the day and the open draft, where there are any."""

    product: Product
    bank: str
    current: ProductVersion | None
    terms: ProductTerms | None
    draft: ProductVersion | None


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """A product of the bank with every version, the latest first."""

    product: Product
    bank: str
    offers: Sequence[Offer]

    @property
    def bank_path(self) -> str:
        """Where the bank or branch hangs."""
        return self.offers[0].bank_path

    @property
    def draft(self) -> Offer | None:
        """The open draft."""
        return next((offer for offer in self.offers if offer.version.state in ("draft", "submitted")), None)

    def number(self, wanted: int) -> Offer | None:
        """The version of that number."""
        return next((offer for offer in self.offers if offer.version.number == wanted), None)

    def on(self, day: date) -> Offer | None:
        """The version in force on ``day``."""
        return next((offer for offer in self.offers if holds_on(offer.version, day)), None)


def holds_on(version: ProductVersion, day: date) -> bool:
    """Whether a version is in force on ``day``."""
    begun = version.effective_from is not None and version.effective_from <= day
    return begun and (version.effective_to is None or day <= version.effective_to)


def in_force(version: Any, day: date) -> ColumnElement[bool]:
    """As :func:`holds_on`, for a query. By days, not by state: what a past day saw can be asked at any time."""
    ended = and_(version.effective_to.is_not(None), version.effective_to < day)
    return and_(version.state.in_(ONCE_PUBLISHED), version.effective_from <= day, ~ended)


def catalogue(
    session: Session, wanted: Wanted, *, on: date, sort: str = "rate", descending: bool = False, limit: int,
    offset: int = 0,
) -> tuple[list[Offer], int]:  # fmt: skip
    """What is on offer on ``on`` and how many there are; open to everybody signed in. One SQL statement."""
    key = _sort_keys(on)[sort if sort in SORTS else "rate"]
    order = (key.desc() if descending else key.asc(), Product.name, Product.id)
    page = _offers(select(Product.id, ProductVersion.id.label("version_id"), func.count().over().label("total")))
    held = page.where(in_force(ProductVersion, on), *_filters(wanted)).order_by(*order).limit(limit).offset(offset)
    chosen = held.subquery()
    asked = _offers(_columns().add_columns(chosen.c.total)).join(chosen, chosen.c.version_id == ProductVersion.id)
    rows = session.execute(asked.order_by(*order)).all()
    return [_offer(row) for row in rows], rows[0].total if rows else 0


def offers_on(session: Session, day: date) -> list[Offer]:
    """Every version in force on ``day``; in order of the products' keys."""
    asked = _offers(_columns()).where(in_force(ProductVersion, day)).order_by(Product.public_key)
    return [_offer(row) for row in session.execute(asked)]


class Stated(NamedTuple):
    """Which version is in force, in which state, with which terms, and who sells it: where these are equal, so is the
    whole :class:`Offer`."""

    product: str
    version_id: int
    version: int
    terms_id: int
    bank: str
    bank_path: str


def stated_on(session: Session, day: date, currency: str) -> list[Stated]:
    """What is in force on ``day``, by ids alone; in order of bank, name and key."""
    asked = _offers(
        select(
            Product.public_key, ProductVersion.id, ProductVersion.version, ProductTerms.id, Organisation.name,
            Organisation.path, Product.name,
        )
    ).where(in_force(ProductVersion, day), ProductTerms.currency == currency)  # fmt: skip
    # ordered here: engines order Chinese names each in its own way
    rows = sorted(session.execute(asked).all(), key=lambda row: (row[4], row[6], row[0]))
    return [Stated(*row[:6]) for row in rows]


def offers_of(session: Session, versions: Sequence[int]) -> Iterator[Offer]:
    """The offers of these versions."""
    for start in range(0, len(versions), AT_ONCE):
        asked = _offers(_columns()).where(ProductVersion.id.in_(versions[start : start + AT_ONCE]))
        yield from (_offer(row) for row in session.execute(asked))


def offer_on(session: Session, key: str, day: date) -> Offer | None:
    """The version of product ``key`` in force on ``day``, or None."""
    asked = _offers(_columns()).where(Product.public_key == key, in_force(ProductVersion, day))
    row = session.execute(asked.order_by(ProductVersion.number.desc())).first()
    return None if row is None else _offer(row)


def offer_numbered(session: Session, key: str, number: int) -> Offer | None:
    """Version ``number`` of product ``key`` once it was published: what a stored match names."""
    asked = _offers(_columns()).where(
        Product.public_key == key, ProductVersion.number == number, ProductVersion.state.in_(ONCE_PUBLISHED)
    )
    row = session.execute(asked).first()
    return None if row is None else _offer(row)


def own_products(
    session: Session, viewer: Viewer, *, on: date, limit: int, offset: int = 0
) -> tuple[list[OwnRow], int]:
    """Products of the viewer's bank with what is in force and what is being drafted; one SQL statement."""
    draft, current = aliased(ProductVersion), aliased(ProductVersion)
    asked = (
        select(Product, Organisation.name.label("bank"), current, ProductTerms, draft, func.count().over())
        .join(Organisation, Organisation.id == Product.organisation_id)
        .outerjoin(current, and_(current.product_id == Product.id, in_force(current, on)))
        .outerjoin(ProductTerms, _terms_of(current))
        .outerjoin(draft, and_(draft.product_id == Product.id, draft.state.in_(("draft", "submitted"))))
        .where(read_by(viewer))
        .order_by(Product.name, Product.id)
    )
    rows = session.execute(asked.limit(limit).offset(offset)).all()
    found = [OwnRow(row[0], row[1], row[2], row[3], row[4]) for row in rows]
    return found, rows[0][5] if rows else 0


def own_sheet(session: Session, viewer: Viewer, key: str) -> OwnSheet | None:
    """A product of the viewer's bank with all its versions, or None where there is none; one SQL statement."""
    asked = _offers(_columns()).where(Product.public_key == key, read_by(viewer))
    rows = [_offer(row) for row in session.execute(asked.order_by(ProductVersion.number.desc()))]
    return OwnSheet(rows[0].product, rows[0].bank, rows) if rows else None


def read_by(viewer: Viewer) -> ColumnElement[bool]:
    """Products of the viewer's own bank, with their drafts: the whole legal person reads."""
    if not viewer.may(Permission.READ_PRODUCTS) or not viewer.organisation_path:
        return false()
    head = "/" + viewer.organisation_path.strip("/").split("/")[0] + "/"
    return Organisation.path.like(head + "%")


def managed_by(viewer: Viewer, bank_path: str) -> bool:
    """Whether the viewer may change products of the bank at that path: their own's, and those of branches under it."""
    own = viewer.organisation_path
    return viewer.may(Permission.MANAGE_PRODUCTS) and own is not None and bank_path.startswith(own)


def product_by_key(session: Session, key: str) -> Product | None:
    """The product ``key``, for commands, which see everything."""
    return session.scalars(select(Product).where(Product.public_key == key)).one_or_none()


def versions_of(session: Session, product: Product) -> list[ProductVersion]:
    """Every version, the earliest first; for commands."""
    asked = select(ProductVersion).where(ProductVersion.product_id == product.id).order_by(ProductVersion.number)
    return list(session.scalars(asked.execution_options(populate_existing=True)))


def terms_of_version(session: Session, version: ProductVersion) -> ProductTerms:
    """The terms that stand for a version."""
    asked = select(ProductTerms).where(ProductTerms.version_id == version.id, ProductTerms.revision == version.revision)
    return session.scalars(asked).one()


def overtaken(session: Session, as_of: date, *, limit: int) -> list[ProductVersion]:
    """Published versions whose last day was before ``as_of``."""
    ended = ProductVersion.effective_to < as_of
    asked = select(ProductVersion).where(ProductVersion.state == "published", ended)
    return list(session.scalars(asked.order_by(ProductVersion.id).limit(limit)))


def _columns() -> Select[Any]:
    bank = Organisation.name.label("bank")
    return select(Product, ProductVersion, ProductTerms, bank, Organisation.path.label("bank_path"))


def _offers(asked: Select[Any]) -> Select[Any]:
    return (
        asked.select_from(Product)
        .join(ProductVersion, ProductVersion.product_id == Product.id)
        .join(ProductTerms, _terms_of(ProductVersion))
        .join(Organisation, Organisation.id == Product.organisation_id)
    )


def _terms_of(version: Any) -> ColumnElement[bool]:
    return and_(ProductTerms.version_id == version.id, ProductTerms.revision == version.revision)


def _filters(wanted: Wanted) -> list[ColumnElement[bool]]:
    filters: list[ColumnElement[bool]] = [Organisation.active.is_(True)]
    if wanted.text:
        named = Product.name.contains(wanted.text, autoescape=True)
        filters.append(or_(named, Organisation.name.contains(wanted.text, autoescape=True)))
    for column, code in ((ProductTerms.loan_kinds, wanted.loan_kind), (ProductTerms.guarantees, wanted.guarantee)):
        if code:
            filters.append(or_(column == "", column.contains(f",{code},", autoescape=True)))
    if wanted.amount_minor is not None:
        filters.append(wanted.amount_minor >= ProductTerms.amount_min_minor)
        filters.append(wanted.amount_minor <= ProductTerms.amount_max_minor)
    if wanted.term_months is not None:
        filters.append(wanted.term_months <= ProductTerms.term_max)
    return filters


def _sort_keys(on: date) -> dict[str, ColumnElement[Any]]:
    fixing = lpr().at(on)
    of_tenor = case((ProductTerms.lpr_tenor == "1Y", fixing.one_year), else_=fixing.five_year)
    return {
        "rate": of_tenor + ProductTerms.spread_low_bp * PPM_PER_BP,
        "amount": func.coalesce(ProductTerms.amount_max_minor, 0),
        "term": func.coalesce(ProductTerms.term_max, 0),
        "answer": func.coalesce(ProductTerms.promised_workdays, 9_999),
        "bank": func.coalesce(Organisation.name, ""),
    }


def _offer(row: Any) -> Offer:
    return Offer(row.Product, row.ProductVersion, row.ProductTerms, row.bank, row.bank_path)
