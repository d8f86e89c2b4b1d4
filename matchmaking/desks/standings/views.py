"""银行对照 for the office; a bank's own workings and its word, for that bank alone."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.delivery.audits.queries import OpenedAudit, latest_snapshot
from matchmaking.delivery.disbursements.monthly import speaks_for
from matchmaking.delivery.signings.commands import CITY
from matchmaking.desks.office.asked import read_asked
from matchmaking.desks.office.definitions import document_words
from matchmaking.desks.office.export import MEDIA
from matchmaking.desks.office.setting import Setting, setting_of
from matchmaking.desks.standings.commands import comment
from matchmaking.desks.standings.forms import CommentForm
from matchmaking.desks.standings.plots import plot_of
from matchmaking.desks.standings.queries import BankRow, OwnStanding, bank_rows, comments_of, own_cases, own_standing
from matchmaking.desks.standings.splits import BY_NAME, WAYS, level_names, split
from matchmaking.desks.standings.workbook import bank_workbook
from matchmaking.domain.conversion.banks.cases import FACTORS
from matchmaking.domain.pinyin import in_pinyin_order
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import session
from matchmaking.foundation.web.keyed import keyed
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import language
from matchmaking.rulebook import number
from matchmaking.rulebook.reference import chain_table

standings = Blueprint("standings", __name__)
MOST_MEMBERS = 100
"""Contracts shown behind one line of a split, the most unpaid first."""


@standings.get("/portfolios/<key:code>/banks")
@requires(Permission.READ_AUDIT)
def index(code: str) -> ResponseReturnValue:
    """Every bank beside what the others do with contracts like its own; three SQL statements."""
    opened, setting = _open(code)
    rows = _by_sound(opened)
    return render_template("standings/index.html", page=setting, rows=rows, plot_of=plot_of)


@standings.get("/portfolios/<key:code>/banks.xlsx")
@requires(Permission.EXPORT_FIGURES)
def export(code: str) -> ResponseReturnValue:
    """The same table as a workbook."""
    opened, setting = _open(code)
    if opened.snapshot is None:
        abort(404)
    body = bank_workbook(setting, _by_sound(opened))
    name = f"{code}-banks-{setting.as_of.isoformat()}.xlsx"
    return Response(body, mimetype=MEDIA, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@standings.get("/portfolios/<key:code>/splits")
@requires(Permission.READ_AUDIT)
def splits(code: str) -> ResponseReturnValue:
    """The same contracts by size, sector, first loan, guarantee, term, rate, earlier lending, county, zone or chain."""
    opened, setting = _open(code)
    way = request.args.get("by", WAYS[0])
    if way not in WAYS:
        abort(404)
    fewest = number("bank_fewest_cases", setting.as_of)
    names = level_names(way, setting.as_of, language())
    level = request.args.get("level", "")[:120] if current_viewer().may(Permission.READ_AGREEMENTS) else ""
    found = split(session(), opened.snapshot, way, fewest, names, level)
    return render_template(
        "standings/splits.html", page=setting, split=found, ways=WAYS, by_name=way in BY_NAME, names=names,
        level=level, most=MOST_MEMBERS, fewest=fewest,
        chains=chain_table(setting.as_of) if way == "chain" else None, document_words=document_words,
    )  # fmt: skip


@standings.get("/bank/standing")
@requires(Permission.REPORT_DISBURSEMENTS)
def own() -> ResponseReturnValue:
    """The bank's own workings: every case, what was expected of it and why; nothing of any other bank's cases."""
    return _own(CommentForm(formdata=None))


@standings.post("/bank/standing")
@requires(Permission.COUNTERSIGN_AGREEMENTS)
def say() -> ResponseReturnValue:
    """The bank's word; the head's people speak for the whole of it."""
    form, viewer, at = CommentForm(), current_viewer(), clock.now()
    if not form.validate_on_submit():
        return _own(form), 422

    def write(work: Session) -> dict[str, Any]:
        lender, branch = speaks_for(work, viewer)
        found = own_standing(work, CITY, lender)
        if found is None:
            abort(404)
        said = comment(
            work, actor=viewer.actor, standing=found.standing, portfolio=found.portfolio, branch=branch,
            words=form.words.data or "", at=at,
        )  # fmt: skip
        return {"id": said.id}

    try:
        keyed("standings.comment", form.key.data, {"words": form.words.data}, write)
    except Refusal as refusal:
        return _own(form, refusal), 409
    flash(_("已记下本行说明，与对照结果并排显示。"), "ok")
    return redirect(url_for("standings.own"), code=303)


def _by_sound(opened: OpenedAudit) -> list[BankRow]:
    rows = bank_rows(session(), opened.snapshot)
    return sorted(rows, key=lambda one: in_pinyin_order(one.standing.lender))


def _own(form: CommentForm, refusal: Refusal | None = None) -> str:
    lender, branch = speaks_for(session(), current_viewer())
    found: OwnStanding | None = own_standing(session(), CITY, lender)
    cases = own_cases(session(), found.standing, branch) if found else []
    said = comments_of(session(), found.portfolio.id, lender) if found else []
    return render_template(
        "standings/own.html", lender=lender, branch=branch, found=found, cases=cases, said=said, form=form,
        refusal=refusal, factors=FACTORS, plot_of=plot_of,
    )  # fmt: skip


def _open(code: str) -> tuple[OpenedAudit, Setting]:
    asked = read_asked(request.args)
    opened = latest_snapshot(session(), current_viewer(), code, asked.as_of, asked.known_on, today=business_today())
    if opened is None or opened.portfolio.kind != "cases":
        abort(404)
    action = url_for("standings.index", code=code)
    return opened, setting_of(opened, asked, portfolios=[opened.portfolio], action=action, may_reckon=False)
