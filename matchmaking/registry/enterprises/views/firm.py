"""The firm's own pages: its profile as rules see it, and the forms that add to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from matchmaking.domain.reasons import Reason, Refusal
from matchmaking.domain.unit_guard import Figures, doubts
from matchmaking.foundation import clock, storage
from matchmaking.foundation.access.guard import requires
from matchmaking.foundation.access.login import current_viewer
from matchmaking.foundation.access.permissions import Permission
from matchmaking.foundation.web.locale import language
from matchmaking.foundation.web.today import business_today
from matchmaking.registry.enterprises import commands, queries
from matchmaking.registry.enterprises.facts import figures_of, guard_bounds, money
from matchmaking.registry.enterprises.forms import (
    LOAN_ROWS,
    HistoryForm,
    PersonForm,
    ProfileForm,
    TitleForm,
    VoidTitleForm,
)
from matchmaking.registry.enterprises.models import Enterprise, EnterpriseProfile
from matchmaking.registry.enterprises.queries import FirmSheet
from matchmaking.registry.enterprises.views.hanging import do_once, enterprises, hand_over, kept_file, typed
from matchmaking.rulebook.reference import industries

PROFILE_FIELD = {
    "legal_form_unknown": "legal_form",
    "industry_unknown": "industry",
    "profile_industry_letter": "industry",
    "zone_elsewhere": "zone",
    "county_unknown": "area",
    "profile_tax_grade": "tax_grade",
    "day_not_yet": "founded_on",
    "profile_employees": "employees",
    "profile_year": "figures_year",
    "profile_year_needed": "figures_year",
    "profile_loans_and_none": "without_loans",
}


@enterprises.get("/my/enterprise")
@requires(Permission.KEEP_OWN_PROFILE)
def own() -> ResponseReturnValue:
    """One's own firm as rules see it today, and what would be asked next."""
    return own_page(_own_sheet())


@enterprises.get("/my/enterprise/edit")
@requires(Permission.KEEP_OWN_PROFILE)
def edit_own() -> ResponseReturnValue:
    """The profile's form, filled with the present version."""
    sheet = _own_sheet()
    return profile_page(sheet, filled_form(sheet), url_for("enterprises.save_own"))


@enterprises.post("/my/enterprise/edit")
@requires(Permission.KEEP_OWN_PROFILE)
def save_own() -> ResponseReturnValue:
    """A new version; the page again when something is refused, or when the figures look as if a unit had slipped."""
    sheet = _own_sheet()
    return save_profile(sheet, back=url_for("enterprises.own"), again=url_for("enterprises.save_own"))


@enterprises.post("/my/enterprise/titles")
@requires(Permission.KEEP_OWN_PROFILE)
def add_own_title() -> ResponseReturnValue:
    """One more title."""
    sheet, form = _own_sheet(), TitleForm()
    done = add_title(sheet.enterprise, form)
    return redirect(url_for("enterprises.own"), code=303) if done else (own_page(sheet, title_form=form), 422)


@enterprises.post("/my/enterprise/titles/<id:title_id>/void")
@requires(Permission.KEEP_OWN_PROFILE)
def void_own_title(title_id: int) -> ResponseReturnValue:
    """Take a title off the record from today on; another firm's is as absent as one that never was."""
    sheet, form = _own_sheet(), VoidTitleForm()
    if title_id not in {row.title.id for row in sheet.titles if row.void is None}:
        abort(404)
    if not form.validate_on_submit():
        return own_page(sheet, void_form=form), 422
    today, at = business_today(), clock.now()
    void = partial(
        commands.void_title, actor=current_viewer().actor, enterprise_id=sheet.enterprise.id, title_id=title_id,
        reason=form.reason.data or "", on_day=today, on=today, at=at,
    )  # fmt: skip
    try:
        do_once(form, "enterprises.void_title", {"title": title_id, **typed(form)}, void)
    except Refusal as refusal:
        form.add_refusal(refusal, "reason")
        return own_page(sheet, void_form=form), 422
    return redirect(url_for("enterprises.own"), code=303)


