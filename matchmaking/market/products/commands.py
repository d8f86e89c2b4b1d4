"""Everything that changes a product: drafting, submitting, publishing, retiring. Nothing published is ever amended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.states import PRODUCT_VERSION, SYSTEM
from matchmaking.foundation.trail import record
from matchmaking.market.products.checking import checked, columns
from matchmaking.market.products.facts import OfferTold
from matchmaking.market.products.models import ONCE_PUBLISHED, Product, ProductTerms, ProductVersion
from matchmaking.market.products.queries import overtaken, terms_of_version, versions_of
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.recording import fresh_key, plain_name

LONGEST_NAME = 80
TAGS = {
    "amend": "product.amended",
    "submit": "product.submitted",
    "return": "product.returned",
    "discard": "product.discarded",
    "publish": "product.published",
    "supersede": "product.superseded",
    "retire": "product.retired",
}


def create_product(
    session: Session,
    *,
    actor: str,
    organisation: Organisation,
    name: str,
    told: OfferTold,
    on: date,
    at: datetime,
    demo: bool = False,
    public_key: str | None = None,
) -> Product:
    """A new product with the draft of its first version.

    Raises :class:`Refusal` ``product_of_no_bank``, ``name_…``, ``product_taken``, or those of :func:`checking.checked`.
    """
    if organisation.kind != "bank" or not organisation.active:
        raise Refusal(Reason("product_of_no_bank", {"name": organisation.name}))
    called = plain_name(name, longest=LONGEST_NAME)
    # two people naming the same product at once queue here
    session.execute(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    same = select(Product.id).where(Product.organisation_id == organisation.id, Product.name == called)
    if session.scalars(same).first() is not None:
        raise Refusal(Reason("product_taken", {"name": called}))
    product = Product(
        public_key=public_key or fresh_key("product", at), organisation_id=organisation.id, name=called, demo=demo,
        created_at=at, created_by=actor,
    )  # fmt: skip
    session.add(product)
    session.flush()
    payload = {"organisation": organisation.public_key, "demo": demo}
    record(session, actor=actor, tag="product.created", subject=_subject(product), payload=payload, at=at)
    draft_version(session, actor=actor, product=product, told=told, on=on, at=at)
    return product


def draft_version(
    session: Session, *, actor: str, product: Product, told: OfferTold, on: date, at: datetime
) -> ProductVersion:
    """The draft of the next version. Raises ``product_draft_open`` where one is being drafted already."""
    _lock(session, product)
    known = versions_of(session, product)
    if any(version.state in ("draft", "submitted") for version in known):
        raise Refusal(Reason("product_draft_open"))
    told = checked(told, on)
    version = ProductVersion(
        product_id=product.id, number=len(known) + 1, state=PRODUCT_VERSION.initial[0], version=1, revision=1,
        created_at=at, created_by=actor,
    )  # fmt: skip
    session.add(version)
    session.flush()
    _keep(session, version, told, actor, at)
    payload = {"number": version.number, "digest": told.digest}
    record(session, actor=actor, tag="product.drafted", subject=_subject(product), payload=payload, at=at)
    return version


def amend_version(
    session: Session,
    *,
    actor: str,
    role: str,
    version: ProductVersion,
    seen: int,
    told: OfferTold,
    on: date,
    at: datetime,
) -> ProductVersion:
    """New terms for a draft, as a further revision. ``seen``: the row's version that the page was made from."""
    told = checked(told, on)
    moved = move_version(
        session, actor=actor, role=role, version=version, seen=seen, action="amend", at=at,
        values={"revision": version.revision + 1}, told={"digest": told.digest},
    )  # fmt: skip
    _keep(session, moved, told, actor, at)
    return moved


