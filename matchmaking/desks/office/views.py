"""The finance office's pages: where signed money went, the list behind a figure, one agreement, the definitions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

import structlog
from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.delivery.audits.commands import take_snapshot
from matchmaking.delivery.audits.models import AuditSnapshot
from matchmaking.delivery.audits.queries import AgreementRow, OpenedAudit, agreement_rows, latest_snapshot
from matchmaking.delivery.audits.sheets import agreement_sheet
from matchmaking.desks.office import definitions as defined
from matchmaking.desks.office.asked import Asked, read_asked
from matchmaking.desks.office.case import case_page
from matchmaking.desks.office.county import county_page
from matchmaking.desks.office.division import divide as may_divide
from matchmaking.desks.office.division import figures_of
from matchmaking.desks.office.export import MEDIA, MOST_ROWS, workbook
from matchmaking.desks.office.listing import list_page, read_filter
from matchmaking.desks.office.months import months_of
from matchmaking.desks.office.portfolio import OfficePage, office_page
from matchmaking.desks.office.setting import Setting, setting_of
from matchmaking.desks.office.tables import areas_of, tables_of
from matchmaking.domain.reasons import Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.next_page import safe_next
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.access.viewer import EVERYWHERE
from matchmaking.foundation.files import open_file
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.web.figures import chosen_unit
from matchmaking.foundation.web.limits import limit_costly
from matchmaking.foundation.web.locale import in_words
from matchmaking.oversight.periods.queries import closed_on
from matchmaking.oversight.samples.models import AuditSample
from matchmaking.oversight.samples.queries import closed_samples
from matchmaking.registry.portfolios.queries import visible_portfolio, visible_portfolios

office = Blueprint("office", __name__)
CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
Told = Callable[[AuditSnapshot, OfficePage], dict[str, Any]]
"""What a page beside the home shows besides the page itself."""


def business_today() -> date:
    """The demo's frozen day, or today in Shanghai."""
    frozen = current_app.config["SETTINGS"].frozen_day
    return date.fromisoformat(frozen) if frozen else clock.today()


@office.get("/office")
@requires(Permission.READ_AUDIT)
def home() -> ResponseReturnValue:
    """To the first portfolio this person may open; for a county its part of the city's books; else what to do first."""
    viewer = current_viewer()
    mine = visible_portfolios(storage.session(), viewer)
    if mine:
        return redirect(url_for("office.portfolio", code=mine[0].code), code=303)
    page = None if viewer.jurisdiction == EVERYWHERE else county_page(storage.session(), viewer, on=business_today())
    if page is not None:
        unit = chosen_unit(request.args.get("unit"), page.currency)
        return render_template("office/county.html", page=page, unit=unit, area=viewer.jurisdiction)
    return render_template("office/nothing.html", may_import=viewer.may(Permission.IMPORT_STATEMENTS))


@office.get("/agreements")
@requires(Permission.READ_AGREEMENTS)
def any_agreements() -> ResponseReturnValue:
    """The list of the first portfolio this person may open."""
    mine = visible_portfolios(storage.session(), current_viewer())
    if not mine:
        return redirect(url_for("office.home"), code=303)
    return redirect(url_for("office.agreements", code=mine[0].code), code=303)


@office.get("/portfolios/<key:code>")
@requires(Permission.READ_AUDIT)
def portfolio(code: str) -> ResponseReturnValue:
    """签约额去哪了."""
    moved = _moved()
    if moved:
        return moved
    opened, setting = _open(code, "office.portfolio", kept=("unit",))
    if opened.snapshot is None:
        return _unreckoned(setting)
    page = office_page(setting, opened.payload, _later(opened, setting), _closed(opened))
    tables = None
    if not setting.from_statements:
        tables = tables_of(storage.session(), current_viewer(), setting, opened.snapshot, page.ledger.grade)
    closed = closed_on(storage.session(), opened.portfolio, setting.as_of)
    return render_template("office/portfolio.html", page=page, tables=tables, closed=closed)


@office.get("/portfolios/<key:code>/months")
@requires(Permission.READ_AUDIT)
def months(code: str) -> ResponseReturnValue:
    """By month of signing: signed, bank-reported, verified; the chart and its table."""
    return _part(
        code,
        "months",
        "office/months.html",
        lambda snapshot, page: {"months": months_of(storage.session(), snapshot, page.ledger.grade)},
    )


@office.get("/portfolios/<key:code>/areas")
@requires(Permission.READ_AUDIT)
def areas(code: str) -> ResponseReturnValue:
    """By county, and how far agreements have come."""
    return _part(
        code,
        "areas",
        "office/areas.html",
        lambda snapshot, page: {"areas": areas_of(storage.session(), snapshot, page.ledger.grade)},
    )


@office.get("/portfolios/<key:code>/rates")
@requires(Permission.READ_AUDIT)
def rates(code: str) -> ResponseReturnValue:
    """Every rate with its passport, what may not be divided, and what is told beside the figures."""
    return _part(code, "rates", "office/rates.html", lambda _snapshot, _page: {})


