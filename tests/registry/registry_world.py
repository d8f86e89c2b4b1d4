"""What the tests of organisations, firms and consents share: making them, viewers, reading the trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from matchmaking.domain.identifiers import uscc_from
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import storage
from matchmaking.foundation.access.roles import Role
from matchmaking.foundation.access.viewer import EVERYWHERE, Viewer
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.trail import TrailEvent, verify
from matchmaking.registry.enterprises.commands import FirmTold, open_firm
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.organisations import commands as organisations
from matchmaking.registry.organisations.models import Organisation
from tests.conftest import NOON

TODAY = date(2026, 9, 30)
HANBIN, XUNYANG = "610902", "610981"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
TOLD: dict[str, Any] = {"actor": "test", "on": TODAY, "at": NOON}


def do(command: Callable[..., Any], **fields: Any) -> Any:
    """Run a command in a unit of work of its own, told today at noon by ``test`` unless the fields say otherwise."""
    return run_in_unit_of_work(command, **{**TOLD, **fields})


def code_of(command: Callable[..., Any], **fields: Any) -> str:
    """The code with which a command is refused."""
    with pytest.raises(Refusal) as caught:
        do(command, **fields)
    return caught.value.reason.code


def make_bank(name: str = "安康银行", key: str | None = None, **fields: Any) -> Organisation:
    """A bank that is a legal person."""
    told = {"kind": "bank", "name": name, "area_code": EVERYWHERE, "public_key": key, **fields}
    made: Organisation = do(organisations.create_organisation, **told)
    return made


def make_branch(parent: Organisation, name: str, level: str = "branch", **fields: Any) -> Organisation:
    """A branch of it."""
    told = {"parent": parent, "name": name, "level": level, "area_code": HANBIN, **fields}
    made: Organisation = do(organisations.open_branch, **told)
    return made


def make_firm(serial: int = 1, name: str = "秦巴茶业有限公司", area: str = HANBIN, **fields: Any) -> Enterprise:
    """A firm that registered itself with an invented code."""
    told = FirmTold(uscc_from("91", area, serial), name, "limited", area, fields.pop("zone", None))
    made: Enterprise = do(open_firm, **{"told": told, "entered_by": "firm", **fields})
    return made


def viewer(role: Role, organisation: Organisation | None = None, jurisdiction: str = EVERYWHERE) -> Viewer:
    """Somebody of ``role`` who works for ``organisation``."""
    return Viewer(
        9, "x", "X", role, jurisdiction, 1,
        organisation_id=organisation.id if organisation else None,
        organisation_path=organisation.path if organisation else None,
        organisation_kind=organisation.kind if organisation else None,
    )  # fmt: skip


def organisation_of(firm: Enterprise) -> Organisation:
    """The firm's organisation as it is now."""
    found = storage.session().get(Organisation, firm.organisation_id, populate_existing=True)
    assert found is not None
    return found


def tags() -> list[str]:
    """Tags of the trail, which must verify."""
    with Session(storage.engine()) as session:
        assert verify(session).sound
        return list(session.scalars(select(TrailEvent.tag).order_by(TrailEvent.seq)))


class Statements:
    """Counts SQL statements sent while it is open."""

    def __enter__(self) -> Statements:
        self.sent: list[str] = []
        event.listen(storage.engine(), "before_cursor_execute", self._count)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(storage.engine(), "before_cursor_execute", self._count)

    def _count(self, _c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            self.sent.append(statement)