def publish_version(
    session: Session, *, actor: str, role: str, version: ProductVersion, seen: int, on: date, at: datetime
) -> ProductVersion:
    """In force from its day on; the version before ends the day before.

    Raises :class:`Refusal` ``product_day_past`` where its day has passed, ``product_day_order`` where a published
    version begins no earlier.
    """
    product = _lock(session, session.get_one(Product, version.product_id))
    terms = terms_of_version(session, version)
    first = terms.effective_from
    # publishing a month after drafting may find bounds and tables changed
    if first < on:
        raise Refusal(Reason("product_day_past", {"day": first.isoformat(), "today": on.isoformat()}))
    earlier = [each for each in versions_of(session, product) if each.state in ONCE_PUBLISHED]
    later = [each for each in earlier if each.state == "published" and each.effective_from and
             each.effective_from >= first]  # fmt: skip
    if later:
        day = str(later[-1].effective_from)
        raise Refusal(Reason("product_day_order", {"day": first.isoformat(), "other": day}))
    values = {"effective_from": first, "published_at": at, "published_by": actor}
    moved = move_version(
        session, actor=actor, role=role, version=version, seen=seen, action="publish", at=at, values=values,
        told={"digest": terms.digest, "effective_from": first.isoformat()},
    )  # fmt: skip
    _end_earlier(session, earlier, first, on, actor=actor, at=at)
    return moved


def retire_version(
    session: Session, *, actor: str, role: str, version: ProductVersion, seen: int, on: date, at: datetime
) -> ProductVersion:
    """No longer offered after ``on``. A version that has not begun never will, and the one before it stays."""
    product = _lock(session, session.get_one(Product, version.product_id))
    first = version.effective_from
    moved = move_version(
        session, actor=actor, role=role, version=version, seen=seen, action="retire", at=at,
        values={"effective_to": on}, told={"effective_to": on.isoformat()},
    )  # fmt: skip
    if first is not None and first > on:
        ends = first - timedelta(days=1)
        for each in versions_of(session, product):
            if each.state == "published" and each.effective_to == ends:
                each.effective_to = None
    session.flush()
    return moved


def supersede_versions(session: Session, *, actor: str, as_of: date, at: datetime, limit: int = 500) -> int:
    """Close versions whose last day was before ``as_of``; how many, at most ``limit`` at a time."""
    found = overtaken(session, as_of, limit=limit)
    for version in found:
        _supersede(session, version, actor=actor, at=at)
    return len(found)


def move_version(
    session: Session,
    *,
    actor: str,
    role: str,
    version: ProductVersion,
    seen: int,
    action: str,
    at: datetime,
    values: dict[str, Any] | None = None,
    told: dict[str, Any] | None = None,
) -> ProductVersion:
    """One step of the table PRODUCT_VERSION, ``WHERE state AND version``. Raises what the table raises, and
    ``product_moved_on`` where somebody else changed it meanwhile."""
    before, to = version.state, PRODUCT_VERSION.move(version.state, action, role)
    changed = session.execute(
        update(ProductVersion)
        .where(ProductVersion.id == version.id, ProductVersion.state == before, ProductVersion.version == seen)
        .values(state=to, version=seen + 1, **(values or {}))
        .returning(ProductVersion.id)
        .execution_options(synchronize_session=False)
    ).first()
    session.refresh(version)
    if changed is None:
        raise Refusal(Reason("product_moved_on", {"state_word": f"state_product_version_{version.state}"}))
    payload = {"number": version.number, "from": before, "to": to, "role": role, **(told or {})}
    product = session.get_one(Product, version.product_id)
    record(session, actor=actor, tag=TAGS[action], subject=_subject(product), payload=payload, at=at)
    return version


def _end_earlier(
    session: Session, earlier: list[ProductVersion], first: date, on: date, *, actor: str, at: datetime
) -> None:
    last = first - timedelta(days=1)
    for each in earlier:
        if each.state == "published" and each.effective_to is None:
            each.effective_to = last
            session.flush()
        if each.state == "published" and each.effective_to is not None and each.effective_to < on:
            _supersede(session, each, actor=actor, at=at)


def _supersede(session: Session, version: ProductVersion, *, actor: str, at: datetime) -> None:
    move_version(
        session, actor=actor, role=SYSTEM, version=version, seen=version.version, action="supersede", at=at
    )  # fmt: skip


def _keep(session: Session, version: ProductVersion, told: OfferTold, actor: str, at: datetime) -> None:
    terms = ProductTerms(
        version_id=version.id, revision=version.revision, digest=told.digest, recorded_at=at, recorded_by=actor,
        **columns(told),
    )  # fmt: skip
    session.add(terms)
    session.flush()


def _lock(session: Session, product: Product) -> Product:
    # drafting, publishing and retiring one product queue here, so that days in force never overlap
    wanted = select(Product).where(Product.id == product.id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def _subject(product: Product) -> str:
    return f"product:{product.public_key}"
