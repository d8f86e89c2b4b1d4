"""What stands beside the office's home, each on a page of its own: months of signing, counties, rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.desks.office.months import months_of
from matchmaking.desks.office.portfolio import OfficePage, office_page
from matchmaking.desks.office.tables import areas_of
from matchmaking.desks.office.views import _moved, _open, _unreckoned, office
from matchmaking.foundation import storage
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.permissions import Permission

Told = Callable[[AuditSnapshot, OfficePage], dict[str, Any]]


@office.get("/portfolios/<key:code>/months")
@requires(Permission.READ_AUDIT)
def months(code: str) -> ResponseReturnValue:
    """By month of signing: signed, bank-reported, verified; the chart and its table."""
    return _part(
        code, "months", lambda snapshot, page: {"months": months_of(storage.session(), snapshot, page.ledger.grade)}
    )


@office.get("/portfolios/<key:code>/areas")
@requires(Permission.READ_AUDIT)
def areas(code: str) -> ResponseReturnValue:
    """By county, and how far agreements have come."""
    return _part(
        code, "areas", lambda snapshot, page: {"areas": areas_of(storage.session(), snapshot, page.ledger.grade)}
    )


@office.get("/portfolios/<key:code>/rates")
@requires(Permission.READ_AUDIT)
def rates(code: str) -> ResponseReturnValue:
    """Every rate with its passport, what may not be divided, and what is told beside the figures."""
    return _part(code, "rates", lambda _snapshot, _page: {})


def _part(code: str, name: str, told: Told) -> ResponseReturnValue:
    """The page ``name`` of a portfolio of cases; statements alone know nothing of it (404)."""
    moved = _moved()
    if moved:
        return moved
    opened, setting = _open(code, f"office.{name}", kept=("unit", "grade"))
    if setting.from_statements:
        abort(404)
    if opened.snapshot is None:
        return _unreckoned(setting)
    page = office_page(setting, opened.payload, None)
    return render_template(f"office/{name}.html", page=page, **told(opened.snapshot, page))


__all__ = ["office"]
