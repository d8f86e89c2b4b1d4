"""The task ``statement.preview``: read the file, say what taking it in would do. It writes nothing but its result."""

from __future__ import annotations

from typing import Any

from matchmaking.delivery.statements.asked import Asked
from matchmaking.delivery.statements.catalogue import Catalogued, mapping_named
from matchmaking.delivery.statements.commands import refuse_other_currency, refuse_wrong_portfolio
from matchmaking.delivery.statements.compared import Compared, Source, compare_with_standing
from matchmaking.delivery.statements.reading import progress_into, reading, recognised, stated_fields
from matchmaking.domain.statements.comparing import COMPARED
from matchmaking.domain.statements.positions import to_record
from matchmaking.foundation.jobs import TaskContext, register_task
from matchmaking.foundation.sandbox import ReadReport, positions_in, preview
from matchmaking.foundation.storage import session
from matchmaking.registry.portfolios.models import Portfolio
from matchmaking.registry.portfolios.queries import portfolio_by_code

SAMPLE = 20
ERRORS = 50
"""Row errors shown on the page; the rest are counted."""


@register_task("statement.preview")
def run_preview(context: TaskContext) -> dict[str, Any]:
    """Read in the sandbox, compare with what stands, tell. A file that cannot be read fails the task in words."""
    asked = Asked.from_params(context.params)
    catalogued = mapping_named(asked.mapping)
    with reading(asked.kept.sha256, catalogued, as_of=asked.as_of, on_progress=progress_into(context)) as report:
        told = _told(catalogued, report)
        if report.error_count:
            return told | {"fit": False}
        return told | _against(asked, catalogued, report) | {"fit": True}


def _told(catalogued: Catalogued, report: ReadReport) -> dict[str, Any]:
    mapping = catalogued.mapping
    found = recognised(mapping, report.headers)
    used = {header for _, header in found}
    return {
        "mapping_sha256": catalogued.sha256,
        "rows": report.rows,
        "kind": report.kind,
        "encoding": report.encoding,
        "repeated": report.repeated,
        "footers": report.footers,
        "columns": [{"field": name, "header": header} for name, header in found],
        "unused": [header for header in report.headers if header and header not in used][:100],
        "sample": [to_record(position) for position in preview(report.out, SAMPLE)],
        "error_count": report.error_count,
        "errors": [
            {
                "line": error.line,
                "column": error.column,
                "reason": {"code": error.reason.code, "params": dict(error.reason.params)},
            }
            for error in report.errors[:ERRORS]
        ],
    }


def _against(asked: Asked, catalogued: Catalogued, report: ReadReport) -> dict[str, Any]:
    """What the portfolio would gain; refuses what the taking in would refuse."""
    mapping = catalogued.mapping
    portfolio = portfolio_by_code(session(), asked.portfolio)
    currency, totals = _totals(report, portfolio)
    told: dict[str, Any] = {"currency": currency, "totals": totals, "new_portfolio": portfolio is None}
    if portfolio is None:
        return told | {"same_again": False, "comparison": None}
    refuse_wrong_portfolio(session(), portfolio, mapping.series)
    source = Source(mapping.series, report.out, stated_fields(mapping, report.headers), mapping.rounded_to_minor)
    compared: Compared = compare_with_standing(session(), portfolio.id, source, asked.as_of)
    return told | {"same_again": compared.same_again, "comparison": compared.as_json()}


def _totals(report: ReadReport, portfolio: Portfolio | None) -> tuple[str, dict[str, int]]:
    """Currency and sum of every measure stated, in minor units; refuses a second currency, naming its line."""
    currency = portfolio.currency if portfolio else ""
    totals: dict[str, int] = {}
    for position in positions_in(report.out):
        currency = currency or position.currency
        refuse_other_currency(position, currency)
        for name in COMPARED:
            amount = getattr(position, name)
            if amount is not None:
                totals[name] = totals.get(name, 0) + amount
    return currency, totals
