"""The firm's consents, each with the words it was given by; and the bureau's page for signed papers."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.files import Kept, keep
from matchmaking.foundation.storage import run_in_unit_of_work
from matchmaking.foundation.web.locale import language, words_of
from matchmaking.foundation.web.paging import Page, page_number
from matchmaking.foundation.web.today import business_today
from matchmaking.foundation.web.words import here
from matchmaking.registry.consents import commands, queries
from matchmaking.registry.consents.forms import ConsentForm, InstitutionFields, PaperForm, RevokeForm
from matchmaking.registry.consents.models import PURPOSES
from matchmaking.registry.enterprises.models import Enterprise
from matchmaking.registry.enterprises.queries import FirmSheet, own_enterprise, sheet_of, visible_enterprise
from matchmaking.registry.organisations.models import Organisation
from matchmaking.registry.organisations.queries import open_legal_persons
from matchmaking.rulebook.consent_texts import ConsentText, consent_text

consents = Blueprint("consents", __name__)
SCANS = ("pdf", "png", "jpg", "ofd")


@consents.get("/my/consents")
@requires(Permission.GIVE_CONSENTS)
def index() -> ResponseReturnValue:
    """What the firm allowed to whom, and what it may allow; three SQL statements with the session's."""
    rows, page = _listed(_own())
    if page.number > 1 and not rows:
        return redirect(here(page=None), code=303)
    return render_template("consents/index.html", rows=rows, page=page, purposes=PURPOSES, today=business_today())


@consents.get("/my/consents/new/<key:purpose>")
@requires(Permission.GIVE_CONSENTS)
def give(purpose: str) -> ResponseReturnValue:
    """The words of one purpose, and the form to agree to them; a purpose at a time, none in exchange for another."""
    text, today = _text(purpose), business_today()
    _own()
    if not request.args.get("institution"):
        form = ConsentForm(formdata=None, expires_on=commands.last_day(today))
        _offered(form)
        return _choose_page(form, text)
    form = ConsentForm(request.args, meta={"csrf": False})
    institutions = _offered(form)
    if not (form.institution.validate(form) and form.expires_on.validate(form)):
        return _choose_page(form, text)
    try:
        shown = _words(text, institutions, form)
    except Refusal as refusal:
        form.add_refusal(refusal, "expires_on")
        return _choose_page(form, text)
    chosen = {"institution": form.institution.data, "expires_on": form.expires_on.data}
    return _give_page(ConsentForm(formdata=None, **chosen), text, shown)


