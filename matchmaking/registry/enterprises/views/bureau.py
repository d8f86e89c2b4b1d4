"""The bureau's pages: the list of its firms, one firm's sheet with the verdict, and entering for a firm (代录)."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from matchmaking.domain.reasons import Refusal
from matchmaking.domain.states import ENTERPRISE
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.storage import Answered, once, run_in_unit_of_work
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.registry.enterprises import commands, queries
from matchmaking.registry.enterprises.forms import CloseForm, CodeForm, FirmForm, HistoryForm, TitleForm, VerdictForm
from matchmaking.registry.enterprises.queries import STATES, FirmSheet, Wanted
from matchmaking.registry.enterprises.views.firm import (
    add_history,
    add_title,
    filled_form,
    industry_name,
    profile_page,
    save_profile,
)
from matchmaking.registry.enterprises.views.hanging import do_once, enterprises, hand_over, kept_file, typed
from matchmaking.registry.enterprises.views.registering import FIELD_OF
from matchmaking.rulebook.reference import divisions

PER_PAGE = 50
LONGEST_SEARCH = 60


@enterprises.get("/enterprises")
@requires(Permission.READ_ENTERPRISES)
def index() -> ResponseReturnValue:
    """Firms under the filters, those waiting first; three SQL statements with the session's."""
    number, wanted = page_number(request.args.get("page")), _wanted()
    today = business_today()
    rows, total = queries.firm_list(
        storage.session(), current_viewer(), wanted, on=today, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
    )
    if number > 1 and not rows:
        return redirect(here(page=None), code=303)
    counts = queries.firm_counts(storage.session(), current_viewer(), wanted)
    return render_template(
        "enterprises/index.html",
        rows=rows,
        counts=counts,
        wanted=wanted,
        states=STATES,
        counties=divisions().on(today),
        zones=divisions().zones,
        page=Page(number, total, lambda changes: here(**changes), PER_PAGE),
        may_enter=current_viewer().may(Permission.ENTER_FOR_FIRM),
    )


@enterprises.get("/enterprises/new")
@requires(Permission.ENTER_FOR_FIRM)
def enter() -> ResponseReturnValue:
    """Entering a firm that cannot do it itself."""
    return _entry_page(FirmForm(formdata=None))


@enterprises.post("/enterprises/new")
@requires(Permission.ENTER_FOR_FIRM)
def enter_now() -> ResponseReturnValue:
    """Enter it; marked 代录 and unverified. The page again when something is refused."""
    viewer, form, today = current_viewer(), FirmForm(), business_today()
    form.offer_places(today)
    if not form.validate_on_submit():
        return _entry_page(form), 422
    if not viewer.covers(form.area.data):
        form.area.errors = [*form.area.errors, _("只能录入本辖区的企业。")]
        return _entry_page(form), 422
    told = commands.FirmTold(
        form.uscc.data or "", form.name.data or "", form.legal_form.data, form.area.data, form.zone.data or None
    )
    at = clock.now()
    try:
        done: Answered = run_in_unit_of_work(
            lambda work: once(
                work, actor=viewer.actor, route="enterprises.enter", key=form.key.data or "", body=typed(form), at=at,
                do=lambda: {
                    "key": commands.enter_enterprise(work, actor=viewer.actor, told=told, on=today, at=at).public_key
                },
            )
        )  # fmt: skip
    except Refusal as refusal:
        form.add_refusal(refusal, FIELD_OF.get(refusal.reason.code, ""))
        return _entry_page(form), 422
    flash(_("已代企业录入。请补全资料，再由另一位同事核实。"), "success")
    return redirect(url_for("enterprises.sheet", key=done.answer["key"]), code=303)


@enterprises.get("/enterprises/<key:key>")
@requires(Permission.READ_ENTERPRISES)
def sheet(key: str) -> ResponseReturnValue:
    """One firm with everything told of it, and the verdict's form while it waits for one."""
    return _sheet_page(_sheet(key))


@enterprises.post("/enterprises/<key:key>/verdict")
@requires(Permission.VERIFY_ENTERPRISES)
def judge(key: str) -> ResponseReturnValue:
    """Verify the firm, or send it back with words."""
    found, form = _sheet(key), VerdictForm()
    if not form.validate_on_submit():
        return _sheet_page(found, verdict_form=form), 422
    evidence = kept_file(form, "file")
    if form.file.errors:
        return _sheet_page(found, verdict_form=form), 422
    told: dict[str, Any] = {
        "actor": current_viewer().actor, "enterprise_id": found.enterprise.id, "version": form.version,
        "words": form.words.data or "", "evidence": evidence, "on": business_today(), "at": clock.now(),
    }  # fmt: skip
    verify = partial(commands.verify_enterprise, basis=form.basis.data or "", **told)
    act = verify if form.verdict.data == "verified" else partial(commands.return_enterprise, **told)
    try:
        do_once(form, "enterprises.judge", {"firm": found.enterprise.id, **typed(form)}, act)
    except Refusal as refusal:
        form.add_refusal(refusal)
        status = 409 if refusal.reason.code in ("enterprise_changed", "move_not_now", "move_others_turn") else 422
        return _sheet_page(_sheet(key), verdict_form=form), status
    flash(_("已核实。") if form.verdict.data == "verified" else _("已退回，企业会看到您写的说明。"), "success")
    return redirect(url_for("enterprises.sheet", key=key), code=303)