def _part(code: str, name: str, template: str, told: Told) -> ResponseReturnValue:
    """The page ``name`` of a portfolio of cases; statements alone know nothing of it (404)."""
    moved = _moved()
    if moved:
        return moved
    opened, setting = _open(code, f"office.{name}", kept=("unit", "grade"))
    if setting.from_statements:
        abort(404)
    if opened.snapshot is None:
        return _unreckoned(setting)
    page = office_page(setting, opened.payload, None, _closed(opened))
    return render_template(template, page=page, **told(opened.snapshot, page))


@office.post("/portfolios/<key:code>/audit")
@requires(Permission.READ_AUDIT)
@limit_costly
def reckon(code: str) -> ResponseReturnValue:
    """Reckon a pair of days and go back to the page that asked."""
    viewer = current_viewer()
    asked = read_asked(request.form)
    found = visible_portfolio(storage.session(), viewer, code)
    if found is None or asked.unreadable or asked.as_of is None:
        abort(404 if found is None else 400)
    known_on = asked.known_on or business_today()
    as_of, known = asked.as_of.isoformat(), known_on.isoformat()
    try:
        run_in_unit_of_work(
            take_snapshot, actor=viewer.actor, portfolio=found, as_of=asked.as_of, known_on=known_on, at=clock.now()
        )
    except Refusal as refusal:
        for reason in refusal.reasons:
            flash(in_words(reason), "error")
        return redirect(url_for("office.portfolio", code=code), code=303)
    flash(_("已按截止 %(as_of)s、%(known)s 所知重新计算。", as_of=as_of, known=known), "success")
    default = url_for("office.portfolio", code=code, as_of=as_of, known_at=known)
    return redirect(safe_next(request.form.get("back"), default), code=303)


@office.get("/portfolios/<key:code>/agreements")
@requires(Permission.READ_AGREEMENTS)
def agreements(code: str) -> ResponseReturnValue:
    """The agreements behind a figure: three SQL statements, whatever their number."""
    moved = _moved()
    if moved:
        return moved
    opened, setting = _open(code, "office.agreements", kept=("unit",), with_portfolios=False)
    if opened.snapshot is None:
        return _unreckoned(setting)
    wanted = read_filter(request.args)
    found = agreement_rows(storage.session(), current_viewer(), opened.snapshot, wanted)
    return render_template("office/agreements.html", page=list_page(setting, opened.payload, wanted, found))