@enterprises.post("/my/enterprise/credit-history")
@requires(Permission.KEEP_OWN_PROFILE)
def add_own_history() -> ResponseReturnValue:
    """A credit report, a bank's query, or one's own word."""
    sheet, form = _own_sheet(), HistoryForm()
    done = add_history(sheet.enterprise, form)
    return redirect(url_for("enterprises.own"), code=303) if done else (own_page(sheet, history_form=form), 422)


@enterprises.post("/my/enterprise/persons")
@requires(Permission.KEEP_OWN_PROFILE)
def add_own_person() -> ResponseReturnValue:
    """A person behind the firm who may borrow for it."""
    sheet, form = _own_sheet(), PersonForm()
    if form.validate_on_submit():
        viewer = current_viewer()
        add = partial(
            commands.add_person, actor=viewer.actor, role=viewer.role.value, enterprise_id=sheet.enterprise.id,
            relation=form.relation.data, name=form.person_name.data or "", id_tail=form.id_tail.data or "",
            at=clock.now(),
        )  # fmt: skip
        try:
            do_once(form, "enterprises.person", {"firm": sheet.enterprise.id, **typed(form)}, add)
            return redirect(url_for("enterprises.own"), code=303)
        except Refusal as refusal:
            form.add_refusal(refusal, "id_tail" if refusal.reason.code == "id_tail_bad" else "person_name")
    return own_page(sheet, person_form=form), 422


@enterprises.get("/my/enterprise/evidence/<id:link_id>")
@requires(Permission.KEEP_OWN_PROFILE)
def own_evidence(link_id: int) -> ResponseReturnValue:
    """A file handed in about one's own firm."""
    found = queries.own_enterprise(storage.session(), current_viewer()) or abort(404)
    return hand_over(queries.evidence_link(storage.session(), found[0], link_id))


def _own_sheet() -> FirmSheet:
    found = queries.own_enterprise(storage.session(), current_viewer()) or abort(404)
    return queries.sheet_of(storage.session(), *found, on=business_today())


def own_page(
    sheet: FirmSheet,
    *,
    title_form: TitleForm | None = None,
    void_form: VoidTitleForm | None = None,
    history_form: HistoryForm | None = None,
    person_form: PersonForm | None = None,
) -> str:
    """The firm's own sheet; a form that was refused stands open with its errors."""
    return render_template(
        "enterprises/own.html",
        sheet=sheet,
        industry=industry_name(sheet.profile),
        title_form=title_form or TitleForm(formdata=None),
        void_form=void_form or VoidTitleForm(formdata=None),
        history_form=history_form or HistoryForm(formdata=None),
        person_form=person_form or PersonForm(formdata=None),
        opened={"title": title_form, "void": void_form, "history": history_form, "person": person_form},
    )


def industry_name(profile: EnterpriseProfile | None) -> str:
    """``1530 精制茶加工``, or empty."""
    code = profile.industry_code if profile is not None else None
    found = industries().entries.get(code) if code else None
    return f"{found.code} {found.called(language())}" if found else code or ""


def filled_form(sheet: FirmSheet) -> ProfileForm:
    """The form as the present version would be typed."""
    profile = sheet.profile
    return ProfileForm(
        formdata=None,
        seen=str(sheet.enterprise.version),
        area=sheet.organisation.area_code,
        zone=sheet.organisation.zone_code or "",
        **_figures(profile),
        loans=[
            {"lender": loan.lender, "balance": money(loan.balance_minor), "due_on": loan.due_on} for loan in sheet.loans
        ],
    )


def _figures(profile: EnterpriseProfile | None) -> dict[str, object]:
    if profile is None:
        return {}
    same = ("legal_form", "park", "founded_on", "figures_year", "employees", "without_loans")
    told = figures_of(profile)
    return {
        **{name: getattr(profile, name) for name in same},
        "industry": profile.industry_code or "",
        "park_kind": profile.park_kind or "",
        "tax_grade": profile.tax_grade or "",
        "revenue": told.revenue,
        "assets": told.assets,
    }


