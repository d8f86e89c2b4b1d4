"""Reading organisations: by key, as a tree, and what a viewer may see of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.registry.organisations.models import Organisation, OrganisationChange, Zone


@dataclass(frozen=True, slots=True)
class TreeNode:
    """An organisation and how deep it hangs: 0 for a head."""

    organisation: Organisation
    depth: int


def within(path: str) -> ColumnElement[bool]:
    """Organisations at or under ``path``. Paths are digits and slashes, so nothing in them is a wildcard."""
    return Organisation.path.like(path + "%")


def covers_area(viewer: Viewer) -> ColumnElement[bool]:
    """Organisations of the viewer's jurisdiction; the same rule as ``Viewer.covers``."""
    everywhere = viewer.jurisdiction == EVERYWHERE
    return Organisation.id.is_not(None) if everywhere else Organisation.area_code == viewer.jurisdiction


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """What the viewer may see: every institution; of firms one's own, and for the bureau those of its jurisdiction."""
    own = Organisation.id == viewer.organisation_id if viewer.organisation_id is not None else false()
    firms = covers_area(viewer) if viewer.may(Permission.READ_ENTERPRISES) else false()
    return or_(Organisation.kind != "enterprise", own, and_(Organisation.kind == "enterprise", firms))


def organisation_by_key(session: Session, key: str) -> Organisation | None:
    """The organisation ``key``, for commands and the shell, which see everything."""
    return session.scalars(select(Organisation).where(Organisation.public_key == key)).one_or_none()


def visible_organisation(session: Session, viewer: Viewer, key: str) -> Organisation | None:
    """The organisation ``key``, or None where there is none for this viewer."""
    return session.scalars(select(Organisation).where(Organisation.public_key == key, seen_by(viewer))).one_or_none()


def tree(session: Session, viewer: Viewer, *, kind: str = "", under: str = "", closed: bool = False) -> list[TreeNode]:
    """Organisations the viewer may see, each after its parent; ``under`` is a path, ``closed`` keeps closed ones."""
    wanted = select(Organisation).where(seen_by(viewer))
    if kind:
        wanted = wanted.where(Organisation.kind == kind)
    if under:
        wanted = wanted.where(within(under))
    if not closed:
        wanted = wanted.where(Organisation.active)
    return _nodes(session.scalars(wanted))


def whole_tree(session: Session, *, kind: str = "") -> list[TreeNode]:
    """Every organisation, closed ones too, for the shell."""
    wanted = select(Organisation)
    return _nodes(session.scalars(wanted.where(Organisation.kind == kind) if kind else wanted))


def _nodes(rows: Iterable[Organisation]) -> list[TreeNode]:
    ordered = sorted(rows, key=lambda row: [int(part) for part in row.path.strip("/").split("/")])
    return [TreeNode(row, row.path.count("/") - 2) for row in ordered]


def open_legal_persons(session: Session, kind: str) -> list[Organisation]:
    """The open legal persons of one kind by name: the banks a firm can choose among."""
    wanted = select(Organisation).where(Organisation.kind == kind, Organisation.level == "head", Organisation.active)
    return list(session.scalars(wanted.order_by(Organisation.name, Organisation.id)))


def children_open(session: Session, organisation: Organisation) -> int:
    """How many open organisations hang directly under this one."""
    wanted = select(Organisation.id).where(Organisation.parent_id == organisation.id, Organisation.active)
    return len(session.scalars(wanted).all())


def name_on(session: Session, organisation: Organisation, day: date) -> str:
    """What it was called on ``day``: the name before the first renaming after that day, else the present one."""
    change = OrganisationChange
    wanted = select(change.before).where(
        change.organisation_id == organisation.id, change.change == "renamed", change.on_day > day
    )
    earlier = session.scalars(wanted.order_by(change.on_day, change.id).limit(1)).first()
    return earlier or organisation.name


def history(session: Session, organisation: Organisation) -> list[OrganisationChange]:
    """Its renamings and closures, the earliest first."""
    change = OrganisationChange
    wanted = select(change).where(change.organisation_id == organisation.id).order_by(change.on_day, change.id)
    return list(session.scalars(wanted))


def all_zones(session: Session) -> list[Zone]:
    """The city's functional zones by code."""
    return list(session.scalars(select(Zone).order_by(Zone.code)))