@enterprises.post("/enterprises/<key:key>/code")
@requires(Permission.ENTER_FOR_FIRM)
def give_code(key: str) -> ResponseReturnValue:
    """Write the code of a firm that was entered without one."""
    found, form = _sheet(key), CodeForm()
    if not form.validate_on_submit():
        return _sheet_page(found, code_form=form), 422
    give = partial(
        commands.give_code, actor=current_viewer().actor, enterprise_id=found.enterprise.id, uscc=form.uscc.data or "",
        at=clock.now(),
    )  # fmt: skip
    try:
        do_once(form, "enterprises.code", {"firm": found.enterprise.id, **typed(form)}, give)
    except Refusal as refusal:
        form.add_refusal(refusal, "uscc")
        return _sheet_page(found, code_form=form), 422
    return redirect(url_for("enterprises.sheet", key=key), code=303)


@enterprises.post("/enterprises/<key:key>/close")
@requires(Permission.VERIFY_ENTERPRISES)
def close(key: str) -> ResponseReturnValue:
    """注销: the firm ended."""
    found, form = _sheet(key), CloseForm()
    if not form.validate_on_submit():
        return _sheet_page(found, close_form=form), 422
    today = business_today()
    end = partial(
        commands.close_enterprise, actor=current_viewer().actor, enterprise_id=found.enterprise.id,
        version=found.enterprise.version, on_day=form.closed_on.data or today, reason=form.why.data or "", on=today,
        at=clock.now(),
    )  # fmt: skip
    try:
        do_once(form, "enterprises.close", {"firm": found.enterprise.id, **typed(form)}, end)
    except Refusal as refusal:
        form.add_refusal(refusal, {"day_not_yet": "closed_on", "words_short": "why"}.get(refusal.reason.code, ""))
        return _sheet_page(_sheet(key), close_form=form), 422
    flash(_("已注销；此前的记录都保留。"), "success")
    return redirect(url_for("enterprises.sheet", key=key), code=303)


@enterprises.get("/enterprises/<key:key>/edit")
@requires(Permission.ENTER_FOR_FIRM)
def edit(key: str) -> ResponseReturnValue:
    """The profile's form for entering in the firm's stead."""
    found = _sheet(key)
    return profile_page(found, filled_form(found), url_for("enterprises.save", key=key))


@enterprises.post("/enterprises/<key:key>/edit")
@requires(Permission.ENTER_FOR_FIRM)
def save(key: str) -> ResponseReturnValue:
    """A new version, marked 代录."""
    again = url_for("enterprises.save", key=key)
    return save_profile(_sheet(key), back=url_for("enterprises.sheet", key=key), again=again)


@enterprises.post("/enterprises/<key:key>/titles")
@requires(Permission.ENTER_FOR_FIRM)
def enter_title(key: str) -> ResponseReturnValue:
    """One more title, marked 代录."""
    found, form = _sheet(key), TitleForm()
    done = add_title(found.enterprise, form)
    target = url_for("enterprises.sheet", key=key)
    return redirect(target, code=303) if done else (_sheet_page(found, title_form=form), 422)


@enterprises.post("/enterprises/<key:key>/credit-history")
@requires(Permission.ENTER_FOR_FIRM)
def enter_history(key: str) -> ResponseReturnValue:
    """A credit report or a bank's query, marked 代录."""
    found, form = _sheet(key), HistoryForm()
    done = add_history(found.enterprise, form)
    target = url_for("enterprises.sheet", key=key)
    return redirect(target, code=303) if done else (_sheet_page(found, history_form=form), 422)


@enterprises.get("/enterprises/<key:key>/evidence/<id:link_id>")
@requires(Permission.READ_ENTERPRISES)
def evidence(key: str, link_id: int) -> ResponseReturnValue:
    """A file handed in about the firm."""
    found = queries.visible_enterprise(storage.session(), current_viewer(), key) or abort(404)
    return hand_over(queries.evidence_link(storage.session(), found[0], link_id))


def _sheet(key: str) -> FirmSheet:
    found = queries.visible_enterprise(storage.session(), current_viewer(), key) or abort(404)
    return queries.sheet_of(storage.session(), *found, on=business_today())


def _entry_page(form: FirmForm) -> str:
    form.offer_places(business_today())
    return render_template("enterprises/enter.html", form=form)


def _sheet_page(
    found: FirmSheet,
    *,
    verdict_form: VerdictForm | None = None,
    code_form: CodeForm | None = None,
    title_form: TitleForm | None = None,
    history_form: HistoryForm | None = None,
    close_form: CloseForm | None = None,
) -> str:
    viewer = current_viewer()
    possible = ENTERPRISE.possible(found.enterprise.state, viewer.role.value)
    fresh = VerdictForm(formdata=None, seen=str(found.enterprise.version))
    return render_template(
        "enterprises/sheet.html",
        sheet=found,
        industry=industry_name(found.profile),
        may_judge=viewer.may(Permission.VERIFY_ENTERPRISES),
        may_enter=viewer.may(Permission.ENTER_FOR_FIRM),
        possible=possible,
        verdict_form=verdict_form or fresh,
        code_form=code_form or CodeForm(formdata=None),
        title_form=title_form or TitleForm(formdata=None),
        history_form=history_form or HistoryForm(formdata=None),
        close_form=close_form or CloseForm(formdata=None),
        opened={"title": title_form, "history": history_form, "close": close_form},
    )


def _wanted() -> Wanted:
    asked = request.args
    state = asked.get("state", "")
    return Wanted(
        state=state if state in STATES else "",
        area=asked.get("area", "")[:40],
        zone=asked.get("zone", "")[:40],
        text=" ".join(asked.get("text", "").split())[:LONGEST_SEARCH],
    )
