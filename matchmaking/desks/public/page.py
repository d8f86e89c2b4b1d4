"""The public page as the front door and its own address show it, and its figures as a file."""

from __future__ import annotations

import csv
import io

from flask import render_template
from flask_babel import gettext as _

from matchmaking.desks.public.queries import Line, Published, published
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.figures import amount_text
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import w
from matchmaking.rulebook import number

LEAST, MOST = "public_least_cases", "public_most_share_percent"


def public_page() -> str:
    """What the platform is, where to begin, and the figures that may be public."""
    on = business_today()
    return render_template(
        "public/home.html", figures=figures(), least=number(LEAST, on), most=number(MOST, on), grades=_grades
    )


def figures() -> Published | None:
    """The public table of today."""
    on = business_today()
    return published(session(), on=on, least=number(LEAST, on), most_percent=number(MOST, on))


def figures_csv(told: Published) -> str:
    """The same table for a spreadsheet: yuan with two decimals, a byte order mark, withheld cells in words."""
    out = io.StringIO()
    table = csv.writer(out)
    heads = (
        _("级别"),
        _("签约年份"),
        _("件数"),
        _("签约（元）"),
        _("银行报送放款（元）"),
        _("核实放款（元）"),
        _("说明"),
    )
    table.writerow(heads)
    for line in told.lines:
        table.writerow([w(f"instrument_{line.grade}"), line.year, *_cells(line)])
    return "\ufeff" + out.getvalue()


def _cells(line: Line) -> list[str]:
    if line.cell is None:
        return ["", "", "", "", w(f"public_withheld_{line.why}")]
    cell = line.cell
    amounts = (amount_text(minor, "yuan").replace(",", "") for minor in (cell.signed, cell.paid, cell.verified))
    return [str(cell.papers), *amounts, ""]


def _grades(told: Published) -> list[tuple[str, list[Line]]]:
    """Lines by instrument; instruments are never added."""
    found: dict[str, list[Line]] = {}
    for line in told.lines:
        found.setdefault(line.grade, []).append(line)
    return list(found.items())