@office.get("/portfolios/<key:code>/agreements.xlsx")
@requires(Permission.EXPORT_FIGURES)
def export(code: str) -> ResponseReturnValue:
    """The filtered list as a workbook."""
    opened, setting = _open(code, "office.agreements", with_portfolios=False)
    if opened.snapshot is None:
        abort(404)
    wanted = read_filter(request.args)
    rows: list[AgreementRow] = []
    number = 1
    while True:
        found = agreement_rows(storage.session(), current_viewer(), opened.snapshot, replace(wanted, page=number))
        rows.extend(found.rows)
        if number >= found.pages or len(rows) >= MOST_ROWS:
            break
        number += 1
    page = list_page(setting, opened.payload, wanted, found)
    body = workbook(setting, rows, bucket=wanted.bucket, chosen=[one.words for one in page.chosen])
    name = f"{setting.portfolio.code}-{setting.as_of.isoformat()}.xlsx"
    return Response(body, mimetype=MEDIA, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@office.get("/portfolios/<key:code>/agreements/<key:key>")
@requires(Permission.READ_AGREEMENTS)
def agreement(code: str, key: str) -> ResponseReturnValue:
    """One agreement: facts, parties, evidence."""
    opened, setting = _open(code, "office.agreement", key=key, kept=("unit",), with_portfolios=False)
    if opened.snapshot is None:
        return _unreckoned(setting)
    sheet = agreement_sheet(storage.session(), current_viewer(), opened.snapshot, key)
    if sheet is None:
        abort(404)
    return render_template("office/agreement.html", page=case_page(setting, sheet))


@office.get("/portfolios/<key:code>/agreements/<key:key>/evidence/<id:evidence_id>")
@requires(Permission.READ_AGREEMENTS)
def evidence(code: str, key: str, evidence_id: int) -> ResponseReturnValue:
    """A file in support of this agreement, as it came: always an attachment; the reading is logged."""
    opened, _setting = _open(code, "office.agreement", key=key, with_portfolios=False)
    sheet = agreement_sheet(storage.session(), current_viewer(), opened.snapshot, key) if opened.snapshot else None
    found = next((one for one in sheet.evidence if one.id == evidence_id), None) if sheet else None
    if found is None:
        abort(404)
    log = structlog.get_logger("access")
    log.info("evidence_read", viewer=current_viewer().login, agreement=key, sha256=found.sha256)
    answer = send_file(
        open_file(found.sha256),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=found.name,
        etag=False,
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@office.get("/portfolios/<key:code>/divide")
@requires(Permission.READ_AUDIT)
def divide(code: str) -> ResponseReturnValue:
    """May these two figures be divided? The rate, or the refusal and what to ask instead."""
    opened, setting = _open(code, "office.divide", kept=("unit", "top", "bottom"), with_portfolios=False)
    if opened.snapshot is None:
        return _unreckoned(setting)
    found = figures_of(setting, opened.payload)
    top, bottom = found.get(request.args.get("top", "")), found.get(request.args.get("bottom", ""))
    answer = may_divide(setting, opened.payload, top, bottom) if top and bottom else None
    return render_template(
        "office/divide.html", page=setting, figures=list(found.values()), top=top, bottom=bottom, answer=answer
    )


@office.get("/definitions")
@requires(Permission.READ_AUDIT)
def definitions() -> ResponseReturnValue:
    """口径: what every figure means."""
    asked = read_asked(request.args)
    day = asked.as_of or business_today()
    mine = visible_portfolios(storage.session(), current_viewer())
    chosen = next((one for one in mine if one.code == request.args.get("portfolio")), None)
    return render_template(
        "office/definitions.html",
        measures=defined.measure_entries(),
        groups=defined.bucket_groups(),
        numbers=defined.number_entries(day),
        document_words=defined.document_words,
        day=day,
        portfolio=chosen or (mine[0] if mine else None),
    )


@office.get("/definitions/<key:measure>")
@requires(Permission.READ_AUDIT)
def definition(measure: str) -> ResponseReturnValue:
    """One measure: words, formula, exclusions, source, and the figures of today worked through it."""
    entry = defined.measure_entry(measure) or abort(404)
    asked, mine = read_asked(request.args), visible_portfolios(storage.session(), current_viewer())
    chosen = next((one for one in mine if one.code == request.args.get("portfolio")), mine[0] if mine else None)
    opened = None
    if chosen is not None:
        days = (asked.as_of, asked.known_on)
        opened = latest_snapshot(storage.session(), current_viewer(), chosen.code, *days, today=business_today())
    worked = defined.worked_examples(opened.payload, measure, _closed(opened)) if opened and opened.snapshot else []
    return render_template(
        "office/definition.html", entry=entry, portfolio=chosen, portfolios=mine, opened=opened, worked=worked
    )


def _moved() -> Response | None:
    """The chooser of portfolios sends the code it chose; the address then says it as a path."""
    chosen, code = request.args.get("go", ""), (request.view_args or {}).get("code")
    if not chosen:
        return None
    if not CODE.fullmatch(chosen):
        abort(404)
    # another portfolio opens on its own day and in its own unit
    kept = {name: value for name, value in request.args.items() if name != "go" and value} if chosen == code else {}
    # what only a portfolio of cases has is not asked of another one
    stays = chosen == code or request.endpoint == "office.agreements"
    address = url_for(str(request.endpoint) if stays else "office.portfolio", code=chosen)
    return redirect(f"{address}?{urlencode(kept)}" if kept else address, code=303)  # type: ignore[return-value]


def _open(
    code: str, endpoint: str, *, kept: tuple[str, ...] = (), with_portfolios: bool = True, **values: Any
) -> tuple[OpenedAudit, Setting]:
    """The audit the address asks for, and the page's setting; 404 for a portfolio this reader may not see."""
    viewer, asked = current_viewer(), read_asked(request.args)
    session = storage.session()
    opened = latest_snapshot(session, viewer, code, asked.as_of, asked.known_on, today=business_today())
    if opened is None:
        abort(404)
    setting = setting_of(
        opened,
        asked,
        portfolios=visible_portfolios(session, viewer) if with_portfolios else [opened.portfolio],
        action=url_for(endpoint, code=code, **values),
        may_reckon=viewer.may(Permission.READ_AUDIT),
        notice=_notice(asked),
        kept={name: request.args[name] for name in kept if request.args.get(name)},
    )
    return opened, setting


def _closed(opened: OpenedAudit) -> Mapping[str, AuditSample]:
    """The samples that stand beside the headline figures; for those who may read samples."""
    if not current_viewer().may(Permission.READ_SAMPLES):
        return {}
    return closed_samples(storage.session(), opened.portfolio.id, opened.as_of)


def _notice(asked: Asked) -> str:
    if not asked.unreadable:
        return ""
    return _("“%(text)s”不是日期，已按默认的日子显示。请写成 2026-09-30 这样。", text="”“".join(asked.unreadable))


def _unreckoned(setting: Setting) -> str:
    return render_template("office/unreckoned.html", page=setting)


def _later(opened: OpenedAudit, setting: Setting) -> Mapping[str, Any] | None:
    """The same day in the world as known now, when the page is of an earlier knowledge."""
    today = business_today()
    if not setting.known_asked or setting.known_on >= today:
        return None
    now = latest_snapshot(storage.session(), current_viewer(), opened.portfolio.code, opened.as_of, None, today=today)
    if now is None or now.snapshot is None or opened.snapshot is None or now.snapshot.id == opened.snapshot.id:
        return None
    return now.payload if now.as_of == opened.as_of else None
