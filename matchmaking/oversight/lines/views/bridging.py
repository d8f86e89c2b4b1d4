"""放款桥表: per bank and month, opening + new + corrected − voided = closing; on the page and as a workbook."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.delivery.disbursements.monthly import Month
from matchmaking.domain.conversion.bridging import Bridge
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.today import business_today
from matchmaking.oversight.lines.export import MEDIA, workbook
from matchmaking.oversight.lines.queries import bridges
from matchmaking.oversight.lines.views.listing import lines, seen, title_of
from matchmaking.registry.portfolios.models import Portfolio

ONE_DAY = timedelta(days=1)


@lines.get("/portfolios/<key:code>/bridges")
@requires(Permission.READ_AUDIT)
def bridging(code: str) -> ResponseReturnValue:
    """The bridges of one month; three SQL statements with the session's."""
    portfolio, month = seen(session(), code), _month()
    found, total = _bridges(portfolio, month)
    return render_template(
        "lines/bridges.html", portfolio=portfolio, title=title_of(portfolio), month=month, found=found, total=total,
        earlier=month.before, later=_after(month),
    )  # fmt: skip


@lines.get("/portfolios/<key:code>/bridges.xlsx")
@requires(Permission.EXPORT_FIGURES)
def export(code: str) -> ResponseReturnValue:
    """The same as a workbook."""
    portfolio, month = seen(session(), code), _month()
    found, total = _bridges(portfolio, month)
    about = [
        (_("组合"), title_of(portfolio)), (_("月份"), str(month)), (_("币种"), portfolio.currency),
        (_("口径"), _("按报送入账的时间；只计贷款本金；期初 + 新报 + 更正重报 − 撤回 = 期末")),
    ]  # fmt: skip
    name = f"{portfolio.code}-bridges-{month}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(workbook(found, total, about), mimetype=MEDIA, headers=headers)


def _month() -> Month:
    """The month asked for; this month where none is, or none that can be read."""
    return Month.read(request.args.get("month", "")) or Month.of(business_today())


def _after(month: Month) -> Month | None:
    """The next month, up to this one."""
    following: date = month.last + ONE_DAY
    return Month.of(following) if following <= business_today() else None


def _bridges(portfolio: Portfolio, month: Month) -> tuple[dict[str, Bridge], Bridge]:
    found = bridges(session(), portfolio.id, before=month.first - ONE_DAY, last=month.last)
    return found, sum(found.values(), Bridge())
