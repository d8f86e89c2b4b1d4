"""The catalogue of a day, indexed once per process and kept until something about products changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, reduce
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, String, cast, func, select
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session

from matchmaking.domain.matching.catalogue import Product as Offered
from matchmaking.domain.matching.index import Catalogue, tie_break
from matchmaking.domain.matching.rules import Rules
from matchmaking.domain.money import Money
from matchmaking.foundation.storage import Base
from matchmaking.market.matches.lenders import Lenders, lenders_on
from matchmaking.market.matches.models import LenderRecord
from matchmaking.market.products.facts import as_offered
from matchmaking.market.products.models import Product, ProductQuota, ProductTerms, ProductVersion
from matchmaking.market.products.queries import Offer, Stated, offers_of, stated_on
from matchmaking.registry.organisations.models import Organisation

KEPT = 6
"""Days and currencies at a time; the one kept longest goes."""
Row = TypeVar("Row", bound=Base)


def _told(*columns: Any) -> ColumnElement[str]:
    """Columns in one text, which both engines can gather."""
    first, *others = [cast(column, String) for column in columns]
    return reduce(lambda text, column: text + ":" + column, others, first)


_bank, _quota, _version = Organisation.__table__.c, ProductQuota.__table__.c, ProductVersion.__table__.c
_zone = func.coalesce(_bank.zone_code, "")
_named = func.aggregate_strings(_told(_bank.id, _bank.active, _bank.path, _bank.area_code, _zone, _bank.name), ",")
_taken = func.aggregate_strings(_told(_quota.product_id, _quota.taken_minor), ",")
STAMP = select(
    func.count(_version.id),
    select(func.max(_version.id)).scalar_subquery(),
    func.sum(_version.version),
    select(func.max(ProductTerms.__table__.c.id)).scalar_subquery(),
    select(func.max(Product.__table__.c.public_key)).scalar_subquery(),
    select(_taken).scalar_subquery(),
    select(_named).where(_bank.kind == "bank").scalar_subquery(),
    select(func.max(LenderRecord.__table__.c.id)).scalar_subquery(),
).select_from(ProductVersion.__table__)
"""One row that differs whenever a product, a version, its terms, a bank, a quota or a lender's record does.

Every change of a version raises its number, terms and records are only added; quotas and banks go up and down, and are
told in full. The keys of products tell one database from another at the same address.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """What is on offer on a day in one currency. Places are in the order that settles ties, in which the engine
    needs them; ``named`` (m,) are the places by bank, name and key, the order of ``offers`` and ``offered``. ``row``:
    the offers by place; ``bank_of``: (m,) the place in ``banks`` of each."""

    stamp: tuple[Any, ...]
    on: date
    stated: tuple[Stated, ...]
    taken: Mapping[int, int]
    place: Mapping[str, int]
    named: NDArray[np.intp]
    offers: Mapping[str, Offer]
    row: tuple[Offer, ...]
    banks: tuple[str, ...]
    bank_of: NDArray[np.intp]
    offered: Mapping[str, Offered]
    catalogue: Catalogue
    lenders: Lenders


TAKEN = 5
"""Where in it quotas stand: product:minor units, gathered."""
_shelves: dict[tuple[str, date, str], Shelf] = {}


def shelf_on(session: Session, on: date, currency: str) -> Shelf:
    """The shelf of the day: one SQL statement where nothing changed, five where something did; only what
    changed is read anew.

    Raises :class:`Refusal` where no LPR is in force.
    """
    key, stamp = (str(session.get_bind().engine.url), on, currency), tuple(session.execute(STAMP).one())
    found = _shelves.get(key)
    if found is None or found.stamp != stamp:
        kept = [shelf for held, shelf in _shelves.items() if held[0] == key[0] and held[2] == currency]
        found = _made(session, on, currency, stamp, kept)
        _shelves.pop(key, None)
        while len(_shelves) >= KEPT:
            _shelves.pop(next(iter(_shelves)), None)
        _shelves[key] = found
    return found


def offered_of(
    offer: Offer, on: date, taken_minor: int = 0, lenders: Lenders | None = None, rules: Rules | None = None
) -> Offered:
    """A version in force as matching reads it; of its quota is left what approved lines have not taken. Without
    ``lenders`` nothing is known of branches and records. ``rules``: those of its terms, where they were read before."""
    terms = offer.terms
    left = None if terms.quota_minor is None else Money(max(terms.quota_minor - taken_minor, 0), terms.currency)
    found = as_offered(offer.product, offer.version, terms, lender=offer.bank, on=on, quota_left=left, rules=rules)
    if lenders is None:
        return found
    return replace(found, places=lenders.places(offer), city=lenders.city(offer), records=lenders.record(offer))


def _made(session: Session, on: date, currency: str, stamp: tuple[Any, ...], kept: Sequence[Shelf]) -> Shelf:
    stated, lenders = stated_on(session, on, currency), lenders_on(session, on, currency)
    told = (pair.split(":") for pair in (stamp[TAKEN] or "").split(",") if pair)
    taken, row = {int(product): int(minor) for product, minor in told}, _rows(session, stated, kept)
    before = {one: shelf for shelf in kept for one in shelf.stated}
    same = {id(shelf) for shelf in kept if shelf.on == on and shelf.lenders == lenders}

    def offered(one: Stated, offer: Offer) -> Offered:
        product, shelf = offer.product.id, before.get(one)
        known = shelf.offered[one.product] if shelf else None
        if known and id(shelf) in same and shelf and shelf.taken.get(product) == taken.get(product):
            return known
        return offered_of(offer, on, taken.get(product, 0), lenders, known.rules if known else None)

    products = {one.product: offered(one, offer) for one, offer in zip(stated, row, strict=True)}
    offers = {one.product: offer for one, offer in zip(stated, row, strict=True)}
    banks = {bank: number for number, bank in enumerate(dict.fromkeys(one.bank for one in stated))}
    stated = sorted(stated, key=lambda one: tie_break(products[one.product]))
    place = {one.product: place for place, one in enumerate(stated)}
    return Shelf(
        stamp, on, tuple(stated), taken,
        place=place,
        named=np.array([place[product] for product in products], np.intp),
        offers=offers,
        row=tuple(offers[product] for product in place),
        banks=tuple(banks),
        bank_of=np.array([banks[one.bank] for one in stated], np.intp),
        offered=products,
        catalogue=Catalogue([products[product] for product in place]),
        lenders=lenders,
    )  # fmt: skip


def _rows(session: Session, stated: Sequence[Stated], kept: Sequence[Shelf]) -> tuple[Offer, ...]:
    """The offers, those that another shelf has from there."""
    known = {one: offer for shelf in kept for one, offer in zip(shelf.stated, shelf.row, strict=True)}
    wanted = [one.version_id for one in stated if one not in known]
    read = {offer.version.id: _loose(offer) for offer in offers_of(session, wanted)}
    return tuple(known.get(one) or read[one.version_id] for one in stated)


def _loose(offer: Offer) -> Offer:
    """Of no session, so that it outlives this one and nobody writes through it."""
    return Offer(_copy(offer.product), _copy(offer.version), _copy(offer.terms), offer.bank, offer.bank_path)


def _copy(row: Row) -> Row:
    # what a constructor does for each of forty columns costs four times what reading them does
    made: Any = inspected(type(row)).class_manager.new_instance()
    made.__dict__.update({name: getattr(row, name) for name in _names(type(row))})
    return made


@cache
def _names(table: type[Base]) -> tuple[str, ...]:
    return tuple(column.key for column in inspected(table).column_attrs)