def profile_page(sheet: FirmSheet, form: ProfileForm, action: str, doubted: tuple[Reason, ...] = ()) -> str:
    """The profile's form, with rows for more loans, and the doubts about units where there are any."""
    form.offer_places(business_today())
    while len(form.loans) < min(max(LOAN_ROWS, len(sheet.loans) + 2), 30):
        form.loans.append_entry()
    return render_template("enterprises/edit.html", sheet=sheet, form=form, action=action, doubted=doubted)


def save_profile(sheet: FirmSheet, *, back: str, again: str) -> ResponseReturnValue:
    """Validate, ask about units that look wrong, and append the version; for the firm and for the bureau alike."""
    form, today = ProfileForm(), business_today()
    form.offer_places(today)
    if not form.validate_on_submit():
        return profile_page(sheet, form, again), 422
    told = form.told()
    doubted = _doubts(sheet, told, today)
    if doubted and not form.confirmed.data:
        return profile_page(sheet, form, again, doubted), 422
    viewer, at = current_viewer(), clock.now()
    save = partial(
        commands.tell_profile, actor=viewer.actor, role=viewer.role.value, enterprise_id=sheet.enterprise.id,
        version=form.version, told=told, on=today, at=at,
    )  # fmt: skip
    try:
        do_once(form, "enterprises.profile", {"firm": sheet.enterprise.id, **typed(form)}, save)
    except Refusal as refusal:
        form.add_refusal(refusal, PROFILE_FIELD.get(refusal.reason.code, ""))
        return profile_page(sheet, form, again), 409 if refusal.reason.code == "enterprise_changed" else 422
    flash(_("已保存为新的一版，旧版仍可查到。"), "success")
    return redirect(back, code=303)


def _doubts(sheet: FirmSheet, told: commands.ProfileTold, today: date) -> tuple[Reason, ...]:
    before = figures_of(sheet.profile) if sheet.profile is not None else None
    return doubts(Figures(told.employees, told.revenue, told.assets), before, guard_bounds(today))


def add_title(firm: Enterprise, form: TitleForm) -> bool:
    """Append the title that was typed; False, with the error at its field, when it is refused."""
    if not form.validate_on_submit():
        return False
    viewer = current_viewer()
    add = partial(
        commands.add_title, actor=viewer.actor, role=viewer.role.value, enterprise_id=firm.id, title=form.title.data,
        words=form.words.data or "", issuer=form.issuer.data or "", valid_from=form.valid_from.data or date.max,
        valid_to=form.valid_to.data, on=business_today(), at=clock.now(),
    )  # fmt: skip
    fields = {"title_words_needed": "words", "title_days": "valid_to", "day_not_yet": "valid_from"}
    return _tried(form, "enterprises.title", firm, add, fields, "title")


def add_history(firm: Enterprise, form: HistoryForm) -> bool:
    """Append what a source said; False, with the error at its field, when it is refused."""
    if not form.validate_on_submit():
        return False
    paper, viewer = kept_file(form, "paper"), current_viewer()
    if form.paper.errors:
        return False
    add = partial(
        commands.add_credit_history, actor=viewer.actor, role=viewer.role.value, enterprise_id=firm.id,
        history=form.history.data, source=form.source.data, stated_on=form.stated_on.data or date.max,
        evidence=paper, on=business_today(), at=clock.now(),
    )  # fmt: skip
    fields = {"history_paper_needed": "paper", "day_not_yet": "stated_on"}
    return _tried(form, "enterprises.history", firm, add, fields, "history")


def _tried(
    form: TitleForm | HistoryForm, route: str, firm: Enterprise, do: Callable[[Session], object],
    fields: dict[str, str], other: str,
) -> bool:  # fmt: skip
    try:
        do_once(form, route, {"firm": firm.id, **typed(form)}, do)
    except Refusal as refusal:
        form.add_refusal(refusal, fields.get(refusal.reason.code, other))
        return False
    return True