@consents.post("/my/consents/new/<key:purpose>")
@requires(Permission.GIVE_CONSENTS)
def give_now(purpose: str) -> ResponseReturnValue:
    """Agree; the words that were shown are kept with it."""
    text, firm, form, today = _text(purpose), _own(), ConsentForm(), business_today()
    institutions = _offered(form)
    fine = form.validate_on_submit()
    if form.institution.errors or form.expires_on.errors:
        return _choose_page(form, text), 422
    viewer = current_viewer()
    try:
        shown = _words(text, institutions, form)
        if not fine:
            return _give_page(form, text, shown), 422
        if form.digest.data != _digest(shown):
            # the wording, the day or the language is another than the one that was read
            raise Refusal(Reason("consent_text_changed"))
        told = commands.ConsentTold(institutions[form.institution.data].id, purpose, form.expires_on.data)
        run_in_unit_of_work(
            commands.give_consent, actor=viewer.actor, actor_organisation_id=viewer.organisation_id,
            enterprise_id=firm.id, told=told, version=text.version, language=language(), on=today, at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        form.add_refusal(refusal, _field(refusal))
        return _choose_page(form, text), 409 if refusal.reason.code == "consent_text_changed" else 422
    flash(_("已授权。您可以随时在这里撤回。"), "success")
    return redirect(url_for("consents.index"), code=303)


@consents.get("/my/consents/<key:key>")
@requires(Permission.GIVE_CONSENTS)
def consent(key: str) -> ResponseReturnValue:
    """One consent with the words that were shown."""
    return _consent_page(_found(key), RevokeForm(formdata=None))


@consents.post("/my/consents/<key:key>/revoke")
@requires(Permission.GIVE_CONSENTS)
def revoke(key: str) -> ResponseReturnValue:
    """Take it back from today on."""
    row, form, viewer = _found(key), RevokeForm(), current_viewer()
    if not form.validate_on_submit():
        return _consent_page(row, form), 422
    try:
        run_in_unit_of_work(
            commands.revoke_consent, actor=viewer.actor, actor_organisation_id=viewer.organisation_id,
            consent_id=row.consent.id, words=form.words.data or "", on=business_today(), at=clock.now(),
        )  # fmt: skip
    except Refusal as refusal:
        form.add_refusal(refusal)
        return _consent_page(_found(key), form), 409
    flash(_("已撤回。今后不再提供或回传；此前依法形成的记录予以保留。"), "success")
    return redirect(url_for("consents.index"), code=303)


@consents.get("/enterprises/<key:key>/consents")
@requires(Permission.ENTER_FOR_FIRM)
def papers(key: str) -> ResponseReturnValue:
    """The firm's consents, and the form for one signed on paper."""
    sheet = _sheet(key)
    return _papers_page(sheet, PaperForm(formdata=None, expires_on=commands.last_day(business_today())))


@consents.post("/enterprises/<key:key>/consents")
@requires(Permission.ENTER_FOR_FIRM)
def take_paper(key: str) -> ResponseReturnValue:
    """Keep the scan and record what was signed."""
    sheet, form, today = _sheet(key), PaperForm(), business_today()
    institutions = _offered(form)
    form.offer_more(_persons(sheet))
    fine, scan = form.validate_on_submit(), _scan(form)
    if not fine or scan is None:
        return _papers_page(sheet, form), 422
    signed: date = form.signed_on.data or today
    told = commands.ConsentTold(
        institutions[form.institution.data].id,
        form.purpose.data,
        form.expires_on.data,
        person_id=int(form.person.data) if form.person.data else None,
    )
    try:
        run_in_unit_of_work(_record, firm=sheet.enterprise, told=told, signed=signed, scan=scan, batch=form.batch.data)
    except Refusal as refusal:
        form.add_refusal(refusal, _field(refusal))
        return _papers_page(sheet, form), 422
    flash(_("已录入纸质授权。"), "success")
    return redirect(url_for("consents.papers", key=key), code=303)


def _record(
    session: Session, *, firm: Enterprise, told: commands.ConsentTold, signed: date, scan: Kept, batch: str | None
) -> None:
    commands.record_paper_consent(
        session, actor=current_viewer().actor, enterprise_id=firm.id, told=told, signed_on=signed,
        version=consent_text(told.purpose, signed).version, scan=scan, batch=batch or "", on=business_today(),
        at=clock.now(),
    )  # fmt: skip


def _field(refusal: Refusal) -> str:
    fields = {"consent_days": "expires_on", "consent_open_already": "institution", "consent_institution": "institution"}
    return {**fields, "day_not_yet": "signed_on"}.get(refusal.reason.code, "")


def _own() -> Enterprise:
    found = own_enterprise(storage.session(), current_viewer()) or abort(404)
    return found[0]


def _found(key: str) -> queries.ConsentRow:
    return queries.own_consent(storage.session(), current_viewer(), key, on=business_today()) or abort(404)


def _text(purpose: str) -> ConsentText:
    if purpose not in PURPOSES:
        abort(404)
    return consent_text(purpose, business_today())


def _offered(form: InstitutionFields) -> dict[str, Organisation]:
    found = open_legal_persons(storage.session(), "bank")
    form.offer(found)
    return {one.public_key: one for one in found}


def _words(text: ConsentText, institutions: dict[str, Organisation], form: ConsentForm) -> str:
    """The words as they will be shown and kept. Raises :class:`Refusal` ``consent_days``."""
    today = business_today()
    last = commands.last_day(today, form.expires_on.data)
    return text.filled(language(), institution=institutions[form.institution.data].name, first=today, last=last)


def _digest(shown: str) -> str:
    return hashlib.sha256(shown.encode()).hexdigest()


def _choose_page(form: ConsentForm, text: ConsentText) -> str:
    return render_template("consents/choose.html", form=form, text=text, purpose=text.purpose)


def _give_page(form: ConsentForm, text: ConsentText, shown: str) -> str:
    form.digest.data = _digest(shown)
    return render_template("consents/give.html", form=form, text=text, shown=shown, purpose=text.purpose)


def _consent_page(row: queries.ConsentRow, form: RevokeForm) -> str:
    return render_template("consents/sheet.html", row=row, form=form)


def _sheet(key: str) -> FirmSheet:
    found = visible_enterprise(storage.session(), current_viewer(), key) or abort(404)
    return sheet_of(storage.session(), *found, on=business_today())


def _persons(sheet: FirmSheet) -> list[tuple[int, str]]:
    return [(one.id, f"{words_of(f'relation_{one.relation}')} {one.name}") for one in sheet.persons]


def _scan(form: PaperForm) -> Kept | None:
    sent: Any = form.scan.data
    if not getattr(sent, "filename", ""):
        form.scan.errors = [*form.scan.errors, words_of("consent_scan_needed")]
        return None
    try:
        limit = current_app.config["MAX_CONTENT_LENGTH"]
        return keep(sent.stream, name=sent.filename, media=SCANS, limit=limit)
    except Refusal as refusal:
        form.add_refusal(refusal, "scan")
        return None


def _papers_page(sheet: FirmSheet, form: PaperForm) -> str:
    _offered(form)
    form.offer_more(_persons(sheet))
    rows, page = _listed(sheet.enterprise)
    return render_template("consents/papers.html", sheet=sheet, form=form, rows=rows, page=page)


def _listed(firm: Enterprise) -> tuple[list[queries.ConsentRow], Page]:
    """One page of the firm's consents."""
    number = page_number(request.args.get("page"))
    offset = (number - 1) * queries.PER_PAGE
    rows, total = queries.consents_of(storage.session(), firm.id, on=business_today(), offset=offset)
    return rows, Page(number, total, lambda changes: here(**changes), queries.PER_PAGE)
